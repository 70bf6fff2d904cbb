"""The life of a sample: who may show it to whom, by whose consent, and what becomes of copies."""

from __future__ import annotations

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

from reports.samples import Card, Far
from survey import library
from survey.lifecycle import project_work, sample_copies, samples
from survey.lifecycle.errors import Invalid, NotThere, Refusal, Stale, WrongState
from survey.lifecycle.sample_cards import TypedCard, TypedFigure, TypedItem
from survey.lifecycle.sample_copies import TypedCopy
from survey.lifecycle.states import SAMPLE
from survey.lifecycle.step import Actor, Step
from survey.store import samples as store
from survey.store.lists import Slice, Wanted
from survey.tables import AuditEntry, Firm, ProjectState, Sample, SampleConsent, SampleState
from tests.support.people import a_firm, a_user, moment
from tests.support.projects import a_project, a_step, version
from tests.support.samples import (
    A_PAPER,
    ITEMS,
    WORDS,
    a_copy,
    a_sample,
    a_typed_card,
    again,
    as_owner,
)

S = SampleState


def test_a_card_is_shown_to_others_only_with_its_firms_consent_to_these_very_words(session):
    row = a_sample(session, state=S.ASKED)
    assert store.published(session) == []

    samples.agree(as_owner(session, row.firm_id), row.firm_id, row.id, masked=True, revision=1)

    (shown,) = store.published(session)
    (consent,) = store.consents(session, row.id)
    assert (shown.id, shown.masked) == (row.id, True)
    assert (consent.revision, consent.card) == (1, shown.card)


def test_a_signed_paper_is_consent_too(session):
    row = a_sample(session, state=S.ASKED)

    samples.take_paper(a_step(session), row.id, A_PAPER, masked=False, base_version=row.version)

    (consent,) = store.consents(session, row.id)
    assert again(session, row).state == S.PUBLISHED
    assert (consent.sha256, consent.revision) == (A_PAPER.sha256, 1)


def test_nobody_agrees_to_a_draft_for_another_firm_or_to_what_was_changed_meanwhile(session):
    draft = a_sample(session, state=S.DRAFT)
    asked = a_sample(session, a_firm(session), S.ASKED)
    stranger = a_firm(session)
    colleague = a_user(session, firm=session.get_one(Firm, asked.firm_id), owner=False)
    as_colleague = Step(session, Actor(colleague.id, "同事"), moment())
    samples.edit(
        a_step(session), asked.id, a_typed_card(problem="改了一句。"), base_version=asked.version
    )
    samples.ask(a_step(session), asked.id, base_version=again(session, asked).version)

    for step, firm_id, row, revision, refusal in (
        (as_owner(session, draft.firm_id), draft.firm_id, draft, 1, NotThere),
        (as_owner(session, stranger.id), stranger.id, asked, 2, NotThere),
        (as_colleague, asked.firm_id, asked, 2, NotThere),
        (as_owner(session, asked.firm_id), asked.firm_id, asked, 1, Stale),
    ):
        with pytest.raises(refusal):
            samples.agree(step, firm_id, row.id, masked=False, revision=revision)
    assert session.scalars(select(SampleConsent)).all() == []


def test_a_changed_card_is_gone_until_the_firm_agrees_again(session):
    row = a_sample(session)

    samples.edit(
        a_step(session), row.id, a_typed_card(pitfalls="另一个坑。"), base_version=row.version
    )

    row = again(session, row)
    assert (row.state, row.revision) == (S.DRAFT, 2)
    assert store.consents(session, row.id)[0].ended_at is not None


def test_saving_a_card_unchanged_leaves_the_consent_alone(session):
    row = a_sample(session)

    samples.edit(a_step(session), row.id, a_typed_card(), base_version=row.version)

    assert again(session, row).state == S.PUBLISHED


def test_a_firm_takes_its_consent_back_and_the_card_is_gone_while_copies_stay(session):
    row = a_sample(session)
    (first, second) = a_copy(session, row, a_firm(session))

    samples.revoke(as_owner(session, row.firm_id), row.firm_id, row.id, revision=1)

    assert store.published(session) == []
    with pytest.raises(NotThere):
        a_copy(session, row, a_firm(session))
    assert {first.state, second.state} == {ProjectState.PLANNED}
    assert store.choice_of_project(session, first.id).price == 1200


