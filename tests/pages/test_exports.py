"""Lists that go out as workbooks: some lines at a time are held, and every line is there once, in order."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from survey.tables import Role
from tests.support.bureau import at_desk
from tests.support.districts import District
from tests.support.people import a_user
from tests.support.portions import by_twos

LISTS = (
    "/bureau/firms.xlsx?columns=all&sort=township",
    "/bureau/assessments.xlsx?columns=all&sort=-share",
    "/bureau/pool.xlsx?columns=all&sort=-changed",
    "/bureau/projects.xlsx?columns=all&sort=-price",
    "/bureau/needs.xlsx?columns=all&sort=due",
    "/bureau/providers/introductions.xlsx?columns=all&sort=firm",
    "/bureau/notices/firms.xlsx?notice=2&columns=all&sort=lacking",
)


@pytest.fixture
def desk(app, session):
    District(9, rounds=2, sheets=2, answers=False, followed=True).fill(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


def sheets_of(answer):
    """Return every sheet of a workbook, but for the line that says when it was made."""
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    found = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return {name: [*rows[:1], *rows[2:]] for name, rows in found.items()}


def test_a_list_that_goes_out_in_portions_is_the_whole_list_with_its_sums(desk, monkeypatch):
    whole = {address: sheets_of(desk.get(address)) for address in LISTS}
    held = by_twos(monkeypatch)

    for address, before in whole.items():
        held.clear()
        first = next(iter(before.values()))
        lines = len(first) - 2 - (first[-1][0] == "合计")
        assert lines > 2, address
        assert sheets_of(desk.get(address)) == before, address
        assert (sum(held), max(held)) == (lines, 2), address


def test_sums_beside_a_list_are_those_of_its_lines(desk):
    for address, by in (("assessments", "乡镇"), ("needs", "部门")):
        found = sheets_of(desk.get(f"/bureau/{address}.xlsx"))
        lines, sums = next(iter(found.values()))[2:], found["汇总"][2:]
        heads = found["汇总"][1]
        totals = [row[heads.index("合计")] for row in sums if row[heads.index("名称")] == "合计"]
        parts = [row[-1 if address == "assessments" else -2] for row in sums
                 if row[heads.index("按")] == by and row[heads.index("名称")] != "合计"]  # fmt: skip
        assert totals == [len(lines)] * len(totals)
        assert sum(parts) == len(lines)
