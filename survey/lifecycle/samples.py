"""Samples (样本): the card, the firm's written consent to it, and its way to the readers and back."""

from __future__ import annotations

from typing import Final

from reports.samples import Card
from survey.files.uploads import Stored
from survey.lifecycle import sample_cards, typed
from survey.lifecycle.colleagues import require_owner
from survey.lifecycle.edition_status import newest
from survey.lifecycle.errors import Invalid, NotThere, Stale, WrongState
from survey.lifecycle.projects import catalogue_of
from survey.lifecycle.sample_cards import TypedCard
from survey.lifecycle.states import SAMPLE
from survey.lifecycle.step import About, Step
from survey.store import firms
from survey.store import samples as store
from survey.tables import ConsentWay, Firm, Sample, SampleConsent, SampleState

MOST_SAMPLES: Final = 20
"""Cards of one firm."""


def about(row: Sample) -> About:
    return About("sample", row.id, row.firm_id)


# --- the officer ----------------------------------------------------------------------------------


def draft(step: Step, firm_id: int, said: TypedCard) -> Sample:
    """Begin a card about a firm; nobody but the bureau sees it.

    Raises:
        NotThere, Invalid
    """
    with step.writing() as session:
        firm = firms.firm(session, firm_id, lock=True)
        if firm is None:
            raise NotThere
        if len(store.of_firm(session, firm_id)) >= MOST_SAMPLES:
            raise Invalid({"title": f"一家企业最多 {MOST_SAMPLES} 张样本卡，请修改已有的。"})
        edition = newest(session)
        card = _read(step, said, firm, edition)
        row = Sample(
            firm_id=firm.id,
            edition=edition,
            trade=card.trade,
            title=card.title,
            card=card.kept(),
            state=SAMPLE["sample_draft"].leads,
            made_by=step.by.user_id,
            made_at=step.now,
            changed_at=step.now,
        )
        session.add(row)
        session.flush()
        step.log("sample_draft", about(row), after={"title": row.title, "state": row.state})
        return row


def edit(step: Step, sample_id: int, said: TypedCard, *, base_version: int) -> None:
    """Change a card; what was asked or published is a draft again, for it is another card now.

    A card that stays as it was is left alone.

    Raises:
        NotThere, Stale, Invalid
    """
    with step.writing():
        row = _held(step, sample_id, base_version)
        card = _read(step, said, row.firm, row.edition)
        if card.kept() == row.card:
            return
        row.card, row.title, row.trade = card.kept(), card.title, card.trade
        row.revision += 1
        row.masked, row.published_at, row.reason = False, None, ""
        _end_consent(step, row)
        _move(step, row, "sample_edit", title=row.title)


def _read(step: Step, said: TypedCard, firm: Firm, edition: str) -> Card:
    offered = catalogue_of(step.session, edition, firm.trade)
    return sample_cards.read(said, firm, offered, step.today)


def ask(step: Step, sample_id: int, *, base_version: int) -> None:
    """Show a whole card to its firm, and ask whether others may see it.

    Raises:
        NotThere, Stale, WrongState
        Invalid: Names what the card does not say yet.
    """
    with step.writing():
        row = _held(step, sample_id, base_version)
        sample_cards.require_whole(Card.read(row.card))
        row.reason = ""
        _move(step, row, "sample_ask")


def take_paper(
    step: Step, sample_id: int, stored: Stored, *, masked: bool, base_version: int
) -> None:
    """Keep the paper on which a firm agreed to the card as it stands, and publish it.

    Raises:
        NotThere, Stale, WrongState, Invalid
    """
    with step.writing():
        row = _held(step, sample_id, base_version)
        paper = SampleConsent(
            way=ConsentWay.PAPER,
            sha256=stored.sha256,
            name=stored.name,
            media_type=stored.media_type,
            size=stored.size,
        )
        _publish(step, row, paper, masked=masked)