def test_a_card_that_does_not_say_everything_is_not_shown_to_its_firm(session):
    bare = TypedCard({"title": "样本"}, (TypedItem("N05", "x"),))
    row = a_sample(session, state=S.DRAFT, said=bare)

    with pytest.raises(Invalid) as refused:
        samples.ask(a_step(session), row.id, base_version=row.version)

    missing = {"problem", "pitfalls", "visiting", "accepted_by", "accepted_on", "items", "figures"}
    assert set(refused.value.fields) == missing


def test_a_firm_that_would_not_be_named_is_not_named_by_a_text(session):
    firm = a_firm(session, "云碓阀门（虚构）")
    row = a_sample(session, firm, S.ASKED, said=a_typed_card(problem="云碓阀门报工靠纸卡。"))

    with pytest.raises(Invalid) as refused:
        samples.agree(as_owner(session, firm.id), firm.id, row.id, masked=True, revision=1)

    assert set(refused.value.fields) == {"masked"}


def test_faults_of_a_card_are_all_named_at_once_with_their_line(session):
    said = TypedCard(
        WORDS | {"title": "", "accepted_on": "上周"},
        (TypedItem("没有", "", "0", "一百", "", "x"), ITEMS[0], ITEMS[0]),
        (TypedFigure("", "", "很多", "2026-03-01", "", "2020-01-01"),),
    )

    with pytest.raises(Invalid) as refused:
        a_sample(session, said=said)

    assert set(refused.value.fields) == {
        "title", "accepted_on", "item-0-package", "item-0-need", "item-0-quantity", "item-0-price",
        "item-0-weeks", "item-2-package", "figure-0-title", "figure-0-before", "figure-0-after",
    }  # fmt: skip


def test_what_a_firm_takes_becomes_its_projects_and_remembers_where_from(session):
    row, firm = a_sample(session), a_firm(session)
    a_project(session, firm, title="扫码报工与进度看板")

    (project,) = a_copy(session, row, firm, quantities={"N01": "2"})

    choice = store.choice_of_project(session, project.id)
    assert (project.firm_id, project.state) == (firm.id, ProjectState.PLANNED)
    assert (choice.needed, choice.price, choice.weeks) == (True, 1200, 6)
    assert store.sample_of_copy(session, choice.copy_id).id == row.id


def test_an_n_item_is_left_out_only_with_a_reason_and_taken_later_all_the_same(session):
    row, firm = a_sample(session), a_firm(session)
    with pytest.raises(Invalid) as refused:
        a_copy(session, row, firm, quantities={"N05": "1"})
    assert set(refused.value.fields) == {"why-N01"}

    a_copy(session, row, firm, quantities={"N05": "1"}, reasons={"N01": "去年已经做过。"})
    left = store.choices_of_firm(session, row.id, firm.id)["N01"]
    assert (left.project_id, left.reason) == (None, "去年已经做过。")
    session.rollback()

    (later,) = a_copy(session, row, firm, quantities={"N01": "1", "N05": "1"})
    assert store.choice_of_project(session, later.id).package == "N01"


def test_a_third_project_of_one_name_is_refused_beside_its_item(session):
    row, firm = a_sample(session), a_firm(session)
    title = project_title(session, row)
    for name in (title, f"{title}（照样本）"):
        a_project(session, firm, title=name)

    with pytest.raises(Invalid) as refused:
        a_copy(session, row, firm, quantities={"N01": "1"})

    assert set(refused.value.fields) == {"quantity-N01"}
    assert store.copy_of_firm(session, row.id, firm.id) is None


def project_title(session, row):
    return library.load(session, row.edition).questionnaire(row.trade).package_by_code["N01"].title


def test_a_copy_is_refused_whole(session):
    row, firm = a_sample(session), a_firm(session)
    typed = TypedCopy({"N01": "1", "N05": "许多"})

    with pytest.raises(Invalid):
        sample_copies.copy(a_step(session), firm.id, row.id, typed, revision=1)
    with pytest.raises(Stale):
        sample_copies.copy(a_step(session), firm.id, row.id, TypedCopy({"N01": "1"}), revision=9)
    with pytest.raises(NotThere):
        a_copy(session, row, row.firm_id)

    assert store.copy_of_firm(session, row.id, firm.id) is None


def test_why_a_copy_differs_is_the_copying_firms_to_say(session):
    row, firm = a_sample(session), a_firm(session)
    project = a_copy(session, row, firm)[0]

    with pytest.raises(NotThere):
        sample_copies.explain(a_step(session), row.firm_id, project.id, reason="别家的话。")
    sample_copies.explain(a_step(session), firm.id, project.id, reason="机床多，多装了两台。")

    assert store.choice_of_project(session, project.id).reason == "机床多，多装了两台。"


