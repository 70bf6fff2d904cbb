"""Pages of the administrator: editions looked at as a firm sees them, compared, changed, published."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from questionnaires import diff, workbook
from questionnaires.checking import check
from questionnaires.edition import Edition
from questionnaires.library import UnknownEdition
from questionnaires.model import Questionnaire, Section
from questionnaires.reading import Fault
from reports.diagnosis.key_figures import reference_bands
from survey import library
from survey.files import kinds
from survey.lifecycle import edition_status
from survey.lifecycle import editions as steps
from survey.lifecycle.edition_status import EditionStatus
from survey.lifecycle.errors import AlreadyThere, Faulty, Invalid, NotDraft, Unused
from survey.store import editions as store
from survey.views import files
from survey.views.fields import Day
from survey.views.forms import answers as forms
from survey.web import errors, here
from survey.web.downloads import sent_workbook
from survey.words import uploads as upload_words

pages = Blueprint("editions", __name__, url_prefix="/editions")

MOST_SHEETS = 500
"""Sheets tried out on a page; more would keep the reader waiting."""
MOST_FAULTS_SHOWN = 200


class PublishForm(FlaskForm):
    """What an edition will be called for ever."""

    new_id = StringField(
        "年版编号",
        [InputRequired("请填写年版编号。"), Length(max=40, message="年版编号最多 40 个字符。")],
        description="以四位年份开头，发布后不能改，例如 2027。",
    )
    title = StringField("年版名称", [InputRequired("请填写年版名称。")])
    issued = Day("发布日期", [InputRequired("请填写发布日期。")])


class WorkbookForm(FlaskForm):
    """A reviewed workbook."""

    workbook = FileField("改好的工作簿（xlsx）")


@pages.url_value_preprocessor
def _room_for_workbooks(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint == "editions.take_workbook":
        request.max_content_length = workbook.LIMITS.size + 100_000


@pages.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    most = workbook.LIMITS.size // 1_000_000
    return errors.answer(413, f"工作簿超过 {most} MB，未读取。只保留导出的各表后重试。")


def found_status(edition_id: str) -> EditionStatus:
    return edition_status.one(here.session(), edition_id) or abort(404)


def _opened(edition_id: str) -> Edition:
    """Return an edition whose files can be read; one that is broken leads to its own page."""
    found_status(edition_id)
    try:
        edition, _ = edition_status.opened(here.session(), edition_id)
    except UnknownEdition:
        edition = None
    return edition or here.refuse(409, "这个年版的文件有问题，暂时打不开。请先在年版页面查看问题。")


def _questionnaire(edition_id: str, trade_id: str) -> Questionnaire:
    edition = _opened(edition_id)
    return edition.questionnaire(trade_id) if trade_id in edition.trades else abort(404)


# --- looking ------------------------------------------------------------------------------------


@pages.get("")
def home() -> ResponseReturnValue:
    """List the editions with their states."""
    return render_template(
        "editions/home.html",
        editions=edition_status.every(here.session()),
        uses=store.uses(here.session()),
    )


@pages.get("/<edition_id>")
def edition(edition_id: str) -> ResponseReturnValue:
    """Show one edition: state, faults, and what may be done with it."""
    return _page(found_status(edition_id))


@dataclass(frozen=True)
class Content:
    """What an edition holds, in numbers; None where it cannot be read."""

    trades: list[tuple[str, str]]
    questions: int
    packages: int
    standards: int


def _content(edition: Edition | None) -> Content | None:
    if edition is None:
        return None
    return Content(
        trades=[(trade.id, trade.title) for trade in edition.trades.values()],
        questions=sum(len(section.questions) for section in edition.sections),
        packages=len(edition.packages),
        standards=len(edition.standards),
    )


def _page(
    known: EditionStatus,
    status: int = 200,
    *,
    form: PublishForm | None = None,
    bad_cells: tuple[Fault, ...] = (),
    refused: str = "",
) -> ResponseReturnValue:
    """Show the edition's page, with what a refused step has to say."""
    found, faults = _checked(known)
    others = [other for other in edition_status.every(here.session()) if other.id != known.id]
    rounds, begun = store.uses(here.session()).get(known.id, (0, 0))
    page = render_template(
        "editions/edition.html",
        edition=known,
        content=_content(found),
        faults=faults,
        shown=MOST_FAULTS_SHOWN,
        others=others,
        rounds=rounds,
        begun=begun,
        form=form or _publish_form(known),
        upload=WorkbookForm(formdata=None),
        bad_cells=bad_cells,
        refused=refused,
    )
    return page, status


def _checked(known: EditionStatus) -> tuple[Edition | None, tuple[Fault, ...]]:
    """Return an edition with everything wrong with it; a published one had no fault then."""
    try:
        if known.is_draft:
            return check(library.of(here.session()).folder_of(known.id))
        return edition_status.opened(here.session(), known.id)
    except UnknownEdition:
        return None, ()


