"""One decision about several firms: a selection of a list, looked at once more, then decided together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.files.kinds import ACCEPT
from survey.files.uploads import BadUpload, Stored
from survey.lifecycle import decisions, typed
from survey.lifecycle.decisions import Basis, Wish
from survey.lifecycle.errors import Doubtful, Invalid, NotTogether, Refusal, Shifted
from survey.lifecycle.selections import Chosen, Seen, Whole
from survey.lifecycle.states import POOL
from survey.store import assessment_list, pool
from survey.store.lists import Slice, Wanted
from survey.store.sheets import Standing
from survey.tables import AssessmentState, Doubt, PoolState
from survey.views import brought, files
from survey.views.bureau import choices, filters, selection
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Frame
from survey.views.bureau.filters import Filters
from survey.views.bureau.ledger_forms import StagesForm
from survey.views.bureau.steps import NoticeForm, StepForm, TogetherForm
from survey.web import here, lists
from survey.web.here import today
from survey.words import uploads as upload_words
from survey.words.selections import DECISIONS, LEADS, NOT_FROM, SHIFTED, STILL_FILLING
from survey.words.wording import DOUBTS

OF_ASSESSMENTS = ("propose", "admit")
OF_ENTRIES = ("admit", "raise_target", "recognise", "move_stage", "withdraw")


@dataclass(frozen=True)
class Row:
    """One firm of a selection, as the page shows it."""

    id: int
    version: int
    firm: str
    edition: str
    standing: Standing
    pool_state: PoolState | None
    target_rung: str | None
    state: AssessmentState | None = None
    """Of the assessment, where one was ticked."""


@dataclass(frozen=True)
class Selection:
    """Which list rows were ticked in, and how to find and decide about them."""

    listed: str
    page: str
    actions: tuple[str, ...]
    filters: Callable[[Frame], Filters]
    rows: Callable[[Wanted, Slice | None], tuple[list[Row], int]]
    decide: Callable[..., None]


@dataclass
class Shown:
    """What became of a try: why firms were left, what was brought, what was typed for each."""

    why: Mapping[int, str] = field(default_factory=dict)
    paper: Stored | None = None
    projects: Mapping[int, str] = field(default_factory=dict)


@pages.route("/assessments/decide", methods=["GET", "POST"])
def decide_on_assessments() -> ResponseReturnValue:
    """Propose or admit the firms of several assessments together."""
    return _decide(ASSESSMENTS)


@pages.route("/pool/decide", methods=["GET", "POST"])
def decide_on_entries() -> ResponseReturnValue:
    """Decide about several entries of the pool together."""
    return _decide(ENTRIES)


@pages.url_value_preprocessor
def _room_for_minutes(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint in (ASSESSMENTS.page, ENTRIES.page, "bureau.attach_minutes"):
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


@pages.post("/minutes/<row:minutes_id>/paper")
def attach_minutes(minutes_id: int) -> ResponseReturnValue:
    """Put the paper itself beside minutes, from the page of one of its firms."""
    shown = entry_shown(minutes_id)
    decisions.attach_minutes(here.step(), minutes_id, files.taken("paper"))
    flash("附件已补上，同一份纪要决定的企业都能看到。", "good")
    return redirect(url_for(".pool_entry", entry_id=shown))


def entry_shown(minutes_id: int) -> int:
    """Return the entry on whose page minutes are shown; where none is, answer 404."""
    entries = pool.decided_by(here.session(), minutes_id) or abort(404)
    asked = typed.whole(request.form.get("entry"))
    return next((entry.id for entry in entries if entry.id == asked), entries[0].id)


def _decide(of: Selection) -> ResponseReturnValue:
    action = request.values.get("action", of.actions[0])
    if action not in of.actions:
        abort(400)
    if request.method != "POST":
        rows = _found(of) if lists.whole() else _rows(of, lists.chosen())
        return _page(of, action, rows, _form(action, rows), Shown())
    seen = _chosen(of, action)
    rows = _asked(of, seen)
    form = _form(action, rows, posted=True)
    shown = Shown(projects={row.id: request.form.get(f"project-{row.id}", "") for row in rows})
    if not (_take_paper(form, shown) & form.validate()) or not rows:
        return _page(of, action, rows, form, shown, 422)
    try:
        _take(of, action, seen, form, shown)
    except NotTogether as error:
        shown.why = {at: _why(refusal) for at, refusal in error.why.items()}
        _doubt(form, error)
        return _page(of, action, _asked(of, seen), form, shown, error.status)
    except Shifted as error:
        form.form_errors.append(SHIFTED.format(now=error.now))
        return _page(of, action, _asked(of, seen), form, shown, error.status)
    except Refusal as error:
        return _page(of, action, rows, form, shown, form.show_refusal(error))
    meant = [row for row in rows if _fits(row, action)] if isinstance(seen, Whole) else seen
    flash(f"已对 {len(meant)} 家企业办理“{DECISIONS[action]}”。", "good")
    return redirect(_list(of))


def _chosen(of: Selection, action: str) -> Chosen:
    if not lists.whole():
        return selection.seen()

    def find(_session: Session) -> list[Seen]:
        return [Seen(row.id, row.version) for row in _found(of) if _fits(row, action)]

    return selection.whole(find)


def _asked(of: Selection, chosen: Chosen) -> list[Row]:
    return _found(of) if isinstance(chosen, Whole) else _rows(of, [one.id for one in chosen])


def _found(of: Selection) -> list[Row]:
    """Return everything the filters find, in the order of firms; more than a step takes answers 400."""
    wanted = replace(of.filters(choices.frame()).wanted(), sort="firm")
    rows, total = of.rows(wanted, Slice(1, lists.MOST_WHOLE))
    return selection.not_too_many(rows, total)


def _take_paper(form: StepForm, shown: Shown) -> bool:
    """Take the file in; a bad one is said on the page, and nothing typed is lost."""
    try:
        shown.paper = brought.offered("paper")
    except BadUpload as error:
        form.form_errors.append(upload_words.refusal(error))
    except Invalid as error:
        form.form_errors += error.fields.values()
    return not form.form_errors


def _take(of: Selection, action: str, seen: Chosen, form: Any, shown: Shown) -> None:
    step, sure = here.step(), bool(form.sure and form.sure.data)
    if isinstance(form, NoticeForm):
        award = form.award(today())
        decisions.recognise(
            step, seen, award, projects=shown.projects, paper=shown.paper, sure=sure
        )
        return
    target = form.target_rung.data if form.target_rung else ""
    stage = form.stage.data if action == "move_stage" else ""
    basis = Basis(form.document.data or "", form.decided_on.data or today(), shown.paper)
    of.decide(step, seen, Wish(action, target, form.reason.data or "", basis, stage), sure=sure)


def _why(refusal: Refusal) -> str:
    if isinstance(refusal, Doubtful):
        return "".join(DOUBTS[doubt] for doubt in refusal.doubts)
    return selection.why_not(refusal)


def _doubt(form: StepForm, error: NotTogether) -> None:
    """Ask for a second look, where nothing else stands in the way."""
    if all(isinstance(refusal, Doubtful) for refusal in error.why.values()):
        form.doubts = (f"有 {len(error.why)} 家要再核对，原因写在企业下面。",)


def _page(
    of: Selection,
    action: str,
    rows: Sequence[Row],
    form: StepForm,
    shown: Shown,
    status: int = 200,
) -> ResponseReturnValue:
    fit = [row for row in rows if _fits(row, action)]
    return (
        render_template(
            "bureau/decide.html",
            page=of.page,
            action=action,
            title=DECISIONS[action],
            lead=LEADS[action],
            frame=_frame(rows),
            rows=fit,
            whole=selection.shown(fit),
            others=[(row, _unfit(row)) for row in rows if row not in fit],
            form=form,
            shown=shown,
            token_of=brought.token_of,
            accept=ACCEPT,
            back=_list(of),
        ),
        status,
    )


def _form(action: str, rows: Sequence[Row], *, posted: bool = False) -> Any:
    """Return the fields of a decision; what is doubtful from the start is asked at once."""
    if action == "move_stage":
        return StagesForm(action, here.district().stages, posted=posted)
    fit = [row for row in rows if _fits(row, action)]
    rungs = _frame(rows).rungs
    kind = NoticeForm if action == "recognise" else TogetherForm
    form: StepForm = kind(action, rungs, posted=posted)
    unverified = sum(not row.standing.verified for row in fit)
    provisional = sum(row.standing.provisional for row in fit)
    if action in ("admit", "recognise"):
        form.doubts = tuple(
            f"其中 {how_many} 家标着“{mark}”：{DOUBTS[doubt]}"
            for how_many, mark, doubt in (
                (unverified, "未核验", Doubt.UNVERIFIED),
                (provisional, "暂核", Doubt.PROVISIONAL),
            )
            if how_many
        )
    return form


def _fits(row: Row, action: str) -> bool:
    begins = POOL[action].begins if action in POOL else frozenset(PoolState)
    return row.state != AssessmentState.DRAFT and row.pool_state in begins


def _unfit(row: Row) -> str:
    return STILL_FILLING if row.state == AssessmentState.DRAFT else NOT_FROM[row.pool_state]


def _frame(rows: Sequence[Row]) -> Frame:
    return choices.frame_of(rows[0].edition) if rows else choices.frame()


def _rows(of: Selection, chosen: Sequence[int]) -> list[Row]:
    """Return the rows that were ticked; one that is not there answers 404."""
    rows, _total = of.rows(Wanted(only=tuple(chosen), sort="firm"), None)
    return rows if len(rows) == len(chosen) else abort(404)


def _list(of: Selection) -> str:
    return selection.back(url_for(of.listed))


def _assessments(wanted: Wanted, part: Slice | None) -> tuple[list[Row], int]:
    lines, total = assessment_list.assessments(here.session(), wanted, part)
    rows = [
        Row(
            line.id,
            line.pool_version,
            line.firm,
            line.edition,
            line.standing,
            line.pool_state,
            line.target_rung,
            line.state,
        )
        for line in lines
    ]
    return rows, total


def _entries(wanted: Wanted, part: Slice | None) -> tuple[list[Row], int]:
    lines, total = pool.pool(here.session(), wanted, part)
    rows = [
        Row(
            line.id,
            line.version,
            line.firm,
            line.edition,
            line.standing,
            line.state,
            line.target_rung,
        )
        for line in lines
    ]
    return rows, total


ASSESSMENTS = Selection(
    ".assessments",
    "bureau.decide_on_assessments",
    OF_ASSESSMENTS,
    lambda frame: filters.of_assessments(frame, assessment_list.SORTS),
    _assessments,
    decisions.decide_on_assessments,
)
ENTRIES = Selection(
    ".pool",
    "bureau.decide_on_entries",
    OF_ENTRIES,
    lambda frame: filters.of_pool(frame, pool.POOL_SORTS),
    _entries,
    decisions.decide_on_entries,
)
