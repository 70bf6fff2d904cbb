"""A round without firms, and a district of a single one: the page, its files, and both papers."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from urllib.parse import urlsplit

import pymupdf
import pytest
from python_calamine import CalamineWorkbook

from reports.small_cells import WITHHELD
from survey import db
from survey.store import tallies
from survey.store.tallies import Part, What
from survey.tables import AssessmentState, PoolEntry, PoolState, Role, SheetKind
from survey.views.bureau.district import BLOCKS
from tests.support.bureau import LADDER, NOON, a_district, an_assessment, at_desk
from tests.support.labour import work
from tests.support.people import a_round, a_user

NO_NUMBERS = ("NaN", "nan", "Infinity", "inf%", "undefined", "None", "null%")
FIRM = "独一家虚构厂"


@pytest.fixture
def officer(app, session):
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def round_(session):
    a_district(session)
    return a_round(session)


def the_only_firm(session, round_, state=AssessmentState.CONFIRMED):
    """One firm of the district, as far as a state; confirmed, it lacks a gate and wants two packages."""
    where = {"township": "碧湖镇", "size": "small", "above_scale": True}
    one = an_assessment(session, round_, FIRM, state=state, unmet=("traceability",), **where)
    if state != AssessmentState.CONFIRMED:
        return
    parts = [
        Part(What.SECTION, "design", 400, 400),
        Part(What.SYSTEM, "erp", 1),
        Part(What.NEXT, LADDER[1], 1, 30),
        Part(What.PACKAGE, "N01", 1000, 2550),
        Part(What.PACKAGE, "N05", 777, 888),
    ]
    with db.writing(session):
        tallies.keep(session, one, SheetKind.ONSITE, parts)
        session.add(
            PoolEntry(
                firm_id=one.firm_id,
                assessment_id=one.id,
                edition=one.edition,
                state=PoolState.IN_POOL,
                target_rung=LADDER[3],
                reason="虚构的理由",
                changed_at=NOON,
            )
        )


def blocks_of(page):
    """The page's blocks by name."""
    return dict(re.findall(r'<section data-block="([^"]*)"(.*?)</section>', page, re.DOTALL))


def printed(app, officer, round_, basis, *, outward):
    """The words of the paper, without spaces; it is one A4 page."""
    asked = {"round": round_.id, "basis": basis, "outward": "yes" if outward else ""}
    officer.get("/bureau/district")
    answer = officer.post("/bureau/district/page", data=asked | {"csrf_token": officer.token})
    assert work(app) == 1
    back = urlsplit(answer.location)
    page = officer.get(f"{back.path}?{back.query}").text
    where = re.findall(r"/bureau/district/pages/\d+\.pdf", page)[-1]
    with pymupdf.open(stream=officer.get(where).data) as document:
        assert len(document) == 1
        return "".join(document[0].get_text().split())


def assert_whole(officer, asked):
    """Every block says something, draws only what it counts, and can be taken away."""
    answer = officer.get("/bureau/district", query_string=asked)
    assert answer.status_code == 200
    said = answer.text.replace(officer.token, "")  # random letters, which may spell any short word
    assert not [word for word in NO_NUMBERS if word in said]
    blocks = blocks_of(answer.text)
    assert list(blocks) == [name for name, _wide in BLOCKS]
    for name, block in blocks.items():
        assert "<table" in block or re.search(r'<p class="text-soft">[^<]{4,}</p>', block), name
        assert "data-chart" not in block or re.search(r'<td class="figure">.*?[1-9]', block), name
        text = officer.get(f"/bureau/district/{name}.csv", query_string=asked)
        head, *lines = csv.reader(StringIO(text.get_data().decode("utf-8-sig")))
        assert head[0]
        assert all(len(line) == len(head) for line in lines)
    book = officer.get("/bureau/district.xlsx", query_string=asked)
    assert len(CalamineWorkbook.from_filelike(BytesIO(book.data)).sheet_names) == len(BLOCKS)
    return answer.text


@pytest.mark.parametrize("basis", ["own", "visited"])
def test_a_round_without_firms_says_so_in_every_block_and_draws_nothing(officer, round_, basis):
    page = assert_whole(officer, {"basis": basis})

    assert "这一轮还没有" in page
    assert f'href="/bureau/rounds/{round_.id}"' in page
    assert "data-chart" not in page
    assert "district-facts" not in page


@pytest.mark.parametrize("outward", [False, True])
def test_its_paper_is_one_sentence(app, officer, round_, outward):
    words = printed(app, officer, round_, "own", outward=outward)

    assert "这一轮还没有企业参加" in words
    assert WITHHELD not in words


@pytest.mark.parametrize("state", AssessmentState)
def test_a_district_of_one_firm_is_counted_and_drawn(session, officer, round_, state):
    the_only_firm(session, round_, state)

    for basis in ("own", "visited"):
        assert_whole(officer, {"basis": basis})


def test_the_paper_of_one_firm_names_it_inside_and_tells_nothing_of_it_outside(
    app, session, officer, round_
):
    the_only_firm(session, round_)

    inside = printed(app, officer, round_, "visited", outward=False)
    outside = printed(app, officer, round_, "visited", outward=True)

    told = ("追溯", "N01", "17.77", "34.38")
    assert FIRM in inside
    assert all(word in inside for word in told[:2])
    assert not [word for word in (FIRM, *told) if word in outside]
    assert WITHHELD in outside
    counts = re.sub(r"\d{4}-\d{2}-\d{2}\d{2}:\d{2}|第\d+轮|编号[\d-]+|少于5|至少5", "", outside)
    assert not re.findall(r"\d+%|(?<![\d.])\d+(?=未公布|家)", counts)
