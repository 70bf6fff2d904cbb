"""The consultant's sheet: what each verdict does, what a visit needs before it may be closed."""

import pytest

from reports.facts import Choice
from survey.lifecycle import answers, as_said, assessments, conclusions, readiness, verification
from survey.lifecycle.answers import Change
from survey.lifecycle.choices import TypedChoice, choices_of
from survey.lifecycle.errors import Conflict, Incomplete, Invalid, Locked, NotThere, Stale
from survey.lifecycle.step import Actor, Step
from survey.readings.visits import visit_of
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import visits as visit_store
from survey.tables import AssessmentState, Need, Role, SheetKind, Verdict
from tests.support.people import TESTER, a_consultant, a_file, a_firm, a_user, fill, moment, visited

QUESTION = "scheduling"
COATING = "coating"


@pytest.fixture
def consultant(session):
    return a_consultant(session)


@pytest.fixture
def user(session):
    return a_user(session)


@pytest.fixture
def visit(session, user, consultant):
    """A visit under way; the firm said level 2 everywhere."""
    return visited(session, user, consultant, level=2)


@pytest.fixture
def save(session, visit, consultant):
    """Keep a change on the on-site sheet, on top of what stands there unless told otherwise."""
    numbers = iter(range(1, 1000))

    def keep(question_id=QUESTION, base=None, request_id=None, **fields):
        row = on_site(session, visit, question_id)
        change = Change(
            question_id,
            request_id or f"tablet.{next(numbers)}",
            row.revision if base is None else base,
            **fields,
        )
        by = Actor(consultant.id, consultant.name)
        return answers.save_answer(Step(session, by, moment()), visit.id, SheetKind.ONSITE, change)

    return keep


def on_site(session, visit, question_id=QUESTION, kind=SheetKind.ONSITE):
    sheet = store.sheet(session, visit.id, kind)
    return answer_store.answer(session, sheet.id, question_id)


def verify_all(session, visit, consultant):
    fill(session, visit, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)


def open_items(session, visit):
    return readiness.open_items(session, visit)


def confirm(session, visit):
    assessments.confirm(Step(session, TESTER, moment()), visit.id)


def leave(session, visit, consultant, section="production"):
    by = Actor(consultant.id, consultant.name)
    rest = as_said.leave_as_said(Step(session, by, moment()), visit.id, section)
    session.expire_all()
    return rest


# --- verdicts -----------------------------------------------------------------------------------


def test_the_on_site_sheet_starts_as_an_unverified_copy(session, visit):
    row = on_site(session, visit)

    assert row.value == 2
    assert row.verification == Verdict.UNVERIFIED
    assert len(open_items(session, visit)) == visit_of(session, visit).count.whole


def test_confirming_keeps_the_firms_answer(session, visit, save):
    saved = save(verification="verified")

    assert (saved.value, saved.verification) == (2, "verified")
    assert QUESTION not in open_items(session, visit)


def test_picking_another_level_changes_the_answer_and_wants_a_reason(session, visit, save):
    saved = save(value=1)

    assert saved.verification == "changed"
    assert open_items(session, visit)[QUESTION] == (Need.REASON,)

    save(reason="排产表上周的，现场已经不照它干。")

    assert QUESTION not in open_items(session, visit)


@pytest.mark.parametrize("verdict", [{}, {"verification": "changed"}])
def test_finding_what_the_firm_said_confirms_it(save, verdict):
    save(value=1, **verdict)

    saved = save(value=2, **verdict)

    assert saved.verification == "verified"


def test_not_seen_keeps_the_firms_answer_and_wants_a_reason(session, visit, save):
    save(value=4)

    saved = save(verification="not_seen")

    assert (saved.value, saved.verification) == (2, "not_seen")
    assert open_items(session, visit)[QUESTION] == (Need.REASON,)


def test_the_rest_of_a_module_is_left_as_the_firm_said_and_never_counts_as_verified(
    session, visit, consultant, save
):
    save(value=1, reason="排产表是上周的。")

    rest = leave(session, visit, consultant)

    seen = visit_of(session, visit)
    section = seen.questionnaire.section_by_id["production"]
    assert QUESTION not in rest.free
    assert {seen.verdict(id) for id in rest.free} == {Verdict.AS_SAID}
    assert {seen.verdict(id) for id in rest.held} <= {Verdict.UNVERIFIED}
    count = seen.counts[section.id]
    assert (count.done, count.unseen) == (1, len(rest.free))
    assert not set(rest.free) & set(open_items(session, visit))
    assert leave(session, visit, consultant).free == ()


def test_an_answer_the_rung_rests_on_is_not_left_as_said(session, visit, consultant):
    seen = visit_of(session, visit)
    resting = [id for id in seen.deciding if id in seen.resting]
    assert resting

    for section in seen.sections:
        leave(session, visit, consultant, section.id)

    still_open = open_items(session, visit)
    assert {still_open[id] for id in resting} == {(Need.VERDICT,)}
    assert set(still_open) == seen.resting & set(still_open)


