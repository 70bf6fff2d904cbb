"""The district on one page (一屏): a round in figures, each with the firms behind it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import BytesIO, StringIO
from typing import Any, NamedTuple

from flask import Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports import glance
from reports.dashboard import Basis, Cell, Where
from reports.table_sheets import sheet
from reports.tables import Origin, write_table
from survey.clock import LOCAL
from survey.lifecycle import district_pages, typed
from survey.lifecycle.exports import note_export
from survey.readings import dashboard as reading
from survey.readings.dashboard import Page
from survey.store import district as store
from survey.store import documents
from survey.store import jobs as waiting
from survey.store import rounds as round_store
from survey.store.district import Asked, FirmBehind
from survey.store.lists import BELOW
from survey.tables import Document, Job, Round, Size
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Said
from survey.views.bureau.exports import Column, send_list
from survey.views.jobs import send
from survey.web import here, lists
from survey.web.downloads import attachment, disposition, sent_workbook
from survey.words import district as words
from survey.words import jobs as job_words
from survey.words import wording

BLOCKS = (
    ("plan", True),
    ("funnel", False),
    ("systems", False),
    ("stages", True),
    ("nation", True),
    ("by-trade", True),
    ("by-size", True),
    ("by-round", True),
    ("gates", False),
    ("deviation", False),
    ("heat", True),
    ("near", True),
    ("demand", True),
    ("projects", True),
    ("samples", False),
    ("needs", True),
    ("by-township", True),
    ("unreached", True),
)
"""The page's blocks in the order they are read, and whether each takes its whole width."""
TABLES = {name for name, _ in BLOCKS}
LISTS = {
    "assessments": "bureau.assessments",
    "firms": "bureau.district_firms",
    "needs": "bureau.needs",
    "projects": "bureau.projects",
    "samples": "bureau.samples",
    "pool": "bureau.pool",
}


@pages.get("/district")
def district() -> ResponseReturnValue:
    """Show a round of the district: targets, the way, rungs, what is missing, who is left."""
    from reports import charts

    found = _page()
    return render_template(
        "bureau/district.html",
        page=found,
        here=here.district(),
        rounds=_rounds(),
        bases=words.BASES,
        blocks=BLOCKS,
        facts=glance.facts(found.tables) if found else [],
        charts=charts,
        address=address,
        arguments=lists.arguments(),
        papers=_papers(found) if found else [],
    )


def _page() -> Page | None:
    """Return the round asked for, by default the newest; nothing before there is one."""
    round_ = _round()
    if round_ is None:
        return None
    frame = choices.frame_of(round_.edition)
    basis = lists.one_of("basis", words.BASES)
    return reading.page(
        here.session(),
        here.district(),
        frame.edition,
        round_,
        Basis(basis) if basis else None,
        here.now(),
    )


def _round() -> Round | None:
    asked = lists.row("round")
    if asked is None:
        return round_store.told_of(here.session())
    return round_store.round_(here.session(), asked) or abort(404)


def _rounds() -> list[tuple[str, str]]:
    return [(str(round_.id), round_.title) for round_ in round_store.newest(here.session())]


def address(where: Where) -> str:
    """Return the list of the firms a figure counts."""
    if where.listed == "assessment":
        return url_for("bureau.assessment", assessment_id=int(where.asks["id"]))
    return url_for(LISTS[where.listed], **dict[str, Any](where.asks))


# --- to take away ---------------------------------------------------------------------------------


@pages.get("/district/<name>.csv")
def district_csv(name: str) -> ResponseReturnValue:
    """Send one block's table as text that Excel opens."""
    found = _page() if name in TABLES else None
    if found is None:
        abort(404)
    table = found.table(name)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(table.head)
    for line in table.lines:
        writer.writerow([_plain(line.title), *map(_written, line.cells)])
    note_export(here.step(), "district", len(table.lines), _said(found))
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    day = here.today().isoformat()
    answer.headers["Content-Disposition"] = disposition(
        f"{table.title}-{day}.csv", f"district-{name}-{day}.csv"
    )
    return answer


def _written(cell: Cell) -> str:
    return _plain(cell.text) if cell.number is None else str(cell.number)