def withdraw(step: Step, sample_id: int, *, reason: str, base_version: int) -> None:
    """Take a card from its readers, saying why; copies of it stay.

    Raises:
        NotThere, Stale, WrongState, Invalid
    """
    why = typed.reason(reason)
    with step.writing():
        row = _held(step, sample_id, base_version)
        row.reason = why
        _end_consent(step, row)
        _move(step, row, "sample_withdraw", reason=why)


# --- the firm -------------------------------------------------------------------------------------


def agree(step: Step, firm_id: int, sample_id: int, *, masked: bool, revision: int) -> None:
    """Agree that others see the card, in the revision that the firm's page showed.

    Pressed twice, it agrees once.

    Raises:
        NotThere: Who agrees is not the firm's owner, or the card was never shown to it.
        Stale: The card was changed since.
        WrongState, Invalid
    """
    with step.writing():
        row = own(step, firm_id, sample_id, revision)
        if row.state == SampleState.PUBLISHED and row.masked == masked:
            return
        _publish(step, row, SampleConsent(way=ConsentWay.PAGE), masked=masked)


def decline(step: Step, firm_id: int, sample_id: int, *, reason: str, revision: int) -> None:
    """Do not agree, saying what should be otherwise; the card goes back to the bureau.

    Raises:
        NotThere, Stale, WrongState, Invalid
    """
    why = typed.reason(reason)
    with step.writing():
        row = own(step, firm_id, sample_id, revision)
        row.reason = why
        _move(step, row, "sample_decline", reason=why)


def revoke(step: Step, firm_id: int, sample_id: int, *, revision: int) -> None:
    """Take the consent back: the card is gone from every reader at once; copies of it stay.

    Raises:
        NotThere, Stale, WrongState
    """
    with step.writing():
        row = own(step, firm_id, sample_id, revision)
        row.reason = ""
        _end_consent(step, row)
        _move(step, row, "sample_revoke")


def own(step: Step, firm_id: int, sample_id: int, revision: int) -> Sample:
    """Return a card of a firm that its owner was shown, under its lock."""
    require_owner(step, firm_id)
    row = store.sample(step.session, sample_id, lock=True)
    if row is None or row.firm_id != firm_id or row.state == SampleState.DRAFT:
        raise NotThere
    if row.revision != revision:
        raise Stale
    return row


# --- what every step does -------------------------------------------------------------------------


def _held(step: Step, sample_id: int, base_version: int) -> Sample:
    row = store.sample(step.session, sample_id, lock=True)
    if row is None:
        raise NotThere
    if row.version != base_version:
        raise Stale
    return row


def _publish(step: Step, row: Sample, consent: SampleConsent, *, masked: bool) -> None:
    if masked and sample_cards.names_firm(Card.read(row.card), row.firm.name):
        raise Invalid({"masked": NAMED})
    consent.sample_id, consent.revision, consent.card = row.id, row.revision, row.card
    consent.masked = masked
    consent.given_by, consent.given_at = step.by.user_id, step.now
    step.session.add(consent)
    row.masked, row.published_at, row.reason = masked, step.now, ""
    _move(step, row, "sample_agree", way=consent.way, masked=masked, revision=row.revision)


NAMED: Final = "卡片的文字里写着企业名称，不能按“不公开名称”发布。请先把文字里的企业名称改掉。"


def _end_consent(step: Step, row: Sample) -> None:
    for consent in store.consents(step.session, row.id):
        consent.ended_at = consent.ended_at or step.now


def _move(step: Step, row: Sample, action: str, *, reason: str = "", **said: object) -> None:
    turn, before = SAMPLE[action], row.state
    if before not in turn.begins:
        raise WrongState({"": NOT_NOW[before]})
    row.state, row.changed_at = turn.leads, step.now
    after = {"state": row.state, **said}
    step.log(action, about(row), before={"state": before}, after=after, reason=reason)


NOT_NOW: Final = {
    SampleState.DRAFT: "样本卡还是草稿，请先请企业同意。",
    SampleState.ASKED: "正等企业同意，请刷新页面看现在可以办理什么。",
    SampleState.PUBLISHED: "样本卡已经公开，请刷新页面看现在可以办理什么。",
    SampleState.WITHDRAWN: "样本卡已经撤下，改过以后可以再请企业同意。",
}
