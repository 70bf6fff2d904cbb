"""How a printed page is set: no row, number or name stands torn, alone or over its neighbour."""

from __future__ import annotations

import re
from pathlib import Path

import pymupdf
import pytest

from reports.facts import Choice, Finding, Photo
from reports.paper.html import print_report, stylesheet
from reports.paper.presses import write_pdf
from tests.support.printed import PLAIN
from tests.support.reporting import an_onsite_diagnosis

ROOM = range(200, 261, 2)
"""How far down a page a table begins, in mm: its first row, its last and each between meets the foot."""
ROWS = 4
PACKAGES = (Choice("N02"), Choice("X08"), Choice("X25"))
MEASURE = Choice(title="自拟措施", what="补齐台账。", low=2_365, high=12_860, weeks=4)


def pages(path: Path) -> list[str]:
    """The words of each page of a PDF, line by line."""
    with pymupdf.open(path) as printed:
        return [page.get_text() for page in printed]


def test_no_row_stands_alone_under_its_head_or_on_the_next_page(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>第{number}行</td></tr>" for number in range(ROWS))
    tables = "".join(
        f'<div style="break-before: page; height: {room}mm"></div><table class="shares">'
        f"<thead><tr><th>能力域</th></tr></thead><tbody>{rows}</tbody></table>"
        for room in ROOM
    )
    write_pdf(PLAIN.format(f"<style>{stylesheet()}</style>{tables}"), tmp_path / "r.pdf")

    counted = [page.count("行") for page in pages(tmp_path / "r.pdf")]

    assert sum(counted) == ROWS * len(ROOM)
    assert {2, ROWS} <= set(counted), "some tables were cut, some were not"
    assert not {1, ROWS - 1} & set(counted)


@pytest.fixture(scope="module", params=[PACKAGES, (*PACKAGES, MEASURE)])
def planned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a report reads, whose plan has none or some costs that are not told apart."""
    it = an_onsite_diagnosis({}, {}, choices=request.param)
    assert it.advice_costs.has_undivided == (MEASURE in request.param)
    path = tmp_path_factory.mktemp("planned") / "report.pdf"
    print_report(it, path)
    return "".join(pages(path))


def test_no_range_of_money_is_torn(planned: str) -> None:
    assert re.search(r"^\d+\.\d+–\d{3}\.\d+$", planned, re.MULTILINE), "a wide one is there"
    assert not re.findall(r"\d–\n\d", planned)


def test_no_name_of_an_area_or_a_fact_is_torn(planned: str) -> None:
    lines = planned.split("\n")

    assert "统一社会信用代码" in lines
    for area in an_onsite_diagnosis({}, {}).areas:
        assert area.line.title in lines


def test_the_place_of_a_photo_that_cannot_be_shown_covers_nothing(tmp_path: Path) -> None:
    photo = Photo("现场.jpg", 1, None)
    it = an_onsite_diagnosis({}, {}, (Finding("看不清。", title="照片坏了", photos=(photo,)),))

    print_report(it, tmp_path / "r.pdf")

    with pymupdf.open(tmp_path / "r.pdf") as printed:
        page = next(page for page in printed if page.search_for("图片无法显示"))
        (words,), (head,) = page.search_for("图片无法显示"), page.search_for("现场照片")
        boxes = [one["rect"] for one in page.get_drawings() if one["rect"].contains(words)]
    assert boxes
    assert not any(box.intersects(head) for box in boxes)
