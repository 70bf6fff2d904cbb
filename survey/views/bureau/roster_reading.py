"""How a list is read: its sheets and head, its unit, what every column stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from questionnaires.sheets.lists import Sheet
from survey.files import lists as files
from survey.files.contents import Damaged, Missing
from survey.lifecycle import rosters as steps
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, Stale
from survey.rosters import cells, choosing, heads
from survey.rosters.cells import Unread
from survey.rosters.columns import AMOUNTS, BY_KEY, FIELDS, Field, Heading, year_in
from survey.rosters.heads import Head
from survey.rosters.taking import USUAL_POWER
from survey.store import rosters as store
from survey.tables import Roster, RosterMapping, RosterState, RowFault
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.rosters import GONE, found_roster
from survey.views.jobs import send
from survey.web import here

UNITS = ("元", "千元", "万元", "亿元")
EARLIEST, LATEST = 2000, 2100
MOST_HEAD = 40
"""Where a head may end, unless the list only begins further down."""
SAMPLES = 3
NO_HEAD = "没有认出表头。请填写表头在第几行，再按“按这样读”。"
UPRIGHT = (
    "这张表的表头竖着排在左边（一家企业占一列或一张表），读不了。"
    "请改成第一行是表头、每家企业一行（可用“选择性粘贴—转置”），再重新上传。"
)


@dataclass
class Reading:
    """How a list would be read, as asked or else proposed, and what stands against it.

    Attributes:
        each: The head of each chosen sheet, by its name.
    """

    sheets: Sequence[Sheet]
    chosen: tuple[str, ...]
    head: Head | None
    each: Mapping[str, Head]
    first: int
    unit: str
    year: int
    by_sheet: bool
    faults: dict[str, str]

    @property
    def power(self) -> str:
        """What electricity is counted in where a heading does not say."""
        return (self.head and self.head.power) or USUAL_POWER

    @property
    def headings(self) -> list[Heading]:
        """Those of all chosen sheets, each once; the lead's first."""
        return choosing.headings_of(self.each)

    @property
    def read(self) -> list[Sheet]:
        """The chosen sheets."""
        return [sheet for sheet in self.sheets if sheet.tab.name in self.chosen]


@pages.route("/firms/rosters/<row:roster_id>/read", methods=["GET", "POST"])
def read_roster(roster_id: int) -> ResponseReturnValue:
    """Choose sheets, head, unit and what each column stands for; then have it checked."""
    roster = found_roster(roster_id)
    if roster.state not in (RosterState.UPLOADED, RosterState.CHECKED, RosterState.CHECKING):
        return redirect(url_for(".roster", roster_id=roster_id))
    sheets = _outline(roster)
    if request.method == "GET":
        kept = store.mappings(here.session())
        reading = _reading(sheets, request.args, roster.name)
        mapping = _chosen_mapping(kept, reading)
        if mapping and _speaks_of_units(mapping, reading.head):
            reading.unit = mapping.unit
        return _page(roster, reading, mapping=mapping)
    reading = _reading(sheets, request.form, roster.name)
    given = _given(reading)
    trade = request.form.get("trade", "")
    _require_whole(reading, given, trade)
    if reading.faults:
        return _page(roster, reading, given), 422
    try:
        return _checked(roster, reading, given, trade)
    except Invalid as error:
        reading.faults |= error.fields
        return _page(roster, reading, given), error.status
    except Stale as error:
        flash("名单刚刚有人处理过，请再看一遍。", "warn")
        return _page(found_roster(roster_id), reading, given), error.status


def _outline(roster: Roster) -> tuple[Sheet, ...]:
    try:
        return files.outline(here.contents(), roster.sha256, roster.kind)
    except (Missing, Damaged):
        here.refuse(410, GONE)


