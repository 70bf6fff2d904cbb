"""An officer brings a list of firms, looks at every row, imports it, and may take that back."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from urllib.parse import unquote

import openpyxl
import pytest
import xlsxwriter
from sqlalchemy import func, select

from survey import db
from survey.store import rosters as store
from survey.tables import (
    Firm,
    FirmTitle,
    Recognition,
    RecognitionProposal,
    Role,
    Roster,
    RosterMapping,
    RosterRow,
    RosterState,
)
from tests.support import county_lists
from tests.support.bureau import counting
from tests.support.labour import work
from tests.support.people import a_firm, a_user, moment, signed_in
from tests.support.rosters import FILES, a_proposal, a_roster

HOME = "/bureau/firms/rosters"


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def client(app, session, officer):
    return signed_in(app, session, officer)


def bring(client, name, content):
    data = {"roster": (BytesIO(content), name), "csrf_token": client.token}
    return client.post(HOME, data=data, content_type="multipart/form-data")


def through(app, client, session, name):
    """Bring one of our lists and have it checked as the page proposes."""
    return checked_list(app, client, session, name, (FILES / name).read_bytes())


def checked_list(app, client, session, name, content):
    client.get(HOME)
    answer = bring(client, name, content)
    assert answer.status_code == 302, answer.text
    client.get(answer.location)
    answer = client.submit(answer.location, {"trade": "metal_products"})
    assert answer.status_code == 302, answer.text
    work(app)
    session.rollback()
    return answer.location


def test_a_list_goes_all_the_way_and_back_without_script(app, client, session):
    where = through(app, client, session, "q1-two-row-head.xlsx")

    page = client.get(where).text
    assert "会新增 24 家" in page
    assert "金额按千元读，2025 年度" in page
    assert "234,567.8 万元" in page
    client.submit(f"{where}/import")
    assert session.scalar(select(func.count(Firm.id))) == 0
    work(app)
    page = client.get(where).text
    assert "新增 24 家，改动 0 家" in page
    assert 'href="/bureau/rounds">评估轮次</a>里打开一轮' in page, "and now?"
    session.rollback()
    firm = session.scalar(select(Firm).where(Firm.code == "91990008MA1MG6K778"))
    page = client.get(f"/bureau/firms/{firm.id}").text
    assert re.search(r'data-title="营业收入（万元）"><span[^>]*>234,567\.8<', page)

    client.get(where)
    client.submit(f"{where}/undo")
    work(app)
    assert "删去 24 家新增的企业" in client.get(where).text
    session.rollback()
    assert session.scalar(select(func.count(Firm.id))) == 0


def test_every_fault_is_said_at_its_row_with_its_remedy(app, client, session):
    where = through(app, client, session, "codes-and-formulas.xlsx")

    page = client.get(f"{where}?kind=fault").text

    for said in (
        "没有 I、O、S、V、Z", "校验位不对", "现在是 17 位", "9.199E+17", "照营业执照补上 18 位代码",
        "是公式，还没有算出结果", "没有企业名称",
    ):  # fmt: skip
        assert said in page, said
    assert "&lt;script&gt;" in client.get(where).text
    assert "<script>alert" not in client.get(where).text


def test_the_list_comes_back_with_its_faults_and_no_formula_lives_in_it(app, client, session):
    where = through(app, client, session, "codes-and-formulas.xlsx")

    answer = client.get(f"{where}/problems")

    page = openpyxl.load_workbook(BytesIO(answer.data))["名单"]
    head = [cell.value for cell in page[1]]
    at = head.index("导入问题") + 1
    assert "E+17" in page.cell(12, at).value
    assert page.cell(2, at).value is None or "有问题" not in page.cell(2, at).value
    texts = {page.cell(row, 1).value: page.cell(row, 1).data_type for row in (18, 19, 20, 21)}
    assert set(texts.values()) == {"s"}
    assert not [c for cells in page.iter_rows() for c in cells if c.data_type == "f"]


def test_a_workbook_comes_back_as_it_looked(app, client, session):
    where = through(app, client, session, "q1-two-row-head.xlsx")

    back = openpyxl.load_workbook(BytesIO(client.get(f"{where}/problems").data))["规上名录"]

    was = openpyxl.load_workbook(FILES / "q1-two-row-head.xlsx")["规上名录"]
    assert {str(span) for span in back.merged_cells.ranges} == {
        str(span) for span in was.merged_cells.ranges
    }
    for name, column in was.column_dimensions.items():
        assert back.column_dimensions[name].width == column.width
        assert back.column_dimensions[name].hidden == column.hidden
    assert [cell.font.b for cell in back[3]][:5] == [cell.font.b for cell in was[3]][:5]


def test_an_old_workbook_comes_back_plain_with_its_row_numbers(app, client, session):
    where = through(app, client, session, "townships.xls")

    book = openpyxl.load_workbook(BytesIO(client.get(f"{where}/problems").data))

    page = book["石帆乡"]
    rows = {row[0].value: row for row in page.iter_rows(min_row=3)}
    assert "E+17" in rows["8"][-1].value


def test_a_mapping_is_remembered_by_its_name_and_known_again_by_its_headings(client, session):
    content = "企业名称,信用代码,营业收入,从业人数\n虚构甲厂,91990008MA1MG6K778,12,3\n".encode()
    client.get(HOME)
    where = bring(client, "一季.csv", content).location
    client.get(f"{where}?unit=千元")
    client.submit(where, {"trade": "valve", "mapping_name": "季报", "column-3": ""})
    mapping = session.scalars(select(RosterMapping)).one()
    assert (mapping.name, mapping.unit) == ("季报", "千元")
    assert mapping.columns == {
        "企业名称": "name", "信用代码": "code", "营业收入": "revenue", "从业人数": "",
    }  # fmt: skip

    where = bring(client, "二季.csv", content).location
    page = client.get(where).text
    assert "按记住的“季报”对应" in page
    assert "金额按<strong>千元</strong>" in page
    staff = page.partition('name="column-3"')[2].partition("</select>")[0]
    assert "selected" not in staff
    asked = f"{where}?mapping={mapping.id}&mapped={mapping.id}&unit=元"
    assert "金额按<strong>元</strong>" in client.get(asked).text
    assert "按记住的" not in client.get(f"{where}?mapping=").text


def test_a_trade_that_nothing_told_can_be_corrected_before_the_import(
    app, client, session, officer, settings
):
    roster = a_roster(session, settings, officer)
    row = session.scalar(select(RosterRow).where(RosterRow.outcome == "new"))
    client.get(f"{HOME}/{roster.id}?kind=new")

    client.submit(f"{HOME}/{roster.id}/trades", {f"trade-{row.id}": "bearing"})

    session.expire_all()
    assert session.get_one(RosterRow, row.id).trade == "bearing"
    data = {f"trade-{row.id}": "unheard-of", "csrf_token": client.token}
    assert client.post(f"{HOME}/{roster.id}/trades", data=data).status_code == 422


def test_a_reading_that_could_name_no_firm_is_refused_with_its_remedy(
    client, session, officer, settings
):
    roster = a_roster(session, settings, officer, state=RosterState.UPLOADED)
    where = f"{HOME}/{roster.id}/read"
    client.get(where)

    answer = client.submit(where, {"trade": "", "column-1": ""})
    assert answer.status_code == 422
    assert "请指定哪一列是企业名称" in answer.text
    assert answer.text.count("请选择看不出行业的企业") == 2, "above the form and at its field"
    for asked, said in (
        ("head_first=0&head_last=99", "表头应在第 1 至 40 行之间"),
        ("first=1", "第一行企业应在表头下面"),
        ("year=1", "年度应在"),
        ("unit=斤", "请从列出的单位中选择"),
    ):
        assert said in client.get(f"{where}?{asked}").text, asked


def a_workbook(**given):
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, ["企业名称", "统一社会信用代码"])
        page.write_row(1, 0, ["虚构甲厂", "91990008MA1MG6K778"])
        for row, column in given.get("cells", ()):
            page.write(row, column, given.get("words", "远"))
        if given.get("tail"):
            page.set_row(1_048_575, 30, book.add_format({"bold": True}))
            page.write_blank(1_048_575, 0, None, book.add_format({"bold": True}))
    return stream.getvalue()


def with_part(content, name, change):
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            part = old.read(entry)
            new.writestr(entry, change(part) if entry == name else part)
    return stream.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How a workbook of before 2007 begins, and one that has a password."""


