"""Firms of the demonstration fill their sheets in and hand them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.answers import NOT_APPLICABLE, Answer, plain
from questionnaires.contradictions import Told
from questionnaires.contradictions import contradictions as contradictions_of
from questionnaires.library import SHIPPED
from questionnaires.model import Questionnaire
from questionnaires.scoring import FULL, score
from survey import db
from survey.files.uploads import Stored
from survey.library import edition_of, questionnaire_of
from survey.lifecycle import assessments as steps
from survey.lifecycle.contradictions import facts_of
from survey.lifecycle.firms import Profile, update_profile
from survey.lifecycle.step import Step
from survey.running.demonstration.coherence import Answers, coherent
from survey.running.demonstration.people import actor
from survey.running.demonstration.sheets import (
    application_facts,
    artificial_intelligence,
    key_figures,
    sheet_on,
)
from survey.running.demonstration.story import EDITION
from survey.store import assessments as store
from survey.store import starts as starts_store
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    Evidence,
    Firm,
    SheetKind,
    SheetRow,
    User,
)


def invented(
    firm: Firm, row: dict[str, Any], questionnaire: Questionnaire, random: Random
) -> tuple[Answers, Answers]:
    """Return a firm's true answers and its figures: on its rung, and nothing against the other."""
    processes, step = frozenset(firm.processes), row["step"]
    truth = sheet_on(questionnaire, processes, step, random)
    extras = key_figures(questionnaire, processes, step, random)
    extras |= application_facts(questionnaire, row.get("invested"), random)
    extras |= artificial_intelligence(step)
    told = Told(truth | extras, processes, facts_of(firm))
    but = frozenset(row.get("explained", ())) | frozenset(row.get("unsettled", ()))
    mended = coherent(questionnaire, told, step, but=but)
    return ({id: mended[id] for id in truth}, {id: mended[id] for id in extras if id in mended})


def show_files(
    session: Session,
    assessment: Assessment,
    told: Answers,
    author: User,
    photo: Stored,
    at: datetime,
) -> None:
    """Put a picture behind each high answer that a cross-check asks one for."""
    questionnaire, own = questionnaire_of(assessment), sheet_of(session, assessment, SheetKind.SELF)
    processes = frozenset(own.processes)
    bare = contradictions_of(questionnaire, Told(told, processes, files=frozenset()))
    with db.writing(session):
        for found in bare:
            if found.check.kind == "files":
                question = found.check.questions[0]
                session.add(photo_row(photo, own.id, question, author, at))


def photo_row(
    photo: Stored, sheet_id: int, question_id: str, consultant: User, at: datetime
) -> Evidence:
    return Evidence(
        sheet_id=sheet_id,
        question_id=question_id,
        sha256=photo.sha256,
        name=photo.name,
        media_type=photo.media_type,
        size=photo.size,
        has_thumbnail=photo.has_thumbnail,
        likeness=photo.likeness,
        taken_at=photo.taken_at or at,
        uploaded_by=consultant.id,
        uploaded_at=at,
    )


def sheet_of(session: Session, assessment: Assessment, kind: SheetKind) -> SheetRow:
    found = store.sheet(session, assessment.id, kind)
    assert found is not None, "a step before made it"  # noqa: S101
    return found


def inflated(truth: dict[str, Answer]) -> dict[str, Answer]:
    """Return what a firm says that thinks too well of itself: six answers two levels higher."""
    low = {q: a for q, a in truth.items() if isinstance(a, int) and a <= 2}
    higher = {q: low[q] + 2 for q in list(low)[::3][:6]}
    return truth | higher


