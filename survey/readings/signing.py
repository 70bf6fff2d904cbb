"""Who signed a visit, as its pages and its papers show it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from reports.visit import Signed
from survey.clock import LOCAL
from survey.lifecycle.signing import content_hash
from survey.store import signatures as store
from survey.tables import Assessment, SheetRow, SignerRole


def signed_of(
    session: Session,
    assessment: Assessment,
    sheet: SheetRow | None = None,
    pictures: Mapping[str, bytes | None] | None = None,
) -> tuple[Signed, ...]:
    """Return the last signature of everybody who signed, and whether it is under what stands.

    Args:
        sheet: A version that was left behind, of which only the signatures under itself count.
        pictures: Made safe to print, by SHA-256.
    """
    rows = store.signatures(session, assessment.id)
    if not rows:
        return ()
    stands = content_hash(session, assessment, sheet)
    if sheet is not None and not sheet.speaks:
        rows = [row for row in rows if row.signed == stands]
    last = {(row.role, row.name): row for row in rows}
    return tuple(
        Signed(
            id=row.id,
            for_firm=row.role == SignerRole.FIRM,
            name=row.name,
            post=row.post,
            on=row.signed_at.astimezone(LOCAL),
            stands=row.signed == stands,
            drawn=row.sha256 is not None,
            content=(pictures or {}).get(row.sha256 or ""),
        )
        for row in sorted(last.values(), key=lambda row: (row.role, row.id))
    )
