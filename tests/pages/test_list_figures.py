"""Page, workbook, CSV and sums of one list say the same, whatever it is narrowed to."""

import csv
import re
from collections import Counter
from html import unescape
from io import BytesIO, StringIO
from random import Random

import pytest
from python_calamine import CalamineWorkbook

from survey.tables import Role
from survey.web.lists import BOXED
from tests.support.bureau import at_desk, rows_of
from tests.support.districts import TOWNSHIPS, District
from tests.support.people import a_user

FILTERS = {
    "township": [f"虚构镇{n:02d}" for n in range(TOWNSHIPS)],
    "scale": ["yes", "no", "none"],
    "size": ["large", "medium", "small", "micro", "none"],
    "state": ["draft", "submitted", "visiting", "confirmed"],
    "own": ["equipment", "line", "workshop", "factory", "none"],
    "provisional": ["yes", "no"],
    "support": ["one", "few", "more"],
    "unseen": ["one", "few", "more"],
    "deviation": ["higher", "equal", "lower", "5", "10"],
    "pool": ["proposed", "in_pool", "none"],
    "overdue": ["sheet", "visit"],
    "consultant": ["1", "2", "none"],
    "round": ["1", "2"],
}
ORDERS = ["firm", "-share", "township", "deviation", "-revenue", "submitted"]


@pytest.fixture
def desk(app, session, monkeypatch):
    District(firms=70, rounds=2, sheets=6, answers=False).fill(session)
    return at_desk(app, session, a_user(session, Role.OFFICER, id=10_000))


def lines(page):
    """Firm, share and township of each line of a page."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [_cells(row) for row in rows if 'scope="row"' in row]


def _cells(row):
    firm = re.search(r'<th scope="row">(.*?)<span class="bureau', row, re.DOTALL)[1]
    share = re.search(r"of-share[^>]*>(.*?)</td>", row, re.DOTALL)[1]
    return tuple(unescape(re.sub("<[^>]*>", "", part)).strip() for part in (firm, share))


def pages(desk, asked):
    found, page = [], 1
    while True:
        text = desk.get("/bureau/assessments", query_string=asked | {"page": page}).text
        found += lines(text)
        total = re.search(r"共 (\d+) 项评估", text)
        if 'rel="next"' not in text:
            return found, int(total[1]) if total else 0
        page += 1


def some(dice, name):
    """One value of a filter, or two where its boxes take several."""
    several = name in BOXED and dice.random() < 0.5
    return dice.sample(FILTERS[name], 2) if several else dice.choice(FILTERS[name])


def test_page_workbook_csv_and_sums_agree_on_random_filters(desk):
    dice = Random(7)
    shown = 0
    for _try in range(12):
        chosen = dice.sample(sorted(FILTERS), dice.randint(0, 2))
        asked = {name: some(dice, name) for name in chosen} | {"sort": dice.choice(ORDERS)}
        on_page, total = pages(desk, asked)
        book = desk.get("/bureau/assessments.xlsx", query_string=asked)
        head, *rows = rows_of(book)
        text = desk.get("/bureau/assessments.xlsx", query_string=asked | {"kind": "csv"})
        [said, *plain] = csv.reader(StringIO(text.data.decode("utf-8-sig")))

        share = head.index("得分率（%）")
        in_book = [(row[0], f"{row[share]:g}%" if row[share] != "" else "—") for row in rows]
        assert total == len(rows) == len(plain) == len(on_page), asked
        assert on_page == in_book, asked
        assert said == head
        assert [row[0] for row in plain] == [row[0] for row in rows]
        assert [float(row[share] or -1) for row in plain] == [
            float(row[share]) if row[share] != "" else -1 for row in rows
        ]
        sums = (
            CalamineWorkbook.from_filelike(BytesIO(book.data)).get_sheet_by_name("汇总").to_python()
        )
        by_trade = {row[2]: row[-1] for row in sums[3:] if row[1] == "行业"}
        counted = Counter(row[head.index("行业")] for row in rows)
        assert by_trade == {**counted, "合计": total}, asked
        shown += total
    assert shown > 100
