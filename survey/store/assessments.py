"""Queries over assessments, sheets and scores, and over the one answer that a save is about.

What every page or every save asks is a statement built once: putting one together costs more than
running it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from survey.store.answers import KeptAnswer
from survey.store.sheets import speaking
from survey.tables import (
    AnswerRevision,
    Assessment,
    AssessmentState,
    Evidence,
    Role,
    ScoreRow,
    SheetKind,
    SheetRow,
    Table,
    User,
)

_ASSESSMENT = (
    select(Assessment)
    .where(Assessment.id == bindparam("id"))
    .options(joinedload(Assessment.firm, innerjoin=True))
    .options(joinedload(Assessment.round, innerjoin=True))
)
_LOCKED = _ASSESSMENT.with_for_update(of=Assessment)
_LOCKED = _LOCKED.execution_options(populate_existing=True)
_SHEET = select(SheetRow).where(
    SheetRow.assessment_id == bindparam("assessment_id"), speaking(bindparam("kind"))
)

# --- what every save asks: plain columns, for making rows of them costs more than all the rest ----


class Writer(NamedTuple):
    """Whoever writes, as they stand at this moment."""

    user_id: int
    active: bool
    role: Role
    firm_id: int | None
    sections: list[str] | None
    """The modules a firm's colleague was given; None for everything."""
    signed_in: bool
    """Whether the sign-in they act by stands."""


class Destination(NamedTuple):
    """Where a change would be kept, what is there, and who writes it."""

    state: AssessmentState
    edition: str
    trade: str
    firm_id: int
    consultant_id: int | None
    second_consultant_id: int | None
    sheet_id: int
    """The one that speaks, or what its writer keeps apart as the second of the pair."""
    finished_at: datetime | None
    """When the second said so, or the lead went on without the sheet."""
    processes: list[str]
    writer: Writer | None
    answer: KeptAnswer | None
    seen: KeptAnswer | None
    """What the same request left when it came before."""

    @property
    def visitors(self) -> tuple[int | None, int | None]:
        """Whoever the visit is assigned to, by id."""
        return self.consultant_id, self.second_consultant_id


_TABLES = Table.metadata.tables
_assessment, _sheet = _TABLES["assessments"].c, _TABLES["sheets"].c
_answer, _revision = _TABLES["answers"].c, _TABLES["answer_revisions"].c
_user, _sign_in = _TABLES["users"].c, _TABLES["user_sessions"].c
_second = _TABLES["second_sheets"].c
_SHEET_ID = func.coalesce(_second.sheet_id, _sheet.id)
_DESTINATION = (
    select(_assessment.state, _assessment.edition, _assessment.trade)
    .add_columns(_assessment.firm_id, _assessment.consultant_id, _assessment.second_consultant_id)
    .add_columns(_SHEET_ID, func.coalesce(_second.finished_at, _second.closed_at), _sheet.processes)
    .add_columns(_user.id, _user.active, _user.role, _user.firm_id, _user.sections)
    .add_columns(_sign_in.user_id.is_not(None))
    .add_columns(*(_answer[name] for name in KeptAnswer._fields))
    .add_columns(*(_revision[name] for name in KeptAnswer._fields))
    .join_from(
        _TABLES["assessments"],
        _TABLES["sheets"],
        and_(_sheet.assessment_id == _assessment.id, speaking(bindparam("kind"))),
    )
    .outerjoin(
        _TABLES["second_sheets"],
        and_(
            _second.shared_id == _sheet.id,
            _second.author_id == _assessment.second_consultant_id,
            _second.author_id == bindparam("writer"),
        ),
    )
    .outerjoin(_TABLES["users"], _user.id == bindparam("writer"))
    .outerjoin(
        _TABLES["user_sessions"],
        and_(_sign_in.user_id == _user.id, _sign_in.token_hash == bindparam("sign_in")),
    )
    .outerjoin(
        _TABLES["answers"],
        and_(_answer.sheet_id == _SHEET_ID, _answer.question_id == bindparam("question_id")),
    )
    .outerjoin(
        _TABLES["answer_revisions"],
        and_(_revision.sheet_id == _SHEET_ID, _revision.request_id == bindparam("request_id")),
    )
    .where(_assessment.id == bindparam("id"))
)
_FIRST_ANSWER = insert(_TABLES["answers"])
_LATER_ANSWER = update(_TABLES["answers"]).where(
    _answer.sheet_id == bindparam("at_sheet"), _answer.question_id == bindparam("at_question")
)
_KEYS = {"sheet_id": "at_sheet", "question_id": "at_question"}
_REVISION = insert(_TABLES["answer_revisions"])


def destination(
    session: Session,
    assessment_id: int,
    kind: SheetKind,
    question_id: str,
    *,
    request_id: str,
    writer: int | None,
    sign_in: str,
) -> Destination | None:
    """Return a sheet, the present answer to one question, any trace of this request, and its writer."""
    wanted = {"id": assessment_id, "kind": kind, "question_id": question_id}
    asked = wanted | {"request_id": request_id, "writer": writer, "sign_in": sign_in}
    found = session.connection().execute(_DESTINATION, asked).one_or_none()
    if found is None:
        return None
    at, now, answer, seen = (found[start:end] for start, end in pairwise(_CUTS))
    return Destination._make(
        (
            *at,
            Writer(*now) if now[0] is not None else None,
            *(KeptAnswer(*row) if row[1] else None for row in (answer, seen)),
        )
    )


