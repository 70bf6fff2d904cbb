"""Samples at any point of their life, and copies of them, by the steps that lead there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.files.uploads import Stored
from survey.lifecycle import sample_copies, samples
from survey.lifecycle.sample_cards import TypedCard, TypedFigure, TypedItem
from survey.lifecycle.sample_copies import TypedCopy
from survey.lifecycle.step import Actor, Step
from survey.store import samples as store
from survey.tables import Firm, Project, Sample, SampleState, User
from tests.support.people import a_firm, a_user, moment
from tests.support.projects import a_step

WORDS = {
    "title": "小型阀门厂扫码报工样本",
    "problem": "报工靠纸卡，进度要到车间里问。",
    "pitfalls": "标签要选耐油的，第一批一个月就看不清了。",
    "visiting": "每周三下午",
    "accepted_by": "虚构区经信局",
    "accepted_on": "2026-06-10",
}
ITEMS = (
    TypedItem("N01", "n", "1", "12", "1", "6", "虚构软件公司", "当场扫码报一道工序"),
    TypedItem("N05", "x", "1", "8", "", "4", "虚构软件公司", "抽五张图"),
)
FIGURES = (TypedFigure("准时交付率", "%", "80", "2026-03-01", "92.5", "2026-06-01"),)
A_PAPER = Stored("同意书.pdf", "0" * 64, "application/pdf", 9, has_thumbnail=False)


def a_typed_card(**words: str) -> TypedCard:
    return TypedCard(WORDS | words, ITEMS, FIGURES)


def its_owner(session: Session, firm_id: int) -> User:
    """The owner of a firm, made where there is none."""
    query = select(User).where(User.firm_id == firm_id, User.owner)
    found = session.scalars(query.limit(1)).one_or_none()
    session.rollback()
    return found or a_user(session, firm=session.get_one(Firm, firm_id))


def as_owner(session: Session, firm_id: int) -> Step:
    owner = its_owner(session, firm_id)
    session.rollback()
    return Step(session, Actor(owner.id, owner.name), moment())


def a_sample(
    session: Session,
    firm: Firm | None = None,
    state: SampleState = SampleState.PUBLISHED,
    *,
    masked: bool = False,
    said: TypedCard | None = None,
    paper: Stored | None = None,
) -> Sample:
    """A card as far as a state; its firm agrees on its page, or on a paper."""
    firm_id = (firm or a_firm(session, "虚构样本厂")).id
    row = samples.draft(a_step(session), firm_id, said or a_typed_card())
    if state != SampleState.DRAFT:
        samples.ask(a_step(session), row.id, base_version=again(session, row).version)
    if paper is not None:
        seen = again(session, row).version
        samples.take_paper(a_step(session), row.id, paper, masked=masked, base_version=seen)
    elif state in (SampleState.PUBLISHED, SampleState.WITHDRAWN):
        samples.agree(as_owner(session, firm_id), firm_id, row.id, masked=masked, revision=1)
    if state == SampleState.WITHDRAWN:
        samples.revoke(as_owner(session, firm_id), firm_id, row.id, revision=1)
    return again(session, row)


def again(session: Session, row: Sample) -> Sample:
    session.expire_all()
    found = store.sample(session, row.id)
    assert found is not None
    session.rollback()
    return found


def a_copy(session: Session, row: Sample, firm: Firm | int, **said: Any) -> list[Project]:
    """What a firm takes of a card: all of it, or what ``quantities`` and ``reasons`` say."""
    typed = TypedCopy(**{"quantities": {"N01": "1", "N05": "1"}, **said})
    firm_id = firm if isinstance(firm, int) else firm.id
    made = sample_copies.copy(a_step(session), firm_id, row.id, typed, revision=row.revision)
    session.rollback()
    return made
