"""A firm's work on its project: progress, finishing, stopping, figures, opinion and papers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from survey.files.uploads import Stored
from survey.lifecycle import introductions, typed
from survey.lifecycle.errors import Invalid, NotThere, WrongState
from survey.lifecycle.projects import EARLIEST, LATEST, NOT_NOW, held
from survey.lifecycle.states import PROJECT
from survey.lifecycle.step import Step
from survey.store import projects as store
from survey.tables import (
    ProgressReport,
    Project,
    ProjectFigure,
    ProjectPaper,
    ProjectPaperKind,
    ProjectState,
)

MOST_NOTE: Final = 500
MOST_FIGURES: Final = 20
MOST_PAPERS: Final = 40
MOST_FIGURE: Final = Decimal(10**12)
RUNNING: Final = (ProjectState.CONTRACTED, ProjectState.UNDER_WAY)
STANDING: Final = tuple(state for state in ProjectState if state != ProjectState.STOPPED)


@dataclass(frozen=True)
class Progress:
    """What a firm reports: how far in percent, as of which day, paid so far as typed in 万元."""

    percent: int | None
    as_of: date | None
    invested: str = ""
    note: str = ""


@dataclass(frozen=True)
class TypedFigure:
    """A figure before and after, numbers as typed; ``id`` of one that is there already."""

    title: str
    unit: str = ""
    before: str = ""
    before_on: date | None = None
    after: str = ""
    after_on: date | None = None
    question: str = ""
    id: int | None = None


# --- progress -------------------------------------------------------------------------------------


def report(step: Step, project_id: int, said: Progress, *, base_version: int) -> None:
    """Report how far a project under contract is; the first report begins it.

    Raises:
        WrongState: It is not under contract, or over.
        Invalid: Names every field that cannot be.
    """
    with step.writing():
        row = held(step, project_id, base_version, RUNNING)
        told = _read_progress(step, row, said)
        if row.state in PROJECT["project_start"].begins:
            row.state = PROJECT["project_start"].leads
            row.started_on = row.started_on or told.as_of  # it may go on after it was stopped
        _add_report(step, row, told)
        after = {"percent": told.percent, "as_of": told.as_of, "invested": told.invested}
        step.log("project_report", row, after=after)


def finish(step: Step, project_id: int, said: Progress, *, base_version: int) -> None:
    """Say that everything is done, and ask for the acceptance.

    Raises:
        WrongState: It is not under contract, or over.
        Invalid: Names every field that cannot be; or the contract is to be mended first.
    """
    with step.writing():
        row = held(step, project_id, base_version, RUNNING)
        if row.returned and not row.contract_checked:
            raise Invalid({"": "请先按主管部门的意见更正合同，再报完工。"})
        told = _read_progress(step, row, replace(said, percent=100))
        if told.invested is None:
            raise Invalid({"invested": "请填写到完工为止一共投入多少，没有花钱就填 0。"})
        row.state = PROJECT["project_finish"].leads
        row.started_on = row.started_on or told.as_of
        row.finished_on, row.returned = told.as_of, ""
        _add_report(step, row, told)
        after = {"state": row.state, "finished_on": told.as_of, "invested": told.invested}
        step.log("project_finish", row, after=after)


class _Told(NamedTuple):
    """A report as it is kept."""

    percent: int
    as_of: date
    invested: int | None
    note: str


def _read_progress(step: Step, row: Project, said: Progress) -> _Told:
    """Read a report, all faults at once; where no money is told, what was paid before stands."""
    faults: dict[str, str] = {}
    percent = -1 if said.percent is None else said.percent
    if not 0 <= percent <= 100:
        faults["percent"] = "请选择或填写 0 到 100 的整数。"
    first, as_of = row.progress_on or row.contracted_on or EARLIEST, said.as_of or LATEST
    if not first <= as_of <= step.today:
        faults["as_of"] = f"截至日期应在 {first.isoformat()} 到今天之间。"
    note = typed.line(said.note)
    if len(note) > MOST_NOTE:
        faults["note"] = f"说明最多 {MOST_NOTE} 字，请删减。"
    invested = None
    try:
        invested = typed.money("invested", said.invested)
    except Invalid as error:
        faults |= error.fields
    if faults:
        raise Invalid(faults)
    return _Told(percent, as_of, row.invested if invested is None else invested, note)


def _add_report(step: Step, row: Project, told: _Told) -> None:
    row.progress, row.progress_on, row.invested = told.percent, told.as_of, told.invested
    row.progress_checked, row.changed_at = False, step.now
    step.session.add(
        ProgressReport(
            project_id=row.id,
            **told._asdict(),
            reported_by=step.by.user_id,
            reported_at=step.now,
            objection="",
        )
    )


def stop(step: Step, project_id: int, *, reason: str, base_version: int) -> None:
    """Give a project up, saying why; everything of it is kept."""
    why = typed.reason(reason)
    with step.writing():
        row = held(step, project_id, base_version, tuple(PROJECT["project_stop"].begins))  # type: ignore[arg-type]
        before = {"state": row.state}
        row.state, row.reason, row.changed_at = PROJECT["project_stop"].leads, why, step.now
        step.log("project_stop", row, before=before, after={"state": row.state}, reason=why)
        introductions.follow(step, row.firm_id)


# --- figures and opinion --------------------------------------------------------------------------


def keep_figure(step: Step, project_id: int, said: TypedFigure, *, base_version: int) -> None:
    """Keep a figure before and after; once accepted, only an ``after`` that is still empty.

    Raises:
        WrongState: The project was stopped, or accepted with this figure filled in.
        Invalid: Names every field that cannot be.
    """
    with step.writing() as session:
        row = held(step, project_id, base_version, STANDING)
        figures = {one.id: one for one in store.figures_of(session, row.id)}
        figure = figures.get(said.id or 0)
        if said.id is not None and figure is None:
            raise NotThere
        _require_open(row, figure)
        if figure is None and len(figures) >= MOST_FIGURES:
            raise Invalid({"title": f"一个项目最多 {MOST_FIGURES} 个指标，请删去用不着的。"})
        fresh = figure or ProjectFigure(project_id=row.id)
        before = _figure(fresh) if figure else None
        _read_figure(step, row, fresh, said)
        session.add(fresh)
        row.changed_at = step.now
        step.log("project_figure", row, before=before, after=_figure(fresh))


def drop_figure(step: Step, project_id: int, figure_id: int, *, base_version: int) -> None:
    """Take a figure away, until the project is accepted."""
    with step.writing() as session:
        row = held(step, project_id, base_version, (*RUNNING, *_BEFORE_ACCEPTANCE))
        figure = next((f for f in store.figures_of(session, row.id) if f.id == figure_id), None)
        if figure is None:
            raise NotThere
        step.log("project_figure", row, before=_figure(figure))
        session.delete(figure)
        row.changed_at = step.now


_BEFORE_ACCEPTANCE = (ProjectState.PLANNED, ProjectState.FINISHED)


def _require_open(row: Project, figure: ProjectFigure | None) -> None:
    if row.state == ProjectState.ACCEPTED and (figure is None or figure.after is not None):
        raise WrongState({"": NOT_NOW[row.state]})


def _read_figure(step: Step, row: Project, figure: ProjectFigure, said: TypedFigure) -> None:
    faults: dict[str, str] = {}
    accepted = row.state == ProjectState.ACCEPTED
    if not accepted:
        figure.question, figure.title, figure.unit = said.question, *_named(said, faults)
        figure.before = number("before", said.before, faults)
        figure.before_on = _on("before", figure.before, said.before_on, step.today, faults)
    figure.after = number("after", said.after, faults)
    figure.after_on = _on("after", figure.after, said.after_on, step.today, faults)
    if accepted and figure.after is None:
        faults.setdefault("after", "请填写改造后的数。")
    if figure.before_on and figure.after_on and figure.after_on <= figure.before_on:
        faults["after_on"] = "改造后的日期应晚于改造前的日期，请核对。"
    if faults:
        raise Invalid(faults)


def _named(said: TypedFigure, faults: dict[str, str]) -> tuple[str, str]:
    title, unit = typed.line(said.title), typed.line(said.unit)
    if not 1 <= len(title) <= 60:
        faults["title"] = "请填写指标名称（60 字以内），例如“准时交付率”。"
    if len(unit) > 20:
        faults["unit"] = "单位最多 20 字，请删减。"
    return title[:60], unit[:20]


def number(name: str, given: str, faults: dict[str, str]) -> str | None:
    text = typed.plain(given).replace(",", "").removesuffix("%")
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= MOST_FIGURE or len(text) > 20:
        faults[name] = "请填一个数，例如 92.5，不要带单位。"
        return None
    return format(number, "f")


def _on(
    name: str, number: str | None, day: date | None, today: date, faults: dict[str, str]
) -> date | None:
    if number is None:
        return None
    if day is None or not EARLIEST <= day <= today:
        faults[f"{name}_on"] = "请填写这个数是哪一天的，不能晚于今天。"
    return day


def _figure(figure: ProjectFigure) -> dict[str, object]:
    names = ("title", "unit", "before", "before_on", "after", "after_on")
    return {name: getattr(figure, name) for name in names}


def say_opinion(
    step: Step, project_id: int, *, points: int | None, opinion: str, base_version: int
) -> None:
    """Say how content the firm is with whoever carried the project out, once it is finished."""
    words = typed.line(opinion)
    faults = {}
    if points is None or not 1 <= points <= 5:
        faults["satisfaction"] = "请选 1 到 5 分。"
    if len(words) > MOST_NOTE:
        faults["opinion"] = f"最多 {MOST_NOTE} 字，现在有 {len(words)} 字，请删减。"
    if faults:
        raise Invalid(faults)
    with step.writing():
        states = (ProjectState.FINISHED, ProjectState.ACCEPTED)
        row = held(step, project_id, base_version, states)
        before = {"satisfaction": row.satisfaction} if row.satisfaction else None
        row.satisfaction, row.opinion, row.changed_at = points, words, step.now
        step.log("project_opinion", row, before=before, after={"satisfaction": points})


# --- papers ---------------------------------------------------------------------------------------


def attach_paper(step: Step, project_id: int, kind: str, stored: Stored) -> ProjectPaper:
    """Put a file that is kept already beside a project; the same file again is the one there.

    Raises:
        NotThere: No such project.
        WrongState: It was stopped.
        Invalid: The kind is none, or there are too many.
    """
    if kind not in list(ProjectPaperKind):
        raise Invalid({"kind": "请选择是哪一种资料。"})
    with step.writing() as session:
        row = _standing(step, project_id, STANDING)
        papers = store.papers_of(session, row.id)
        same = (p for p in papers if (p.kind, p.sha256) == (kind, stored.sha256))
        if known := next(same, None):
            return known
        if len(papers) >= MOST_PAPERS:
            raise Invalid({"paper": f"一个项目最多 {MOST_PAPERS} 份资料，请先删去用不着的。"})
        paper = ProjectPaper(
            project_id=row.id,
            kind=ProjectPaperKind(kind),
            sha256=stored.sha256,
            name=stored.name,
            media_type=stored.media_type,
            size=stored.size,
            uploaded_by=step.by.user_id,
            uploaded_at=step.now,
        )
        session.add(paper)
        said = {"paper": kind, "name": stored.name, "sha256": stored.sha256}
        step.log("project_attach", row, after=said)
        return paper


def remove_paper(step: Step, paper_id: int) -> int:
    """Take a paper away from a project that is not accepted; return the project's id."""
    with step.writing() as session:
        paper = store.paper(session, paper_id)
        if paper is None:
            raise NotThere
        row = _standing(step, paper.project_id, (*RUNNING, *_BEFORE_ACCEPTANCE))
        step.log("project_detach", row, before={"paper": paper.kind, "name": paper.name})
        session.delete(paper)
        return row.id


def _standing(step: Step, project_id: int, states: tuple[ProjectState, ...]) -> Project:
    row = store.project(step.session, project_id, lock=True)
    if row is None:
        raise NotThere
    if row.state not in states:
        raise WrongState({"": NOT_NOW[row.state]})
    return row
