"""Queries over what firms say of confirmed visits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.store.sheets import speaking
from survey.tables import Response, ResponseKind, SheetKind, SheetRow


def response(session: Session, response_id: int) -> Response | None:
    return session.get(Response, response_id, populate_existing=True)


def responses(session: Session, assessment_id: int, version: int | None = None) -> list[Response]:
    """Return what a firm said of an assessment, or of one version of it, newest first."""
    query = select(Response).where(Response.assessment_id == assessment_id)
    if version is not None:
        query = query.where(Response.version == version)
    ordered = query.order_by(Response.said_at.desc(), Response.id.desc())
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def answered(session: Session, assessment_ids: Collection[int]) -> set[int]:
    """Return those assessments on whose standing on-site version the firm has said anything."""
    query = (
        select(SheetRow.assessment_id)
        .join(
            Response,
            (Response.assessment_id == SheetRow.assessment_id)
            & (Response.version == SheetRow.version),
        )
        .where(SheetRow.assessment_id.in_(assessment_ids), speaking(SheetKind.ONSITE))
    )
    return set(session.scalars(query))


def settled_last(session: Session, assessment_ids: Collection[int]) -> list[Response]:
    """Return the settled objections to standing versions, of which nothing was said since."""
    newest = (
        select(func.max(Response.id))
        .where(Response.assessment_id.in_(assessment_ids))
        .group_by(Response.assessment_id)
    )
    query = (
        select(Response)
        .join(
            SheetRow,
            (SheetRow.assessment_id == Response.assessment_id)
            & (SheetRow.version == Response.version),
        )
        .where(Response.id.in_(newest), Response.settlement.is_not(None))
        .where(speaking(SheetKind.ONSITE))
    )
    return list(session.scalars(query))


def open_objections(session: Session, assessment_ids: Collection[int]) -> dict[int, Response]:
    """Return the objections the bureau has still to settle, by assessment id."""
    query = select(Response).where(
        Response.assessment_id.in_(assessment_ids), Response.kind == ResponseKind.OBJECTED
    )
    rows = session.scalars(query.where(Response.settlement.is_(None)))
    return {row.assessment_id: row for row in rows}
