"""Leave a version of a sheet behind: it is kept to be read, and work goes on in the next one.

The sheet that is worked on keeps its id, its revisions and the requests that made them, so that a
late save or a replay meets what it always met; what is left behind is the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from reports.facts import Choice
from survey.lifecycle.choices import choices_of, parsed, plain
from survey.lifecycle.step import Step
from survey.store import pairs
from survey.store import versions as store
from survey.store.contradictions import explanations
from survey.store.notes import notes
from survey.tables import Assessment, Explanation, NoteRow, SheetKind, SheetRow, Size

Kept = TypeVar("Kept", Explanation, NoteRow)


@dataclass(frozen=True)
class Profile:
    """What a firm said of itself when a version was handed in or confirmed."""

    name: str
    township: str | None
    park: str | None
    size: Size | None
    above_scale: bool | None
    employees: int | None
    revenue: int | None
    products: str | None
    contact_name: str | None
    contact_post: str | None
    contact_phone: str | None
    in_use: list[dict[str, Any]]


def profile(assessment: Assessment, sheet: SheetRow) -> Profile:
    """Return a firm's profile as it stands, or stood when a sheet was left behind."""
    firm = assessment.firm
    now = {field.name: getattr(firm, field.name) for field in fields(Profile)}
    kept = (sheet.beside or {}).get("profile")
    return Profile(**now | ({"in_use": []} | kept if kept else {}))


@dataclass(frozen=True)
class Beside:
    """What an assessment says beside its sheets, and what a kept version remembers of it."""

    declared_by: str
    problems: str | None
    choices: tuple[Choice, ...] | None
    explanations: Mapping[str, Explanation]
    """By the check they speak of."""
    notes: tuple[NoteRow, ...] = ()
    """What the visit noted; of the firm's own sheet nothing."""


def beside(session: Session, assessment: Assessment, sheet: SheetRow) -> Beside:
    """Return what stands beside a sheet, or stood there when it was left behind."""
    if sheet.beside is not None:
        return _parsed(sheet.beside)
    return Beside(
        declared_by=assessment.declared_by or "",
        problems=assessment.problems,
        choices=choices_of(session, assessment),
        explanations=explanations(session, [assessment.id])[assessment.id],
        notes=_noted(session, sheet),
    )


def _noted(session: Session, sheet: SheetRow) -> tuple[NoteRow, ...]:
    if sheet.kind != SheetKind.ONSITE:
        return ()
    return tuple(notes(session, [sheet.assessment_id])[sheet.assessment_id])


def leave(step: Step, assessment: Assessment, sheet: SheetRow) -> int:
    """Keep a sheet that was handed in or confirmed as it is, and go on in the next version.

    Inside the caller's transaction.

    Returns:
        The number of the version that is kept.
    """
    session, number = step.session, sheet.version
    kept = SheetRow(
        assessment_id=sheet.assessment_id,
        kind=sheet.kind,
        version=number,
        author_id=sheet.author_id,
        speaks=False,
        processes=sheet.processes,
        lacking=sheet.lacking,
        beside=_plain(beside(session, assessment, sheet))
        | {"profile": asdict(profile(assessment, sheet))},
        created_at=sheet.created_at,
    )
    sheet.version = number + 1
    session.flush()  # before another row takes its number
    session.add(kept)
    session.flush()
    store.copy_contents(session, sheet.id, kept.id)
    store.move_score(session, sheet.id, kept.id)
    pairs.stay_with(session, sheet.id, kept.id)
    return number


def _plain(said: Beside) -> dict[str, Any]:
    return {
        "declared_by": said.declared_by,
        "problems": said.problems,
        "choices": plain(said.choices),
        "explanations": [_plain_row(row) for row in said.explanations.values()],
        "notes": [_plain_row(row) for row in said.notes],
    }


def _plain_row(row: Explanation | NoteRow) -> dict[str, Any]:
    columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return columns | {"saved_at": row.saved_at.isoformat()}


def _parsed(kept: Mapping[str, Any]) -> Beside:
    said = (_row(Explanation, row) for row in kept["explanations"])
    return Beside(
        kept["declared_by"],
        kept["problems"],
        parsed(kept["choices"]),
        {row.check_id: row for row in said},
        tuple(_row(NoteRow, row) for row in kept.get("notes", ())),
    )


def _row(table: type[Kept], kept: Mapping[str, Any]) -> Kept:
    saved_at = datetime.fromisoformat(kept["saved_at"])
    return table(**{**kept, "saved_at": saved_at})
