"""Lists of firms in the store: staged, imported whole or not at all, undone where nobody was."""

from __future__ import annotations

import multiprocessing
import os
import signal
from io import BytesIO
from threading import Thread
from typing import get_type_hints

import pytest
from sqlalchemy import func, select

from questionnaires.library import SHIPPED
from questionnaires.sheets import lists as reading
from survey import db
from survey.files.stores import contents_of
from survey.jobs.worker import Worker
from survey.lifecycle import firms, new_firms, rosters
from survey.lifecycle import jobs as job_steps
from survey.lifecycle.contradictions import facts_of
from survey.lifecycle.errors import NotThere, Stale, WrongState
from survey.lifecycle.firms import Profile
from survey.lifecycle.new_firms import Offered
from survey.lifecycle.step import Step
from survey.rosters.comparing import judged
from survey.rosters.recognising import rows_of
from survey.rosters.rows import Choices, FirmRow
from survey.rosters.staging import staged
from survey.store import listings, roster_undoing
from survey.store import rosters as store
from survey.store.lists import Slice
from survey.tables import (
    Firm,
    FirmListing,
    FirmTitle,
    FirmYear,
    Job,
    JobState,
    RecognitionProposal,
    Role,
    Roster,
    RosterRow,
    RosterState,
)
from tests.support.patience import joined
from tests.support.people import a_firm, a_user, moment
from tests.support.rosters import (
    TRADES,
    brought,
    checked,
    choices_of,
    done,
    imported,
    step_of,
    undone,
)

FORK = multiprocessing.get_context("fork")
Q1, Q2 = "q1-two-row-head.xlsx", "q2-next-quarter.xlsx"
OUTCOMES = ("new", "changed", "unchanged", "duplicate", "fault")


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def taken(app, session, settings, officer):
    """The first list, imported into an empty store."""
    roster = checked(app, session, officer, brought(session, settings, officer, Q1))
    return imported(app, session, officer, roster)


def counts(roster):
    return tuple(roster.counts.get(outcome, 0) for outcome in OUTCOMES)


def firm(session, code):
    return session.scalar(select(Firm).where(Firm.code == code))


