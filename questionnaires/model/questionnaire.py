"""The questionnaire of one trade, as sheets are answered and scored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from questionnaires.model.checks import CrossCheck
from questionnaires.model.files import Trade
from questionnaires.model.kinds import Line, Value
from questionnaires.model.ladder import Rung
from questionnaires.model.packages import Package
from questionnaires.model.questions import Asked, Question, Section
from questionnaires.model.walk import Station


@dataclass(frozen=True)
class Names:
    """What readers call questions and sections; what has no name is called by its id."""

    shorts: dict[str, str]
    titles: dict[str, str]

    @classmethod
    def of(cls, sections: Iterable[Section]) -> Names:
        shorts: dict[str, str] = {}
        titles: dict[str, str] = {}
        for section in sections:
            titles[section.id] = section.title
            shorts |= {question.id: question.short for question in section.questions}
        return cls(shorts, titles)

    def short(self, question_id: str) -> str:
        return self.shorts.get(question_id, question_id)

    def title(self, section_id: str) -> str:
        return self.titles.get(section_id, section_id)


class Questionnaire(Value):
    """What one trade is asked in one edition: common sections, then its own, gates joined."""

    edition: str
    edition_title: Line
    trade: Trade
    ladder: tuple[Rung, ...]
    sections: tuple[Section, ...]
    core_section_ids: frozenset[str]
    checks: tuple[CrossCheck, ...]
    packages: tuple[Package, ...]
    fee_years: int = 3
    stations: tuple[Station, ...] = ()

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by id, in reading order."""
        return {q.id: q for s in self.sections for q in s.questions}

    @cached_property
    def section_by_id(self) -> dict[str, Section]:
        return {s.id: s for s in self.sections}

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """The section that holds each question, by question id."""
        return {q.id: s for s in self.sections for q in s.questions}

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Scored question ids by section id, and by part (``core``, ``trade``)."""
        counting = [s for s in self.sections if s.counts]
        parts: dict[str, tuple[str, ...]] = {"core": (), "trade": ()}
        for s in counting:
            part = "core" if s.id in self.core_section_ids else "trade"
            parts[part] += tuple(s.units)
        return {s.id: tuple(s.units) for s in self.sections} | parts

    @cached_property
    def station_by_id(self) -> dict[str, Station]:
        return {station.id: station for station in self.stations}

    @cached_property
    def station_of(self) -> dict[str, Station]:
        """Where each question is looked at, by question id; empty in an edition without a walk."""
        placed = {q.id: q.station or s.station for s in self.sections for q in s.questions}
        return {id: self.station_by_id[station] for id, station in placed.items() if station}

    def walk(self, processes: frozenset[str]) -> dict[str, tuple[Question, ...]]:
        """What a firm with these processes is asked at each station, by its id, in order.

        A station at which nothing is asked is left out.
        """
        asked: dict[str, list[Question]] = {station.id: [] for station in self.stations}
        for question in self.all_asked(processes):
            if station := self.station_of.get(question.id):
                asked[station.id].append(question)
        return {id: tuple(questions) for id, questions in asked.items() if questions}

    @cached_property
    def names(self) -> Names:
        return Names.of(self.sections)

    @cached_property
    def package_by_code(self) -> dict[str, Package]:
        return {p.code: p for p in self.packages}

    def asked(self, section: Section, processes: frozenset[str]) -> tuple[Question, ...]:
        """The questions of a section that a firm with these processes is shown."""
        return self.asked_by_section(processes)[section.id]

    @cached_property
    def asked_by_section(self) -> Callable[[frozenset[str]], dict[str, tuple[Question, ...]]]:
        """What each section asks a firm with these processes, by its id.

        Every page about a sheet asks for all of it, so what was worked out of late is kept.
        """
        return lru_cache(maxsize=128)(self._asked_by_section)

    def _asked_by_section(self, processes: frozenset[str]) -> dict[str, tuple[Question, ...]]:
        return {
            s.id: tuple(q for q in s.questions if is_asked(q, processes)) for s in self.sections
        }

    def all_asked(self, processes: frozenset[str]) -> Iterator[Question]:
        for section in self.sections:
            yield from self.asked(section, processes)


def is_asked(question: Asked, processes: frozenset[str]) -> bool:
    """A question is shown unless it needs processes of which the firm has none."""
    return not question.needs or not processes.isdisjoint(question.needs)