def _checked(
    roster: Roster, reading: Reading, given: Mapping[str, str], trade: str
) -> ResponseReturnValue:
    if name := request.form.get("mapping_name", ""):
        columns = {one.key: given.get(one.key, "") for one in reading.headings if one.key}
        steps.keep_mapping(here.step(), name, columns, reading.unit)
    assert reading.head is not None  # noqa: S101  one without is refused before
    said = {
        "sheets": list(reading.chosen),
        "head": [reading.head.first, reading.head.last],
        "first": reading.first,
        "unit": reading.unit,
        "year": reading.year,
        "columns": dict(given),
        "trade": trade,
        "by_sheet": reading.by_sheet,
        "trades": list(choices.frame().trades),
    }
    overwrites = request.form.get("overwrites") == "yes"
    version = typed.whole(request.form.get("version")) or 0
    job = steps.check(here.step(), roster.id, said, overwrites=overwrites, base_version=version)
    send(job.id)
    return redirect(url_for(".roster", roster_id=roster.id))


def _reading(sheets: Sequence[Sheet], asked: MultiDict[str, str], name: str) -> Reading:
    """Return how the request asks to read the list; what it leaves open is proposed.

    Args:
        name: What the file is called.
    """
    faults: dict[str, str] = {}
    found = {sheet.tab.name: head for sheet in sheets if (head := heads.find(sheet))}
    names = [sheet.tab.name for sheet in sheets]
    wished = tuple(name for name in names if name in asked.getlist("sheets"))
    chosen = wished or choosing.first_choice(sheets, found)
    lead = next((sheet for sheet in sheets if sheet.tab.name in (chosen or names[:1])), None)
    head = _head(lead, found, asked, faults)
    each = choosing.heads_of(sheets, chosen, head, found) if head else {}
    if apart := _told_apart(each):
        faults["sheets"] = apart
    first = typed.whole(asked.get("first")) or (head.last + 1 if head else 1)
    if head and first <= head.last:
        faults["first"] = "第一行企业应在表头下面。"
    unit = asked.get("unit") or (head.unit if head else "") or "万元"
    if unit not in UNITS:
        unit, faults["unit"] = "万元", "请从列出的单位中选择。"
    of_rows = choosing.year_of_rows(lead, head) if lead and head else None
    said = (head and head.year) or of_rows or year_in(name)
    year = typed.whole(asked.get("year")) or said or here.today().year - 1
    if not EARLIEST <= year <= LATEST:
        faults["year"] = f"年度应在 {EARLIEST} 至 {LATEST} 之间。"
    by_sheet = asked.get("by_sheet") == "yes" if wished else _names_townships(chosen)
    return Reading(sheets, chosen, head, each, first, unit, year, by_sheet, faults)


def _told_apart(each: Mapping[str, Head]) -> str:
    """Say why the chosen sheets cannot be read at one go; empty where they can."""
    found = choosing.apart(each)
    if found is None:
        return ""
    what = {"year": "年度", "part": "时间段", "unit": "金额单位"}[found[0]]
    shown = "、".join(f"“{name}”是{said}" for name, said in [*found[1].items()][:4])
    return f"选中的表写的{what}不一样（{shown}）。请只选{what}相同的表，其余的分别导入。"


def _names_townships(chosen: Sequence[str]) -> bool:
    return bool(chosen) and all(name.endswith(("街道", "镇", "乡")) for name in chosen)


def _head(
    lead: Sheet | None,
    found: Mapping[str, Head],
    asked: MultiDict[str, str],
    faults: dict[str, str],
) -> Head | None:
    first, last = (typed.whole(asked.get(name)) for name in ("head_first", "head_last"))
    if lead is None:
        faults["sheets"] = "文件里没有内容。请检查后重新上传。"
        return None
    if first is None or last is None:
        head = found.get(lead.tab.name)
        if head is None:
            faults["head"] = UPRIGHT if heads.is_upright(lead) else NO_HEAD
        return head
    lowest = max(MOST_HEAD, *(line.number for line in lead.lines[-1:]))
    if not 1 <= first <= last <= lowest or last - first >= MOST_HEAD:
        faults["head"] = f"表头应在第 1 至 {lowest} 行之间，末行不小于首行。"
        return found.get(lead.tab.name)
    return heads.at(lead, first, last)


def _given(reading: Reading) -> dict[str, str]:
    """Return what the form says every heading stands for."""
    said = {h.key: request.form.get(f"column-{at}", "") for at, h in enumerate(reading.headings)}
    return {key: field for key, field in said.items() if field in BY_KEY}