def _publish_form(known: EditionStatus) -> PublishForm:
    return PublishForm(
        formdata=None,
        data={
            "new_id": "",
            "title": known.title.removesuffix("（草稿）"),
            "issued": here.today(),
        },
    )


@pages.get("/<edition_id>/differences")
def differences(edition_id: str) -> ResponseReturnValue:
    """Say how this edition differs from another, and what that would mean for sheets handed in."""
    new, known = found_status(edition_id), edition_status.every(here.session())
    others = [s for s in known if s.id != edition_id]
    chosen = request.args.get("from") or new.copied_from or ""
    old = next((s for s in others if s.id == chosen), None)
    if old is None:
        return render_template(
            "editions/differences.html", new=new, old=None, others=others, changes=(), trial=None
        )
    before, after = _opened(old.id), _opened(new.id)
    changes = diff.differences(before, after)
    return render_template(
        "editions/differences.html",
        new=new,
        old=old,
        others=others,
        changes=changes,
        areas=list(dict.fromkeys(change.area for change in changes)),
        kinds=diff.KINDS,
        trial=_trial(before, after),
        again=diff.asked_again(before, after),
        trades=len(before.trades.keys() & after.trades.keys()),
    )


@dataclass(frozen=True)
class Trial:
    """Sheets handed in on the old edition, scored under both; no firm is named.

    ``moves``: ((from, to), count) of rungs; ``reasons``: (demand, count) of those who fall.
    """

    sheets: int
    up: int
    down: int
    same: int
    unknown: int
    moves: list[tuple[tuple[str, str], int]]
    reasons: list[tuple[str, int]]


def _trial(before: Edition, after: Edition) -> Trial | None:
    sheets = store.handed_in(here.session(), before.id, MOST_SHEETS)
    if not sheets:
        return None
    cases = [diff.Case("", s.trade, frozenset(s.processes), s.answers) for s in sheets]
    moves = list(diff.rescore(before, after, cases))
    counts = Counter(move.direction for move in moves)
    ways = Counter((m.before.rung, m.after.rung) for m in moves if m.direction in ("up", "down"))
    reasons = Counter(why for m in moves if m.direction == "down" for why in m.lacking)
    return Trial(
        sheets=len(moves),
        up=counts["up"],
        down=counts["down"],
        same=counts["same"],
        unknown=counts["unknown"],
        moves=ways.most_common(),
        reasons=reasons.most_common(10),
    )


# --- as a firm sees it --------------------------------------------------------------------------


