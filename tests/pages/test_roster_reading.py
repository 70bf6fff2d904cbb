"""How a list is proposed to be read: which sheets, which year, and what is not read as it stands."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from survey.tables import FirmYear, Role, RosterMapping
from tests.support import odd_lists
from tests.support.labour import work
from tests.support.messy_lists import a_code
from tests.support.odd_lists import a_book, a_sheet
from tests.support.people import a_user, signed_in

HOME = "/bureau/firms/rosters"
HEAD = ["企业名称", "信用代码", "营业收入（万元）"]


@pytest.fixture
def client(app, session):
    return signed_in(app, session, a_user(session, Role.OFFICER))


def bring(client, content, name="名单.xlsx"):
    client.get(HOME)
    data = {"roster": (BytesIO(content), name), "csrf_token": client.token}
    return client.post(HOME, data=data, content_type="multipart/form-data")


def firm(number, *said):
    return [f"虚构{number}号厂", a_code(number), *said]


def chosen(page):
    return re.findall(r'name="sheets" value="([^"]+)" checked', page)


def test_sheets_of_two_years_are_proposed_one_by_one_and_refused_together(client):
    sheets = {f"{year}年": [HEAD, firm(601, year)] for year in (2024, 2025)}
    where = bring(client, a_book(sheets)).location

    page = client.get(where).text
    assert chosen(page) == ["2024年"]
    assert 'name="year" inputmode="numeric" maxlength="6" value="2024"' in page

    both = client.get(f"{where}?sheets=2024年&sheets=2025年").text
    assert "选中的表写的年度不一样（“2024年”是2024、“2025年”是2025）" in both
    refused = client.submit(where, {"trade": "valve", "sheets": ["2024年", "2025年"]})
    assert refused.status_code == 422
    assert "其余的分别导入" in refused.text


def test_a_hidden_sheet_is_shown_and_read_only_when_it_is_ticked(client):
    sheets = {"旧表": [HEAD, firm(602, 1)], "名单": [HEAD, firm(602, 2)]}
    where = bring(client, a_book(sheets, hidden=["旧表"])).location

    page = client.get(where).text

    assert chosen(page) == ["名单"]
    assert "旧表（2 行，隐藏的表）" in page


def test_a_column_of_a_later_sheet_alone_is_shown_and_read(app, client, session):
    later = [["企业名称", "信用代码", "营收（千元）"], firm(604, 5000)]
    where = bring(client, a_book({"甲": [HEAD, firm(603, 1)], "乙": later})).location

    assert "只在选中的其他表里" in client.get(where).text
    client.submit(where, {"trade": "valve"})
    work(app)
    where = where.removesuffix("/read")
    client.get(where)
    client.submit(f"{where}/import")
    work(app)
    session.rollback()
    assert sorted(session.scalars(select(FirmYear.revenue))) == [1_000_000, 500_000_000]


def test_the_files_name_says_the_year_where_nothing_in_it_does(client):
    where = bring(client, a_sheet(HEAD, firm(605, 1)), "2023年规上企业.xlsx").location

    assert 'name="year" inputmode="numeric" maxlength="6" value="2023"' in client.get(where).text


def test_a_remembered_mapping_does_not_take_ten_months_for_a_year(client, session):
    where = bring(client, a_sheet(["2025年规上企业"], HEAD, firm(606, 1))).location
    client.get(where)
    client.submit(where, {"trade": "valve", "mapping_name": "规上"})
    assert session.scalars(select(RosterMapping)).one().columns[HEAD[2]] == "revenue"

    page = client.get(
        bring(client, a_sheet(["2026年1-10月规上企业"], HEAD, firm(606, 1))).location
    ).text

    assert "按记住的“规上”对应" in page
    assert "标题说的是“1-10月”" in page
    amounts = page.partition('name="column-2"')[2].partition("</select>")[0]
    assert "selected" not in amounts


def test_a_title_of_several_units_and_a_second_table_are_told_of_with_what_helps(app, client):
    title = ["2025年规上企业（单位：营业收入万元、税收元）"]
    page = client.get(
        bring(client, a_sheet(title, [*HEAD[:2], "税收"], firm(607, 1))).location
    ).text
    assert "标题里写了几种金额单位" in page
    assert "selected" not in page.partition('name="column-2"')[2].partition("</select>")[0]

    head = [*HEAD[:2], "税收"]
    rows = [
        ["规上（单位：万元）"],
        head,
        firm(608, 1),
        ["规下（单位：元）"],
        head,
        firm(609, 10_000),
    ]
    where = bring(client, a_sheet(*rows)).location
    client.get(where)
    client.submit(where, {"trade": "valve"})
    work(app)
    page = client.get(where.removesuffix("/read")).text
    assert "会新增 1 家" in page
    assert "上面第 4 行写着“规下（单位：元）”，和名单开头写的不一样" in page


def test_a_table_on_its_side_is_refused_with_what_to_do(client):
    where = bring(client, odd_lists.upright()).location

    page = client.get(where).text

    assert "表头竖着排在左边" in page
    assert "选择性粘贴—转置" in page


def test_a_broken_workbook_or_a_quote_left_open_is_refused_in_a_sentence(client):
    broken = bring(client, odd_lists.without_shared_strings())
    assert broken.status_code in (415, 422)
    assert "打不开" in broken.text
    open_quote = bring(client, odd_lists.with_a_quote_left_open(), "名单.csv")
    assert open_quote.status_code == 422
    assert "第 2 行有一个英文双引号没有成对" in open_quote.text


def test_what_is_left_out_of_a_row_is_said_at_it(app, client):
    for content, said in (
        (odd_lists.of_merged_figures(), "写在跨几家企业的合并单元格里"),
        (odd_lists.of_names(), "名称后面写着“（已注销）”"),
        (odd_lists.of_marks(), "名称旁边的序号或脚注标记没有当作名称：*虚构322号厂"),
    ):
        where = bring(client, content).location
        client.get(where)
        client.submit(where, {"trade": "valve"})
        work(app)
        assert said in client.get(where.removesuffix("/read")).text
