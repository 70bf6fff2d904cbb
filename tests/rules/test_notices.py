"""A firm before a notice: for whom it is, what is met, and what nobody may guess."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.frames.conditions import judge_by_id
from questionnaires.frames.conditions.facts import Facts
from questionnaires.library import SHIPPED
from reports.notices import (
    NONE,
    Answered,
    Applicant,
    Call,
    Held,
    Kind,
    Known,
    Own,
    Whom,
    is_for,
    judge,
    missing,
    titles_of,
)
from survey.lifecycle.applicants import questions_of
from survey.lifecycle.notice_reminders import due
from survey.tables import Notice, ReminderKind

EDITION = SHIPPED.load("2026")
TODAY = date(2026, 6, 15)
BY_EDITION = judge_by_id(
    EDITION.conditions, Facts(questions_of(EDITION), {}), reduced=True, today=TODAY
)
LADDER = (("equipment", "设备改造"), ("line", "智能产线"), ("workshop", "数字化车间"))
ASKED = tuple(key for key in BY_EDITION if key.startswith("2025.workshop."))


def a_firm(**known: object) -> Applicant:
    return Applicant(**{"trade": "valve", "by_edition": BY_EDITION, "ladder": LADDER, **known})


def own(kind: Kind, **said: object) -> Own:
    return Own("own1", kind, "本通知的条件", **said)


def state(condition: Own, firm: Applicant) -> str:
    (item,) = judge(Call(Whom(), (), (condition,)), firm).items
    return item.state


MONEY = own(Kind.FIGURE, figure="revenue", sign="at_least", value="2000")
LEVEL = own(Kind.RUNG, rung="line")


@pytest.mark.parametrize(
    "condition, known, wanted",
    [
        (MONEY, {}, "unknown"),
        (MONEY, {"figures": {"revenue": Known(Fraction(2000))}}, "met"),
        (MONEY, {"figures": {"revenue": Known(Fraction(199999, 100))}}, "not_met"),
        (
            own(Kind.FIGURE, figure="employees", sign="at_most", value="300"),
            {"figures": {"employees": Known(Fraction(301))}},
            "not_met",
        ),
        (own(Kind.TITLE, title="创新型中小企业"), {}, "unknown"),
        (
            own(Kind.TITLE, title="创新型中小企业"),
            {"titles": (Held("科技和创新型中小企业"),)},
            "met",
        ),
        (
            own(Kind.TITLE, title="高新技术企业"),
            {"titles": (Held("国家高新技术企业（2023）(2026 到期)"),)},
            "met",
        ),
        (
            own(Kind.TITLE, title="高新技术企业"),
            {"titles": (Held("高新技术企业研究开发中心"),)},
            "unknown",
        ),
        (
            own(Kind.TITLE, title="专精特新中小企业"),
            {
                "titles": (
                    Held("专精特新中小企业培育库"),
                    Held("专精特新中小企业", ended=True),
                )
            },
            "not_met",
        ),
        (
            own(Kind.TITLE, title="创新型中小企业"),
            {"titles": (Held("创新型中小企业", ended=True),)},
            "not_met",
        ),
        (own(Kind.POOL, pools=("in_pool",)), {"pool": "in_pool"}, "met"),
        (own(Kind.POOL, pools=("in_pool",)), {}, "not_met"),
        (own(Kind.POOL, pools=(NONE,)), {}, "met"),
        (own(Kind.RECOGNITION, rung="workshop"), {}, "not_met"),
        (own(Kind.RECOGNITION, rung="workshop"), {"recognised": frozenset({"workshop"})}, "met"),
        (LEVEL, {}, "unknown"),
        (LEVEL, {"rung": "", "position": 0}, "not_met"),
        (LEVEL, {"rung": "workshop", "position": 3}, "met"),
        (own(Kind.OFFICER), {}, "ask"),
    ],
)
def test_a_condition_of_the_notices_own_is_judged_by_its_kind(condition, known, wanted):
    assert state(condition, a_firm(**known)) == wanted


def test_what_an_officer_found_out_settles_what_is_open_and_never_a_fact():
    poor = a_firm(figures={"revenue": Known(Fraction(100))}, answers={"own1": ANSWER})
    silent = a_firm(answers={"own1": ANSWER})

    assert state(MONEY, poor) == "not_met"
    assert state(MONEY, silent) == "met"
    assert state(own(Kind.OFFICER), silent) == "met"


ANSWER = Answered(met=True, note="看过年报", on=TODAY)


def test_a_firm_without_a_sheet_is_told_so_and_nothing_of_it_is_said_to_fail():
    judged = judge(Call(Whom(), ASKED, ()), a_firm())

    assert judged.unclear == len(ASKED) > 5
    assert {item.found for item in judged.items} == {"没有资料"}
    assert all(item.questions for item in judged.items)


@pytest.mark.parametrize(
    "whom, known, wanted",
    [
        (Whom(), {}, True),
        (Whom(trades=("bearing",)), {}, False),
        (Whom(scale="yes"), {"above_scale": None}, True),
        (Whom(scale="yes"), {"above_scale": False}, False),
        (Whom(scale="no"), {"above_scale": False}, True),
        (Whom(sizes=("large",)), {"size": None}, True),
        (Whom(sizes=("large",)), {"size": "small"}, False),
        (Whom(rungs=("line", "workshop")), {"rung": "line"}, True),
        (Whom(rungs=("line",)), {"rung": ""}, False),
        (Whom(rungs=(NONE,)), {"rung": ""}, True),
        (Whom(pools=("in_pool",)), {"pool": "withdrawn"}, False),
        (Whom(pools=(NONE, "in_pool")), {"pool": ""}, True),
    ],
)
def test_a_notice_is_for_whom_it_names_and_for_whom_nobody_knows(whom, known, wanted):
    assert is_for(whom, a_firm(**known)) is wanted


def test_what_is_missing_is_named_in_the_order_of_the_notice():
    call = Call(Whom(), (ASKED[0],), (MONEY,))
    titles = titles_of(call, BY_EDITION)
    states = judge(call, a_firm(figures={"revenue": Known(Fraction(1))})).states

    assert missing(titles, states, "not_met") == "本通知的条件"
    assert missing(titles, states, "unknown", "not_met") == "项目投入；本通知的条件"


# --- properties -----------------------------------------------------------------------------------

figures = st.dictionaries(
    st.sampled_from(["revenue", "employees"]),
    st.builds(Known, st.fractions(0, 10_000, max_denominator=100)),
)
answers = st.dictionaries(
    st.sampled_from([*ASKED, "own1"]),
    st.builds(Answered, st.booleans(), st.just("看过"), st.just(TODAY)),
)
firms = st.builds(
    a_firm,
    figures=figures,
    answers=answers,
    pool=st.sampled_from(["", "in_pool", "recognised"]),
    position=st.sampled_from([None, 0, 1, 2, 3]),
    above_scale=st.sampled_from([None, True, False]),
)
conditions = st.sampled_from([MONEY, LEVEL, own(Kind.OFFICER), own(Kind.POOL, pools=("in_pool",))])


@settings(max_examples=30)
@given(firms, conditions, st.sets(st.sampled_from(ASKED)))
def test_every_condition_comes_out_in_one_state_and_the_counts_add_up(firm, condition, asked):
    judged = judge(Call(Whom(), tuple(asked), (condition,)), firm)

    assert len(judged.states) == len(judged.items) == len(asked) + 1
    assert judged.met + judged.not_met + judged.unclear == len(judged.items)


@settings(max_examples=30)
@given(firms, conditions)
def test_an_answer_never_changes_what_facts_have_settled(firm, condition):
    bare = Applicant(**{**vars(firm), "answers": {}})
    call = Call(Whom(), ASKED, (condition,))

    settled = {k: s for k, s in judge(call, bare).states.items() if s in ("met", "not_met")}

    assert settled.items() <= judge(call, firm).states.items()


@settings(max_examples=30)
@given(firms, st.fractions(0, 10_000, max_denominator=100))
def test_more_of_a_figure_never_loses_what_it_must_at_least_be(firm, more):
    known = firm.figures.get("revenue", Known(Fraction(2000)))
    poor, rich = (a_firm(figures={"revenue": Known(v)}) for v in (known.value, known.value + more))

    order = ("not_met", "met")
    assert order.index(state(MONEY, poor)) <= order.index(state(MONEY, rich))


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "today, kind",
    [
        (date(2026, 10, 31), None),
        (date(2026, 11, 1), ReminderKind.BEFORE_30),
        (date(2026, 11, 3), ReminderKind.BEFORE_30),  # two days late
        (date(2026, 11, 4), None),
        (date(2026, 11, 24), ReminderKind.BEFORE_7),
        (date(2026, 11, 30), ReminderKind.BEFORE_1),
        (date(2026, 12, 2), None),
    ],
)
def test_a_notice_is_due_thirty_seven_and_one_days_before_the_districts_day(today, kind):
    notice = Notice(district_by=date(2026, 12, 1), published_at=datetime(2026, 9, 1, tzinfo=UTC))

    assert due(notice, today) == kind


def test_no_reminder_is_due_from_before_the_notice_was_published():
    notice = Notice(district_by=date(2026, 12, 1), published_at=datetime(2026, 11, 26, tzinfo=UTC))

    assert due(notice, date(2026, 11, 26)) is None
    assert due(notice, date(2026, 11, 30)) == ReminderKind.BEFORE_1
