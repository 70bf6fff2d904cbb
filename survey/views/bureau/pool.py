"""The pool: its entries beside the plan, one entry with its history, and the steps up the ladder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports import figures
from reports.tables import Cell
from survey import library
from survey.files.kinds import ACCEPT, BY_MEDIA_TYPE
from survey.lifecycle import decisions
from survey.lifecycle import pool as life
from survey.lifecycle import recognitions as facts
from survey.lifecycle.decisions import Basis
from survey.lifecycle.errors import Refusal
from survey.readings import district
from survey.readings.ledger import Beside, beside
from survey.store import assessment_list
from survey.store import log as log_store
from survey.store import pool as store
from survey.store import stages as stage_store
from survey.store import templates as template_store
from survey.store.lists import Slice, Wanted
from survey.store.pool import POOL_SORTS, PoolLine
from survey.store.stages import Stage
from survey.tables import Ladder, PoolEntry, PoolState, Recognition
from survey.views import files
from survey.views.bureau import choices, columns, filters, ledger_page, tiles, views
from survey.views.bureau.assessment_page import how_found
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Frame
from survey.views.bureau.columns import Columns, rung_title
from survey.views.bureau.deciding import entry_shown
from survey.views.bureau.everything import Everything, Flow, lines_of
from survey.views.bureau.exports import Column, send_rows
from survey.views.bureau.filters import Filters
from survey.views.bureau.steps import (
    AdmitForm,
    AwardForm,
    CorrectForm,
    MinutesForm,
    ReasonForm,
    StepForm,
    TargetForm,
)
from survey.web import downloads, here, lists
from survey.web.here import today
from survey.words.log import LogWords
from survey.words.stages import LADDERS

ORDERS = choices.orders("-changed", "next", "-share", "share", "firm", "township", "state")


def _listed(part: Slice | None = None) -> tuple[Filters, list[PoolLine], int, Columns]:
    frame, session = choices.frame(), here.session()
    asked = filters.of_pool(frame, POOL_SORTS)
    lines, total = store.pool(session, asked.wanted(), part)
    shown = columns.shown("pool", _columns(frame)).shown
    return asked, lines, total, Columns(_filled(frame, lines, shown), shown)


def _columns(frame: Frame) -> Sequence[Column[Any]]:
    """The columns there are, without anything in them."""
    return columns.of_pool(frame, {}, here.district().stages, Beside())


def _filled(
    frame: Frame, lines: Sequence[PoolLine], keys: Collection[str]
) -> Sequence[Column[Any]]:
    """The same with what these of them say of the lines."""
    session, stages, unmet = here.session(), here.district().stages, {}
    if "gap" in keys:
        ids = tuple(line.assessment_id for line in lines)
        unmet = assessment_list.unmet(session, Wanted(edition=frame.edition.id, only=ids))
    return columns.of_pool(frame, unmet, stages, beside(session, stages, lines, keys))


def everything() -> Everything:
    """The pool as it is narrowed and ordered, with every column it has."""
    frame, session = choices.frame(), here.session()
    asked = filters.of_pool(frame, POOL_SORTS)
    lines = lines_of(lambda part: store.pool(session, asked.wanted(), part))
    every = {column.key for column in _columns(frame)}
    return Everything(_filled(frame, lines, every), lines, asked.said)


def flow() -> Flow:
    """The same, some entries at a time."""
    frame, session = choices.frame(), here.session()
    asked, heads = filters.of_pool(frame, POOL_SORTS), _columns(frame)
    every = {column.key for column in heads}
    portions = store.in_portions(session, asked.wanted())
    return Flow(heads, ((_filled(frame, lines, every), lines) for lines in portions), asked.said)


@pages.get("/pool")
def pool() -> ResponseReturnValue:
    """List the pool of one edition under the plan's targets and what would qualify today."""
    frame, part, session = choices.frame(), lists.part(), here.session()
    asked, lines, total, shown = _listed(part)
    counted = district.figures(session, here.district(), frame.edition, today())
    return render_template(
        "bureau/pool.html",
        frame=frame,
        wanted=asked.wanted(),
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments(),
        filters=asked,
        columns=shown,
        views=views.shown("pool"),
        templates=template_store.templates(here.session(), "pool"),
        chips=choices.in_force(asked.said),
        chosen=lists.chosen(),
        most=lists.MOST_CHOSEN,
        back=url_for(".pool", page=part.page, **lists.arguments()),
        tiles=[*tiles.of_pool(counted), *tiles.of_ledger(_waiting(frame))],
        ladders=_ladders(frame),
        district=here.district(),
        plan=counted.plan,
        rungs=counted.rungs,
        notice=counted.notice,
        sorts=choices.offered(ORDERS, asked.sort),
        today=today(),
    )


def _waiting(frame: Frame) -> store.Waiting:
    stages = here.district().stages
    return store.waiting(here.session(), frame.edition.id, stages, today())


