"""Which of the information systems a district counts (ERP, MES, 联网) a sheet shows in use.

A firm is not asked whether it has an ERP: what its answers say it does in a system tells. Which
questions tell, and from which level on, stands in ``systems.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from questionnaires.model import Confidence, Level, Line, Value, Word
from questionnaires.scoring import Score


class System(Value):
    """One system: what a firm does that has it, and the levels that show it, all of them."""

    id: Word
    title: Line
    meaning: Line
    questions: Annotated[dict[Word, Level], Field(min_length=1)]


class Systems(Value):
    """``systems.yaml``."""

    source: Line
    confidence: Confidence
    systems: Annotated[tuple[System, ...], Field(min_length=1)]


def shown(systems: Systems | None, score: Score) -> Iterator[tuple[str, bool]]:
    """Yield every system with whether a complete sheet shows it; what does not apply shows none."""
    for system in systems.systems if systems else ():
        levels = ((score.question[asked].level, least) for asked, least in system.questions.items())
        yield system.id, all(level is not None and level >= least for level, least in levels)