def _require_whole(reading: Reading, given: Mapping[str, str], trade: str) -> None:
    """Refuse a mapping that could name no firm, or one field twice."""
    if "name" not in given.values() or "code" not in given.values():
        reading.faults["columns"] = "请指定哪一列是企业名称、哪一列是统一社会信用代码。"
    for head in reading.each.values():
        if double := _double(head, given):
            reading.faults["columns"] = f"“{double.title}”指定了两列，请只留一列。"
    if trade not in choices.frame().trades:
        reading.faults["trade"] = "请选择看不出行业的企业归入哪个行业。"


def _double(head: Head, given: Mapping[str, str]) -> Field | None:
    """Return a field that two columns of one sheet stand for."""
    seen: set[tuple[str, int | None]] = set()
    for heading in head.headings:
        if field := BY_KEY.get(given.get(heading.key, "")):
            place = (field.key, heading.year if field.is_yearly else None)
            if place in seen:
                return field
            seen.add(place)
    return None


def _page(
    roster: Roster,
    reading: Reading,
    given: Mapping[str, str] | None = None,
    mapping: RosterMapping | None = None,
) -> str:
    if given is None:
        given = _proposed(reading, mapping)
    lead = next(iter(reading.read), None)
    own = len(reading.head.headings) if reading.head else 0
    columns = [
        {
            "at": at,
            "heading": heading,
            "field": given.get(heading.key, ""),
            "samples": _samples(lead, at, reading.first) if at < own else (),
            "hidden": lead is not None and at in lead.tab.hidden_columns,
            "elsewhere": at >= own,
        }
        for at, heading in enumerate(reading.headings)
        if heading.key or _samples(lead, at, reading.first)
    ]
    return render_template(
        "bureau/roster_read.html",
        roster=roster,
        reading=reading,
        columns=columns,
        fields=FIELDS,
        units=UNITS,
        kept=store.mappings(here.session()),
        mapping=mapping,
        top=_top(lead),
        trades=choices.frame().trades,
        trade=request.form.get("trade", ""),
        overwrites=request.form.get("overwrites") == "yes",
        mapping_name=request.form.get("mapping_name", ""),
        rows=sum(sheet.rows for sheet in reading.read),
    )


def _chosen_mapping(kept: Sequence[RosterMapping], reading: Reading) -> RosterMapping | None:
    """Return the mapping that was asked for; of a list just brought, the one of its very headings."""
    if "mapping" in request.args:
        number = typed.whole(request.args.get("mapping"))
        return next((mapping for mapping in kept if mapping.id == number), None)
    headings = {heading.key for heading in reading.headings if heading.key}
    return next((mapping for mapping in kept if headings and headings == {*mapping.columns}), None)


def _speaks_of_units(mapping: RosterMapping, head: Head | None) -> bool:
    """Whether a mapping's unit is meant: it was chosen only now, and the list names none."""
    chosen_before = request.args.get("mapped") == str(mapping.id)
    return not chosen_before and not (head and head.unit)


def _proposed(reading: Reading, mapping: RosterMapping | None) -> dict[str, str]:
    """Propose a field for every heading; amounts of part of a year for none, whatever was remembered."""
    found = choosing.columns_of(reading.each)
    if mapping is None:
        return found
    said = {key: mapping.columns.get(key, field) for key, field in found.items()}
    of_part = any(head.part for head in reading.each.values())
    return {key: "" if of_part and _is_amount(field) else field for key, field in said.items()}


def _is_amount(key: str) -> bool:
    return key in BY_KEY and BY_KEY[key].sort in AMOUNTS


def _samples(lead: Sheet | None, at: int, first: int) -> list[str]:
    lines = [line for line in lead.lines if line.number >= first] if lead else []
    said = [_said(line.cells[at]) for line in lines if at < len(line.cells)]
    return [words[:24] for words in said if words][:SAMPLES]


def _said(cell: Any) -> str:
    try:
        return cells.text(cell)
    except Unread as unread:
        return "（缩小显示）" if unread.fault == RowFault.SCALED else "（公式）"


def _top(lead: Sheet | None) -> list[tuple[int, list[str]]]:
    """Return the first rows as they stand, for whoever looks for the head."""
    lines = lead.lines[:8] if lead else ()
    return [(line.number, [_said(cell)[:20] for cell in line.cells[:12]]) for line in lines]