def test_who_looked_is_counted_once_a_day(session):
    row, firm = a_sample(session), a_firm(session)
    for _ in range(2):
        sample_copies.show(a_step(session), firm.id, row.id)
        session.rollback()

    assert store.showing(session, row.id, firm.id).days == 1


def test_the_list_and_its_sums_count_the_same_copies(session):
    row, other = a_sample(session), a_sample(session, state=S.DRAFT)
    for number in range(3):
        firm = a_firm(session, f"学样厂 {number}")
        (project,) = a_copy(session, row, firm, quantities={"N01": "1"})
        if number == 0:
            project_work.stop(
                a_step(session),
                project.id,
                reason="不做了。",
                base_version=version(session, project),
            )

    lines, total = store.samples(session, Wanted(sort="-copied"), Slice(1, 10))
    (of_trade,) = store.by_trade(session)

    assert total == 2
    assert [(line.id, line.copied) for line in lines] == [(row.id, 3), (other.id, 0)]
    assert lines[0].far == of_trade.far == {Far.PLANNED: 2, Far.STOPPED: 1}
    assert (of_trade.published, of_trade.copied) == (1, 3)
    assert [line.id for line in store.samples(session, Wanted(state="published"))[0]] == [row.id]


STEPS = {
    "edit": lambda session, row: samples.edit(
        a_step(session),
        row.id,
        a_typed_card(problem=f"第 {row.revision} 次改。"),
        base_version=row.version,
    ),
    "ask": lambda session, row: samples.ask(a_step(session), row.id, base_version=row.version),
    "paper": lambda session, row: samples.take_paper(
        a_step(session), row.id, A_PAPER, masked=False, base_version=row.version
    ),
    "withdraw": lambda session, row: samples.withdraw(
        a_step(session), row.id, reason="有误。", base_version=row.version
    ),
    "agree": lambda session, row: samples.agree(
        as_owner(session, row.firm_id), row.firm_id, row.id, masked=True, revision=row.revision
    ),
    "decline": lambda session, row: samples.decline(
        as_owner(session, row.firm_id),
        row.firm_id,
        row.id,
        reason="价格不对。",
        revision=row.revision,
    ),
    "revoke": lambda session, row: samples.revoke(
        as_owner(session, row.firm_id), row.firm_id, row.id, revision=row.revision
    ),
}


class Life(RuleBasedStateMachine):
    """Steps in any order: each obeys the table and leaves a row in the log, or changes nothing."""

    session: Session

    @initialize()
    def born(self) -> None:
        self.id = a_sample(self.session, a_firm(self.session), S.DRAFT).id

    @rule(name=st.sampled_from(sorted(STEPS)))
    def somebody_takes_a_step(self, name: str) -> None:
        before, told = self._row(), self._log()
        try:
            STEPS[name](self.session, before)
        except Refusal:
            self.session.rollback()
            after = self._row()
            assert (after.state, after.version) == (before.state, before.version)
            assert self._log() == told
            return
        after, logged = self._row(), self._log()
        if after.version == before.version:
            assert logged == told
            return
        turn = SAMPLE[logged[-1]]
        assert len(logged) == len(told) + 1
        assert before.state in turn.begins
        assert after.state == turn.leads

    @invariant()
    def it_is_published_exactly_while_a_consent_to_its_words_counts(self) -> None:
        row = self._row()
        counts = [one for one in store.consents(self.session, row.id) if one.ended_at is None]
        self.session.rollback()
        assert [one.card for one in counts] == ([row.card] if row.state == S.PUBLISHED else [])
        assert Card.read(row.card).kept() == row.card

    def _row(self) -> Sample:
        self.session.expire_all()
        row = self.session.get_one(Sample, self.id)
        self.session.expunge(row)
        self.session.rollback()
        return row

    def _log(self) -> list[str]:
        query = select(AuditEntry.action).where(
            AuditEntry.subject == "sample", AuditEntry.subject_id == str(self.id)
        )
        found = list(self.session.scalars(query.order_by(AuditEntry.id)))
        self.session.rollback()
        return found


def test_steps_in_any_order_keep_the_consent_and_the_card_together(session):
    Life.session = session
    run_state_machine_as_test(
        Life, settings=settings(max_examples=6, stateful_step_count=10, deadline=None)
    )


def test_a_step_that_does_not_begin_where_the_card_stands_says_so(session):
    row = a_sample(session, state=S.DRAFT)

    with pytest.raises(WrongState):
        samples.take_paper(a_step(session), row.id, A_PAPER, masked=False, base_version=row.version)
