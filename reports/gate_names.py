"""What a gate looks at, in a few words, for lists that name many."""

from __future__ import annotations

from questionnaires import gates
from questionnaires.edition import Edition
from questionnaires.model import Gate, Names, PartGate, SectionGate
from questionnaires.words import PARTS


def looked_at(edition: Edition) -> dict[str, str]:
    """Return every gate of an edition's ladders in words, by its name."""
    found: dict[str, str] = {}
    for trade in edition.trades:
        asked = edition.questionnaire(trade)
        for gate in (gate for rung in asked.ladder for gate in rung.gates):
            found.setdefault(gates.name_of(gate), _words(gate, asked.names))
    return found


def _words(gate: Gate, names: Names) -> str:
    if isinstance(gate, PartGate):
        return f"{PARTS[gate.part]}得分率"
    if isinstance(gate, SectionGate):
        return f"{names.title(gate.section)}模块得分率"
    return " / ".join(names.short(one.question) for one in gates.question_gates(gate))
