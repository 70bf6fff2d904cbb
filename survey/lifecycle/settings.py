"""Change the district's settings, with a row in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from survey.lifecycle import judging, needs
from survey.lifecycle.errors import Invalid
from survey.lifecycle.step import About, Step
from survey.store import settings, stages, workdays
from survey.store.stages import Stage


def keep_district(
    step: Step,
    wanted: settings.District,
    logo: bytes = b"",
    beside: Mapping[str, Any] | None = None,
) -> None:
    """Store the settings as a whole; the log says what of them changed.

    A calendar that comes with them dates needs anew that were dated by weekends alone.

    Args:
        logo: The picture ``wanted.logo`` names, where it is a new one.
        beside: What lies under keys of its own, such as working days, as it is stored.

    Raises:
        Invalid: Entries stand in a stage that would be gone, or belong elsewhere.
    """
    with step.writing() as session:
        for key, value in (beside or {}).items():
            settings.keep_beside(session, key, value)
        session.flush()
        needs.date_anew(step, workdays.read(session))
        if logo:
            settings.keep_logo(session, logo)
        _keep(step, settings.read(session), wanted)


def keep_stages(step: Step, wanted: Sequence[Stage]) -> None:
    """Store the stages of both ladders, the other settings as they are by now.

    Raises:
        Invalid: As above.
    """
    with step.writing() as session:
        known = settings.read(session)
        _keep(step, known, replace(known, stages=tuple(wanted)))


def _keep(step: Step, known: settings.District, wanted: settings.District) -> None:
    before, after = settings.written(known), settings.written(wanted)
    settings.keep(step.session, wanted)
    step.session.flush()  # whoever moves an entry waits from here on
    _require_kept(step.session, known.stages, wanted.stages)
    changed = [name for name, value in after.items() if value != before[name]]
    step.log(
        "settings",
        About("district", settings.KEY),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    if "reduced" in changed:
        judging.ask_if_live(step)


def _require_kept(session: Session, before: Sequence[Stage], after: Sequence[Stage]) -> None:
    gone = stages.missing(before, after)
    held = stages.occupied(session) if gone else {}
    full = [f"“{stage.title}”里还有 {held[stage.id]} 家" for stage in gone if stage.id in held]
    if full:
        raise Invalid(
            {
                "stages": f"{'，'.join(full)}，不能删除或改归别的状态。请先在培育库把它们移到别的阶段。"
            }
        )
