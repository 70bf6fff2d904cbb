"""Firms' needs: numbered, handed over, answered, called back; joined and parted; whatever comes in what order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import db
from survey.clock import LOCAL
from survey.lifecycle import need_joining, needs
from survey.lifecycle.errors import Invalid, NotThere, NotTogether, Refusal, Stale, WrongState
from survey.lifecycle.needs import Handed, Heard
from survey.lifecycle.selections import Seen
from survey.lifecycle.states import NEED
from survey.lifecycle.step import Step
from survey.lifecycle.workdays import keep_year
from survey.store import need_rules, workdays
from survey.store import needs as store
from survey.store.need_rules import NeedRules
from survey.tables import AuditEntry, FirmNeed, NeedState, NeedWord, Rating, Role
from survey.workdays import Calendar, SpecialDay
from tests.support.bureau import logged
from tests.support.needs import a_joined_need, a_need, fresh, given
from tests.support.people import TESTER, a_firm, moment

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=LOCAL)


def at(session: Session, now: datetime = MONDAY) -> Step:
    return Step(session, TESTER, now)


def test_numbers_of_a_year_have_no_gap_and_the_same_twice_is_one(session):
    firm = a_firm(session)

    found = [a_need(session, firm.id, f"第 {n} 件", at=MONDAY) for n in range(3)]
    again = needs.register(at(session), firm.id, given("第 2 件"))

    assert [need.number for need in found] == ["2026-0001", "2026-0002", "2026-0003"]
    assert again.id == found[2].id
    assert len(logged(session, "need_register")) == 3


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"category": "别的"}, "category"),
        ({"text": " \u200b "}, "text"),
        ({"text": "长" * 1001}, "text"),
        ({"wish": "长" * 1001}, "wish"),
        ({"said_by": ""}, "said_by"),
        ({"raised_on": None}, "raised_on"),
        ({"raised_on": date(2999, 1, 1)}, "raised_on"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_registered(session, wrong, field):
    firm = a_firm(session)

    with pytest.raises(Invalid) as refused:
        needs.register(at(session, moment()), firm.id, given(**{"text": "虚构", **wrong}))

    assert set(refused.value.fields) == {field}
    session.rollback()
    assert session.scalar(select(func.count(FirmNeed.id))) == 0


def test_a_due_date_leaves_holidays_out_and_says_when_it_only_knows_weekends(session):
    need = a_need(session, a_firm(session).id, at=MONDAY)
    guessed = needs.hand_over(
        at(session), need.id, need.version, category="资金", department="虚构科", days=5
    )
    assert (guessed.due_on, guessed.by_weekends) == (date(2026, 11, 9), True)
    session.rollback()
    with db.writing(session):
        tuesday = SpecialDay(date(2026, 11, 3), False, "虚构节")
        workdays.keep(session, Calendar({2026: (tuesday,)}))

    known = needs.hand_over(
        at(session), need.id, need.version, category="用工", department="虚构科", days=5
    )

    assert (known.due_on, known.by_weekends) == (date(2026, 11, 10), False)
    assert known.category == "用工"


def test_a_calendar_that_comes_later_dates_what_was_dated_by_weekends_and_nothing_else(session):
    """Handed over on Monday 28 September for five working days, before the holidays are known."""
    before = datetime(2026, 9, 28, 2, 0, tzinfo=LOCAL)
    firm = a_firm(session)
    handed = {"category": "资金", "department": "虚构科"}
    guessed, answered, promised = (
        a_need(session, firm.id, name, at=before, raised_on=before.date()) for name in "甲乙丙"
    )
    for need in (guessed, answered):
        needs.hand_over(at(session, before), need.id, need.version, days=5, **handed)
    late = fresh(session, answered)
    needs.answer(at(session, before), late.id, late.version, says="办好了", public=False)
    assert fresh(session, guessed).due_on == date(2026, 10, 5)  # in the middle of the holidays
    session.rollback()
    days = [f"2026-10-0{day} 放假 国庆" for day in range(1, 8)] + ["2026-10-10 补班 国庆"]
    text = "\n".join(days).replace(" ", ",")

    kept = keep_year(at(session, before), 2026, text)

    assert kept == (8, 1)
    assert (fresh(session, guessed).due_on, fresh(session, guessed).by_weekends) == (
        date(2026, 10, 10),  # a Saturday that is worked
        False,
    )
    assert fresh(session, answered).due_on == date(2026, 10, 5)
    (told,) = logged(session, "need_redate")
    assert told.after == {"due_on": "2026-10-10"}
    needs.hand_over(at(session, before), promised.id, promised.version, days=7, **handed)
    assert fresh(session, promised).due_on == date(2026, 10, 13)
    session.rollback()
    assert keep_year(at(session, before), 2026, text.rpartition("\n")[0]) == (7, 0)
    assert fresh(session, promised).due_on == date(2026, 10, 13)


def test_a_category_gives_its_days_and_a_step_on_an_old_page_is_refused(session):
    need = a_need(session, a_firm(session).id, at=MONDAY)
    old = need.version

    needs.hand_over(at(session), need.id, old, category="资金", department="虚构科", days=None)

    assert fresh(session, need).days == 15
    session.rollback()
    with pytest.raises(Stale):
        needs.note_progress(at(session), need.id, old, says="迟了")
    with pytest.raises(WrongState):
        needs.close(at(session), need.id, fresh(session, need).version)


def test_a_firm_that_says_not_solved_opens_its_need_again_with_a_new_date(session):
    need = a_need(session, a_firm(session).id, state=NeedState.ANSWERED, at=MONDAY)
    other = a_firm(session, "另一家虚构厂")
    heard = Heard(False, Rating.POOR, "还是老样子")
    with pytest.raises(NotThere):
        needs.call_back(at(session), need.id, need.version, heard, firm_id=other.id)
    with pytest.raises(Invalid) as refused:
        needs.call_back(at(session), need.id, need.version, Heard(False, None, ""))
    assert set(refused.value.fields) == {"rating", "says"}

    later = at(session, MONDAY + timedelta(days=7))
    needs.call_back(later, need.id, need.version, heard, firm_id=need.firm_id)

    again = fresh(session, need)
    assert (again.state, again.answer, again.reopened) == (NeedState.WORKING, "", 1)
    assert again.due_on == date(2026, 11, 16)
    kinds = [word.kind for word in store.words(session, again)]
    assert kinds == [NeedWord.CALL_BACK, NeedWord.ANSWER, NeedWord.PROGRESS]


def test_an_answer_reaches_every_firm_that_joined_and_no_firm_hears_of_another(session):
    first, second = a_firm(session, "甲虚构厂"), a_firm(session, "乙虚构厂")
    main = a_need(session, first.id, "甲的话", NeedState.WORKING)
    joined = a_joined_need(session, second.id, main, "乙的话")

    needs.note_progress(at(session, moment()), main.id, main.version, says="一起办")
    needs.answer(at(session, moment()), main.id, main.version, says="办好了", public=False)

    mine = fresh(session, joined)
    assert (mine.state, mine.answer, mine.department) == (NeedState.ANSWERED, "办好了", "虚构科")
    told = [word.says for word in store.words(session, mine)]
    assert told == ["办好了", "一起办"]  # not what was said of the first before
    session.rollback()
    needs.call_back(
        at(session, moment()), main.id, main.version, Heard(True, Rating.GOOD, "甲满意")
    )
    assert fresh(session, joined).state == NeedState.ANSWERED  # each firm speaks for itself
    assert "甲满意" not in [word.says for word in store.words(session, joined)]
    session.rollback()
    with pytest.raises(WrongState):
        needs.defer(at(session, moment()), joined.id, joined.version, reason="先放放")


def test_a_joined_need_that_is_not_solved_goes_its_own_way(session):
    main = a_need(session, a_firm(session, "甲虚构厂").id, "甲的话", NeedState.WORKING)
    joined = a_joined_need(session, a_firm(session, "乙虚构厂").id, main, "乙的话")
    needs.answer(at(session, moment()), main.id, main.version, says="办好了", public=False)

    joined = fresh(session, joined)
    session.rollback()
    heard = Heard(False, Rating.POOR, "没有解决")
    needs.call_back(at(session, moment()), joined.id, joined.version, heard)

    alone = fresh(session, joined)
    assert (alone.main_id, alone.state) == (None, NeedState.WORKING)
    assert fresh(session, main).state == NeedState.ANSWERED


def test_a_joining_that_is_undone_leaves_a_need_as_it_was(session):
    main = a_need(session, a_firm(session, "甲虚构厂").id, "甲的话", NeedState.WORKING)
    need = a_need(session, a_firm(session, "乙虚构厂").id, "乙的话", NeedState.HANDED_OVER, days=9)
    before = need_joining.held(need)
    need_joining.join(at(session, moment()), need.id, need.version, main.id)
    needs.answer(at(session, moment()), main.id, main.version, says="办好了", public=True)

    need = fresh(session, need)
    session.rollback()
    need_joining.separate(at(session, moment()), need.id, need.version)

    after = fresh(session, need)
    assert need_joining.held(after) == before
    assert (after.main_id, after.joined_at) == (None, None)
    session.rollback()
    with pytest.raises(Invalid):  # an answered one takes nobody up
        need_joining.join(at(session, moment()), after.id, after.version, main.id)


def seen(session, *some):
    """Needs as a page showed them just now."""
    found = [Seen(one.id, fresh(session, one).version) for one in some]
    session.rollback()
    return found


def test_several_needs_follow_one_together_and_each_may_be_parted_again(session):
    main, *others = (a_need(session, a_firm(session, f"{n} 虚构厂").id, n) for n in "甲乙丙丁")
    follower = a_joined_need(session, a_firm(session, "戊 虚构厂").id, others[0], "戊的话")
    step, chosen = at(session, moment()), seen(session, main, *others)
    before = need_joining.held(fresh(session, others[1]))
    session.rollback()

    need_joining.join_several(step, chosen, main.id)
    need_joining.join_several(step, chosen, main.id)

    joined = [fresh(session, one) for one in (*others, follower)]
    assert {one.main_id for one in joined} == {main.id}
    assert fresh(session, main).main_id is None
    assert len(logged(session, "need_join")) == 1 + len(joined)  # the follower was joined before
    session.rollback()
    parted = fresh(session, others[1])
    need_joining.separate(step, parted.id, parted.version)
    assert need_joining.held(fresh(session, others[1])) == before
    assert fresh(session, others[2]).main_id == main.id


def test_of_several_needs_that_cannot_all_be_joined_none_is_and_each_is_named_with_its_reason(
    session,
):
    firm = a_firm(session).id
    main, good, changed = (a_need(session, firm, text) for text in "甲乙丙")
    answered = a_need(session, firm, "丁", NeedState.ANSWERED)
    other = a_need(session, firm, "戊", category="人才")
    chosen = seen(session, main, good, changed, answered, other)
    late = fresh(session, changed)
    needs.hand_over(
        at(session, moment()), late.id, late.version, category="资金", department="虚构科", days=3
    )

    with pytest.raises(NotTogether) as refused:
        need_joining.join_several(at(session, moment()), chosen, main.id)

    why = refused.value.why
    assert set(why) == {changed.id, answered.id, other.id}
    assert isinstance(why[changed.id], Stale)
    assert "人才" in why[other.id].fields[""]
    assert fresh(session, good).main_id is None
    assert logged(session, "need_join") == []


def test_the_main_need_is_one_of_at_least_two_that_were_ticked(session):
    firm = a_firm(session).id
    one, two = a_need(session, firm, "甲"), a_need(session, firm, "乙")
    step = at(session, moment())

    for chosen, main in (([one], one), ([one], two), ([], one)):
        with pytest.raises(Invalid):
            need_joining.join_several(step, seen(session, *chosen), main.id)

    assert logged(session, "need_join") == []


def test_a_need_is_registered_and_handed_over_in_one_step_or_not_at_all(session):
    firm = a_firm(session)
    with pytest.raises(Invalid) as wrong:
        needs.register(at(session), firm.id, given(category=""), handed=Handed("", 999))
    assert {"category", "department", "days"} <= wrong.value.fields.keys()
    assert store.of_some_firms(session, [firm.id]) == []
    session.rollback()

    need = needs.register(at(session), firm.id, given(), handed=Handed("虚构科"))

    assert (need.state, need.department, need.days) == (NeedState.HANDED_OVER, "虚构科", 15)
    for action in ("need_register", "need_hand_over"):
        assert len(logged(session, action)) == 1


def test_a_firm_has_no_more_needs_open_than_the_district_allows_and_officers_write_on(session):
    firm, other = a_firm(session), a_firm(session)
    with db.writing(session):
        need_rules.keep(session, NeedRules(most_open=2))
    itself = Step(session, replace(TESTER, role=Role.FIRM), MONDAY)
    a_need(session, firm.id, "第一件", NeedState.DECLINED, at=MONDAY)
    for text in ("第二件", "第三件"):
        needs.register(itself, firm.id, given(text))

    with pytest.raises(Invalid) as refused:
        needs.register(itself, firm.id, given("第四件"))

    assert "已有 2 件诉求没办结" in refused.value.fields["text"]
    session.rollback()
    needs.register(itself, firm.id, given("第三件"))  # the same again is the one that is there
    needs.register(itself, other.id, given("别家的"))
    needs.register(at(session), firm.id, given("电话里说的"))
    assert store.how_many_open(session, firm.id) == 3


def test_what_was_proposed_is_decided_once(session):
    firm = a_firm(session)
    needs.dismiss_draft(at(session), firm.id, "gap:scheduling")
    needs.dismiss_draft(at(session), firm.id, "gap:scheduling")

    assert store.decided_drafts(session, firm.id) == {"gap:scheduling"}
    assert len(logged(session, "need_dismiss")) == 1
    with pytest.raises(WrongState):
        needs.register(at(session, moment()), firm.id, given(), "gap:scheduling")


class Life(RuleBasedStateMachine):
    """Officers and firms who do anything to a few needs, in any order and on pages of any age."""

    session: Session

    @initialize()
    def begin(self) -> None:
        self.session.rollback()
        self.now = MONDAY
        firms = [a_firm(self.session, f"{n} 虚构厂").id for n in range(3)]
        self.firms = firms
        self.ids = [a_need(self.session, firm, at=MONDAY).id for firm in firms]
        self.first = self.ids[0]
        self.rows = self._log()

    def _log(self) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count(AuditEntry.id))) or 0

    def _all(self) -> dict[int, FirmNeed]:
        self.session.rollback()
        self.session.expire_all()
        return {need.id: need for need in store.of_some_firms(self.session, self.firms)}

    def _try(self, which: int, action: str, take: Callable[[Step, int, int], object]) -> None:
        found = self._all()[self.ids[which]]
        state, version = found.state, found.version
        self.session.rollback()
        self.now += timedelta(hours=7)
        try:
            take(Step(self.session, TESTER, self.now), found.id, version)
        except Refusal:
            self.session.rollback()
            assert self._log() == self.rows
        else:
            assert action not in NEED or state in NEED[action].begins
            assert self._log() > self.rows
        self.rows = self._log()

    WHICH = st.integers(0, 2)

    @rule(which=WHICH, days=st.integers(1, 9))
    def hand_over(self, which: int, days: int) -> None:
        given = {"category": "资金", "department": "虚构科", "days": days}
        self._try(which, "need_hand_over", lambda *at: needs.hand_over(*at, **given))

    @rule(which=WHICH)
    def progress(self, which: int) -> None:
        self._try(which, "need_progress", lambda *at: needs.note_progress(*at, says="在办"))

    @rule(which=WHICH)
    def answer(self, which: int) -> None:
        self._try(which, "need_answer", lambda *at: needs.answer(*at, says="好了", public=False))

    @rule(which=WHICH, solved=st.booleans())
    def call_back(self, which: int, solved: bool) -> None:
        heard = Heard(solved, Rating.FAIR, "虚构的话")
        action = "need_solved" if solved else "need_unsolved"
        self._try(which, action, lambda *at: needs.call_back(*at, heard))

    @rule(which=WHICH)
    def close(self, which: int) -> None:
        self._try(which, "need_close", needs.close)

    @rule(which=WHICH, how=st.sampled_from(["defer", "decline", "resume"]))
    def set_aside(self, which: int, how: str) -> None:
        step = getattr(needs, how)
        self._try(which, f"need_{how}", lambda *at: step(*at, reason="虚构的理由"))

    @rule(which=WHICH, main=WHICH)
    def join(self, which: int, main: int) -> None:
        self._try(which, "join", lambda *at: need_joining.join(*at, self.ids[main]))

    @rule(main=WHICH)
    def join_all(self, main: int) -> None:
        """All follow one, or nothing is written; those that follow it already stay as they are."""
        found = self._all()
        seen = [Seen(need.id, need.version) for need in found.values()]
        followed = {need.id for need in found.values() if need.main_id == self.ids[main]}
        self.session.rollback()
        self.now += timedelta(hours=7)
        step = Step(self.session, TESTER, self.now)
        try:
            need_joining.join_several(step, seen, self.ids[main])
        except Refusal:
            self.session.rollback()
            assert self._log() == self.rows
        else:
            after = self._all()
            assert {need.main_id for need in after.values()} == {None, self.ids[main]}
            assert self._log() - self.rows == len(seen) - 1 - len(followed)
        self.rows = self._log()

    @rule(which=WHICH)
    def separate(self, which: int) -> None:
        self._try(which, "separate", need_joining.separate)

    @invariant()
    def every_need_makes_sense(self) -> None:
        found = self._all()
        for need in found.values():
            settled = need.state in store.SETTLED
            assert bool(need.answer) == bool(need.answered_on) == settled
            if settled or need.state in store.RUNNING:
                assert need.department
                assert need.handed_on is not None
                assert need.due_on is not None
                assert need.due_on > need.handed_on
            assert bool(need.reason) == (need.state in store.ASIDE)
            self._follows_one_that_follows_nobody(need, found)

    def _follows_one_that_follows_nobody(self, need: FirmNeed, found: dict[int, FirmNeed]) -> None:
        assert (need.main_id is None) == (need.joined_at is None) == (need.before_joining is None)
        if need.main_id is None:
            return
        main = found[need.main_id]
        assert main.main_id is None
        if need.state not in (NeedState.CALLED_BACK, NeedState.CLOSED):
            followed = main.state in (NeedState.CALLED_BACK, NeedState.CLOSED)
            assert need.state == (NeedState.ANSWERED if followed else main.state)
            assert (need.answer, need.due_on) == (main.answer, main.due_on)


@pytest.mark.parametrize("examples", [6, pytest.param(300, marks=pytest.mark.nightly)])
def test_needs_make_sense_whatever_is_done_to_them_in_whatever_order(session, examples):
    class OnThis(Life):
        pass

    OnThis.session = session
    case = OnThis.TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=14,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    case("runTest").runTest()
