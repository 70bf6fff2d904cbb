"""The stages of the pool's ledger (培育阶段): the district's own data, and the list it begins with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.store import kept
from survey.tables import Ladder, PoolEntry, PoolState, StageChange, StageFact


@dataclass(frozen=True)
class Stage:
    """One stage of one ladder.

    Attributes:
        id: A word, unlike every other stage's of both ladders; entries keep it.
        state: Which of the pool's states it belongs to. Of the nation's ladder it says the same of
            the way to the firm's next rung there, and moves nothing in the pool.
        exit: It leads off the way (暂缓、不符合、出库): it is given a reason, and nothing is proposed
            from there.
        fact: What the system must know of a firm to propose it; None where only people know.
    """

    id: str
    title: str
    state: PoolState
    ladder: Ladder = Ladder.PROVINCE
    exit: bool = False
    fact: StageFact | None = None


@dataclass(frozen=True)
class Witness:
    """What shows a fact: a round, a project, a notice or a paper by its name, and the day."""

    fact: StageFact
    name: str
    day: date | None
    code: str = ""
    """The filing code of a project; the number of a self-assessment's report."""


OF_NATION = frozenset(
    {StageFact.ELIGIBLE, StageFact.SELF_RATED, StageFact.PUT_FORWARD, StageFact.LISTED}
)
"""Facts that speak for stages of the nation's ladder; the others speak for the province's."""


def facts_of(ladder: Ladder) -> list[StageFact]:
    """Return the facts that speak for stages of one ladder, and for none of the other."""
    return [fact for fact in StageFact if (fact in OF_NATION) == (ladder == Ladder.NATION)]


def _way(ladder: Ladder, *stages: tuple[Any, ...]) -> tuple[Stage, ...]:
    return tuple(
        Stage(id_, title, state, ladder, fact=fact[0] if fact else None)
        for id_, title, state, *fact in stages
    )


_P, _F = PoolState, StageFact
SHIPPED: tuple[Stage, ...] = (
    *_way(
        Ladder.PROVINCE,
        ("scouting", "摸排", _P.PROPOSED),
        ("reserve", "区级储备", _P.IN_POOL),
        ("diagnosed", "已诊断", _P.IN_POOL, _F.CONFIRMED),
        ("filed", "方案/备案", _P.IN_POOL, _F.FILED),
        ("underway", "改造中", _P.IN_POOL, _F.UNDERWAY),
        ("finished", "完工", _P.IN_POOL, _F.ACCEPTED),
        ("rated", "自评", _P.IN_POOL, _F.RATED),
        ("district_check", "区级初审", _P.IN_POOL),
        ("city", "市级推荐", _P.IN_POOL),
        ("province", "省级在库", _P.IN_POOL),
        ("judged", "申报评定", _P.IN_POOL),
        ("published", "公示", _P.IN_POOL),
        ("recognised", "认定", _P.RECOGNISED, _F.RECOGNISED),
    ),
    Stage("paused", "暂缓", _P.IN_POOL, exit=True),
    Stage("left", "出库", _P.WITHDRAWN, exit=True),
    Stage("unfit", "不符合", _P.WITHDRAWN, exit=True),
    *_way(
        Ladder.NATION,
        ("nation_scouting", "对照条件", _P.PROPOSED),
        ("nation_preparing", "准备材料", _P.IN_POOL, _F.ELIGIBLE),
        ("nation_rated", "成熟度自评", _P.IN_POOL, _F.SELF_RATED),
        ("nation_check", "区县核对", _P.IN_POOL),
        ("nation_applied", "已申报", _P.IN_POOL, _F.PUT_FORWARD),
        ("nation_published", "公示", _P.IN_POOL, _F.LISTED),
        ("nation_listed", "已备案或列入名单", _P.RECOGNISED),
    ),
    Stage("nation_paused", "暂缓", _P.IN_POOL, Ladder.NATION, exit=True),
    Stage("nation_left", "不再申报", _P.WITHDRAWN, Ladder.NATION, exit=True),
    Stage("nation_unfit", "不符合", _P.WITHDRAWN, Ladder.NATION, exit=True),
)
"""What an installation begins with; an administrator changes it."""


def read(kept: Sequence[Mapping[str, Any]]) -> tuple[Stage, ...]:
    """Read stages as the settings hold them."""
    return tuple(
        Stage(
            one["id"],
            one["title"],
            PoolState(one["state"]),
            Ladder(one["ladder"]),
            bool(one["exit"]),
            StageFact(one["fact"]) if one["fact"] else None,
        )
        for one in kept
    )


def written(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    return [asdict(stage) for stage in stages]


def of_ladder(stages: Sequence[Stage], ladder: Ladder) -> list[Stage]:
    return [stage for stage in stages if stage.ladder == ladder]


def named(stages: Sequence[Stage], stage_id: str, ladder: Ladder | None = None) -> Stage | None:
    """Return the stage of this id, of one ladder where one is named."""
    return next((s for s in stages if s.id == stage_id and ladder in (None, s.ladder)), None)


def opening(stages: Sequence[Stage], state: PoolState, ladder: Ladder = Ladder.PROVINCE) -> Stage:
    """Return the stage in which an entry of this state begins: the first that is no exit, if any."""
    ours = [stage for stage in stages if stage.ladder == ladder and stage.state == state]
    return next((stage for stage in ours if not stage.exit), ours[0])


def titles(stages: Sequence[Stage], ladder: Ladder) -> dict[str, str]:
    return {stage.id: stage.title for stage in of_ladder(stages, ladder)}


# --- what stands in them --------------------------------------------------------------------------


def occupied(session: Session) -> dict[str, int]:
    """Return how many entries stand in each stage, of both ladders."""
    found: dict[str, int] = {}
    for column in (PoolEntry.stage, PoolEntry.nation_stage):
        query = select(column, func.count()).where(column != "").group_by(column)
        for stage, entries in session.execute(query):
            found[stage] = found.get(stage, 0) + entries
    return found


def changes(session: Session, entry_id: int) -> list[StageChange]:
    """Return every step of an entry on both ladders, the newest first."""
    query = select(StageChange).where(StageChange.entry_id == entry_id)
    return list(session.scalars(query.order_by(StageChange.at.desc(), StageChange.id.desc())))


def counted(session: Session, edition_entries: Any, ladder: Ladder) -> dict[str, int]:
    """Count the entries of an edition by stage of one ladder.

    Args:
        edition_entries: The condition that an entry is of the edition (``store.pool``).
    """
    column = PoolEntry.stage if ladder == Ladder.PROVINCE else PoolEntry.nation_stage
    query = select(column, func.count()).where(edition_entries, column != "").group_by(column)
    return dict(kept.added_up(session, query, PoolEntry.firm_id, 1))


def missing(before: Sequence[Stage], after: Collection[Stage]) -> list[Stage]:
    """Return the stages that are gone, or that belong elsewhere than before."""
    now = {(stage.id, stage.ladder, stage.state) for stage in after}
    return [stage for stage in before if (stage.id, stage.ladder, stage.state) not in now]
