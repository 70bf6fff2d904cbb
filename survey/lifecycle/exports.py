"""Note in the log who took which list out of the system, and how many rows of it."""

from __future__ import annotations

from survey.lifecycle.step import About, Step
from survey.tables import Firm, User


def note_export(step: Step, listed: str, rows: int, filters: str) -> None:
    """Add the row. ``listed``: the list's word, such as assessments or pool."""
    with step.writing():
        step.log("export", About("list", listed), after={"rows": rows}, reason=filters)


def note_data(step: Step, whose: User | Firm) -> None:
    """Note who took what is kept of a person, or of a firm's contacts."""
    with step.writing():
        step.log("take_data", whose)