def test_an_answer_left_as_said_is_asked_for_once_a_higher_rung_rests_on_it(
    session, visit, consultant
):
    leave(session, visit, consultant)
    left = next(id for id in visit_of(session, visit).onsite.rows if is_as_said(session, visit, id))
    row = on_site(session, visit, left)

    found = visit_of(session, visit)
    needs = verification.open_items(
        found.questionnaire,
        found.onsite.processes,
        said=found.own.rows,
        found=found.onsite.rows,
        files={},
        resting=frozenset({row.question_id}),
    )

    assert needs[left] == (Need.SEEN,)


def is_as_said(session, visit, question_id):
    return on_site(session, visit, question_id).verification == Verdict.AS_SAID


def test_what_was_left_as_said_is_judged_properly_one_by_one(session, visit, consultant, save):
    left = leave(session, visit, consultant).free

    assert save(left[0], verification="verified").verification == "verified"
    assert save(left[1], value=1).verification == "changed"
    with pytest.raises(Invalid):
        save(left[2], verification="as_said")


def test_nothing_is_left_as_said_once_the_visit_is_closed(session, visit, consultant):
    verify_all(session, visit, consultant)
    confirm(session, visit)

    with pytest.raises(Locked):
        leave(session, visit, consultant)


def test_a_rung_that_rests_on_what_nobody_saw_is_kept_as_provisional(
    session, visit, consultant, save
):
    verify_all(session, visit, consultant)
    gate = min(visit_of(session, visit).resting)
    save(gate, verification="not_seen", reason="仓库锁着。")
    session.expire_all()

    confirm(session, visit)

    seen = visit_of(session, visit)
    score = store.score(session, seen.onsite.row.id)
    assert score.floor_step < score.step
    assert seen.floor.holding == (gate,)
    own = store.score(session, seen.own.row.id)
    assert own.floor_step == own.step


def test_a_change_of_two_levels_wants_evidence_on_the_on_site_sheet(session, settings, visit, save):
    save(value=0, reason="现场没有计划，班长口头派活。")
    a_file(session, settings, visit, "exceptions", kind=SheetKind.ONSITE)

    assert open_items(session, visit)[QUESTION] == (Need.PHOTO,)

    a_file(session, settings, visit, QUESTION, kind=SheetKind.ONSITE)

    assert QUESTION not in open_items(session, visit)


def test_a_change_of_two_levels_wants_reason_and_photo_at_once(session, visit, save):
    save(value=0)

    assert open_items(session, visit)[QUESTION] == (Need.REASON, Need.PHOTO)


def test_a_change_of_one_level_wants_no_evidence(session, visit, save):
    save(value=3, reason="系统里能看到综合排产结果。")

    assert QUESTION not in open_items(session, visit)


def test_the_level_of_a_ratio_counts_as_well(session, visit, save):
    save("numerical_control", value={"part": 1, "whole": 20}, reason="数控只有一台。")

    assert open_items(session, visit)["numerical_control"] == (Need.PHOTO,)


def test_an_optional_figure_needs_no_verdict_but_a_change_of_it_says_why(session, visit, save):
    assert "oee" not in open_items(session, visit)

    save("oee", value="55")

    assert open_items(session, visit)["oee"] == (Need.REASON,)


def test_a_finding_leaves_the_verdict_alone(session, visit, save):
    save(verification="verified")

    save(finding="看板停在上个月。")

    row = on_site(session, visit)
    assert (row.verification, row.finding) == ("verified", "看板停在上个月。")


@pytest.mark.parametrize("verdict", ["", "yes", "CONFIRMED", "submitted"])
def test_an_unknown_verdict_is_refused(session, visit, save, verdict):
    with pytest.raises(Invalid) as refused:
        save(verification=verdict)

    assert "verification" in refused.value.fields
    assert on_site(session, visit).verification == Verdict.UNVERIFIED


# --- both sheets, replays, conflicts --------------------------------------------------------------


def test_both_sheets_stay(session, visit, save):
    save(value=0, reason="没有计划。", finding="白板上只有上周的。")

    assert on_site(session, visit, kind=SheetKind.SELF).value == 2
    assert on_site(session, visit, kind=SheetKind.SELF).reason == ""
    assert on_site(session, visit).value == 0


def test_replaying_a_request_changes_nothing(session, visit, save):
    first = save(value=1, request_id="tablet.7")
    save(verification="verified", request_id="tablet.8")

    again = save(value=1, base=first.revision - 1, request_id="tablet.7")

    assert again.revision == first.revision
    assert on_site(session, visit).verification == "verified"
    sheet_id = on_site(session, visit).sheet_id
    kept = [store.revision(session, sheet_id, QUESTION, number) for number in range(1, 5)]
    assert [row is None for row in kept] == [False, False, False, True]