def a_zip(parts):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("name", "make", "status", "said"),
    [
        ("空.csv", lambda: b"", 422, "空文件"),
        ("名单.ods", lambda: a_workbook(), 415, "另存为 xlsx"),
        ("名单.xlsm", lambda: a_workbook(), 415, "另存为 xlsx"),
        ("名单.xlsx", lambda: b"a,b\n1,2\n", 415, "扩展名与内容不符"),
        ("名单.xls", lambda: b"<html><table><tr><td>x", 415, "扩展名与内容不符"),
        ("名单.xlsx", lambda: a_workbook()[:900], 422, "损坏"),
        ("名单.xlsb", lambda: a_workbook(), 415, "另存为 xlsx"),
        ("名单.xlsx", lambda: OLE + b"EncryptedPackage" * 40, 415, "设有密码"),
        ("名单.xls", lambda: OLE + b"\0" * 4000, 422, "打不开"),
        ("名单.xlsx", lambda: a_zip({"readme.txt": b"x"}), 422, "打不开"),
        ("名单.csv", lambda: b" \r\n\t ", 422, "空文件"),
        ("名单.csv", lambda: b"\xff\xfe\xfd", 422, "文字编码认不出来"),
        ("名单.csv", lambda: b'a,b\n"' + b"x" * 200_000, 422, "文字太长"),
        ("名单.xlsx", lambda: a_workbook(cells=[(1_048_000, 5)]), 422, "超过 20 万行"),
        ("名单.xlsx", lambda: a_workbook(cells=[(3, 16_000)]), 422, "200 列"),
        ("名单.xlsx", lambda: with_part(a_workbook(), SHEET, lambda p: p.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)), 422, "读不懂"),
        ("名单.xlsx", lambda: with_part(a_workbook(), SHEET, lambda p: p + b" " * 200_000_000), 422, "异常大"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_a_sentence_and_changes_nothing(
    client, session, name, make, status, said
):
    client.get(HOME)

    answer = bring(client, name, make())

    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert session.scalar(select(func.count(Roster.id))) == 0


@pytest.mark.parametrize(
    "content",
    [a_workbook(tail=True), a_workbook(cells=[(1, 3)], words="长" * 30_000)],
    ids=["formats down to the last row", "a huge cell"],
)
def test_a_harmless_oddity_is_taken(client, content):
    client.get(HOME)

    answer = bring(client, "名单.xlsx", content)

    assert answer.status_code == 302
    assert "虚构甲厂" in client.get(answer.location).text


def test_an_entity_in_a_workbooks_texts_brings_nothing_in(client, session, tmp_path):
    client.get(HOME)
    (tmp_path / "secret").write_text("机器里的秘密", "utf-8")
    entity = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{tmp_path}/secret">]>'.encode()
    change = lambda part: entity + part.replace("虚构甲厂".encode(), b"&a;")  # noqa: E731
    content = with_part(a_workbook(), "xl/sharedStrings.xml", change)

    answer = bring(client, "名单.xlsx", content)

    shown = client.get(answer.location).text if answer.status_code == 302 else answer.text
    assert "机器里的秘密" not in shown


def test_markup_in_a_files_name_and_its_headings_is_shown_as_it_is_written(app, client, session):
    client.get(HOME)
    content = (
        "企业名称,信用代码,<img src=x onerror=alert(1)>\n虚构甲厂,91990008MA1MG6K778,x\n".encode(
            "gb18030"
        )
    )

    where = bring(client, "<b>名单</b>.csv", content).location
    page = client.get(where).text
    client.submit(where, {"trade": "valve"})
    work(app)
    session.rollback()

    assert "&lt;img src=x" in page
    assert "按 GB 18030 读取" in page
    for text in (page, client.get(HOME).text, client.get(where.removesuffix("/read")).text):
        assert "<img src=x" not in text
        assert "<b>名单" not in text


def test_a_known_code_under_another_name_is_shown_and_changes_nothing_unasked(app, client, session):
    firm = a_firm(session, "虚构老名字阀门厂", code="91990008MA1MG6K778", fictional=False)
    client.get(HOME)
    content = "企业名称,信用代码,乡镇\n虚构新名字阀门厂,91990008MA1MG6K778,没有的镇\n".encode()
    where = bring(client, "名单.csv", content).location
    client.get(where)
    page = client.get(client.submit(where, {"trade": "valve"}).location)
    work(app)
    session.rollback()

    page = client.get(page.request.path).text

    assert "<del>虚构老名字阀门厂</del> → <ins>虚构新名字阀门厂</ins>" in page
    assert "区县设置里没有这些乡镇（街道）" in page
    session.expire_all()
    assert session.get_one(Firm, firm.id).name == "虚构老名字阀门厂"


def test_the_trades_of_one_list_are_not_set_through_another(client, session, officer, settings):
    mine = a_roster(session, settings, officer)
    other = a_roster(session, settings, officer, name="另一份.csv")
    row = session.scalar(
        select(RosterRow).where(RosterRow.roster_id == other.id, RosterRow.outcome == "new")
    )
    before = row.trade
    client.get(f"{HOME}/{mine.id}")

    client.submit(f"{HOME}/{mine.id}/trades", {f"trade-{row.id}": "bearing"})

    session.expire_all()
    assert session.get_one(RosterRow, row.id).trade == before != "bearing"


def test_a_recognition_a_list_names_counts_only_once_it_is_recorded(client, session):
    firm = a_firm(session)
    proposal = a_proposal(session, firm.id, "智能工厂")
    assert "名单里的认定，待核对" in client.get(f"/bureau/firms/{firm.id}").text

    page = client.get(f"/bureau/firms/proposals/{proposal.id}")
    assert "还不能登记认定" in page.text
    data = {"csrf_token": client.token}
    assert client.post(f"/bureau/firms/proposals/{proposal.id}", data=data).status_code == 409
    client.post(f"/bureau/firms/proposals/{proposal.id}/decline", data=data)

    session.expire_all()
    assert session.get_one(RecognitionProposal, proposal.id).state == "declined"
    assert client.get(f"/bureau/firms/proposals/{proposal.id}").status_code == 409
    assert session.scalar(select(func.count(Recognition.id))) == 0


def test_what_a_list_filled_in_is_shown_as_the_lists_until_the_firm_says_it(app, client, session):
    where = through(app, client, session, "q1-two-row-head.xlsx")
    client.get(where)
    client.submit(f"{where}/import")
    work(app)
    session.rollback()
    firm = session.scalar(select(Firm).where(Firm.code == "91990008MA1MG6K778"))
    page = client.get(f"/bureau/firms/{firm.id}").text
    for said in ("92 人", "234568 万元", "规上"):
        assert re.search(rf"{said}<span[^>]*>（来自名单，2025 年）", page), said

    own = signed_in(app, session, a_user(session, firm=firm))
    page = own.get("/firm/profile").text
    assert page.count("来自名单（2025 年），请核对") == 3
    assert re.search(r'name="employees"[^>]*value="92"', page)


def test_a_title_past_its_end_says_so_on_the_firms_page(client, session):
    firm = a_firm(session)
    with db.writing(session):
        for year, until in ((2019, "2022-12-07"), (2023, str(moment().year)), (2024, "2099")):
            session.add(FirmTitle(firm_id=firm.id, title="高新技术企业", year=year, until=until))

    page = client.get(f"/bureau/firms/{firm.id}").text

    marks = re.findall(
        r"有效期至 (\d{4})[^<]*）(?: <span[^>]*>(?:<svg.*?</svg>)?([^<]*)</span>)?</li>", page
    )
    assert marks[0] == ("2022", "已过有效期")
    assert marks[2] == ("2099", "")


def test_the_template_is_read_by_itself(client):
    client.get(HOME)
    content = client.get(f"{HOME}/template").data
    book = openpyxl.load_workbook(BytesIO(content))
    head = [cell.value for cell in book.active[2]]
    assert head[:2] == ["企业名称", "统一社会信用代码"]

    answer = bring(client, "模板.xlsx", content)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert page.count("selected") >= len(head)


def test_the_pages_of_a_list_ask_as_often_whatever_its_length(
    client, session, officer, settings, engine
):
    roster = a_roster(session, settings, officer)
    with counting(engine) as few:
        client.get(f"{HOME}/{roster.id}")
    rows = [
        {**{c.key: getattr(row, c.key) for c in RosterRow.__table__.columns if c.key != "id"},
         "number": number, "faults": [], "figures": [], "titles": []}
        for number in range(10, 40)
        for row in session.scalars(select(RosterRow).limit(1))
    ]  # fmt: skip
    store.add_rows(session, rows)
    session.commit()
    with counting(engine) as many:
        client.get(f"{HOME}/{roster.id}")
    assert len(many) == len(few)


def test_a_list_whose_content_was_cleared_keeps_its_line_and_offers_nothing_else(
    client, session, officer, settings
):
    roster = a_roster(session, settings, officer, state=RosterState.IMPORTED)
    with db.writing(session):
        kept = session.get_one(Roster, roster.id)
        kept.sha256 = ""
        store.forget_rows(session, roster.id)
    page = f"{HOME}/{roster.id}"

    assert "内容已按保存期限清除" in client.get(HOME).text
    shown = client.get(page).text
    assert "名单内容已按保存期限清除" in shown
    assert "新增 1 家" in shown
    assert f"{page}/problems" not in shown
    assert f"{page}/undo" not in shown
    version = session.get_one(Roster, roster.id).version
    session.rollback()
    asked = [
        client.get(f"{page}/problems"),
        client.post(f"{page}/undo", data={"version": version, "csrf_token": client.token}),
    ]
    assert [answer.status_code for answer in asked] == [410, 410]
    assert all("名单内容已按保存期限清除" in answer.text for answer in asked)
    session.expire_all()
    assert session.get_one(Roster, roster.id).state == RosterState.IMPORTED


def test_a_text_that_excel_parted_by_tabs_goes_all_the_way(app, client, session):
    where = checked_list(app, client, session, "名单.txt", county_lists.unicode_text())

    page = client.get(where).text
    assert "会新增 2 家" in page
    assert "用工人数“八十”看不懂" in page
    answer = client.get(f"{where}/problems")
    assert "名单-导入问题.xlsx" in unquote(answer.headers["Content-Disposition"])


def test_a_title_of_part_of_a_year_is_said_before_amounts_are_taken_for_the_years(client):
    client.get(HOME)
    answer = bring(client, "名单.xlsx", county_lists.of_ten_months())

    page = client.get(answer.location).text

    assert "标题说的是“1-10月”" in page
    amounts = re.search(r'aria-label="“营业收入”对应什么">.*?</select>', page, re.DOTALL)
    assert amounts is not None
    assert " selected" not in amounts[0]


def test_sheets_with_one_head_at_different_rows_are_read_together(app, client, session):
    where = checked_list(app, client, session, "名单.xlsx", county_lists.of_two_sheets())

    page = client.get(where).text

    assert "会新增 3 家" in page
    assert "与“Sheet1”第 4 行是同一代码，内容相同" in page


def test_rows_under_another_tables_head_say_where_it_stands_and_what_to_do(app, client, session):
    where = checked_list(app, client, session, "名单.xlsx", county_lists.of_two_tables())

    page = client.get(where).text

    assert "上面第 6 行是另一张表的表头" in page
    assert "放进两个工作表或文件" in page


def test_a_head_a_hundred_rows_down_is_found_and_may_be_named(app, client, session):
    client.get(HOME)
    where = bring(client, "名单.xlsx", county_lists.far_down()).location

    assert (
        'name="head_first" inputmode="numeric" maxlength="6" value="101"' in client.get(where).text
    )
    assert "表头应在第" not in client.get(f"{where}?head_first=101&head_last=102").text
    assert "表头应在第 1 至 105 行之间" in client.get(f"{where}?head_first=101&head_last=106").text
