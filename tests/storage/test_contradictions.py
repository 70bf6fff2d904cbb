"""What does not sit well together on a visit is settled before it is confirmed, and by whom is kept."""

import pytest

from survey import db
from survey.lifecycle import assessments as steps
from survey.lifecycle import contradictions
from survey.lifecycle.errors import Contradicted, Invalid, Locked, NotThere
from survey.lifecycle.step import Step
from survey.readings.hints import own_hints
from survey.readings.sheets import filled_sheet
from survey.readings.visits import visit_of
from survey.store import assessments as store
from survey.tables import (
    Assessment,
    AssessmentState,
    AuditEntry,
    Explanation,
    Firm,
    SheetKind,
    Verdict,
)
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    begun,
    fill,
    filled,
    handed_in,
    moment,
    visited,
)

CHECK = "scale_without_revenue"


def a_step(session):
    session.rollback()
    return Step(session, TESTER, moment())


@pytest.fixture
def visit(session):
    """A visit of a firm that says 规上 with a revenue below; all of it is verified."""
    user = a_user(session, firm=a_firm(session, revenue=1500))
    consultant = a_consultant(session)
    assessment = visited(session, user, consultant)
    fill(session, assessment, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    session.rollback()
    return assessment.id


def set_revenue(session, assessment_id, revenue):
    with db.writing(session):
        session.get(Firm, session.get(Assessment, assessment_id).firm_id).revenue = revenue


def the_visit(session, assessment_id):
    session.rollback()
    session.expire_all()
    return visit_of(session, store.assessment(session, assessment_id))


def test_a_visit_with_an_open_contradiction_is_not_confirmed(session, visit):
    with pytest.raises(Contradicted) as refused:
        steps.confirm(a_step(session), visit)

    assert refused.value.checks == (CHECK,)
    session.rollback()
    assert session.get(Assessment, visit).state == AssessmentState.VISITING


def test_a_contradiction_that_was_explained_stands_no_more_in_the_way(session, visit):
    contradictions.explain(a_step(session), visit, CHECK, "刚刚退规，名录还没有更新。")

    steps.confirm(a_step(session), visit)

    session.rollback()
    kept = session.get(Explanation, (visit, CHECK))
    assert (kept.says, kept.author) == ("刚刚退规，名录还没有更新。", TESTER.name)
    assert kept.spoke_of == {"fact:above_scale": True, "fact:revenue": 1500}
    entry = session.query(AuditEntry).filter_by(action="explain").one()
    assert entry.after == {"check": CHECK, "values": kept.spoke_of}
    assert entry.reason == kept.says
    (hint,) = the_visit(session, visit).explained_hints
    assert [side.words for side in hint.sides] == ["是", "1500 万元"]


def test_an_explanation_is_of_the_values_it_spoke_of(session, visit):
    contradictions.explain(a_step(session), visit, CHECK, "名录还没有更新。")
    set_revenue(session, visit, 1600)

    assert [hint.id for hint in the_visit(session, visit).open_hints] == [CHECK]
    with pytest.raises(Contradicted):
        steps.confirm(a_step(session), visit)


def test_a_contradiction_that_a_change_ended_needs_no_sentence(session, visit):
    contradictions.explain(a_step(session), visit, CHECK, "名录还没有更新。")
    set_revenue(session, visit, 2600)

    steps.confirm(a_step(session), visit)

    assert the_visit(session, visit).hints == ()
    assert session.get(Explanation, (visit, CHECK)) is None


def test_only_what_speaks_is_explained_and_only_in_words(session, visit):
    with pytest.raises(NotThere):
        contradictions.explain(a_step(session), visit, "saving_without_meters", "没有这回事。")
    with pytest.raises(Invalid):
        contradictions.explain(a_step(session), visit, CHECK, "  ")
    contradictions.explain(a_step(session), visit, CHECK, "名录还没有更新。")
    steps.confirm(a_step(session), visit)

    with pytest.raises(Locked):
        contradictions.explain(a_step(session), visit, CHECK, "事后再改。")


def test_a_returned_sheet_names_what_is_open_to_the_firm_and_the_log(session, visit):
    steps.return_to_firm(a_step(session), visit, reason="请核对收入。")

    session.rollback()
    own = filled_sheet(session, store.assessment(session, visit), SheetKind.SELF)
    assert [hint.id for hint in own_hints(session, own)] == [CHECK]
    entry = session.query(AuditEntry).filter_by(action="return").one()
    assert entry.after == {"state": "draft", "version": 1, "contradictions": [CHECK]}


def test_what_rose_since_the_last_round_is_asked_about(session):
    firm = a_firm(session)
    user = a_user(session, firm=firm)
    handed_in(session, user, level=0)
    again = begun(session, firm)
    fill(session, again, user, level=2)

    session.rollback()
    sheet = filled_sheet(session, store.assessment(session, again.id), SheetKind.SELF)
    found = {hint.id: hint for hint in own_hints(session, sheet)}

    assert "scheduling_risen" in found
    now, before = found["scheduling_risen"].sides
    assert before.name == f"上一轮的{now.name}"
    assert (now.words[0], before.words[0]) == ("2", "0")


@pytest.mark.parametrize(
    ("processes", "lacking", "said"),
    [
        ([], {}, "还没有勾选工序"),
        (["machining", "assembly"], {}, "“压力试验”"),
        (["machining", "assembly"], {"pressure_testing": "委托外厂试压"}, ""),
    ],
)
def test_a_sheet_says_what_the_firm_makes_before_it_is_handed_in(session, processes, lacking, said):
    user = a_user(session, firm=a_firm(session, processes=processes, lacking=lacking))
    assessment = filled(session, user)

    def hand_in():
        return steps.submit(a_step(session), assessment.id, declared_by="虚构人")

    if said:
        with pytest.raises(Invalid, match=said):
            hand_in()
    else:
        assert hand_in().assessment_id == assessment.id
        consultant = a_consultant(session)
        steps.assign(a_step(session), assessment.id, consultant.id)
        assert the_visit(session, assessment.id).unticked == (("压力试验", "委托外厂试压"),)
