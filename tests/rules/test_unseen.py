"""What nobody saw on site, told to those who read it."""

import pytest

from questionnaires.scoring import score
from reports.diagnosis.unseen import unseen
from reports.facts import Verdict, Verification
from tests.support.builders import a_questionnaire, a_rung

ON_A_GATE = a_rung("basic", at_least="0", gate=("scheduling", 2))
ON_ITS_SHARE = a_rung("basic", at_least="0.5")


@pytest.mark.parametrize(
    ("rung", "names", "provisional", "all_hold"),
    [
        (ON_ITS_SHARE, ("scheduling", "tracing"), True, True),
        (ON_ITS_SHARE, ("scheduling",), False, False),
        (ON_A_GATE, ("scheduling", "tracing"), True, False),
        (ON_A_GATE, ("tracing",), False, False),
    ],
)
def test_unseen_answers_are_marked_only_where_some_hold_the_rung_and_others_do_not(
    rung, names, provisional, all_hold
):
    asked = a_questionnaire(questions=["scheduling", "tracing"], ladder=[rung])
    sheet = {"scheduling": 4, "tracing": 4}

    found = unseen(
        score(asked, sheet), sheet, {name: Verification(Verdict.NOT_SEEN) for name in names}
    )

    assert (found.provisional is not None, found.all_hold) == (provisional, all_hold)