def rows_in(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_a_list_takes_effect_with_all_it_says(app, session, taken):
    assert (taken.state, counts(taken)) == (RosterState.IMPORTED, (24, 0, 0, 0, 0))
    assert rows_in(session, Firm) == 24
    one = firm(session, "91990008MA1MG6K778")
    assert (one.name, one.township, one.park, one.trade) == (
        "虚构溪腾金属制品有限公司", "东溪街道", "云岭小微园", "metal_products",
    )  # fmt: skip
    assert (one.processes, one.lacking, one.fictional, one.version) == ([], {}, False, 1)
    year = session.get_one(FirmYear, (one.id, 2025))
    assert (year.revenue, year.staff, year.above_scale) == (234_567_800_000, 92, True)
    assert session.get_one(FirmListing, one.id).owner_phone == "000-13800000000"
    titles = session.execute(select(FirmTitle.title, FirmTitle.year, FirmTitle.level)).all()
    assert sorted(map(tuple, titles), key=str) == [
        ("专精特新中小企业", 2024, "省级"),
        ("隐形冠军", 2022, None),
        ("高新技术企业", 2023, None),
    ]


def test_the_next_list_changes_only_what_it_says(app, session, settings, officer, taken):
    roster = checked(app, session, officer, brought(session, settings, officer, Q2))
    assert counts(roster) == (4, 6, 14, 1, 0)
    before = firm(session, "91990007MAD62DE953")
    figures = session.get_one(FirmYear, (before.id, 2025))
    was = (figures.electricity, figures.acre_class, before.park)

    roster = imported(app, session, officer, roster)

    assert (roster.state, roster.counts["missing"]) == (RosterState.IMPORTED, 4)
    assert rows_in(session, Firm) == 28
    named = firm(session, "91990007MAD62DE953")
    figures = session.get_one(FirmYear, (named.id, 2025))
    assert (named.name, named.version) == ("虚构宏泰轴承股份有限公司", 2)
    assert (figures.electricity, figures.acre_class, named.park) == was
    missing, total = store.missing(session, roster.id, Slice(1, 30))
    assert total == 4
    assert {row.name for row in missing} == {
        "虚构昌达轴承有限公司", "虚构泉润轴承有限公司", "虚构岚达阀门有限公司", "虚构锦腾金属制品有限公司",
    }  # fmt: skip
    again = checked(app, session, officer, brought(session, settings, officer, Q2))
    assert counts(again) == (0, 0, 24, 1, 0)


def test_undoing_sets_back_what_was_and_removes_what_was_not(
    app, session, settings, officer, taken
):
    before = everything(session)
    roster = checked(app, session, officer, brought(session, settings, officer, Q2))
    roster = imported(app, session, officer, roster)
    assert everything(session) != before

    roster = undone(app, session, officer, roster)

    assert roster.state == RosterState.UNDONE
    assert {k: roster.counts[k] for k in ("removed", "restored", "stays")} == {
        "removed": 4, "restored": 6, "stays": 0,
    }  # fmt: skip
    assert everything(session) == before


def everything(session):
    """All that lists change, without versions."""
    session.expire_all()
    names = select(Firm.code, Firm.name, Firm.name_key)
    firms = select(Firm.code, Firm.township, Firm.contact_name, Firm.contact_phone)
    figures = select(FirmYear.firm_id, FirmYear.year, FirmYear.revenue, FirmYear.staff)
    marks = select(FirmListing.firm_id, FirmListing.seen_in, FirmListing.missing_from)
    return [
        sorted(map(tuple, session.execute(query)), key=str)
        for query in (names, firms, figures, marks)
    ]


def test_undoing_leaves_what_somebody_has_touched_and_says_so(
    app, session, settings, officer, taken
):
    used, edited = firm(session, "91990008MA1MG6K778"), firm(session, "91990007MAD62DE953")
    new_firms.add_firm_user(step_of(session, officer), used.id, person="虚某", username="xumou")
    offered = Offered(["bearing", "valve"], ["东溪街道", "南桥街道"])
    new_firms.edit_firm(
        step_of(session, officer), edited.id, name="虚构改过的厂", trade="bearing",
        township="南桥街道", offered=offered, base_version=edited.version,
    )  # fmt: skip

    roster = undone(app, session, officer, taken)

    assert {k: roster.counts[k] for k in ("removed", "restored", "stays")} == {
        "removed": 22, "restored": 0, "stays": 2,
    }  # fmt: skip
    assert {f.name for f in session.scalars(select(Firm))} == {used.name, "虚构改过的厂"}
    stay, _ = store.rows(session, roster.id, store.STAYS, None)
    assert {seen.firm_id for seen in stay} == {used.id, edited.id}
    assert session.get(FirmYear, (used.id, 2025)) is not None


def test_what_a_firm_said_itself_stays_unless_the_officer_says_otherwise(
    app, session, settings, officer, taken
):
    code = "91990008MALJ1RA72Q"
    with db.writing(session):
        own = firm(session, code)
        own.contact_phone, own.confirmed_at = "000-1111111", moment()

    roster = checked(app, session, officer, brought(session, settings, officer, Q2))
    rows, _ = store.rows(session, roster.id, "unchanged", None)
    seen = next(seen for seen in rows if seen.row.code == code)
    notes = [fault.code for fault in seen.faults]
    assert notes.count("own_words") == 2  # township and phone
    imported(app, session, officer, roster)
    assert firm(session, code).contact_phone == "000-1111111"

    again = checked(app, session, officer, brought(session, settings, officer, Q2), overwrites=True)
    imported(app, session, officer, again)
    assert firm(session, code).contact_phone == "000-7654321"


def test_of_two_officers_who_import_one_list_the_later_is_asked_to_check_again(
    app, session, settings, officer
):
    other = a_user(session, Role.OFFICER)
    first = checked(app, session, officer, brought(session, settings, officer, Q1))
    second = checked(app, session, other, brought(session, settings, other, Q1))

    first = imported(app, session, officer, first)
    second = imported(app, session, other, second)

    assert (first.state, second.state) == (RosterState.IMPORTED, RosterState.CHECKED)
    assert (second.overtaken, rows_in(session, Firm)) == (24, 24)
    with pytest.raises(WrongState):
        rosters.start_import(
            step_of(session, other), second.id, marks_missing=True, base_version=second.version
        )
    second = checked(app, session, other, second)
    assert (counts(second), second.overtaken) == ((0, 0, 24, 0, 0), 0)


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_begins_anew(
    app, session, settings, officer
):
    roster = checked(app, session, officer, brought(session, settings, officer, Q1))
    step = step_of(session, officer)
    job = rosters.start_import(step, roster.id, marks_missing=True, base_version=roster.version)
    taken = job_steps.take(step, job.id, lambda _kind: job_steps.SOON)

    killed = FORK.Process(target=_die_at_the_end, args=(app, taken))
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    session.rollback()
    assert (rows_in(session, Firm), rows_in(session, FirmYear)) == (0, 0)

    assert session.get_one(Job, job.id).state == JobState.WORKING
    job_steps.release(step, taken)
    job_steps.finish(
        step,
        job_steps.take(step, job.id, lambda _k: job_steps.SOON),
        lambda s: rosters.take_in(s, taken),
    )
    assert rows_in(session, Firm) == 24


def _die_at_the_end(app, taken):
    """Die after everything was written, before it was committed."""

    def dies(step):
        rosters.take_in(step, taken)
        assert rows_in(step.session, Firm) == 24
        os.kill(os.getpid(), signal.SIGKILL)

    with app.extensions["survey_sessions"]() as own:
        job_steps.finish(Step(own, job_steps.WORKER, moment()), taken, dies)


def test_a_worker_killed_while_it_checks_leaves_a_list_that_can_go_on(
    app, session, settings, officer
):
    roster = brought(session, settings, officer, Q1)
    step, chosen = step_of(session, officer), choices_of(settings, roster)
    job = rosters.check(step, roster.id, chosen, overwrites=False, base_version=roster.version)
    _killed(app, session, job, _die_after_some_rows)
    assert session.get_one(Roster, roster.id).state == RosterState.CHECKING
    assert 0 < rows_in(session, RosterRow) < 24
    roster = done(app, session, roster, job.id)
    assert (roster.state, counts(roster)) == (RosterState.CHECKED, (24, 0, 0, 0, 0))
    assert rows_in(session, RosterRow) == 24


def _killed(app, session, job, dies):
    """Have a process of its own take a job and die over it; then it is anybody's again."""
    step = Step(session, job_steps.WORKER, moment())
    taken = job_steps.take(step, job.id, lambda _kind: job_steps.SOON)
    killed = FORK.Process(target=dies, args=(app, taken))
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    session.rollback()
    session.expire_all()
    job_steps.release(step, taken)


def _die_after_some_rows(app, taken):
    """Put a third of the rows down, each in a transaction of its own, and die."""
    config = app.config["SURVEY"]
    with app.extensions["survey_sessions"]() as own:
        step = Step(own, job_steps.WORKER, moment())
        roster = rosters.begin_check(step, taken)
        content = contents_of(config).read(roster.sha256)
        tabs = [(tab, list(lines)) for tab, lines in reading.read(BytesIO(content), "xlsx")]
        said = {k: v for k, v in roster.choices.items() if k != "trades"}
        found = rows_of(tabs, Choices(**{**said, "head": tuple(said["head"])}), TRADES)
        kept = [
            staged(line, roster.id)
            for line in judged((r for r in found if isinstance(r, FirmRow)), {})
        ]
        rosters.stage(step, taken, kept[:8], 8, job_steps.SOON)
    os.kill(os.getpid(), signal.SIGKILL)


def test_an_undoing_that_was_cut_off_goes_on_and_counts_every_firm_once(
    app, session, settings, officer, taken
):
    """It is killed after two portions of five, and again at its end; meanwhile somebody takes a firm up."""
    step = step_of(session, officer)
    job = rosters.start_undo(step, taken.id, base_version=taken.version)
    _killed(app, session, job, _die_after_some_firms)
    assert (rows_in(session, Firm), taken.state) == (14, RosterState.UNDOING)
    assert session.get_one(Job, job.id).progress == 10

    used = session.scalars(select(Firm).order_by(Firm.id.desc())).first()
    new_firms.add_firm_user(step, used.id, person="虚某", username="xumou")
    _killed(app, session, job, _die_at_the_end_of_undoing)
    roster = done(app, session, taken, job.id)

    assert roster.state == RosterState.UNDONE
    assert {k: roster.counts[k] for k in ("removed", "restored", "stays")} == {
        "removed": 23, "restored": 0, "stays": 1,
    }  # fmt: skip
    assert list(session.scalars(select(Firm.id))) == [used.id]


def test_a_firm_that_is_changed_while_its_portion_goes_stays(
    app, session, settings, officer, taken
):
    step = step_of(session, officer)
    job = rosters.start_undo(step, taken.id, base_version=taken.version)
    sessions = app.extensions["survey_sessions"]
    worker = Thread(target=Worker(settings, sessions).do, args=(job.id,))
    with sessions() as own, db.writing(own):
        edited = firm(own, "91990008MALJ1RA72Q")
        edited.contact_phone, edited.version = "000-1111111", edited.version + 1
        own.flush()
        worker.start()
        worker.join(0.5)
    joined(worker)

    session.rollback()
    session.expire_all()
    assert (taken.state, taken.counts["removed"]) == (RosterState.UNDONE, 23)
    assert [one.contact_phone for one in session.scalars(select(Firm))] == ["000-1111111"]


def _die_after_some_firms(app, taken):
    with app.extensions["survey_sessions"]() as own:
        rows = roster_undoing.added(own, taken.subject_id)
        for first in (0, 5):
            step = Step(own, job_steps.WORKER, moment())
            rosters.let_go(step, taken, rows[first : first + 5], first + 5, job_steps.SOON)
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at_the_end_of_undoing(app, taken):
    """Die after everything was written, before it was committed."""

    def dies(step):
        rosters.take_back(step, taken, roster_undoing.former(step.session, taken.subject_id))
        os.kill(os.getpid(), signal.SIGKILL)

    with app.extensions["survey_sessions"]() as own:
        job_steps.finish(Step(own, job_steps.WORKER, moment()), taken, dies)


def test_of_two_lists_imported_at_the_same_moment_one_takes_effect_and_one_is_to_be_checked(
    app, session, settings, officer
):
    lists = [
        checked(app, session, officer, brought(session, settings, officer, Q1)) for _ in range(2)
    ]
    started = [
        rosters.start_import(
            step_of(session, officer), one.id, marks_missing=True, base_version=one.version
        ).id
        for one in lists
    ]
    sessions = app.extensions["survey_sessions"]
    workers = [Thread(target=Worker(settings, sessions).do, args=(id,)) for id in started]
    for worker in workers:
        worker.start()
    joined(*workers)

    session.rollback()
    session.expire_all()
    states = sorted(session.get_one(Roster, one.id).state for one in lists)
    assert states == [RosterState.CHECKED, RosterState.IMPORTED]
    assert (rows_in(session, Firm), rows_in(session, FirmYear)) == (24, 24)


def test_what_a_firm_says_between_check_and_import_is_not_overwritten(
    app, session, settings, officer, taken
):
    roster = checked(app, session, officer, brought(session, settings, officer, Q2))
    with db.writing(session):
        own = firm(session, "91990008MALJ1RA72Q")
        own.contact_phone, own.confirmed_at = "000-1111111", moment()
        own.version += 1

    roster = imported(app, session, officer, roster)

    assert (roster.state, roster.overtaken) == (RosterState.CHECKED, 1)
    assert firm(session, "91990008MALJ1RA72Q").contact_phone == "000-1111111"
    assert rows_in(session, Firm) == 24


def test_what_is_said_while_an_import_begins_is_not_overwritten(
    app, session, settings, officer, taken
):
    roster = checked(app, session, officer, brought(session, settings, officer, Q2))
    step = step_of(session, officer)
    job = rosters.start_import(step, roster.id, marks_missing=True, base_version=roster.version)
    sessions = app.extensions["survey_sessions"]
    worker = Thread(target=Worker(settings, sessions).do, args=(job.id,))
    with sessions() as own, db.writing(own):
        edited = firm(own, "91990008MALJ1RA72Q")
        edited.contact_phone, edited.version = "000-1111111", edited.version + 1
        own.flush()
        worker.start()
        worker.join(0.5)
    joined(worker)

    session.rollback()
    session.expire_all()
    assert session.get_one(Roster, roster.id).overtaken == 1
    assert firm(session, "91990008MALJ1RA72Q").contact_phone == "000-1111111"


def test_saves_that_meet_an_import_wait_and_succeed(app, session, settings, officer):
    other = a_firm(session)
    roster = checked(app, session, officer, brought(session, settings, officer, Q1))
    step = step_of(session, officer)
    job = rosters.start_import(step, roster.id, marks_missing=True, base_version=roster.version)
    sessions = app.extensions["survey_sessions"]
    worker = Thread(target=Worker(settings, sessions).do, args=(job.id,))
    worker.start()
    offered = Offered(["valve"], [])
    for number in range(10):
        with sessions() as own:
            found = own.get_one(Firm, other.id)
            new_firms.edit_firm(
                step_of(own, officer), other.id, name=f"虚构{number}厂", trade="valve",
                township="", offered=offered, base_version=found.version,
            )  # fmt: skip
    joined(worker)

    session.rollback()
    session.expire_all()
    assert session.get_one(Firm, other.id).name == "虚构9厂"
    assert session.get_one(Roster, roster.id).state == RosterState.IMPORTED
    assert rows_in(session, Firm) == 25


def test_a_check_that_is_tried_again_begins_anew(app, session, settings, officer):
    roster = checked(app, session, officer, brought(session, settings, officer, Q1))
    again = checked(app, session, officer, roster)

    assert counts(again) == (24, 0, 0, 0, 0)
    assert rows_in(session, RosterRow) == 24


def test_a_page_that_is_out_of_date_starts_nothing(app, session, settings, officer, taken):
    step = step_of(session, officer)
    with pytest.raises(Stale):
        rosters.start_undo(step, taken.id, base_version=taken.version - 1)
    with pytest.raises(WrongState):
        rosters.start_import(step, taken.id, marks_missing=True, base_version=taken.version)
    with pytest.raises(WrongState):
        rosters.discard(step, taken.id)
    with pytest.raises(NotThere):
        rosters.discard(step, 999_999)


def test_a_list_that_was_not_imported_may_be_discarded(app, session, settings, officer):
    roster = checked(app, session, officer, brought(session, settings, officer, Q1))

    rosters.discard(step_of(session, officer), roster.id)

    assert (rows_in(session, Roster), rows_in(session, RosterRow)) == (0, 0)


def test_a_recognition_a_list_names_is_a_proposal_once(app, session, settings, officer):
    content = (
        "企业名称,信用代码,智能工厂\n虚构甲阀门有限公司,91990008MA1MG6K778,省级2024\n"
    ).encode()
    for _ in range(2):
        roster = checked(
            app, session, officer, brought(session, settings, officer, "a.csv", content)
        )
        imported(app, session, officer, roster)

    proposal = session.scalars(select(RecognitionProposal)).one()
    assert (proposal.title, proposal.year, proposal.level, proposal.state) == (
        "智能工厂", 2024, "省级", "open",
    )  # fmt: skip
    assert rosters.decline(step_of(session, officer), proposal.id) == proposal.firm_id
    with pytest.raises(WrongState):
        rosters.decline(step_of(session, officer), proposal.id)


def a_list(heading, *values, code="91990008MA1MG6K778"):
    head = f"企业名称,信用代码,{heading}"
    return f"{head}\n虚构溪腾金属制品有限公司,{code},{','.join(values)}\n".encode()


def brings(app, session, settings, officer, content):
    roster = checked(app, session, officer, brought(session, settings, officer, "a.csv", content))
    return imported(app, session, officer, roster, missing=False)


def profile_of(one):
    return (one.employees, one.revenue, one.above_scale)


def years_of(one):
    return (one.listed_employees, one.listed_revenue, one.listed_above_scale)


def test_figures_of_lists_stand_in_a_profile_until_the_firm_says_them_itself(
    app, session, settings, officer, taken
):
    one = firm(session, "91990008MA1MG6K778")
    assert (profile_of(one), years_of(one)) == ((92, 234_568, True), (2025, 2025, 2025))
    version = one.version
    brings(
        app, session, settings, officer, a_list("2026年用工人数,2026年营业收入(万元)", "120", "99")
    )
    one = firm(session, one.code)
    assert (profile_of(one), years_of(one)) == ((120, 99, True), (2026, 2026, 2025))
    assert one.version == version  # whoever has the profile open may still save it
    assert facts_of(one)["employees"] is None  # no word of the firm's that could contradict it

    edition = SHIPPED.load("2026")
    processes = tuple(sorted(p.id for p in edition.trades[one.trade].processes))
    as_shown = {name: getattr(one, name) for name in get_type_hints(Profile)}
    said = Profile(**as_shown | {"processes": processes, "size": "small", "revenue": 100})
    firms.update_profile(step_of(session, officer), one.id, said, edition, base_version=one.version)
    brings(
        app, session, settings, officer, a_list("2027年用工人数,2027年营业收入(万元)", "500", "7")
    )

    one = firm(session, one.code)
    assert (profile_of(one), years_of(one)) == ((120, 100, True), (None, None, None))
    assert one.confirmed_at is not None
    assert facts_of(one)["employees"] == 120
    assert session.get_one(FirmYear, (one.id, 2027)).staff == 500


def test_undoing_takes_profiles_and_titles_back_to_the_list_before(
    app, session, settings, officer, taken
):
    code, head = "91990008MA1MG6K778", "2026年用工人数,高新技术企业,高新有效期至"
    brings(app, session, settings, officer, a_list(head, "120", "2023", "2026-12"))
    later = brings(app, session, settings, officer, a_list(head, "130", "2023", "2029-12-07"))
    assert later.counts["changed"] == 1
    one = firm(session, code)
    assert (one.employees, one.listed_employees) == (130, 2026)
    assert [t.until for t in listings.told(session, one.id).titles] == ["2029-12-07"]

    undone(app, session, officer, later)

    one = firm(session, code)
    assert (one.employees, one.listed_employees) == (120, 2026)
    assert [(t.year, t.until) for t in listings.told(session, one.id).titles] == [(2023, "2026-12")]


def test_a_figure_too_large_for_a_profile_stays_with_the_list(app, session, settings, officer):
    brings(app, session, settings, officer, a_list("2026年营业收入(万元)", "99999999999"))

    one = firm(session, "91990008MA1MG6K778")
    assert (one.revenue, one.listed_revenue) == (None, None)
    assert session.get_one(FirmYear, (one.id, 2026)).revenue == 99_999_999_999_000_000