def _ladders(frame: Frame) -> list[tuple[str, str, list[tuple[Stage, int]]]]:
    """Each ladder with its stages and how many entries of this edition stand in them."""
    of_edition = store.entry_of_edition(frame.edition.id)
    found = []
    for ladder, asks in ((Ladder.PROVINCE, "stage"), (Ladder.NATION, "nation")):
        counted = stage_store.counted(here.session(), of_edition, ladder)
        stages = stage_store.of_ladder(here.district().stages, ladder)
        found.append((LADDERS[ladder], asks, [(one, counted.get(one.id, 0)) for one in stages]))
    return found


@pages.get("/pool.xlsx")
def export_pool() -> ResponseReturnValue:
    """Send the pool as it is filtered, ordered and laid out, all pages of it."""
    frame, session = choices.frame(), here.session()
    asked, shown = filters.of_pool(frame, POOL_SORTS), columns.shown("pool", _columns(frame))
    portions = store.in_portions(session, asked.wanted())
    rows = (row for lines in portions for row in _rows(frame, lines, shown.shown))
    return send_rows("pool", "培育库", shown.in_workbook, rows, asked.said)


def _rows(frame: Frame, lines: Sequence[PoolLine], keys: Collection[str]) -> Iterator[list[Cell]]:
    filled = Columns(_filled(frame, lines, keys), tuple(keys)).in_workbook
    return ([column.cell(line) for column in filled] for line in lines)


# --- one entry --------------------------------------------------------------------------------


@pages.get("/pool/<row:entry_id>")
def pool_entry(entry_id: int) -> ResponseReturnValue:
    """Show one firm's entry: where it stands, what was decided, what may be decided next."""
    return _page(entry_id)


def _page(entry_id: int, failed: StepForm | None = None, status: int = 200) -> ResponseReturnValue:
    line = line_of(entry_id)
    frame = frame_of(line)
    minutes = store.minutes_of(here.session(), entry_id)
    forms = _forms(line, frame) | {
        f"minutes-{one.id}": MinutesForm(f"minutes-{one.id}", obj=one) for one in minutes
    }
    if failed is not None:
        failed.show_at(line.version)
        forms[failed.step] = failed
    return (
        render_template(
            "bureau/pool_entry.html",
            line=line,
            frame=frame,
            forms=forms,
            minutes=minutes,
            ended=store.ended_recognitions(here.session(), line.firm_id),
            accept=ACCEPT,
            history=log_store.pool_history(here.session(), entry_id),
            **ledger_page.shown(line, frame),
            today=today(),
            log_words=LogWords(*library.named(here.session())),
            figures=figures,
        ),
        status,
    )


def line_of(entry_id: int) -> PoolLine:
    return store.pool_line(here.session(), entry_id) or abort(404)


def frame_of(line: PoolLine) -> Frame:
    return choices.frame_of(line.edition)


def _forms(line: PoolLine, frame: Frame) -> dict[str, StepForm]:
    forms: dict[str, StepForm] = {}
    if line.state in (PoolState.PROPOSED, PoolState.WITHDRAWN):
        forms["admit"] = _admit_form(line, frame)
    if line.state in (PoolState.IN_POOL, PoolState.RECOGNISED):
        forms["raise_target"] = _target_form("raise_target", line, frame)
        forms["recognise"] = _award_form(line, frame)
    if line.state != PoolState.WITHDRAWN:
        forms["withdraw"] = ReasonForm("withdraw")
    for fact in line.recognitions:
        forms[f"correct-{fact.id}"] = _correct_form(fact, frame)
        forms[f"revoke-{fact.id}"] = ReasonForm(f"revoke-{fact.id}")
    forms |= ledger_page.forms(line, frame)
    for form in forms.values():
        form.show_at(line.version)
    return forms


def _admit_form(line: PoolLine, frame: Frame, *, posted: bool = False) -> AdmitForm:
    return AdmitForm("admit", frame.rungs, _hint(line, frame), posted=posted)


def _target_form(step: str, line: PoolLine, frame: Frame, *, posted: bool = False) -> TargetForm:
    return TargetForm(step, frame.rungs, _hint(line, frame), posted=posted)


def _hint(line: PoolLine, frame: Frame) -> str:
    title = rung_title(frame, line.standing) or "还没有评分结果"
    how = how_found(line.standing.verified, line.standing.provisional)
    return f"现在的等级：{title}（{how}）。达不到也可以定为目标，请在理由中说明。"


def _award_form(line: PoolLine, frame: Frame, *, posted: bool = False) -> AwardForm:
    return AwardForm("recognise", frame.rungs, posted=posted, data={"rung": line.target_rung})


def _correct_form(fact: Recognition, frame: Frame, *, posted: bool = False) -> CorrectForm:
    return CorrectForm(f"correct-{fact.id}", frame.rungs, posted=posted, obj=fact)


@pages.post("/pool/<row:entry_id>/admit")
def admit_entry(entry_id: int) -> ResponseReturnValue:
    """Take a proposed or withdrawn firm in."""
    line = line_of(entry_id)
    form = _admit_form(line, frame_of(line), posted=True)

    def step() -> PoolEntry:
        return life.admit(
            here.step(),
            line.assessment_id,
            target_rung=form.target_rung.data,
            reason=form.reason.data or "",
            base_version=form.base_version(),
            sure=form.sure.data,
        )

    return tried(entry_id, form, step, "已入库。")


