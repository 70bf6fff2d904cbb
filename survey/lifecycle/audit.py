"""Write the audit row that every step leaves, inside the step's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.tables import AuditEntry


@dataclass(frozen=True)
class Actor:
    """Who takes a step, and from where: everything the log says about them."""

    user_id: int | None
    name: str
    address: str = ""
    request_id: str = ""


def log(
    session: Session,
    by: Actor,
    now: datetime,
    action: str,
    subject: str,
    subject_id: object,
    *,
    firm_id: int | None = None,
    before: str = "",
    after: str = "",
    reason: str = "",
    succeeded: bool = True,
) -> None:
    """Add one row. ``subject`` is a word such as assessment, firm, user, pool, report."""
    session.add(
        AuditEntry(
            at=now,
            user_id=by.user_id,
            who=by.name,
            address=by.address,
            request_id=by.request_id,
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            firm_id=firm_id,
            before=before,
            after=after,
            reason=reason,
            succeeded=succeeded,
        )
    )