def _ticked(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the processes chosen for the preview; all of them until somebody chooses."""
    known = {process.id for process in questionnaire.trade.processes}
    if "chosen" not in request.args:
        return frozenset(known)
    return frozenset(request.args.getlist("process")) & known


def _shown(questionnaire: Questionnaire, processes: frozenset[str]) -> list[Section]:
    return [s for s in questionnaire.sections if questionnaire.asked(s, processes)]


@pages.get("/<edition_id>/preview/<trade_id>")
def preview(edition_id: str, trade_id: str) -> ResponseReturnValue:
    """Show a trade's sections as a firm with these processes finds them."""
    questionnaire = _questionnaire(edition_id, trade_id)
    processes = _ticked(questionnaire)
    return render_template(
        "editions/preview.html",
        edition=found_status(edition_id),
        questionnaire=questionnaire,
        processes=processes,
        sections=_shown(questionnaire, processes),
        chosen=_chosen(processes),
    )


def _chosen(processes: frozenset[str]) -> dict[str, Any]:
    """Return what carries the chosen processes from page to page."""
    return {"chosen": 1, "process": sorted(processes)} if "chosen" in request.args else {}


@pages.get("/<edition_id>/preview/<trade_id>/<section_id>")
def section(edition_id: str, trade_id: str, section_id: str) -> ResponseReturnValue:
    """Show one section with the very questions a firm is shown; nothing can be sent."""
    questionnaire = _questionnaire(edition_id, trade_id)
    here = questionnaire.section_by_id.get(section_id) or abort(404)
    processes = _ticked(questionnaire)
    shown = _shown(questionnaire, processes)
    index = shown.index(here) if here in shown else None
    form = forms.section_form(questionnaire.asked(here, processes), {})
    return render_template(
        "editions/section.html",
        edition=found_status(edition_id),
        questionnaire=questionnaire,
        section=here,
        sections=shown,
        before=shown[index - 1] if index else None,
        following=shown[index + 1] if index is not None and index + 1 < len(shown) else None,
        form=form,
        bands={f.question.id: reference_bands(questionnaire, f.question) for f in form},
        authors={},
        preview=True,
        writable=False,
        limits=files.limits_in_words(),
        accept=kinds.ACCEPT,
        describe=forms.said,
        size_words=upload_words.size_words,
        chosen=_chosen(processes),
    )


@pages.get("/<edition_id>/paper/<trade_id>")
def paper(edition_id: str, trade_id: str) -> ResponseReturnValue:
    """Show the whole questionnaire of a trade on one page, to print."""
    questionnaire = _questionnaire(edition_id, trade_id)
    return render_template(
        "editions/paper.html",
        edition=found_status(edition_id),
        questionnaire=questionnaire,
        titles={process.id: process.title for process in questionnaire.trade.processes},
    )


@pages.get("/<edition_id>/workbook/<trade_id>")
def hand_out(edition_id: str, trade_id: str) -> ResponseReturnValue:
    """Send a trade's questionnaire as a workbook for review."""
    found = _questionnaire(edition_id, trade_id)
    file = io.BytesIO()
    workbook.write_workbook(_opened(edition_id), trade_id, file)
    file.seek(0)
    name = f"{edition_id}-{found.trade.title}问卷.xlsx"
    return sent_workbook(file, name, f"{edition_id}-{trade_id}.xlsx")


# --- steps --------------------------------------------------------------------------------------


@pages.post("/<edition_id>/copy")
def copy(edition_id: str) -> ResponseReturnValue:
    """Make a draft copy, to be changed and published as the next edition."""
    known = found_status(edition_id)
    try:
        made = steps.copy(here.step(), edition_id)
    except AlreadyThere as there:
        words = f"草稿“{there.edition_id}”已经有了。请先发布或丢弃它，再建新的草稿。"
        return _page(known, 409, refused=words)
    flash("草稿副本已建好，可以下载工作簿修改后读回。", "good")
    return redirect(url_for(".edition", edition_id=made))


@pages.post("/<edition_id>/workbook")
def take_workbook(edition_id: str) -> ResponseReturnValue:
    """Read a reviewed workbook into a draft."""
    known = found_status(edition_id)
    given = request.files.get("workbook")
    if not known.is_draft:
        return _page(known, 409, refused=CHANGE_REFUSED)
    if given is None or not given.filename:
        return _page(known, 422, refused="请先选择改好的工作簿。")
    try:
        trade = steps.take_workbook(here.step(), edition_id, io.BytesIO(given.read()))
    except NotDraft:
        return _page(found_status(edition_id), 409, refused=CHANGE_REFUSED)
    except Faulty as faulty:
        return _page(known, 422, bad_cells=faulty.faults)
    flash(f"已读回工作簿（{trade}），草稿已更新。", "good")
    return redirect(url_for(".edition", edition_id=edition_id))


CHANGE_REFUSED = "已发布的年版不能修改，内容没有改动。要改内容，请建立草稿副本，改好后另行发布。"


@pages.post("/<edition_id>/publish")
def publish(edition_id: str) -> ResponseReturnValue:
    """Seal a draft and let rounds use it."""
    known, form = found_status(edition_id), PublishForm()
    if not known.is_draft:
        return _page(known, 409, refused=CHANGE_REFUSED)
    if not form.validate():
        return _page(known, 422, form=form)
    try:
        steps.publish(
            here.step(),
            edition_id,
            new_id=form.new_id.data or "",
            title=form.title.data or "",
            issued=form.issued.data or date.min,
        )
    except Invalid as refused:
        for name, words in refused.fields.items():
            form[name].errors = [words]
        return _page(known, 422, form=form)
    except AlreadyThere:
        form.new_id.errors = ["已有这个编号的年版，请换一个。"]
        return _page(known, 409, form=form)
    except NotDraft:
        return _page(found_status(edition_id), 409, refused=CHANGE_REFUSED)
    except Faulty:
        return _page(
            known, 422, form=form, refused="草稿还有问题，没有发布。请先处理下面列出的问题。"
        )
    new_id = (form.new_id.data or "").strip()
    flash("年版已发布并封存，可以用来建立评估轮次。", "good")
    return redirect(url_for(".edition", edition_id=new_id))


@pages.post("/<edition_id>/discard")
def discard(edition_id: str) -> ResponseReturnValue:
    """Throw a draft away."""
    try:
        steps.discard(here.step(), edition_id)
    except NotDraft:
        return _page(found_status(edition_id), 409, refused="已发布的年版不能丢弃，只能停用。")
    flash("草稿已丢弃。", "good")
    return redirect(url_for(".home"))


@pages.post("/<edition_id>/retire")
def retire(edition_id: str) -> ResponseReturnValue:
    """Take an edition out of use for new rounds."""
    try:
        steps.retire(here.step(), edition_id)
    except Unused:
        return _page(found_status(edition_id), 409, refused="只有已发布的年版可以停用。")
    flash("年版已停用，新的评估轮次不能再选它；已经开始的评估照常进行。", "good")
    return redirect(url_for(".edition", edition_id=edition_id))


@pages.post("/<edition_id>/restore")
def restore(edition_id: str) -> ResponseReturnValue:
    """Let new rounds use a retired edition again."""
    try:
        steps.restore(here.step(), edition_id)
    except Unused:
        return _page(found_status(edition_id), 409, refused="只有已停用的年版可以恢复。")
    flash("年版已恢复使用。", "good")
    return redirect(url_for(".edition", edition_id=edition_id))
