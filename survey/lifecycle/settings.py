"""Change the district's settings, with a row in the log."""

from __future__ import annotations

import json
from dataclasses import asdict

from survey.lifecycle.step import About, Step
from survey.store import settings


def keep_district(step: Step, wanted: settings.District) -> None:
    """Store the settings as a whole."""
    with step.writing() as session:
        before = settings.read(session)
        settings.keep(session, wanted)
        step.log(
            "settings",
            About("district", settings.KEY),
            before=_said(before, wanted),
            after=_said(wanted, before),
        )


def _said(one: settings.District, other: settings.District) -> str:
    """Return what one has that differs from the other, field by field."""
    fields, others = asdict(one), asdict(other)
    changed = {name: value for name, value in fields.items() if value != others[name]}
    return json.dumps(changed, ensure_ascii=False) if changed else ""
