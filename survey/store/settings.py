"""What one district sets: its names, its townships, its plan's targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.district import Counting, Target
from survey.tables import Setting

KEY = "district"
# The value alone, in a statement built once: every page asks it.
_KEPT = select(Setting.value).where(Setting.key == KEY)


@dataclass(frozen=True)
class District:
    """The district this installation serves. ``reduced``: mountain and island county amounts."""

    name: str = ""
    bureau: str = ""
    townships: tuple[str, ...] = ()
    parks: tuple[str, ...] = ()
    targets: tuple[Target, ...] = field(default=())
    counting: Counting = field(default_factory=Counting)
    plan: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    """Whom a firm may ask; shown wherever it is told to ask the bureau."""
    link_days: int = 7
    """Calendar days an invitation or reset lasts."""
    reduced: bool = False
    demonstration: bool = False

    @property
    def contact(self) -> str:
        """Name and phone number of whom to ask; empty while nobody is named."""
        return " ".join(filter(None, (self.contact_name, self.contact_phone)))


def read(session: Session) -> District:
    kept = session.scalar(_KEPT)
    return _district(kept) if kept else District()


def keep(session: Session, district: District) -> None:
    """Store the settings; the caller's transaction decides."""
    session.merge(Setting(key=KEY, value=written(district)))


def written(district: District) -> dict[str, Any]:
    """Return the settings as they are stored: plain values, days in ISO form."""
    values = asdict(district)
    since = district.counting.since
    values["counting"]["since"] = since.isoformat() if since else ""
    return values


def _district(kept: Mapping[str, Any]) -> District:
    values = dict(kept)
    values["townships"] = tuple(values.get("townships", ()))
    values["parks"] = tuple(values.get("parks", ()))
    values["targets"] = tuple(
        Target(t["year"], t["count"], tuple(t["rungs"])) for t in values.get("targets", ())
    )
    if "counting" in values:
        values["counting"] = _counting(values["counting"])
    return District(**values)


def _counting(kept: Mapping[str, Any]) -> Counting:
    since = kept["since"]
    return Counting(
        titles=tuple(kept["titles"]),
        levels=tuple(kept["levels"]),
        since=date.fromisoformat(since) if since else None,
        base=kept["base"],
    )