def raised(
    firm: Firm, row: dict[str, Any], questionnaire: Questionnaire, truth: Answers
) -> Answers:
    """Return what a firm says that takes so many things for better than they are, by its row; where the
    row says so, what another rung demands as well. All of it sits together."""
    random = Random(row["sample"])  # noqa: S311  # the same every time, not a secret
    could = [id for id, level in truth.items() if isinstance(level, int) and 0 < level < FULL]
    said = dict(truth)
    for id in random.sample(could, row["tried"]):
        said[id] = min(int(str(truth[id])) + random.choice((1, 1, 2)), FULL)
    if claims := row.get("claims"):
        higher, _ = invented(firm, row | {"step": claims}, questionnaire, Random(row["sample"]))  # noqa: S311
        said |= {id: level for id, level in higher.items() if _is_above(level, said.get(id))}
    return _settled(firm, questionnaire, said)


def _settled(firm: Firm, questionnaire: Questionnaire, said: Answers) -> Answers:
    """Return a sheet in which nothing contradicts, on the rung where it stands."""
    told = Told(said, frozenset(firm.processes), facts_of(firm))
    return coherent(questionnaire, told, score(questionnaire, said, told.processes).step)


def _is_above(level: Answer, other: Answer | None) -> bool:
    return isinstance(level, int) and isinstance(other, int) and level > other


def overstated(row: dict[str, Any]) -> Answers:
    """Return what a firm puts higher than it is, by its row: one question and its level."""
    return dict(row.get("overstated", {}))


def lowered(told: Answers, count: int) -> Answers:
    """Return a sheet as it was before: one level lower in so many answers."""
    low = {id: level - 1 for id, level in told.items() if isinstance(level, int) and level}
    return told | dict(list(low.items())[:count])


def without(package: str, firm: Firm, questionnaire: Questionnaire, told: Answers) -> Answers:
    """Return a sheet as it was before a package was bought: a level lower where that lifted it."""
    edition = SHIPPED.load(EDITION)
    lifts = next(one.lifts for one in edition.packages if one.code == package)
    before = {
        id: level - 1
        for id, level in told.items()
        if isinstance(level, int) and 0 < level <= lifts.get(id, 0)
    }
    return _settled(firm, questionnaire, {**told, **before})


def amiss(told: dict[str, Answer], question: str | None) -> dict[str, Answer]:
    """Return what was told at first: one level off where a sheet is to be returned."""
    if question is None:
        return told
    level = told[question]
    assert isinstance(level, int), "a returned question of the demonstration has levels"  # noqa: S101
    return told | {question: level - 1 if level else 1}


def fill_in(
    session: Session,
    assessment: Assessment,
    sheet: dict[str, Answer],
    author: User,
    at: datetime,
    said: Mapping[str, str] | None = None,
) -> None:
    """Write a whole sheet at once, with the history the questionnaire's own saving would leave.

    Args:
        said: What the firm remarks, by question.
    """
    own = sheet_of(session, assessment, SheetKind.SELF)
    with db.writing(session):
        for number, (question_id, answer) in enumerate(sheet.items()):
            fields = {
                "sheet_id": own.id,
                "question_id": question_id,
                "value": plain(answer),
                "remark": "本企业没有这道工序。"
                if answer is NOT_APPLICABLE
                else (said or {}).get(question_id, ""),
                "reason": "",
                "finding": "",
                "revision": 1,
                "author_id": author.id,
                "saved_at": at + timedelta(minutes=number),
            }
            session.add(AnswerRow(**fields))
            session.add(AnswerRevision(**fields, request_id=f"demo.{number}"))


def hand_in(session: Session, assessment: Assessment, author: User, at: datetime) -> None:
    """Hand a sheet in; where it began with a last round, the firm first looks at its profile."""
    step, number = Step(session, actor(author), at), assessment.id
    sheet = starts_store.own_sheet(session, number)
    if sheet is not None and sheet.start is not None:
        look_at_profile(step, assessment)
    steps.submit(step, number, declared_by="张某")


def look_at_profile(step: Step, assessment: Assessment) -> None:
    """Let a firm save its profile as it stands."""
    firm = step.session.get_one(Firm, assessment.firm_id)
    profile = Profile(**{field.name: getattr(firm, field.name) for field in fields(Profile)})
    edition, version = edition_of(assessment), firm.version
    update_profile(step, firm.id, profile, edition, base_version=version)
