"""What one district sets: its names, its townships, its plan's targets."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.contracts import Rate
from reports.district import Counting, Target
from survey.store import stages
from survey.store.stages import Stage
from survey.tables import Setting

KEY = "district"
LOGO = "logo"
RATES = "provider_rates"
"""What providers are paid lies beside the rest: the release before this one reads no name that is new there."""
# The values alone, in a statement built once: every page asks it.
_KEPT = select(Setting.key, Setting.value).where(Setting.key.in_((KEY, RATES)))


@dataclass(frozen=True)
class District:
    """The district this installation serves. ``reduced``: mountain and island county amounts."""

    name: str = ""
    bureau: str = ""
    department: str = ""
    """The office of the bureau that does this work (科室)."""
    townships: tuple[str, ...] = ()
    parks: tuple[str, ...] = ()
    targets: tuple[Target, ...] = field(default=())
    counting: Counting = field(default_factory=Counting)
    plan: str = ""
    stages: tuple[Stage, ...] = stages.SHIPPED
    """Of the pool's ledger, both ladders, each in the order in which it is climbed."""
    contact_name: str = ""
    contact_phone: str = ""
    """Whom a firm may ask; shown wherever it is told to ask the bureau."""
    link_days: int = 7
    """Calendar days an invitation or reset lasts."""
    stuck_days: int = 7
    """After how many days without a save a firm that fills in is called stuck."""
    provider_classes: tuple[str, ...] = ("软件", "集成", "设备", "咨询", "总包")
    """Of which a provider is one or several."""
    provider_rates: tuple[Rate, ...] = (Rate(60),)
    """Which part of its real sales revenue the district's policy pays a provider, by day."""
    bundle_days: int = 7
    """For how many days the packed file of a firm (档案包) may be taken away."""
    retention_months: int = 36
    """For how many months working papers are kept (``lifecycle.retention``)."""
    log_months: int = 60
    """For how many months the log is kept; then its sealed blocks go, oldest first."""
    purpose_version: int = 1
    """Which version of what is kept of people is in force (``lifecycle.purposes``)."""
    reduced: bool = False
    logo: str = ""
    """The hash of the picture under ``LOGO``; empty for our own."""
    main_colour: str = ""
    deep_colour: str = ""
    """#rrggbb, each readable under white words; empty for our own."""
    demonstration: bool = False

    @property
    def contact(self) -> str:
        """Name and phone number of whom to ask; empty while nobody is named."""
        return " ".join(filter(None, (self.contact_name, self.contact_phone)))


NAMES = frozenset(one.name for one in fields(District))
"""What is read of the settings as they are kept: what a later release added is left alone."""


def read(session: Session, *, lock: bool = False) -> District:
    """Return the settings; ``lock`` keeps others from changing them until the step ends."""
    rows = session.execute(_KEPT.with_for_update(read=True) if lock else _KEPT)
    kept = {row.key: row.value for row in rows}
    return _district(kept[KEY], kept.get(RATES)) if KEY in kept else District()


def keep(session: Session, district: District) -> None:
    """Store the settings; the caller's transaction decides."""
    values = written(district)
    session.merge(Setting(key=RATES, value=values.pop(RATES)))
    newest = district.provider_rates[-1] if district.provider_rates else Rate(0)
    values |= {"provider_permille": newest.permille, "provider_document": newest.document}
    session.merge(Setting(key=KEY, value=values))


def keep_beside(session: Session, key: str, value: Any) -> None:
    """Store what lies under a key of its own; the caller's transaction decides."""
    session.merge(Setting(key=key, value=value))


def read_logo(session: Session) -> bytes:
    """Return the district's logo, a PNG; nothing where it has none."""
    kept = session.get(Setting, LOGO)
    return base64.b64decode(kept.value) if kept else b""


def keep_logo(session: Session, picture: bytes) -> None:
    """Store the district's logo; the caller's transaction decides."""
    session.merge(Setting(key=LOGO, value=base64.b64encode(picture).decode()))


def written(district: District) -> dict[str, Any]:
    """Return the settings as they are stored: plain values, days in ISO form."""
    values = asdict(district)
    since = district.counting.since
    values["counting"]["since"] = since.isoformat() if since else ""
    values["stages"] = stages.written(district.stages)
    values["provider_rates"] = [
        one._asdict() | {"since": one.since.isoformat() if one.since else ""}
        for one in district.provider_rates
    ]
    return values


def _district(kept: Mapping[str, Any], rates: Iterable[Mapping[str, Any]] | None) -> District:
    values = {name: value for name, value in kept.items() if name in NAMES}
    values["townships"] = tuple(values.get("townships", ()))
    values["parks"] = tuple(values.get("parks", ()))
    if "provider_classes" in values:
        values["provider_classes"] = tuple(values["provider_classes"])
    values["targets"] = tuple(
        Target(t["year"], t["count"], tuple(t["rungs"])) for t in values.get("targets", ())
    )
    if "stages" in values:
        values["stages"] = stages.read(values["stages"])
    if "counting" in values:
        values["counting"] = _counting(values["counting"])
    # What the release before knows, until this one saves: one rate, whatever the day.
    alone = Rate(kept.get("provider_permille", 60), kept.get("provider_document", ""))
    values[RATES] = (alone,) if rates is None else _rates(rates)
    return District(**values)


def _rates(kept: Iterable[Mapping[str, Any]]) -> tuple[Rate, ...]:
    return tuple(
        Rate(
            one["permille"],
            one["document"],
            date.fromisoformat(one["since"]) if one["since"] else None,
        )
        for one in kept
    )


def _counting(kept: Mapping[str, Any]) -> Counting:
    since = kept["since"]
    return Counting(
        titles=tuple(kept["titles"]),
        levels=tuple(kept["levels"]),
        since=date.fromisoformat(since) if since else None,
        base=kept["base"],
    )
