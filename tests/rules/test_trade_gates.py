"""Whoever makes things of a trade, in whatever shape, is held to its own process (必备条件)."""

from __future__ import annotations

from itertools import product

import pytest

from questionnaires.library import SHIPPED
from questionnaires.model import QuestionGate

SHAPES = [
    ("valve", {"casting"}),
    ("valve", {"machining"}),
    ("valve", {"assembly", "pressure_testing"}),
    ("bearing", {"forging"}),
    ("bearing", {"ring_bearings", "turning"}),
    ("bearing", {"furnace"}),
    ("bearing", {"outside_furnace"}),
    ("bearing", {"grinding"}),
    ("bearing", {"ring_bearings", "assembly"}),
    ("bearing", {"linear_motion", "assembly"}),
]
"""What a firm that does one thing only has, by trade."""


@pytest.mark.parametrize(("shape", "rung"), list(product(SHAPES, ("workshop", "factory"))))
def test_every_shape_of_a_firm_has_a_gate_on_its_own_process_from_the_workshop_up(
    shape: tuple[str, set[str]], rung: str
) -> None:
    trade, processes = shape
    questionnaire = SHIPPED.load("2026").questionnaire(trade)

    own = [
        gate.question
        for gate in questionnaire.trade.gates[rung]
        if isinstance(gate, QuestionGate)
        and not processes.isdisjoint(questionnaire.questions[gate.question].needs)
    ]

    assert own, f"{rung}: nothing is demanded of {sorted(processes)}"
