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


def test_a_firm_without_a_furnace_is_never_sold_one_to_watch() -> None:
    questionnaire = SHIPPED.load("2026").questionnaire("bearing")
    everything = frozenset(p.id for p in questionnaire.trade.processes)
    packages = {p.code: p for p in questionnaire.packages}

    offered, wanted = (
        set[str](),
        [
            p.code
            for p in packages.values()
            if any(q.id in p.lifts for q in questionnaire.all_asked(everything - {"furnace"}))
        ],
    )
    while wanted:
        code = wanted.pop()
        offered.add(code)
        wanted += [c for c in packages[code].prerequisites if c in packages.keys() - offered]

    watching = {p.code for p in packages.values() if "heat_treatment" in p.lifts}
    assert watching
    assert offered.isdisjoint(watching)
    assert "XB12" in offered