def test_an_older_change_of_the_same_tablet_arriving_late_is_forgotten(session, visit, save):
    base = on_site(session, visit).revision
    save(value=4, base=base, request_id="tablet.12")

    save(value=1, base=base, request_id="tablet.11")

    assert on_site(session, visit).value == 4


@pytest.mark.parametrize("fields", [{"value": 1}, {"finding": "另一台平板上写的。"}])
def test_a_conflict_shows_both(session, visit, save, consultant, fields):
    base = on_site(session, visit).revision
    save(value=4, reason="系统自动排。", request_id="one.1")

    with pytest.raises(Conflict) as met:
        save(base=base, request_id="other.1", **fields)

    assert met.value.current.value == 4
    assert met.value.current.reason == "系统自动排。"
    assert met.value.current.author == consultant.name
    assert met.value.yours == fields.get("value")
    assert on_site(session, visit).value == 4


# --- processes ------------------------------------------------------------------------------------


def test_processes_corrected_on_site_leave_the_firms_sheet_alone(session, visit):
    own = store.sheet(session, visit.id, SheetKind.SELF).processes
    corrected = [p for p in own if p != COATING]

    assessments.set_processes(
        Step(session, TESTER, moment()), visit.id, corrected, kind=SheetKind.ONSITE
    )

    assert store.sheet(session, visit.id, SheetKind.SELF).processes == own
    assert COATING not in open_items(session, visit)
    assert visit_of(session, visit).score is not None


def test_a_process_found_on_site_asks_for_its_answers(session, consultant):
    known = a_firm(session).processes
    firm = a_firm(session, processes=[p for p in known if p != COATING])
    visit = visited(session, a_user(session, firm=firm), consultant)
    assert COATING not in open_items(session, visit)

    assessments.set_processes(
        Step(session, TESTER, moment()), visit.id, known, kind=SheetKind.ONSITE
    )

    assert open_items(session, visit)[COATING] == (Need.ANSWER,)
    assert visit_of(session, visit).score is None


# --- closing --------------------------------------------------------------------------------------


def test_a_visit_with_open_items_is_not_confirmed_and_says_which(session, visit, consultant, save):
    verify_all(session, visit, consultant)
    save(value=1)

    with pytest.raises(Incomplete) as refused:
        confirm(session, visit)

    assert refused.value.missing == {QUESTION: (Need.REASON,)}
    assert store.assessment(session, visit.id, lock=True).state == AssessmentState.VISITING


def test_a_confirmed_visit_is_scored_from_the_on_site_sheet_and_locked(
    session, visit, consultant, save
):
    verify_all(session, visit, consultant)
    save(value=1, reason="没有综合排产。")

    confirm(session, visit)

    sheets = visit_store.sheets(session, [visit.id])
    ids = {kind: sheet.id for (_, kind), sheet in sheets.items()}
    scores = visit_store.scores(session, ids.values())
    assert scores[ids[SheetKind.ONSITE]].permille < scores[ids[SheetKind.SELF]].permille
    with pytest.raises(Locked):
        save(value=3)
    confirm(session, visit)
    assert store.assessment(session, visit.id, lock=True).state == AssessmentState.CONFIRMED


def test_what_the_firm_left_alone_keeps_its_verdict_over_a_return(
    session, visit, consultant, user, save
):
    verify_all(session, visit, consultant)
    by = Actor(user.id, user.name)
    assessments.return_to_firm(Step(session, TESTER, moment()), visit.id, reason="请补关键指标。")
    assert store.assessment(session, visit.id, lock=True).state == AssessmentState.DRAFT
    own = on_site(session, visit, kind=SheetKind.SELF)
    change = Change(QUESTION, "firm.1", own.revision, value=3)
    answers.save_answer(Step(session, by, moment()), visit.id, SheetKind.SELF, change)

    assessments.submit(Step(session, by, moment()), visit.id, declared_by=user.name)
    assessments.assign(Step(session, TESTER, moment()), visit.id, consultant.id)

    assert set(open_items(session, visit)) == {QUESTION}
    assert on_site(session, visit).value == 3


# --- the conclusion -------------------------------------------------------------------------------


def conclude(session, visit, problems="检验记录后补。", plan=None, version=None):
    conclusions.conclude(
        Step(session, TESTER, moment()),
        visit.id,
        problems=problems,
        plan=plan,
        base_version=version or store.assessment(session, visit.id, lock=True).version,
    )


def planned(session, visit):
    return choices_of(session, store.assessment(session, visit.id, lock=True))


