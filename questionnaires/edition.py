"""An edition: what its folder of data files says, put together."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from questionnaires.frames.conditions import Conditions
from questionnaires.frames.crosswalk import Crosswalk
from questionnaires.frames.national import NationalLadder
from questionnaires.frames.systems import Systems
from questionnaires.model import (
    Core,
    Head,
    Names,
    Package,
    Questionnaire,
    Section,
    Standard,
    Trade,
    Value,
    Word,
)


class EditionFile(Head):
    """``edition.yaml``."""

    trades: Annotated[tuple[Word, ...], Field(min_length=1)]


class Packages(Value):
    """``packages.yaml``."""

    packages: tuple[Package, ...]


class Standards(Value):
    """``standards.yaml``."""

    standards: tuple[Standard, ...]


class Edition(Head):
    """One folder, parsed: everything a round needs.

    ``crosswalk``, ``conditions`` and ``national`` read the same answers in other people's rules,
    ``systems`` tells what software they show; an edition may bring none of them.
    """

    core: Core
    extras: tuple[Section, ...] = ()
    """Optional sections asked after the trade's own (``extras.yaml``)."""
    trades: dict[str, Trade]
    packages: tuple[Package, ...]
    standards: tuple[Standard, ...] = ()
    crosswalk: Crosswalk | None = None
    conditions: Conditions | None = None
    national: NationalLadder | None = None
    systems: Systems | None = None

    @classmethod
    def of(cls, head: Head, **parts: Any) -> Edition:
        """Put an edition together from what its first file says and its other parts."""
        return cls(**{name: getattr(head, name) for name in Head.model_fields}, **parts)

    @property
    def sections(self) -> tuple[Section, ...]:
        """Every section of every trade, in reading order."""
        own = tuple(section for trade in self.trades.values() for section in trade.sections)
        return self.core.sections + own + self.extras

    @cached_property
    def names(self) -> Names:
        return Names.of(self.sections)

    def questionnaire(self, trade_id: str) -> Questionnaire:
        """Join the common part, as the trade asks it, and the trade's own.

        Raises:
            KeyError: The edition has no such trade.
        """
        return self._questionnaires[trade_id]

    @cached_property
    def _questionnaires(self) -> dict[str, Questionnaire]:
        return {trade.id: self._join(trade) for trade in self.trades.values()}

    def _join(self, trade: Trade) -> Questionnaire:
        ladder = tuple(
            rung.model_copy(update={"gates": rung.gates + trade.gates.get(rung.id, ())})
            for rung in self.ladder
        )
        sections = (
            *(section.reworded(trade.rewords) for section in self.core.sections),
            *trade.sections,
            *self.extras,
        )
        return Questionnaire(
            edition=self.id,
            edition_title=self.title,
            trade=trade,
            ladder=ladder,
            # What must be filled comes first, on every page and on paper.
            sections=tuple(sorted(sections, key=lambda section: section.optional)),
            core_section_ids=frozenset(s.id for s in self.core.sections),
            checks=self.core.checks + trade.checks,
            packages=tuple(
                p for p in self.packages if not p.applies_to or trade.id in p.applies_to
            ),
            fee_years=self.fee_years,
            stations=self.stations,
        )
