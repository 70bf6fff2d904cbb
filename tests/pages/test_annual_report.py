"""The yearly report in the bureau's hands: written, made, taken as Word and PDF, superseded."""

from __future__ import annotations

import re
from io import BytesIO

import pymupdf
import pytest
from docx import Document as Docx

from reports.dashboard import NONE
from survey import library
from survey.lifecycle import annuals
from survey.readings import annual
from survey.store import documents
from survey.tables import DocumentKind, DocumentStanding, Role
from tests.pages.test_district_page import a_random_district
from tests.support.bureau import at_desk, logged
from tests.support.labour import work
from tests.support.people import a_user, signed_in
from tests.support.samples import a_sample

PAGE = "/bureau/district/annual"
SAID = {
    "work": "开展诊断。\n<b>改造</b> {{ 7*7 }}。",
    "problems": "设备联网少。",
    "next": "逐家跟进。",
}


@pytest.fixture
def officer(app, session):
    return at_desk(app, session, a_user(session, Role.OFFICER))


def address(round_, *, outward=False):
    return f"{PAGE}?round={round_.id}{'&outward=yes' if outward else ''}"


def write(officer, round_, *, outward=False, **said):
    officer.get(address(round_, outward=outward))
    return officer.submit(PAGE, {**SAID, **said})


def make(app, officer, round_, *, outward=False):
    """Have a report made; return the page that shows it."""
    officer.get(address(round_, outward=outward))
    answer = officer.submit(f"{PAGE}/request", {})
    assert answer.status_code == 302, answer.text
    assert work(app) == 1
    return officer.get(address(round_, outward=outward)).text


def words_of(answer):
    """Every word of a Word file, tables in the order they stand in."""
    book = Docx(BytesIO(answer.data))
    told = [one.text for one in book.paragraphs]
    rows = [[cell.text for cell in row.cells] for table in book.tables for row in table.rows]
    return told, rows


def test_both_files_of_both_editions_say_the_dashboards_numbers_and_only_one_names_firms(
    app, session, officer
):
    round_ = a_random_district(session, 6)
    a_sample(session)
    edition = library.load(session, round_.edition)
    page = annual.page_of(session, round_, edition)
    text = {}
    for outward in (False, True):
        assert write(officer, round_, outward=outward).status_code == 302
        shown = make(app, officer, round_, outward=outward)
        where = re.search(PAGE + r"/\d+", shown)[0]
        word, paper = officer.get(f"{where}.docx"), officer.get(f"{where}.pdf")
        assert "annual-" in word.headers["Content-Disposition"]
        told, rows = words_of(word)
        text[outward] = "\n".join([*told, *(cell for row in rows for cell in row)])
        with pymupdf.open(stream=paper.data) as opened:
            printed = "".join("".join(one.get_text() for one in opened).split())
        assert "<b>改造</b> {{ 7*7 }}。" in told
        for table in annual.tables_of(session, page, edition, outward=outward).values():
            for line in table.lines if table.id in ("plan", "funnel", "gates") else ():
                row = [line.title, *(cell.text for cell in line.cells)]
                assert row in rows
                assert all("".join(one.split()) in printed for one in row if one != NONE)

    assert "虚构 6-" in text[False]
    assert "附表 1" in text[False]
    assert "虚构样本厂：小型阀门厂扫码报工样本" in text[False]
    assert "经企业同意公开" in text[True]
    assert "虚构样本厂" not in text[True]
    assert "虚构 6-" not in text[True]
    assert "附表" not in text[True]


def test_a_newer_report_supersedes_the_older_which_stays_readable(app, session, officer):
    round_ = a_random_district(session, 7, firms=2)
    write(officer, round_)
    make(app, officer, round_)

    shown = make(app, officer, round_)

    kind = DocumentKind.ANNUAL_REPORT
    newer, older = documents.documents_about(session, annuals.SUBJECT, round_.id, kind)
    assert newer.standing == DocumentStanding.VALID
    assert older.standing == DocumentStanding.SUPERSEDED
    assert older.number in shown
    taken = officer.get(f"{PAGE}/{older.id}.docx")
    assert taken.status_code == 200
    assert "superseded" in taken.headers["Content-Disposition"]
    assert len(logged(session, "annual_issue")) == 2
    assert officer.get(f"/bureau/district/pages/{newer.id}.pdf").status_code == 404


def test_nothing_is_made_before_somebody_wrote_and_drafts_are_marked(app, session, officer):
    round_ = a_random_district(session, 8, firms=3)

    officer.get(address(round_))
    asked = {"round": round_.id, "csrf_token": officer.token}
    refused = officer.post(f"{PAGE}/request", data=asked)

    assert refused.status_code == 422
    assert "请先写好并保存三段文字" in refused.text
    assert work(app) == 0
    assert "下面是初稿，还没有保存" in officer.get(f"{PAGE}?round={round_.id}").text
    public = officer.get(f"{PAGE}?round={round_.id}&outward=yes&draft=yes").text
    assert "初稿只用可以公布的数字" in public


def test_what_two_officers_write_at_once_is_lost_for_neither(app, session, officer):
    round_ = a_random_district(session, 9, firms=2)
    other = at_desk(app, session, a_user(session, Role.OFFICER))
    other.get(address(round_))
    assert write(officer, round_).status_code == 302

    late = other.submit(PAGE, {**SAID, "work": "第二位写的。"})

    assert late.status_code == 409
    assert "第二位写的。" in late.text
    assert "开展诊断。" in late.text
    assert annuals.written(session, round_.id, outward=False).work.startswith("开展诊断。")


def test_what_is_empty_or_too_long_is_named_and_small_counts_are_asked_about(session, officer):
    round_ = a_random_district(session, 10, firms=2)

    empty = write(officer, round_, problems=" ", next="长" * 4001)

    assert empty.status_code == 422
    assert "请填写“存在问题”" in empty.text
    assert "最多 4000 字，现在 4001 字" in empty.text
    assert not logged(session, "annual_write")
    write(officer, round_, outward=True, work="其中 3 家企业、12 家工厂。")
    shown = officer.get(f"{PAGE}?round={round_.id}&outward=yes").text
    assert "有少于 5 的数字" in shown
    assert "12 家、" not in shown


@pytest.mark.parametrize("role", [Role.FIRM, Role.CONSULTANT, Role.ADMINISTRATOR])
def test_nobody_else_sees_it(app, session, role):
    client = signed_in(app, session, a_user(session, role))
    for address in (PAGE, f"{PAGE}/1.docx", f"{PAGE}/1.pdf", f"{PAGE}/jobs/1/state"):
        assert client.get(address).status_code == 403
