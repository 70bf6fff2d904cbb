"""Change the district's settings, with a row in the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.lifecycle.step import About, Step
from survey.store import settings


def keep_district(
    step: Step,
    wanted: settings.District,
    logo: bytes = b"",
    beside: Mapping[str, Any] | None = None,
) -> None:
    """Store the settings as a whole; the log says what of them changed.

    Args:
        logo: The picture ``wanted.logo`` names, where it is a new one.
        beside: What lies under keys of its own, such as working days, as it is stored.
    """
    with step.writing() as session:
        for key, value in (beside or {}).items():
            settings.keep_beside(session, key, value)
        if logo:
            settings.keep_logo(session, logo)
        before, after = settings.written(settings.read(session)), settings.written(wanted)
        settings.keep(session, wanted)
        changed = [name for name, value in after.items() if value != before[name]]
        step.log(
            "settings",
            About("district", settings.KEY),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
