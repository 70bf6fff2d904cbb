"""The demonstration district: complete, invented, reproducible, and only for an empty instance."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymupdf
import pytest
import yaml
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from stdnum.cn import uscc

from reports.budget import kept
from reports.falls.seen import LEAST_VISITS
from survey import library
from survey.config import Config
from survey.files.stores import contents_of
from survey.readings import outcomes, visiting
from survey.readings.hints import own_hints
from survey.readings.need_drafts import drafts_of
from survey.readings.pairs import compared
from survey.readings.prices import prices, satisfied
from survey.readings.sheets import filled_sheet
from survey.readings.visits import visit_of
from survey.running import demonstration
from survey.running.demonstration import people
from survey.running.demonstration.story import BEGAN, EDITION
from survey.store import assessments as store
from survey.store import budgets, completion, deals, invitations, reminders, settings
from survey.store.completion import OVERDUE, STUCK, Pace
from survey.store.invitations import JOINED, OPEN
from survey.store.lists import BELOW, Slice
from survey.store.needs import Standing, by_standing
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    FirmNeed,
    Introduction,
    IntroductionState,
    NeedState,
    PoolEntry,
    Project,
    ProjectPaper,
    ProjectState,
    Provider,
    ProviderClaim,
    Recognition,
    ReminderKind,
    Round,
    Sample,
    SampleCopy,
    SampleState,
    SheetKind,
    Subsidy,
    User,
)

ROWS: list[dict[str, Any]] = yaml.safe_load(
    (Path(demonstration.__file__).parent / "firms.yaml").read_text(encoding="utf-8")
)["firms"]


def test_the_rows_are_thirty_firms_of_three_trades_on_all_five_rungs():
    assert Counter(row["trade"] for row in ROWS) == {"valve": 12, "bearing": 9, "metal_products": 9}
    assert Counter(row["step"] for row in ROWS) == {1: 11, 2: 10, 3: 6, 4: 2, 5: 1}
    assert sum(row["revenue"] < 2000 for row in ROWS) >= 5


def test_no_firm_could_be_taken_for_a_real_one():
    for row in ROWS:
        assert row["name"].endswith("（虚构）")
        assert "有限公司" not in row["name"]
        assert not uscc.is_valid(row["code"]), row["code"]
        assert "DEMO" in row["code"]
    assert len({row["code"] for row in ROWS}) == len({row["name"] for row in ROWS}) == len(ROWS)


def _every_firm_stands_where_its_row_says(loaded: Session) -> None:
    steps = {row["code"]: row["step"] for row in ROWS}
    stories = {row["code"]: row.get("story") for row in ROWS}
    lifted = {row["code"] for row in ROWS if "lifted" in row}
    seen = 0
    for assessment, firm in loaded.execute(
        select(Assessment, Firm).join(Firm, Firm.id == Assessment.firm_id)
    ).all():
        if assessment.state == AssessmentState.DRAFT:
            continue
        kind = SheetKind.ONSITE if assessment.state == AssessmentState.CONFIRMED else SheetKind.SELF
        sheet = store.sheet(loaded, assessment.id, kind)
        assert sheet is not None
        score = store.score(loaded, sheet.id)
        assert score is not None
        if kind == SheetKind.ONSITE or stories[firm.code] != "inflated":
            rose = firm.code in lifted and assessment.submitted_at < BEGAN
            assert score.step == steps[firm.code] or (rose and score.step < steps[firm.code]), (
                firm.name
            )
            seen += 1
    assert seen >= 27


def _an_inflated_firm_is_corrected_on_site(loaded: Session) -> None:
    inflated = [row["code"] for row in ROWS if row.get("story") == "inflated"]
    assert len(inflated) == 3
    for code in inflated:
        assessment = loaded.scalars(
            select(Assessment).join(Firm, Firm.id == Assessment.firm_id).where(Firm.code == code)
        ).one()
        kept = {}
        for kind in (SheetKind.SELF, SheetKind.ONSITE):
            sheet = store.sheet(loaded, assessment.id, kind)
            assert sheet is not None
            kept[kind] = store.score(loaded, sheet.id)
        assert kept[SheetKind.SELF].permille > kept[SheetKind.ONSITE].permille


def _the_pool_has_entries_and_recognitions(loaded: Session) -> None:
    assert len(loaded.scalars(select(PoolEntry)).all()) == sum("pool" in row for row in ROWS)
    standing = sorted(loaded.scalars(select(Recognition.standing)))
    assert standing == ["revoked", "valid", "valid"]


def _nothing_contradicts_but_where_a_story_says_so(loaded: Session) -> None:
    stories: dict[str, Any] = defaultdict(lambda: {"name": "新来的"})
    stories |= {row["code"]: row for row in ROWS}
    silent = speaking = overstated = 0
    everyone = select(Assessment).options(joinedload(Assessment.firm))
    for assessment in loaded.scalars(everyone).all():
        row = stories[assessment.firm.code]
        own = filled_sheet(loaded, assessment, SheetKind.SELF)
        told = {hint.id for hint in own_hints(loaded, own)}
        if row.get("story") == "inflated":
            overstated += bool(told)
        else:
            assert told == {*row.get("explained", ()), *row.get("unsettled", ())}, row["name"]
        silent, speaking = silent + (not told), speaking + bool(told)
        if assessment.state in (AssessmentState.VISITING, AssessmentState.CONFIRMED):
            visit = visit_of(loaded, assessment)
            assert {hint.id for hint in visit.explained_hints} == {*row.get("explained", ())}
            assert {hint.id for hint in visit.open_hints} == {*row.get("unsettled", ())}
    assert overstated  # who thinks too well of himself contradicts himself
    assert speaking == 2 + overstated
    assert silent >= 25


def _two_firms_were_visited_by_two_who_did_not_always_agree(loaded: Session) -> None:
    apart = {row["code"]: row for row in ROWS if "apart" in row}
    open_ = decided = 0
    everyone = select(Assessment).options(joinedload(Assessment.firm))
    for assessment in loaded.scalars(everyone).all():
        for one in compared(loaded, assessment):
            says = apart.pop(assessment.firm.code)["apart"]["says"]
            assert {line.question.id for line in one.lines} == says.keys()
            open_ += len(one.undecided)
            decided += len(one.lines) - len(one.undecided)
    assert not apart
    assert open_
    assert decided


def _the_running_round_has_firms_at_every_pace(loaded: Session) -> None:
    over, running = loaded.scalars(select(Round).order_by(Round.opens_on)).all()[-2:]
    now = datetime.now(UTC)
    pace = Pace(now.date(), now.date() - timedelta(days=6))
    states = completion.counted(loaded, running).states
    assert states.keys() >= {BELOW, AssessmentState.DRAFT, AssessmentState.VISITING}
    assert completion.slow_of(loaded, running, pace)[STUCK]
    assert completion.slow_of(loaded, over, pace)[OVERDUE]
    assert invitations.links_of(loaded, running.id, now).keys() == {JOINED, OPEN}
    assert reminders.waves(loaded, running.id, Slice(1, 9))[0][0].kind == ReminderKind.BEFORE_30


def _its_firms_ask_for_things_in_every_state(loaded: Session) -> None:
    found = loaded.scalars(select(FirmNeed)).all()
    assert {need.state for need in found} == set(NeedState)
    assert sum(need.main_id is not None for need in found) == 2
    assert by_standing(loaded, datetime.now(UTC).date())[Standing.LATE] == 1
    shown = loaded.scalars(select(Firm).where(Firm.code == "91331102DEMO003V03")).one()
    assert [draft.category for draft in drafts_of(loaded, shown.id)] == ["资金"]


def _three_rounds_of_the_edition_have_sheets_in_them(loaded: Session) -> None:
    begun = Counter(loaded.scalars(select(Assessment.round_id)))
    rounds = loaded.scalars(select(Round).where(Round.edition == EDITION)).all()
    titles = [round_.title for round_ in rounds if begun[round_.id] > 1]
    assert len(titles) == 3, titles


def _enough_was_verified_to_forecast_and_some_rungs_were_overturned(loaded: Session) -> None:
    known = visiting.known(loaded, EDITION)
    assert (
        known.visits * 4 // 5 >= LEAST_VISITS
    )  # so many are left when a fifth is set aside to try it
    confirmed = Assessment.state == AssessmentState.CONFIRMED, Assessment.edition == EDITION
    found = loaded.execute(
        select(Assessment.own_step, Assessment.visited_step).where(*confirmed)
    ).all()
    assert sum(own > visited for own, visited in found) >= 4
    assert sum(own == visited for own, visited in found) >= 15


def _projects_stand_in_every_state_with_papers_and_subsidies(loaded: Session) -> None:
    states = Counter(loaded.scalars(select(Project.state)))
    assert states.keys() == set(ProjectState)
    kinds = set(loaded.scalars(select(ProjectPaper.kind)))
    assert kinds == {"contract", "invoice", "payment", "acceptance", "photo"}
    assert {paid is None for paid in loaded.scalars(select(Subsidy.paid))} == {True, False}


def _a_paper_of_a_project_opens_as_what_it_says(loaded: Session, config: Config) -> None:
    paper = loaded.scalars(select(ProjectPaper).where(ProjectPaper.kind == "contract")).first()
    assert paper is not None
    with pymupdf.open(stream=contents_of(config).read(paper.sha256)) as pdf:
        assert len(pdf) == 1
    assert paper.name == "合同（虚构）.pdf"


def _a_sample_was_copied_three_times(loaded: Session) -> None:
    copies = Counter(loaded.scalars(select(SampleCopy.sample_id)))
    assert max(copies.values()) == 3
    assert set(loaded.scalars(select(Sample.state))) >= {SampleState.PUBLISHED, SampleState.ASKED}


def _a_provider_was_introduced(loaded: Session) -> None:
    states = Counter(loaded.scalars(select(Introduction.state)))
    assert states[IntroductionState.INTRODUCED] >= 1, states


def _a_package_was_finished_by_enough_firms_to_tell_of_it(loaded: Session) -> None:
    seen = outcomes.seen(loaded, library.load(loaded, EDITION), "N01")
    assert seen is not None
    assert seen.told.price.spread
    assert seen.told.weeks.spread
    assert seen.told.satisfied.spread
    assert any(one.there is not None for one in seen.told.lifts)
    assert all(rise.spread for rise in seen.told.rises), seen.told.rises
    assert prices(loaded)["N01"].firms == (5, 9)


def _a_provider_was_paid_by_the_policy_and_one_waits(loaded: Session) -> None:
    found = loaded.scalars(select(ProviderClaim)).all()
    assert sorted(one.paid > 0 for one in found) == [False, True]
    assert deals.sums(loaded, settings.read(loaded).provider_rates).over == 0


def _enough_firms_speak_of_a_provider_to_tell_how_satisfied_they_are(loaded: Session) -> None:
    marks = satisfied(loaded)
    told = {loaded.get_one(Provider, id).name: mark for id, mark in marks.items()}
    assert told == {"云梯数智软件（虚构）": 4}


def _two_budgets_are_asked_for_to_be_compared(loaded: Session) -> None:
    found = [kept.terms_of(line.run.terms) for line in budgets.runs(loaded)]
    assert [one.plan is None for one in found].count(True) == 1
    assert len(found) == 2


def _every_page_can_say_that_it_is_a_demonstration(loaded: Session) -> None:
    place = settings.read(loaded)
    assert place.demonstration
    assert place.targets
    assert all(loaded.scalars(select(Firm.fictional)))


def _its_passwords_are_made_anew_and_kept_for_the_owner_alone(instance: Path) -> None:
    kept = instance / "sign-ins.txt"
    assert kept.stat().st_mode & 0o077 == 0
    words = [line.rsplit(" ", 1)[1] for line in kept.read_text().splitlines() if "密码 " in line]
    assert len(set(words)) == len(people.READERS) + 2  # and the second of a pair, and a provider's
    assert all(len(word) >= 10 for word in words)


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)], indirect=True
)
def test_it_loads_once_whole_and_as_its_rows_say(app: Flask, session: Session, instance: Path):
    """One test, because loading takes seconds."""
    assert demonstration.load(app)

    _every_firm_stands_where_its_row_says(session)
    _an_inflated_firm_is_corrected_on_site(session)
    _nothing_contradicts_but_where_a_story_says_so(session)
    _the_pool_has_entries_and_recognitions(session)
    _two_firms_were_visited_by_two_who_did_not_always_agree(session)
    _the_running_round_has_firms_at_every_pace(session)
    _its_firms_ask_for_things_in_every_state(session)
    _three_rounds_of_the_edition_have_sheets_in_them(session)
    _enough_was_verified_to_forecast_and_some_rungs_were_overturned(session)
    _projects_stand_in_every_state_with_papers_and_subsidies(session)
    _a_paper_of_a_project_opens_as_what_it_says(session, app.config["SURVEY"])
    _a_sample_was_copied_three_times(session)
    _a_provider_was_introduced(session)
    _a_package_was_finished_by_enough_firms_to_tell_of_it(session)
    _enough_firms_speak_of_a_provider_to_tell_how_satisfied_they_are(session)
    _a_provider_was_paid_by_the_policy_and_one_waits(session)
    _two_budgets_are_asked_for_to_be_compared(session)
    _every_page_can_say_that_it_is_a_demonstration(session)
    _its_passwords_are_made_anew_and_kept_for_the_owner_alone(instance)
    session.rollback()
    people = len(session.scalars(select(User)).all())
    session.rollback()
    assert not demonstration.load(app)
    assert len(session.scalars(select(User)).all()) == people
