"""How far a round is: its firms as they are filtered, as a workbook and as a text for the group."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from reports import tables
from reports.tables import Sheet
from survey.lifecycle.exports import note_export
from survey.readings import completion as readings
from survey.store import completion as store
from survey.store import rounds as round_store
from survey.store.completion import OVERDUE, ROUND_SORTS, STUCK, Pace, RoundLine
from survey.store.lists import BELOW, Slice, Wanted
from survey.tables import AssessmentState, Round
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Said, said_filters
from survey.views.bureau.exports import Column, local_day, send_list
from survey.web import here, lists
from survey.web.here import today
from survey.words import rounds as words
from survey.words import wording
from survey.words.rounds import Called

SLOW = (STUCK, OVERDUE)


def who() -> dict[str, str]:
    """Return what the firms of a round are narrowed to, in the order of their way."""
    stuck = words.stuck(here.district().stuck_days)
    titles = {BELOW: words.NOT_BEGUN, AssessmentState.DRAFT: wording.STATES[AssessmentState.DRAFT]}
    return {**titles, STUCK: stuck, OVERDUE: words.OVERDUE, **wording.STATES}


def found_round(round_id: int) -> Round:
    return round_store.round_(here.session(), round_id) or abort(404)


def pace() -> Pace:
    return readings.pace(here.district(), here.now())


def narrowing() -> Wanted:
    return Wanted(
        words=lists.words(),
        township=choices.township(),
        trade=lists.words("trade"),
        state=lists.one_of("state", who()),
        sort=lists.sort_key(ROUND_SORTS),
    )


def filters(found: Round, wanted: Wanted) -> dict[str, Said]:
    return {
        "state": Said("进度", who().get(wanted.state, "")),
        "township": Said("乡镇（街道）", wanted.township),
        "trade": Said(
            "行业", choices.frame_of(found.edition).trades.get(wanted.trade, wanted.trade)
        ),
        "q": Said("企业", wanted.words),
        "sort": Said("排序", choices.ORDERS.get(wanted.sort, "")),
    }


# --- as a workbook -----------------------------------------------------------------------------


@pages.get("/rounds/<row:round_id>/firms.xlsx")
def export_round(round_id: int) -> ResponseReturnValue:
    """Send the firms of a round with whom to call, as they are filtered, and how far all are."""
    found, wanted = found_round(round_id), narrowing()
    lines, _total = store.round_firms(here.session(), found, wanted, pace())
    said = {"round": Said("评估轮次", found.title), **filters(found, wanted)}
    return send_list("round", "轮次进度", COLUMNS, lines, said, _sums(found))


COLUMNS: tuple[Column[RoundLine], ...] = (
    Column("企业名称", lambda line: line.firm, 30),
    Column("统一社会信用代码", lambda line: line.code, 22),
    Column("乡镇（街道）", lambda line: line.township),
    Column("进度", lambda line: wording.STATES.get(line.state or "", words.NOT_BEGUN)),
    Column("要催的原因", lambda line: why(line)),
    Column("联系人", lambda line: line.contact_name),
    Column("联系电话", lambda line: line.contact_phone, 18),
    Column("开始填写", lambda line: local_day(line.begun_at), kind="date"),
    Column("最近保存", lambda line: local_day(line.saved_at), kind="date"),
    Column("提交", lambda line: local_day(line.submitted_at), kind="date"),
)


def why(line: RoundLine) -> str:
    """Say why a firm is to be called; nothing where it is in good time."""
    if line.overdue:
        return words.OVERDUE
    return words.stuck(here.district().stuck_days) if line.stuck else ""


def _sums(found: Round) -> list[Sheet]:
    """Return how far all firms of a round are, by township against its quota, trade and day."""
    trades = choices.frame_of(found.edition).trades
    heads = [tables.Column(title, 12, "number") for title in ("企业", "已开始", "已提交", "已核定")]
    quota = [tables.Column("任务数", 12, "number"), tables.Column("还差", 12, "number")]
    days = [tables.Column(title, 12, "number") for title in ("当天开始", "当天提交", "累计提交")]
    counted = store.counted(here.session(), found)
    places = readings.by_township(found, counted)
    return [
        Sheet(
            "按乡镇",
            [tables.Column("乡镇（街道）", 20), *heads, *quota],
            [
                [one.done.name or words.NO_TOWNSHIP, *one.done[1:], one.quota, one.missing]
                for one in places
            ],
        ),
        Sheet(
            "按行业",
            [tables.Column("行业", 20), *heads],
            [[trades.get(name, name), *rest] for name, *rest in counted.trades],
        ),
        Sheet(
            "按日",
            [tables.Column("日期", 14, "date"), *days],
            [list(day) for day in readings.by_day(here.session(), found, today())],
        ),
    ]


# --- a text for the group -------------------------------------------------------------------------


@pages.get("/rounds/<row:round_id>/text")
def round_text(round_id: int) -> ResponseReturnValue:
    """Show a text to paste into a group: the firms as they are filtered, phones only when asked."""
    found, wanted = found_round(round_id), narrowing()
    phones = lists.one_of("phones", ("yes",)) == "yes"
    part = Slice(1, words.MOST_NAMED)
    lines, total = store.round_firms(here.session(), found, wanted, pace(), part)
    if phones:
        said = {"round": Said("评估轮次", found.title), **filters(found, wanted)}
        note_export(here.step(), "phones", total, said_filters(said))
    return render_template(
        "bureau/round_text.html",
        round=found,
        text=_text(found, wanted, lines if total <= part.size else [], total, phones=phones),
        total=total,
        most=part.size,
        phones=phones,
        wanted=wanted,
        who=who(),
        townships=choices.townships(),
        arguments=lists.arguments(),
        today=today(),
    )


def _text(
    found: Round, wanted: Wanted, lines: Sequence[RoundLine], total: int, *, phones: bool
) -> str:
    counts = store.township_counts(here.session(), found, wanted, pace())
    return words.for_the_group(
        found.title,
        who().get(wanted.state, ""),
        words.left(found.ended_on, today()),
        counts,
        [
            Called(
                line.firm,
                line.township,
                line.contact_name if phones else "",
                line.contact_phone if phones else "",
            )
            for line in lines
        ],
        total,
    )
