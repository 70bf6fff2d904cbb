"""Note in the log who took which list out of the system, and how many rows of it."""

from __future__ import annotations

from survey.lifecycle.step import About, Step


def note_export(step: Step, listed: str, rows: int, filters: str) -> None:
    """Add the row. ``listed``: the list's word, such as assessments or pool."""
    with step.writing():
        step.log("export", About("list", listed), after={"rows": rows}, reason=filters)
