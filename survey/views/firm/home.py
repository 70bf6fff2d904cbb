"""Where a firm arrives: what is open, what it has handed in, how far each sheet has come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from questionnaires.model import Question, Rung, Section
from questionnaires.progress import SectionProgress
from survey import library
from survey.library import edition_of
from survey.lifecycle import assessments as steps
from survey.readings.calendar import visitors_of
from survey.readings.hints import Hint, own_hints
from survey.readings.sheets import FilledSheet, filled_sheets
from survey.readings.todo.firm import AtFirm, of_firm
from survey.store import (
    accounts,
    introductions,
    log,
    needs,
    notices,
    pool,
    projects,
    reminders,
    requests,
    responses,
    samples,
    visits,
)
from survey.store import assessments as store
from survey.store import rounds as round_store
from survey.store.sheets import kind_of
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    PoolState,
    Project,
    ProjectState,
    Recognition,
    Response,
    Round,
    ScoreRow,
    SheetKind,
    SheetRow,
)
from survey.views import todo
from survey.views.firm.pages import found_sheet, pages
from survey.web import here
from survey.words import projects as project_words


@dataclass(frozen=True)
class Line:
    """One assessment as the home page shows it; a draft with its sheet, others with their rung."""

    assessment: Assessment
    draft: FilledSheet | None
    kind: SheetKind
    rung: Rung | None
    step: int | None
    provisional: bool = False
    """Whether the rung rests on what nobody saw."""
    reopened: bool = False
    """Whether a visit that was confirmed goes on."""


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show the open rounds first, then every assessment of the firm."""
    firm_id = here.reader().firm_id or 0
    assessments = store.assessments_of_firm(here.session(), firm_id)
    begun = {assessment.round_id for assessment in assessments}
    rounds = [r for r in _open_to(firm_id) if r.id not in begun]
    if here.reader().sections is not None:
        rounds = []  # beginning is for who answers for the whole
    firm, lines = here.session().get_one(Firm, firm_id), _lines(assessments)
    own = projects.of_firm(here.session(), firm_id) if here.reader().sections is None else []
    return render_template(
        "firm/home.html",
        firm=firm,
        rounds=rounds,
        closed=_closed(firm_id, begun),
        today=here.today(),
        lines=lines,
        todo=todo.groups(of_firm(_at_firm(firm, rounds, lines, own))),
        climb=_climb(firm_id, lines),
        projects=[row for row in own if row.state in (*projects.OPEN, ProjectState.FINISHED)],
        open=projects.OPEN,
        samples=_samples(firm),
        words=project_words,
        visitors=visitors_of(here.session(), _visiting(lines)),
        reminded=reminders.newest_of(
            here.session(), firm_id, [*(r.id for r in rounds), *_drafted(lines)]
        ),
    )


def _samples(firm: Firm) -> int:
    """Count the samples of its trade a firm may copy; none for who sees modules only."""
    if here.reader().sections is not None:
        return 0
    return samples.how_many_published(here.session(), firm.trade, firm.id)


def _drafted(lines: list[Line]) -> list[int]:
    """Return the rounds whose sheet is still to be handed in."""
    return [line.assessment.round_id for line in lines if line.draft]


def _visiting(lines: list[Line]) -> list[Assessment]:
    """Return the assessments that somebody is to visit."""
    return [line.assessment for line in lines if line.assessment.state == AssessmentState.VISITING]


def _open_to(firm_id: int) -> list[Round]:
    return round_store.open_to(here.session(), firm_id, here.today())


def _closed(firm_id: int, begun: Collection[int]) -> Round | None:
    """Return the round that closed last, where the firm took no part in it."""
    last = round_store.last_closed(here.session(), firm_id, here.today())
    return last if last is not None and last.id not in begun else None


def _at_firm(firm: Firm, rounds: list[Round], lines: list[Line], own: list[Project]) -> AtFirm:
    session, who = here.session(), here.reader()
    drafts = [line.draft for line in lines if line.draft]
    back = log.last_steps(session, [draft.assessment.id for draft in drafts], ("return",))
    return AtFirm(
        firm,
        rounds,
        drafts,
        returned={id: at for id, (_action, at) in back.items()},
        people=accounts.users_of_firm(session, firm.id) if who.owner else (),
        unsaid=_unsaid(lines) if who.owner else (),
        settled=_settled(lines) if who.owner else (),
        answered=needs.to_rate(session, firm.id) if who.sections is None else (),
        asked=introductions.asking(session, firm.id) if who.owner else (),
        samples=samples.asked_of(session, firm.id) if who.owner else (),
        called=notices.reminded(session, firm.id, here.today()) if who.sections is None else (),
        whole=who.sections is None,
        projects=projects.to_mend(session, own),
    )


def _settled(lines: list[Line]) -> list[tuple[Assessment, Response]]:
    """Return the objections that were answered, each with its assessment."""
    found = {line.assessment.id: line.assessment for line in lines if line.kind == SheetKind.ONSITE}
    settled = responses.settled_last(here.session(), found)
    return [(found[row.assessment_id], row) for row in settled]


def _unsaid(lines: list[Line]) -> list[Assessment]:
    """Return the confirmed assessments on whose standing version the firm has said nothing."""
    found = [line.assessment for line in lines if line.kind == SheetKind.ONSITE]
    said = responses.answered(here.session(), [assessment.id for assessment in found])
    return [assessment for assessment in found if assessment.id not in said]