def test_a_plan_is_kept_line_by_line_in_its_order(session, visit):
    lines = [
        TypedChoice("N02", units="", low="１２.5 万元", high="20", starts="2027-Q1", why="先做。"),
        TypedChoice(title="设排产专员", what="一人专管。", weeks="4", helps=("scheduling:3", "")),
        TypedChoice("N01"),
    ]

    conclude(session, visit, plan=lines)

    assert planned(session, visit) == (
        Choice("N02", low=1250, high=2000, starts="2027-Q1", why="先做。"),
        Choice(title="设排产专员", what="一人专管。", weeks=4, helps={"scheduling": 3}),
        Choice("N01"),
    )


def test_text_alone_leaves_the_suggestions_and_a_plan_can_be_taken_back(session, visit):
    conclude(session, visit, problems="只有文字。")
    assert planned(session, visit) is None

    conclude(session, visit, plan=[])
    assert planned(session, visit) == ()

    conclude(session, visit, plan=None)
    assert planned(session, visit) is None


def test_a_changed_line_alone_makes_the_version_before_stale(session, visit):
    conclude(session, visit, plan=[TypedChoice("N01")])
    version = store.assessment(session, visit.id, lock=True).version
    conclude(session, visit, plan=[TypedChoice("N02")], version=version)

    with pytest.raises(Stale):
        conclude(session, visit, plan=[TypedChoice("N03")], version=version)

    assert planned(session, visit) == (Choice("N02"),)


def test_a_conclusion_on_an_old_version_changes_nothing(session, visit):
    version = store.assessment(session, visit.id, lock=True).version
    conclude(session, visit, problems="第一份。", version=version)

    with pytest.raises(Stale):
        conclude(session, visit, problems="第二份。", version=version)

    assert store.assessment(session, visit.id, lock=True).problems == "第一份。"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("problems", {"problems": "字" * 5001}),
        ("problems", {"problems": "坏\x00字"}),
        ("choices", {"plan": [TypedChoice("N01"), TypedChoice("ZZ99")]}),
        ("choices", {"plan": [TypedChoice("N01"), TypedChoice("N01")]}),
        ("choices", {"plan": [TypedChoice(title="措施")] * 31}),
        ("choice-1-title", {"plan": [TypedChoice("N01"), TypedChoice(title="​ ")]}),
        ("choice-0-low", {"plan": [TypedChoice("N01", low="1.234")]}),
        ("choice-0-low", {"plan": [TypedChoice("N01", low="-1")]}),
        ("choice-0-high", {"plan": [TypedChoice("N01", low="5", high="4")]}),
        ("choice-0-high", {"plan": [TypedChoice("N01", high="9999999")]}),
        ("choice-0-units", {"plan": [TypedChoice("N01", units="2")]}),
        ("choice-0-starts", {"plan": [TypedChoice("N01", starts="2027-13")]}),
        ("choice-0-weeks", {"plan": [TypedChoice(title="措施", weeks="0")]}),
        ("choice-0-helps", {"plan": [TypedChoice(title="措施", helps=("nothing:2",))]}),
        ("choice-0-helps", {"plan": [TypedChoice(title="措施", helps=("scheduling:5",))]}),
        ("choice-0-why", {"plan": [TypedChoice("N01", why="字" * 1001)]}),
    ],
)
def test_a_bad_conclusion_names_its_field(session, visit, field, given):
    with pytest.raises(Invalid) as refused:
        conclude(session, visit, **given)

    assert set(refused.value.fields) == {field}
    assert store.assessment(session, visit.id, lock=True).problems is None


# --- lists ----------------------------------------------------------------------------------------


def test_a_list_shows_only_the_consultants_own_visits(session, visit, consultant):
    other = a_consultant(session)
    visited(session, a_user(session), other)

    found, total = visit_store.visits(session, consultant.id, AssessmentState.VISITING)

    assert ([a.id for a in found], total) == ([visit.id], 1)


def test_a_reassigned_visit_moves_to_the_other_list_with_its_work(session, visit, consultant, save):
    save(value=1, reason="没有综合排产。")
    other = a_consultant(session)

    assessments.assign(Step(session, TESTER, moment()), visit.id, other.id)

    assert visit_store.visits(session, consultant.id, AssessmentState.VISITING) == ([], 0)
    found, _ = visit_store.visits(session, other.id, AssessmentState.VISITING)
    assert [a.id for a in found] == [visit.id]
    assert on_site(session, visit).verification == "changed"


def test_a_consultant_taken_off_a_visit_keeps_nothing_more(session, visit, save):
    other = a_user(session, role=Role.CONSULTANT)
    officer = a_user(session, role=Role.OFFICER)
    step = Step(session, Actor(officer.id, officer.name), moment())
    assessments.assign(step, visit.id, other.id)

    with pytest.raises(NotThere):
        save(verification=Verdict.VERIFIED)
