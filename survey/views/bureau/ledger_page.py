"""What an entry's page shows of its ladders: both side by side, what is proposed, and the forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from survey.readings.ledger import proposals
from survey.store import accounts, nation
from survey.store import stages as store
from survey.store.pool import PoolLine
from survey.store.stages import Stage
from survey.tables import Ladder, NationalFiling, Role
from survey.views.bureau import ledger_forms
from survey.views.bureau.choices import Frame
from survey.views.bureau.steps import ReasonForm, StepForm
from survey.web import here
from survey.words.stages import LADDERS, NATION
from survey.words.wording import POOL


@dataclass(frozen=True)
class Climb:
    """One ladder of an entry: its own target, its own status, its own stages."""

    ladder: Ladder
    target: str
    status: str
    stages: Sequence[Stage]
    now: str
    since: datetime | None

    @property
    def title(self) -> str:
        return LADDERS[self.ladder]

    @property
    def way(self) -> list[Stage]:
        """The stages that lead on, and an exit where it stands in one."""
        return [one for one in self.stages if not one.exit or one.id == self.now]


def shown(line: PoolLine, frame: Frame) -> dict[str, Any]:
    """Return what the page's template is given of the ledger."""
    session, stages = here.session(), here.district().stages
    return {
        "ladders": climbs(line, frame, stages),
        "changes": store.changes(session, line.id),
        "proposals": {
            ladder: found
            for ladder in Ladder
            if (found := proposals(session, stages, [line], ladder).get(line.id))
        },
        "filings": nation.filings(session, [line.firm_id]),
        "filings_ended": nation.ended(session, line.firm_id),
        "nation_rungs": _titles(frame),
        "words": LADDERS,
    }


def climbs(line: PoolLine, frame: Frame, stages: Sequence[Stage]) -> list[Climb]:
    place, rungs = line.place, _titles(frame)
    at = store.named(stages, place.nation_stage)
    province = Climb(
        Ladder.PROVINCE,
        frame.rungs.get(line.target_rung, line.target_rung),
        POOL[line.state],
        store.of_ladder(stages, Ladder.PROVINCE),
        line.stage,
        place.stage_at,
    )
    if not rungs and not place.nation_target:  # the edition knows no such ladder
        return [province]
    ours = store.of_ladder(stages, Ladder.NATION)
    target = rungs.get(place.nation_target, place.nation_target)
    status = NATION[at.state] if at else ""
    since = place.nation_stage_at
    return [province, Climb(Ladder.NATION, target, status, ours, place.nation_stage, since)]


def forms(line: PoolLine, frame: Frame) -> dict[str, StepForm]:
    """Return what may be done about an entry's ladders today."""
    stages, place, kept = here.district().stages, line.place, line.followed
    filings = nation.filings(here.session(), [line.firm_id])
    followed = kept._asdict() | {"responsible": str(kept.responsible_id or "")}
    found: dict[str, StepForm] = {
        "stage-province": _stage_form(stages, Ladder.PROVINCE, line.stage),
        "follow": ledger_forms.FollowForm("follow", officers(line), data=followed),
        "known": ledger_forms.KnownForm("known", data=kept._asdict()),
        **{f"proposal-{ladder}": StepForm(f"proposal-{ladder}") for ladder in Ladder},
    }
    if rungs := rungs_ahead(frame, filings):
        found["aim"] = ledger_forms.AimForm("aim", rungs)
    if place.nation_target in rungs:
        found["stage-nation"] = _stage_form(stages, Ladder.NATION, place.nation_stage)
        found["filed"] = ledger_forms.FiledForm("filed")
    for filing in filings:
        found[f"revoke-nation-{filing.id}"] = ReasonForm(f"revoke-nation-{filing.id}")
    return found


def _stage_form(stages: Sequence[Stage], ladder: Ladder, now: str) -> StepForm:
    offered = ledger_forms.stage_choices(stages, ladder, but=now)
    return ledger_forms.StageForm(f"stage-{ladder}", offered)


def officers(line: PoolLine | None = None) -> list[tuple[str, str]]:
    """Offer the officers of today, and whoever sees to an entry all the same."""
    found = accounts.active_of_role(here.session(), Role.OFFICER)
    known = {str(one.id): one.name for one in found}
    if line and line.followed.responsible_id:
        name = f"{line.followed.responsible}（账号已停用）"
        known.setdefault(str(line.followed.responsible_id), name)
    return list(known.items())


def rungs_ahead(frame: Frame, filings: Sequence[NationalFiling]) -> dict[str, str]:
    """The rungs of the nation's ladder that are not recorded yet; none where its edition has none."""
    held = {one.rung for one in filings}
    return {rung: title for rung, title in _titles(frame).items() if rung not in held}


def _titles(frame: Frame) -> Mapping[str, str]:
    ladder = frame.edition.national
    return {rung.id: rung.title for rung in ladder.rungs} if ladder else {}