@dataclass(frozen=True)
class Climb:
    """Where a firm stands in the pool, as it may know it: not what officers wrote about it."""

    state: PoolState | None
    """None while the pool has not heard of it."""
    target: str
    recognitions: tuple[Recognition, ...]
    titles: Mapping[str, str]
    result: Line | None
    """Its newest result, which says what to do next."""


def _climb(firm_id: int, lines: list[Line]) -> Climb | None:
    """Return where a firm stands, once it has handed anything in; to who sees the whole sheet."""
    session, result = here.session(), next((line for line in lines if line.step is not None), None)
    entry = pool.pool_entry_of_firm(session, firm_id)
    if here.reader().sections is not None or (entry is None and result is None):
        return None
    titles = library.named(session).rungs
    climbing = entry is not None and entry.state != PoolState.WITHDRAWN
    return Climb(
        entry.state if entry else None,
        titles.get(entry.target_rung, entry.target_rung) if entry and climbing else "",
        tuple(pool.recognitions_of_firm(session, firm_id)),
        titles,
        result,
    )


def _lines(assessments: list[Assessment]) -> list[Line]:
    """Return a line each; sheets, answers and scores of all of them come in one query each."""
    session = here.session()
    sheets = visits.sheets(session, [assessment.id for assessment in assessments])
    drafts = filled_sheets(
        session,
        [
            (a, sheets[a.id, SheetKind.SELF])
            for a in assessments
            if a.state == AssessmentState.DRAFT
        ],
    )
    scores = visits.scores(session, [sheet.id for sheet in sheets.values()])
    lines = []
    for assessment in assessments:
        kind = kind_of(assessment.state)
        sheet = sheets[assessment.id, kind]
        if assessment.state == AssessmentState.DRAFT:
            draft = replace(drafts[sheet.id], given=here.reader().sections)
            lines.append(Line(assessment, draft, kind, None, None))
        else:
            onsite = sheets.get((assessment.id, SheetKind.ONSITE))
            reopened = assessment.state == AssessmentState.VISITING and _was_confirmed(onsite)
            scored = _scored(assessment, kind, scores.get(sheet.id))
            lines.append(replace(scored, reopened=reopened))
    return lines


def _was_confirmed(onsite: SheetRow | None) -> bool:
    """Whether a version of this sheet was left behind: the first one counts until it is opened again."""
    return onsite is not None and onsite.version > 1


def _scored(assessment: Assessment, kind: SheetKind, score: ScoreRow | None) -> Line:
    ladder = {rung.id: rung for rung in edition_of(assessment).ladder}
    rung = ladder.get(score.rung or "") if score else None
    provisional = score is not None and score.is_provisional
    return Line(assessment, None, kind, rung, score.step if score else None, provisional)


@pages.post("/rounds/<row:round_id>/begin")
def begin(round_id: int) -> ResponseReturnValue:
    """Begin the assessment of a round; the profile comes first."""
    assessment = steps.begin(here.step(), here.reader().firm_id or 0, round_id)
    return redirect(url_for("firm.profile", assessment_id=assessment.id))


def _is_returned(sheet: FilledSheet) -> bool:
    return sheet.is_writable and bool(sheet.assessment.return_reason)


@pages.get("/assessments/<row:assessment_id>/")
def overview(assessment_id: int) -> ResponseReturnValue:
    """Show every section with its progress, and where the share will end up."""
    return overview_page(assessment_id)


def overview_page(
    assessment_id: int, typed: str = "", faults: Mapping[str, str] | None = None
) -> str:
    """Render the page; ``typed`` and ``faults`` are of a request that was refused."""
    sheet = found_sheet(assessment_id)
    saved = max(sheet.rows.values(), key=lambda row: row.saved_at, default=None)
    return render_template(
        "firm/overview.html",
        sheet=sheet,
        assessment=sheet.assessment,
        saved=saved,
        saved_by=store.name_of(here.session(), saved.author_id) if saved else "",
        groups=_groups(sheet),
        hints=_hints(sheet),
        named=_named(sheet),
        asking=None if sheet.given is not None else requests.newest(here.session(), assessment_id),
        typed=typed,
        faults=faults or {},
        next_section=next((s.section for s in sheet.section_progress if s.missing), None),
    )


def _named(sheet: FilledSheet) -> list[tuple[Section, Question]]:
    """The questions a returned sheet is about, of the modules its reader was given."""
    if not _is_returned(sheet):
        return []
    whole = sheet.questionnaire
    asked = (whole.questions[id] for id in sheet.assessment.return_questions or ())
    pairs = ((whole.section_of[question.id], question) for question in asked)
    return [(section, question) for section, question in pairs if sheet.is_given(section.id)]


def _hints(sheet: FilledSheet) -> Sequence[Hint]:
    """What a returned sheet is to settle, for who sees all of it: both sides tell answers."""
    whole = sheet.given is None
    return own_hints(here.session(), sheet) if whole and _is_returned(sheet) else ()


def _groups(sheet: FilledSheet) -> list[tuple[str, list[SectionProgress]]]:
    """The sections by what they are: common, the trade's own, optional; none is empty."""
    common = sheet.questionnaire.core_section_ids
    needed = [s for s in sheet.section_progress if s.required]
    groups = [
        ("共性模块", [s for s in needed if s.section.id in common]),
        (
            f"{sheet.questionnaire.trade.title}专有模块",
            [s for s in needed if s.section.id not in common],
        ),
        ("选填模块", [s for s in sheet.section_progress if not s.required]),
    ]
    return [(title, sections) for title, sections in groups if sections]
