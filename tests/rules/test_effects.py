"""What one changed answer did: the sheet with it beside the sheet without it."""

from __future__ import annotations

from fractions import Fraction

from questionnaires.effects import effect
from questionnaires.scoring import score
from reports.figures import difference
from tests.support.builders import a_questionnaire, a_rung

LADDER = [a_rung("basic"), a_rung("advanced", "0.5", gate=("scheduling", 2))]


def test_a_change_is_weighed_alone_exactly_with_the_gate_it_lost_and_the_rung():
    asked = a_questionnaire(questions=["scheduling", "tracing"], ladder=LADDER)
    sheet = {"scheduling": 1, "tracing": 4}

    did = effect(score(asked, sheet), sheet, "scheduling", 2)

    assert did is not None
    assert did.share == Fraction(-1, 8)
    assert [gate.question_ids for gate in did.lost] == [("scheduling",)]
    assert did.won == ()
    assert (did.without.step, did.found.step) == (2, 1)


def test_a_change_upwards_wins_its_gate():
    asked = a_questionnaire(questions=["scheduling", "tracing"], ladder=LADDER)
    sheet = {"scheduling": 3, "tracing": 4}

    did = effect(score(asked, sheet), sheet, "scheduling", 1)

    assert did is not None
    assert [gate.question_ids for gate in did.won] == [("scheduling",)]
    assert did.lost == ()


def test_what_the_firm_never_answered_cannot_be_compared():
    asked = a_questionnaire(questions=["scheduling", "tracing"])
    sheet = {"scheduling": 3, "tracing": 4}

    assert effect(score(asked, sheet), sheet, "tracing", None) is None


def test_a_difference_is_signed_cut_and_never_reads_as_none():
    said = [difference(Fraction(*pair)) for pair in ((0, 1), (1, 8), (-1, 3), (-1, 100_000))]

    assert said == ["不变", "+12.5 个百分点", "−33.33 个百分点", "−不到 0.01 个百分点"]