_CUTS = tuple(
    accumulate(
        (9, len(Writer._fields), len(KeptAnswer._fields), len(KeptAnswer._fields)), initial=0
    )
)
"""Where in a row of ``_DESTINATION`` each of its four parts begins."""


def keep_answer(session: Session, fields: dict[str, Any], request_id: str) -> None:
    """Write an answer, over the one before from revision 2 on, and its revision.

    Rows in the session are left as they were read.
    """
    write = session.connection()
    if fields["revision"] == 1:
        write.execute(_FIRST_ANSWER, fields)
    else:
        # The key stays as it is: set again, its index would be written too.
        later = {_KEYS.get(name, name): value for name, value in fields.items()}
        write.execute(_LATER_ANSWER, later)
    write.execute(_REVISION, fields | {"request_id": request_id})


def keep_answers(session: Session, kept: Collection[tuple[dict[str, Any], str]]) -> None:
    """Write many answers as ``keep_answer`` does, each with the name of its request."""
    write = session.connection()
    first = [fields for fields, _ in kept if fields["revision"] == 1]
    later = [
        {_KEYS.get(name, name): value for name, value in fields.items()}
        for fields, _ in kept
        if fields["revision"] != 1
    ]
    revisions = [fields | {"request_id": request_id} for fields, request_id in kept]
    for statement, rows in ((_FIRST_ANSWER, first), (_LATER_ANSWER, later), (_REVISION, revisions)):
        if rows:
            write.execute(statement, rows)


def keep_first_answers(session: Session, kept: Collection[tuple[dict[str, Any], str]]) -> None:
    """Write the answers a sheet begins with, at whatever revision, each with its request's name."""
    if kept:
        session.connection().execute(_FIRST_ANSWER, [fields for fields, _ in kept])
        revisions = [fields | {"request_id": request_id} for fields, request_id in kept]
        session.connection().execute(_REVISION, revisions)


# --- what pages ask -------------------------------------------------------------------------------


def assessment(session: Session, assessment_id: int, *, lock: bool = False) -> Assessment | None:
    """Return one assessment with its firm and round; ``lock`` holds off other writers."""
    query = _LOCKED if lock else _ASSESSMENT
    return session.scalar(query, {"id": assessment_id})


def assessments_of_firm(session: Session, firm_id: int) -> list[Assessment]:
    """Return the firm's assessments with their rounds, newest first."""
    query = (
        select(Assessment)
        .where(Assessment.firm_id == firm_id)
        .options(joinedload(Assessment.round), joinedload(Assessment.firm))
        .order_by(Assessment.created_at.desc(), Assessment.id.desc())
    )
    return list(session.scalars(query))


def sheet(session: Session, assessment_id: int, kind: SheetKind) -> SheetRow | None:
    return session.scalar(_SHEET, {"assessment_id": assessment_id, "kind": kind})


def revision(
    session: Session, sheet_id: int, question_id: str, number: int
) -> AnswerRevision | None:
    return session.get(AnswerRevision, (sheet_id, question_id, number))


def name_of(session: Session, user_id: int) -> str:
    return session.scalar(select(User.name).where(User.id == user_id)) or ""


def names_of(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    query = select(User.id, User.name).where(User.id.in_(set(user_ids)))
    return dict(session.execute(query).all())


def usernames_of(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    query = select(User.id, User.username).where(User.id.in_(set(user_ids)))
    return dict(session.execute(query).all())


def evidence_counts(session: Session, sheet_id: int) -> dict[str, int]:
    query = (
        select(Evidence.question_id, func.count())
        .where(Evidence.sheet_id == sheet_id)
        .group_by(Evidence.question_id)
    )
    return dict(session.execute(query).all())


def score(session: Session, sheet_id: int) -> ScoreRow | None:
    return session.get(ScoreRow, sheet_id)


def scores_without_support(
    session: Session, limit: int
) -> list[tuple[ScoreRow, SheetRow, Assessment]]:
    """Return scores an older release kept without how few answers hold the rung."""
    query = (
        select(ScoreRow, SheetRow, Assessment)
        .join(SheetRow, SheetRow.id == ScoreRow.sheet_id)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(ScoreRow.support.is_(None) | ScoreRow.unseen_support.is_(None))
        .order_by(ScoreRow.sheet_id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def scores_to_tell(session: Session) -> list[tuple[ScoreRow, SheetRow, Assessment]]:
    """Return the scores an older release kept without the codes of their gates or their floor."""
    query = (
        select(ScoreRow, SheetRow, Assessment)
        .join(SheetRow, SheetRow.id == ScoreRow.sheet_id)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(ScoreRow.failed_gates.is_(None) | ScoreRow.floor_step.is_(None))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
