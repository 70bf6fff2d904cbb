"""What stages a district may have: read from whoever types or writes them, all faults at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.store.stages import Stage, facts_of, of_ladder
from survey.tables import Ladder, PoolState, StageFact
from survey.words.stages import FACTS, LADDERS
from survey.words.wording import POOL

MOST_STAGES = 30
"""Of one ladder."""
MOST_TITLE = 30


def read(given: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return stages as they are kept, the province's ladder first; what leaves the pool is an exit.

    Raises:
        Invalid: They cannot be the stages of a ledger; says everything that is wrong.
    """
    tidied = [
        replace(one, title=typed.line(one.title), exit=one.exit or one.state == PoolState.WITHDRAWN)
        for one in given
    ]
    stages = [stage for ladder in Ladder for stage in of_ladder(tidied, ladder)]
    if faults := list(_faults(stages)):
        raise Invalid({"stages": "".join(faults)})
    return tuple(stages)


def _faults(stages: Sequence[Stage]) -> Iterator[str]:
    twice = [id_ for id_, times in Counter(stage.id for stage in stages).items() if times > 1]
    if twice:
        yield f"阶段编号“{'、'.join(twice)}”用了两次，请改成不同的编号。"
    for ladder in Ladder:
        yield from _of_ladder(LADDERS[ladder], of_ladder(stages, ladder))
    for stage in stages:
        yield from _of_fact(stage)


def _of_ladder(name: str, ours: Sequence[Stage]) -> Iterator[str]:
    if len(ours) > MOST_STAGES:
        yield f"{name}最多 {MOST_STAGES} 个阶段。"
    for title, times in Counter(stage.title for stage in ours).items():
        if not 1 <= len(title) <= MOST_TITLE:
            yield f"{name}的阶段名称要有 1 至 {MOST_TITLE} 字。"
        elif times > 1:
            yield f"{name}里“{title}”写了两次，请改成不同的名称。"
    for state in PoolState:
        leading = [s for s in ours if s.state == state and (s.exit == (state == _OUT))]
        if not leading:
            yield f"{name}至少要有一个归“{POOL[state]}”的阶段，企业到了这个状态才有地方放。"
    for fact, times in Counter(stage.fact for stage in ours if stage.fact).items():
        if times > 1:
            yield f"{name}里有 {times} 个阶段都按“{FACTS[fact]}”建议，请只留一个。"


_OUT = PoolState.WITHDRAWN


def _of_fact(stage: Stage) -> Iterator[str]:
    if not stage.fact:
        return
    if stage.fact not in facts_of(stage.ladder):
        yield f"{LADDERS[stage.ladder]}的“{stage.title}”不能按“{FACTS[stage.fact]}”建议。"
    elif stage.exit:
        yield f"“{stage.title}”要写理由才能进入，不能由系统建议。"
    elif stage.ladder == Ladder.NATION and stage.state != PoolState.IN_POOL:
        yield f"国家梯度的“{stage.title}”归“{POOL[stage.state]}”，不能由系统建议。"
    elif (stage.fact == StageFact.RECOGNISED) != (stage.state == PoolState.RECOGNISED) or (
        stage.state == PoolState.PROPOSED
    ):
        yield f"“{stage.title}”归“{POOL[stage.state]}”，不能按“{FACTS[stage.fact]}”建议。"
