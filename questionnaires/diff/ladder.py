"""What became different in the ladder: rungs, thresholds and gates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.diff.changes import Change, Kind, direction, moved, percent, replaced, reworded
from questionnaires.edition import Edition
from questionnaires.gates import demand, demands
from questionnaires.model import AnyGate, Gate, PartGate, QuestionGate, Rung, SectionGate


def changes(old: Edition, new: Edition) -> Iterator[Change]:
    """Yield the differences in rungs, then in the gates of each."""
    before, after = {r.id: r for r in old.ladder}, {r.id: r for r in new.ladder}
    for rung_id, rung in after.items():
        if rung_id in before:
            yield from _rung(before[rung_id], rung)
        else:
            words = f"新增一级，分数线 {percent(rung.at_least)}"
            yield Change("等级", rung.title, "added", words, counts=True)
    for rung_id, rung in before.items():
        if rung_id not in after:
            words = f"删去这一级，原分数线 {percent(rung.at_least)}"
            yield Change("等级", rung.title, "removed", words, counts=True)
    for rung_id in moved(tuple(before), tuple(after)):
        words = "在阶梯上换了位置"
        yield Change("等级", after[rung_id].title, "moved", words, counts=True)
    yield from _gates(_Side(old), _Side(new))


def _rung(old: Rung, new: Rung) -> Iterator[Change]:
    about = new.title
    yield from replaced("等级", about, "名称", old.title, new.title)
    if old.at_least != new.at_least:
        verb = "提高" if new.at_least > old.at_least else "降低"
        words = f"分数线由 {percent(old.at_least)} {verb}到 {percent(new.at_least)}"
        yield Change("等级", about, direction(old.at_least, new.at_least), words, counts=True)
    yield from reworded("等级", about, "含义", old.meaning, new.meaning)
    yield from reworded("等级", about, "来源", old.source, new.source)
    if old.confidence != new.confidence:
        yield Change("等级", about, "changed", "分数线的依据改了类别（官方、转载或建议）")


# --- gates --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stood:
    """A gate, the rung it stands at, and how high that is."""

    gate: Gate
    rung: Rung
    step: int


class _Side:
    """One edition's gates by whose they are and what they look at."""

    def __init__(self, edition: Edition) -> None:
        self.names = edition.names
        self.questions = {q.id: q for section in edition.sections for q in section.questions}
        self.trades = {"": "各行业"} | {t.id: t.title for t in edition.trades.values()}
        self.gates: dict[tuple[str, str, int], _Stood] = {}
        for step, rung in enumerate(edition.ladder, start=1):
            self._add("", rung, step, rung.gates)
            for trade in edition.trades.values():
                self._add(trade.id, rung, step, trade.gates.get(rung.id, ()))

    def _add(self, trade: str, rung: Rung, step: int, gates: Iterable[Gate]) -> None:
        for gate in gates:
            name, turn = _looks_at(gate), 0
            # One question is often demanded on several rungs, each time a little more.
            while (trade, f"{rung.id} {name}", turn) in self.gates:
                turn += 1
            self.gates[trade, f"{rung.id} {name}", turn] = _Stood(gate, rung, step)

    def said(self, gate: Gate) -> str:
        """Say what a gate demands."""
        return demand(gate, self.names, self.questions)


def _looks_at(gate: Gate) -> str:
    """Name what a gate looks at, so that the same gate is found again in another edition."""
    if isinstance(gate, QuestionGate):
        return f"question {gate.question}"
    if isinstance(gate, SectionGate):
        return f"section {gate.section}"
    if isinstance(gate, PartGate):
        return f"part {gate.part}"
    return "any_of"


def _gates(old: _Side, new: _Side) -> Iterator[Change]:
    gone = {key: stood for key, stood in old.gates.items() if key not in new.gates}
    come = {key: stood for key, stood in new.gates.items() if key not in old.gates}
    for key, now in new.gates.items():
        if key in old.gates:
            yield from _gate(old, new, old.gates[key], now, key[0])
    for key, now in come.items():
        was = next((k for k, g in gone.items() if k[0] == key[0] and _same(g, now)), None)
        if was is None:
            words = f"新增：{new.said(now.gate)}"
            yield Change("必备条件", _about(new, now, key[0]), "tightened", words, counts=True)
        else:
            yield _moved_gate(new, gone.pop(was), now, key[0])
    for key, was_there in gone.items():
        words = f"取消：{old.said(was_there.gate)}"
        yield Change("必备条件", _about(old, was_there, key[0]), "loosened", words, counts=True)


def _same(one: _Stood, other: _Stood) -> bool:
    """Whether two gates look at the same thing, on whatever rung and however strictly."""
    return _looks_at(one.gate) == _looks_at(other.gate) and one.rung.id != other.rung.id


def _about(side: _Side, stood: _Stood, trade: str) -> str:
    return f"{stood.rung.title}（{side.trades.get(trade, trade)}）"


def _moved_gate(side: _Side, was: _Stood, now: _Stood, trade: str) -> Change:
    kind: Kind = "tightened" if now.step < was.step else "loosened"
    words = f"由“{was.rung.title}”移到“{now.rung.title}”：{side.said(now.gate)}"
    return Change("必备条件", _about(side, now, trade), kind, words, counts=True)


def _gate(old: _Side, new: _Side, was: _Stood, now: _Stood, trade: str) -> Iterator[Change]:
    about = _about(new, now, trade)
    if _demands(was.gate) != _demands(now.gate):
        kind = _verdict(was.gate, now.gate)
        verb = {"tightened": "收紧", "loosened": "放宽"}.get(kind, "改动")
        words = f"{verb}：原为{old.said(was.gate)}，现为{new.said(now.gate)}"
        yield Change("必备条件", about, kind, words, counts=True)
    name = f"理由（{new.said(now.gate)}）"
    yield from reworded("必备条件", about, name, was.gate.reason, now.gate.reason)


def _demands(gate: Gate) -> object:
    """Everything about a gate but its reasons, and the order in which an any-of gate names them."""
    bare = demands(gate)
    return (bare.count, set(bare.any_of)) if isinstance(bare, AnyGate) else bare


def _verdict(old: Gate, new: Gate) -> Kind:
    """Tell whether a gate became stricter in every way, milder in every way, or both."""
    harder = _is_within(old, new)
    milder = _is_within(new, old)
    return (
        "tightened" if harder and not milder else "loosened" if milder and not harder else "changed"
    )


def _is_within(wide: Gate, narrow: Gate) -> bool:
    """Whether whoever passes the narrow gate passes the wide one as well (as far as can be told)."""
    if isinstance(wide, QuestionGate) and isinstance(narrow, QuestionGate):
        return _at_most(wide.at_least, narrow.at_least) and _at_most(
            wide.at_least_percent, narrow.at_least_percent
        )
    if isinstance(wide, SectionGate | PartGate) and isinstance(narrow, SectionGate | PartGate):
        return wide.at_least_share <= narrow.at_least_share
    if isinstance(wide, AnyGate) and isinstance(narrow, AnyGate):
        ways = {member.question: member for member in wide.any_of}
        kept = all(
            member.question in ways and _is_within(ways[member.question], member)
            for member in narrow.any_of
        )
        return wide.count <= narrow.count and kept
    return False


def _at_most(low: Fraction | int | None, high: Fraction | int | None) -> bool:
    return low is None or (high is not None and low <= high)