def _plain(text: str) -> str:
    """Keep a name from being taken for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


@pages.get("/district.xlsx")
def district_workbook() -> ResponseReturnValue:
    """Send every block as a sheet of one workbook."""
    found = _page() or abort(404)
    place, made = here.district(), here.now().astimezone(LOCAL)
    stream = BytesIO()
    origin = Origin(f"{place.name}全区情况", made, _said(found), place.demonstration)
    write_table(stream, [sheet(table) for table in found.tables], origin)
    stream.seek(0)
    note_export(here.step(), "district", sum(len(t.lines) for t in found.tables), _said(found))
    day = here.today().isoformat()
    return sent_workbook(stream, f"全区情况-{day}.xlsx", f"district-{day}.xlsx")


def _said(page: Page) -> str:
    return f"{page.round.title}；{words.BASES[page.basis]}"


# --- on paper ---------------------------------------------------------------------------------------


class Paper(NamedTuple):
    """One kind of the page as PDF: the document that stands, one in the making, what went wrong."""

    outward: bool
    title: str
    document: Document | None
    job: Job | None
    fault: str


def _papers(page: Page) -> list[Paper]:
    return [_paper(page, outward=outward) for outward in (False, True)]


def _paper(page: Page, *, outward: bool) -> Paper:
    session, kind = here.session(), district_pages.kind_of(outward)
    issued = documents.valid(session, kind, district_pages.SUBJECT, page.round.id)
    kept = issued if issued and here.contents().has(issued.sha256) else None
    job = district_pages.job_of(session, page.round.id, page.basis, outward=outward)
    fault = job_words.ended_without(job) if job else ""
    return Paper(outward, wording.DOCUMENTS[kind], kept, job, fault)


@pages.post("/district/page")
def request_district_page() -> ResponseReturnValue:
    """Ask for the page as PDF, as it is now."""
    form = request.form
    round_id, basis = typed.whole(form.get("round")), form.get("basis", "")
    if round_id is None or basis not in tuple(Basis):
        here.refuse(400, "没有说明是哪一轮、看哪份答卷，请回到“全区情况”页面再按一次。")
    outward = form.get("outward") == "yes"
    anew = form.get("anew") == "yes"
    job = district_pages.request(here.step(), round_id, Basis(basis), outward=outward, anew=anew)
    send(job.id)
    return redirect(url_for(".district", round=round_id, basis=basis, _anchor="report"))


@pages.get("/district/jobs/<row:job_id>/state")
def district_page_state(job_id: int) -> ResponseReturnValue:
    """Say how far a page is, for the screen that waits for it."""
    job = waiting.job(here.session(), job_id)
    if job is None or job.kind != district_pages.PAGE:
        abort(404)
    before = waiting.waiting_before(here.session(), job)
    return jsonify(state=job.state, waiting=before, fault=job_words.ended_without(job))


@pages.get("/district/pages/<row:document_id>.pdf")
def district_page(document_id: int) -> ResponseReturnValue:
    """Hand out an issued page."""
    found = documents.document(here.session(), document_id)
    if found is None or found.kind not in district_pages.KINDS:
        abort(404)
    district_pages.note_download(here.step(), found)
    title = f"{here.district().name}一页纸（{wording.DOCUMENTS[found.kind]}）{found.number}.pdf"
    return attachment(
        here.contents(),
        found.sha256,
        media_type="application/pdf",
        name=title,
        plain_name=f"district-{found.number}.pdf",
    )


# --- the firms behind a figure ------------------------------------------------------------------------


class Behind(NamedTuple):
    """What a figure counts: how its firms are found, and in words."""

    asked: Asked
    title: str
    filters: Mapping[str, Said]


@pages.get("/district/firms")
def district_firms() -> ResponseReturnValue:
    """List the firms that a figure counts, with whom to call."""
    behind, part = _behind(), lists.part()
    firms, total = store.firms_behind(here.session(), behind.asked, part)
    return render_template(
        "bureau/district_firms.html",
        behind=behind,
        firms=firms,
        total=total,
        part=part,
        trades=choices.frame().trades,
        arguments=lists.arguments(),
    )


@pages.get("/district/firms.xlsx")
def export_district_firms() -> ResponseReturnValue:
    """Send the same list as a workbook, all pages of it."""
    behind, trades = _behind(), choices.frame().trades
    firms, _total = store.firms_behind(here.session(), behind.asked)
    columns: list[Column[FirmBehind]] = [
        Column("企业名称", lambda firm: firm.name, 30),
        Column("统一社会信用代码", lambda firm: firm.code, 22),
        Column("行业", lambda firm: trades.get(firm.trade, firm.trade)),
        Column("乡镇（街道）", lambda firm: firm.township),
        Column("联系人", lambda firm: firm.contact_name),
        Column("联系电话", lambda firm: firm.contact_phone, 18),
    ]
    return send_list("district", behind.title, columns, firms, behind.filters)


def _behind() -> Behind:
    what, key = lists.one_of("what", words.BEHIND), lists.words("key")
    if not what and not key:
        what, key = words.ALL
    round_, frame = _round(), choices.frame()
    if not what or not key:
        here.refuse(400, "没有说明要看哪个数字背后的企业，请从“全区情况”页面点数字进来。")
    sizes = lists.one_of("size", {*Size, BELOW})
    asked = Asked(
        what,
        key,
        round_.id if round_ else None,
        bool(round_ and round_.only_invited),
        lists.one_of("trade", frame.trades),
        choices.township(),
        sizes,
    )
    if what in words.OF_PLAN:
        firms = reading.firms_of_plan(
            here.session(), here.district(), frame.edition, what, _year(key)
        )
        asked = asked._replace(firms=firms)
    return Behind(asked, words.BEHIND[what], _filters(asked, round_, frame))


def _year(key: str) -> int:
    return int(key) if key.isascii() and key.isdecimal() and len(key) == 4 else 0


def _filters(asked: Asked, round_: Round | None, frame: choices.Frame) -> dict[str, Said]:
    of_round = asked.what not in {*words.OF_PLAN, "unreached"}
    edition = frame.edition
    keys = words.WAY | words.STAGES
    keys |= {package.code: f"{package.code} {package.title}" for package in edition.packages}
    keys |= {one.id: one.title for one in edition.systems.systems} if edition.systems else {}
    return {
        "key": Said(
            "看的数字",
            f"到 {asked.key} 年底"
            if asked.what in words.OF_PLAN
            else keys.get(asked.key, words.KEYS.get(asked.key, asked.key)),
        ),
        "round": Said("评估轮次", round_.title if of_round and round_ else ""),
        "trade": Said("行业", frame.trades.get(asked.trade, "")),
        "township": Said(
            "乡镇（街道）", words.NOT_SAID if asked.township == BELOW else asked.township
        ),
        "size": Said("规模", words.SIZED.get(asked.size, "")),
    }