@pages.post("/pool/<row:entry_id>/target")
def raise_target(entry_id: int) -> ResponseReturnValue:
    """Give the firm a higher target."""
    line = line_of(entry_id)
    form = _target_form("raise_target", line, frame_of(line), posted=True)

    def step() -> PoolEntry:
        return life.raise_target(
            here.step(),
            entry_id,
            target_rung=form.target_rung.data,
            reason=form.reason.data or "",
            base_version=form.base_version(),
        )

    return tried(entry_id, form, step, "目标已调高，新的目标等级已生效。")


@pages.post("/pool/<row:entry_id>/withdraw")
def withdraw(entry_id: int) -> ResponseReturnValue:
    """Take the firm out of the pool."""
    form = ReasonForm("withdraw", posted=True)

    def step() -> PoolEntry:
        return life.withdraw(
            here.step(), entry_id, reason=form.reason.data or "", base_version=form.base_version()
        )

    return tried(entry_id, form, step, "已退库。")


@pages.post("/pool/<row:entry_id>/recognise")
def recognise(entry_id: int) -> ResponseReturnValue:
    """Record a recognition."""
    line = line_of(entry_id)
    form = _award_form(line, frame_of(line), posted=True)

    def step() -> object:
        return facts.recognise(
            here.step(),
            entry_id,
            form.award(today()),
            base_version=form.base_version(),
            sure=form.sure.data,
        )

    return tried(entry_id, form, step, "认定已登记，并计入规划目标。请附上认定文件。")


@pages.post("/pool/recognitions/<row:recognition_id>/correct")
def correct_recognition(recognition_id: int) -> ResponseReturnValue:
    """Record a recognition as it should have been."""
    fact, entry_id = _recorded(recognition_id)
    form = _correct_form(fact, frame_of(line_of(entry_id)), posted=True)

    def step() -> object:
        return facts.correct(
            here.step(),
            recognition_id,
            form.award(today()),
            reason=form.reason.data or "",
            sure=form.sure.data,
        )

    return tried(entry_id, form, step, "认定已更正，原来的记录保留在下面。")


@pages.post("/pool/recognitions/<row:recognition_id>/revoke")
def revoke_recognition(recognition_id: int) -> ResponseReturnValue:
    """Take a recognition back."""
    fact, entry_id = _recorded(recognition_id)
    form = ReasonForm(f"revoke-{fact.id}", posted=True)

    def step() -> None:
        facts.revoke(here.step(), recognition_id, reason=form.reason.data or "")

    return tried(entry_id, form, step, "认定已撤销，不再计入规划目标。")


@pages.post("/pool/recognitions/<row:recognition_id>/paper")
def attach_paper(recognition_id: int) -> ResponseReturnValue:
    """Put the paper itself beside a recognition."""
    _, entry_id = _recorded(recognition_id)
    facts.attach_paper(here.step(), recognition_id, files.taken("paper"))
    flash("文件已附上。", "good")
    return redirect(url_for(".pool_entry", entry_id=entry_id))


@pages.post("/minutes/<row:minutes_id>/correct")
def correct_minutes(minutes_id: int) -> ResponseReturnValue:
    """Correct number or day of minutes, from the page of one of their firms."""
    entry_id = entry_shown(minutes_id)
    form = MinutesForm(f"minutes-{minutes_id}", posted=True)

    def step() -> object:
        basis = Basis(form.document.data or "", form.decided_on.data or today())
        return decisions.correct_minutes(
            here.step(), minutes_id, basis, reason=form.reason.data or ""
        )

    return tried(entry_id, form, step, "会议纪要已更正，同一份纪要决定的企业都跟着改了。")


@pages.get("/papers/<row:paper_id>")
def paper(paper_id: int) -> ResponseReturnValue:
    """Hand out a paper as it was uploaded."""
    found = store.paper(here.session(), paper_id) or abort(404)
    extension = BY_MEDIA_TYPE[found.media_type].extensions[0]
    return downloads.attachment(
        here.contents(),
        found.sha256,
        media_type=found.media_type,
        name=found.name,
        plain_name=f"paper-{found.id}.{extension}",
    )


@pages.url_value_preprocessor
def _room_for_papers(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "bureau.attach_paper":
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


def _recorded(recognition_id: int) -> tuple[Recognition, int]:
    """Return a recognition and the entry of its firm, on whose page it is decided about."""
    fact = store.recorded(here.session(), recognition_id) or abort(404)
    entry = store.pool_entry_of_firm(here.session(), fact.firm_id) or abort(404)
    return fact, entry.id


def tried(
    entry_id: int, form: StepForm, step: Callable[[], object], done: str
) -> ResponseReturnValue:
    """Take a step, or show the entry as it is now with what was typed and why it was refused."""
    if not form.validate():
        return _page(entry_id, form, 422)
    try:
        step()
    except Refusal as error:
        return _page(entry_id, form, form.show_refusal(error))
    flash(done, "good")
    return redirect(url_for(".pool_entry", entry_id=entry_id))
