"""The life of a project: who may take which step when, and what a step leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.lifecycle import (
    project_checks,
    project_selections,
    project_work,
    projects,
    subsidies,
)
from survey.lifecycle.errors import Invalid, NotThere, Refusal, WrongState
from survey.lifecycle.project_checks import Seen
from survey.lifecycle.project_selections import Check
from survey.lifecycle.project_work import Progress, TypedFigure
from survey.lifecycle.projects import Contract, ProjectFacts, filing_code
from survey.lifecycle.selections import Seen as Ticked
from survey.lifecycle.states import PROJECT
from survey.readings.projects import project_seen
from survey.store import project_sums
from survey.store import projects as store
from survey.store.lists import Slice, Wanted
from survey.tables import AuditEntry, Project, ProjectState
from tests.support.bureau import counting
from tests.support.people import a_consultant, a_firm, a_user, confirmed, handed_in
from tests.support.projects import (
    PRICES,
    SIGNED,
    a_figure,
    a_policy,
    a_project,
    a_step,
    a_subsidy,
    again,
    version,
)

S = ProjectState


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2503-331102-07-02-123456", "2503-331102-07-02-123456"),
        (" ２５０３—331102－07-02-123456 ", "2503-331102-07-02-123456"),
        ("2503-331102-07-02-123456-001", "2503-331102-07-02-123456-001"),
        ("", ""),
    ],
)
def test_a_filing_code_is_read_however_wide_it_is_typed(given, kept):
    assert filing_code(given) == kept


@pytest.mark.parametrize("given", ["2503", "1503-331102-07-02-123456", "浙备 12 号", "2503331102"])
def test_what_is_no_filing_code_is_refused_with_an_example(given):
    with pytest.raises(Invalid) as refused:
        filing_code(given)

    assert "2503-331102-07-02-123456" in refused.value.fields["filing_code"]


def test_packages_are_checked_against_the_editions_catalogue(session):
    firm = a_firm(session)
    unknown = {"XYZ9": "1", "XM01": "2"}  # the second is another trade's

    for code, quantity in unknown.items():
        with pytest.raises(Invalid) as refused:
            a_project(session, firm, packages={code: quantity})
        assert code in refused.value.fields["packages"]
    assert store.of_firm(session, firm.id) == []


def test_the_same_press_twice_begins_one_project(session):
    firm = a_firm(session)
    a_project(session, firm, title="扫码报工")

    with pytest.raises(Invalid) as refused:
        a_project(session, firm, title="扫码报工")

    assert "同名" in refused.value.fields["title"]
    session.rollback()
    assert store.how_many(session, firm.id) == 1


def test_a_firm_changes_nothing_of_what_was_accepted_but_a_figure_still_open(session):
    row = a_project(session, a_firm(session), S.FINISHED)
    a_figure(session, row)
    seen = {"N01": Seen(True, "看过")}
    day = SIGNED + timedelta(days=95)
    project_checks.accept(
        a_step(session), row.id, seen, accepted_on=day, base_version=version(session, row)
    )
    figure = store.figures_of(session, row.id)[0]
    session.rollback()
    said = Progress(50, date(2026, 7, 1))
    refused = (
        lambda v: projects.edit(a_step(session), row.id, ProjectFacts("别的"), base_version=v),
        lambda v: projects.contract(
            a_step(session), row.id, Contract(SIGNED, "别家", prices=PRICES), base_version=v
        ),
        lambda v: project_work.report(a_step(session), row.id, said, base_version=v),
        lambda v: project_work.finish(a_step(session), row.id, said, base_version=v),
        lambda v: project_work.stop(a_step(session), row.id, reason="不做了", base_version=v),
        lambda v: project_work.keep_figure(
            a_step(session), row.id, TypedFigure("新", "", "1", SIGNED), base_version=v
        ),
        lambda v: project_work.drop_figure(a_step(session), row.id, figure.id, base_version=v),
    )

    for step in refused:
        with pytest.raises(WrongState):
            step(version(session, row))
    after = TypedFigure("改口径", "个", "1", SIGNED, "95", date(2026, 8, 1), id=figure.id)
    project_work.keep_figure(a_step(session), row.id, after, base_version=version(session, row))

    kept = store.figures_of(session, row.id)[0]
    assert (kept.title, kept.before, kept.after) == ("准时交付率", "80", "95")


def test_acceptance_needs_every_check_and_a_contract_that_was_compared(session):
    row = a_project(session, a_firm(session), S.FINISHED, packages={"N01": "1", "N03": "1"})
    day = SIGNED + timedelta(days=95)
    half = {"N01": Seen(True, "看过"), "N03": Seen(False, "")}

    with pytest.raises(Invalid) as refused:
        project_checks.accept(
            a_step(session), row.id, half, accepted_on=day, base_version=version(session, row)
        )

    assert {"finding-N03", "met-N03"} <= refused.value.fields.keys()
    missed = {"N01": Seen(True, "看过"), "N03": Seen(False, "账实差 12%")}
    project_checks.send_back(
        a_step(session), row.id, missed, reason="盘点对不上。", base_version=version(session, row)
    )
    back = again(session, row)
    assert (back.state, back.returned, back.finished_on) == (S.UNDER_WAY, "盘点对不上。", None)
    session.rollback()
    assert store.packages_of(session, [row.id])[row.id]["N03"].finding == "账实差 12%"


def test_a_corrected_contract_is_to_be_compared_anew(session):
    row = a_project(session, a_firm(session), S.UNDER_WAY)
    assert row.contract_checked
    said = Contract(SIGNED, "虚构软件公司", prices={"software": "30"}, parts={"N01": "29"})

    projects.contract(a_step(session), row.id, said, base_version=version(session, row))

    now = again(session, row)
    assert (now.contract_checked, now.price_software, now.price_equipment, now.state) == (
        False,
        3_000,
        None,
        S.UNDER_WAY,
    )
    more = replace(said, parts={"N01": "31"})
    with pytest.raises(Invalid) as refused:
        projects.contract(a_step(session), row.id, more, base_version=version(session, row))
    assert "超过了合同" in refused.value.fields["part-N01"]


def test_a_policy_that_is_decided_or_closed_takes_no_more(session):
    row, policy = a_project(session, a_firm(session), S.ACCEPTED), a_policy(session)
    subsidy = a_subsidy(session, row, policy, "2")
    paid = {"paid": "2", "paid_on": subsidy.asked_on, "note": ""}
    with pytest.raises(Invalid):
        subsidies.pay(
            a_step(session),
            subsidy.id,
            **paid | {"paid": "2.01"},
            base_version=version(session, row),
        )
    subsidies.pay(a_step(session), subsidy.id, **paid, base_version=version(session, row))

    with pytest.raises(WrongState):
        a_subsidy(session, row, policy, "1")
    session.rollback()
    closed = a_policy(session, name="去年的政策", open=False)
    with pytest.raises(Invalid):
        a_subsidy(session, row, closed, "1")


def test_policies_together_never_give_more_than_the_contract_costs(session):
    row = a_project(session, a_firm(session), S.ACCEPTED)
    kinds = {"share": 60, "counted": ("equipment", "software", "services", "building", "yearly")}
    first, second = (a_policy(session, name=name, **kinds) for name in ("甲", "乙"))
    whole = subsidies.prices_of(row).whole
    most = whole * 60 // 100
    left = whole - most

    def words(hundredths):
        return f"{hundredths // 100}.{hundredths % 100:02}"

    a_subsidy(session, row, first, words(most))
    with pytest.raises(Invalid, match="asked"):
        a_subsidy(session, row, second, words(left + 1))
    session.rollback()
    asked = a_subsidy(session, row, second, words(left))

    nothing = {"paid": "0", "paid_on": asked.asked_on, "note": "不符合。"}
    subsidies.pay(a_step(session), asked.id, **nothing, base_version=version(session, row))
    third = a_subsidy(session, row, a_policy(session, name="丙", **kinds), words(left))
    assert third.asked == left


def test_what_was_asked_before_a_contract_was_corrected_is_paid_by_the_corrected_one(session):
    row, policy = a_project(session, a_firm(session), S.UNDER_WAY), a_policy(session)
    subsidy = a_subsidy(session, row, policy, "2")
    prices = {"equipment": "5"}
    said = Contract(SIGNED, "虚构软件公司", prices=prices)
    projects.contract(a_step(session), row.id, said, base_version=version(session, row))

    def pay(paid):
        given = {"paid": paid, "paid_on": subsidy.asked_on, "note": ""}
        subsidies.pay(a_step(session), subsidy.id, **given, base_version=version(session, row))

    with pytest.raises(Invalid, match="paid"):
        pay("1.01")
    pay("1")
    seen = project_seen(session, again(session, row))
    assert [(one.paid, seen.allowed(one)) for one in seen.subsidies] == [(100, 100)]
    session.rollback()
    said = Contract(SIGNED, "虚构软件公司", prices={"equipment": "4"})
    projects.contract(a_step(session), row.id, said, base_version=version(session, row))
    pay("1")  # what stands recorded may stay, and the page says that it is too much
    seen = project_seen(session, again(session, row))
    assert [(one.paid, seen.allowed(one)) for one in seen.subsidies] == [(100, 80)]


def test_a_project_that_was_stopped_is_paid_nothing_more_and_shows_what_it_was_paid(session):
    row = a_project(session, a_firm(session), S.UNDER_WAY)
    paid, waiting = (a_subsidy(session, row, a_policy(session, name=n), "1") for n in ("甲", "乙"))

    def pay(one, amount, note=""):
        given = {"paid": amount, "paid_on": one.asked_on, "note": note}
        subsidies.pay(a_step(session), one.id, **given, base_version=version(session, row))

    pay(paid, "1")
    project_work.stop(a_step(session), row.id, reason="停产。", base_version=version(session, row))

    with pytest.raises(Invalid, match="paid"):
        pay(waiting, "0.5")
    pay(waiting, "0", "项目已终止。")
    pay(paid, "0.4", "退回六千元。")
    seen = project_seen(session, again(session, row))
    assert [(one.paid, seen.allowed(one)) for one in seen.subsidies] == [(40, 0), (0, 0)]
    session.rollback()
    found = project_sums.sums(session, date(2026, 12, 1))
    assert (found.asked, found.granted, found.lost) == (0, 0, 40)


def test_a_project_that_goes_on_after_it_was_stopped_keeps_its_beginning_and_is_unfinished(session):
    row = a_project(session, a_firm(session), S.FINISHED)
    began = row.started_on

    def now():
        return {"base_version": version(session, row)}

    project_work.stop(a_step(session), row.id, reason="停产。", **now())
    project_checks.resume(a_step(session), row.id, reason="复产。", **now())
    resumed = again(session, row)
    stood = (resumed.state, resumed.finished_on)
    said = Progress(60, resumed.progress_on + timedelta(days=30))
    project_work.report(a_step(session), row.id, said, **now())

    assert stood == (S.CONTRACTED, None)
    assert again(session, row).started_on == began


def test_nobody_elses_figure_and_no_absent_project_is_found(session):
    mine, theirs = (a_project(session, a_firm(session), S.PLANNED) for _ in range(2))
    a_figure(session, theirs)
    figure = store.figures_of(session, theirs.id)[0].id
    session.rollback()

    with pytest.raises(NotThere):
        project_work.drop_figure(
            a_step(session), mine.id, figure, base_version=version(session, mine)
        )
    with pytest.raises(NotThere):
        project_work.stop(a_step(session), 999, reason="没有", base_version=1)


def test_promised_stands_beside_reached_once_a_later_sheet_is_handed_in(session):
    user = a_user(session)
    first = handed_in(session, user, level=1)
    row = a_project(session, user.firm_id, S.ACCEPTED)
    session.rollback()
    before = project_seen(session, again(session, row))
    assert row.assessment_id == first.id
    assert {one.before for one in before.kept.lifts} == {1}
    assert not before.kept.is_known
    session.rollback()

    confirmed(session, user, a_consultant(session))  # its sheets stand on level 2

    after = project_seen(session, again(session, row)).kept
    assert {one.reached for one in after.lifts} == {2}
    assert after.reached == sum(one.promised <= 2 for one in after.lifts)
    assert (after.price.real, after.weeks.real) == (2_500, 10)


def test_sums_of_the_district_leave_out_what_was_stopped(session):
    firm, policy = a_firm(session), a_policy(session)
    for state in ProjectState:
        row = a_project(session, firm, state)
    a_subsidy(session, a_project(session, a_firm(session), S.ACCEPTED), policy, "3")

    found = project_sums.sums(session, date(2026, 12, 1))

    assert found.under_way == 2
    assert found.done == 3
    assert found.firms == 2
    assert found.planned == 5 * 2_450
    assert found.invested == 1_000
    assert found.finished == 3 * 2_500
    assert (found.asked, found.granted, found.overdue) == (300, 0, 3)
    assert row.state == S.STOPPED
    assert found.largest == ((2, 4 * 2_450, 2_450), (1, 300, 0), (0, 0, 0))
    session.rollback()
    (of_firm,) = project_sums.sums_of_firms(session, [firm.id]).values()
    assert (len(of_firm.titles), of_firm.planned, of_firm.invested) == (5, 4 * 2_450, 6_000)


# --- steps in any order ---------------------------------------------------------------------------

Take = Callable[[Session, Project, int], object]
DAY = SIGNED + timedelta(days=60)
STEPS: dict[str, Take] = {
    "project_edit": lambda s, row, v: projects.edit(
        a_step(s), row.id, ProjectFacts("另一个名称", packages={"N01": "1"}), base_version=v
    ),
    "project_contract": lambda s, row, v: projects.contract(
        a_step(s), row.id, Contract(SIGNED, "虚构公司", prices=PRICES), base_version=v
    ),
    "project_report": lambda s, row, v: project_work.report(
        a_step(s), row.id, Progress(50, DAY), base_version=v
    ),
    "project_finish": lambda s, row, v: project_work.finish(
        a_step(s), row.id, Progress(100, DAY, "20"), base_version=v
    ),
    "project_stop": lambda s, row, v: project_work.stop(
        a_step(s), row.id, reason="缓一缓", base_version=v
    ),
    "project_check_contract": lambda s, row, v: project_checks.check_contract(
        a_step(s), row.id, base_version=v
    ),
    "project_accept": lambda s, row, v: project_checks.accept(
        a_step(s), row.id, {"N01": Seen(True, "好")}, accepted_on=DAY, base_version=v
    ),
    "project_send_back": lambda s, row, v: project_checks.send_back(
        a_step(s), row.id, {}, reason="再改改", base_version=v
    ),
    "project_reopen": lambda s, row, v: project_checks.reopen(
        a_step(s), row.id, reason="登记错了", base_version=v
    ),
    "project_resume": lambda s, row, v: project_checks.resume(
        a_step(s), row.id, reason="接着做", base_version=v
    ),
}


def _among_several(check: Check) -> Take:
    """The same check taken as of a list: what was left is raised, so that nothing may have changed."""

    def take(session: Session, row: Project, version: int) -> None:
        day = DAY if check == Check.ACCEPT else None
        left = project_selections.record(a_step(session), [Ticked(row.id, version)], check, day)
        if left:
            raise left[row.id]

    return take


STEPS |= {f"several-{check}": _among_several(check) for check in Check}


class Life(RuleBasedStateMachine):
    """Steps in any order: each obeys the table, leaves a row in the log, or changes nothing."""

    session: Session

    @initialize()
    def born(self) -> None:
        self.id = a_project(self.session, a_firm(self.session)).id

    @rule(name=st.sampled_from(sorted(STEPS)), stale=st.integers(0, 9))
    def somebody_takes_a_step(self, name: str, stale: int) -> None:
        before, told = self._row(), self._log()
        try:
            STEPS[name](self.session, before, before.version - (stale == 0))
        except Refusal:
            self.session.rollback()
            after = self._row()
            assert (after.state, after.version) == (before.state, before.version)
            assert self._log() == told
            return
        assert stale
        after, logged = self._row(), self._log()
        assert len(logged) == len(told) + 1
        assert after.version > before.version
        if after.state != before.state:
            turns = [turn for turn in PROJECT.values() if before.state in turn.begins]
            assert after.state in {turn.leads for turn in turns}

    @invariant()
    def what_it_says_fits_where_it_stands(self) -> None:
        row = self._row()
        if row.state in (S.CONTRACTED, S.UNDER_WAY, S.FINISHED, S.ACCEPTED):
            assert row.contracted_on
            assert row.provider_name
        assert (row.state == S.ACCEPTED) == (row.accepted_on is not None)
        assert row.state != S.FINISHED or (row.progress == 100 and row.finished_on)
        assert row.state != S.ACCEPTED or row.contract_checked

    def _row(self) -> Project:
        self.session.expire_all()
        row = self.session.get_one(Project, self.id)
        self.session.refresh(row)
        self.session.expunge(row)
        self.session.rollback()
        return row

    def _log(self) -> list[str]:
        query = select(AuditEntry.action).where(AuditEntry.subject == "project")
        found = list(self.session.scalars(query.order_by(AuditEntry.id)))
        self.session.rollback()
        return found


def test_steps_of_a_project_in_any_order_obey_the_table(session):
    life = type("OneLife", (Life,), {"session": session})

    run_state_machine_as_test(
        life, settings=settings(max_examples=6, stateful_step_count=25, deadline=None)
    )


def test_every_step_of_the_table_is_one_that_is_tried():
    tried = set(STEPS) | {"project_begin", "project_start", "project_replan"}

    assert PROJECT.keys() <= tried


def test_the_bureaus_list_asks_the_same_however_long_it_is(session, engine):
    def asked() -> int:
        with counting(engine) as sent:
            store.projects(session, Wanted(state="under_way", waits="any"), Slice(1, 30))
            project_sums.sums(session, date(2026, 12, 1))
        session.rollback()
        return len([one for one in sent if not one.startswith("BEGIN")])

    a_project(session, a_firm(session), S.UNDER_WAY)
    few = asked()
    for _ in range(4):
        a_project(session, a_firm(session), S.CONTRACTED)

    assert asked() <= few <= 8
