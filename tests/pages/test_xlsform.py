"""An administrator brings an XLSForm into a draft: looked at first, then taken; hostile files are refused."""

import base64
import io
import zipfile
import zlib

import pytest
from sqlalchemy import select

from survey.files import forms
from survey.files.uploads import BadUpload
from survey.lifecycle import edition_status
from survey.tables import AuditEntry, Role
from tests.support.forms import SAFETY, SHORT, book
from tests.support.people import EDITION, a_user, signed_in

DRAFT = f"{EDITION}-draft"
PAGE = f"/editions/{DRAFT}/xlsform"


@pytest.fixture
def desk(app, session):
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    client.get("/editions")
    client.submit(f"/editions/{EDITION}/copy")
    client.get(PAGE)
    return client


def said(content, name="form.xlsx", **more):
    usual = {"trade": "pump", "title": "水泵（虚构）"}
    return usual | {"file": (io.BytesIO(content), name)} | more


def trades(session):
    session.rollback()
    edition, _faults = edition_status.opened(session, DRAFT)
    return edition.trades if edition else {}


def test_it_is_looked_at_first_and_changes_nothing(desk, session):
    page = desk.submit("", said(book(SAFETY)))
    assert page.status_code == 200
    text = page.text
    assert "这是预览，草稿还没有变" in text
    assert "3 个模块、7 道题" in text
    assert "9 行没有导入" in text
    assert "机床联网到哪一步？" in text
    assert "第 19 行" in text
    assert "有哪些系统？" in text
    assert "<b>系统" not in text
    assert "pump" not in trades(session)


def test_what_was_seen_is_taken_and_an_editor_goes_on_with_its_workbook(desk, session):
    desk.submit("", said(book(SHORT)))
    done = desk.submit("", {"file": None})
    assert done.status_code == 302, done.text
    taken = trades(session)["pump"]
    assert taken.title == "水泵（虚构）"
    assert len(taken.sections[0].questions) == 3
    page = desk.get(done.location).text
    assert "已导入为行业" in page
    assert desk.get(f"/editions/{DRAFT}/preview/pump").status_code == 200
    workbook = desk.get(f"/editions/{DRAFT}/workbook/pump", buffered=True)
    desk.get(f"/editions/{DRAFT}")
    back = desk.submit(
        f"/editions/{DRAFT}/workbook", {"workbook": (io.BytesIO(workbook.data), "pump.xlsx")}
    )
    assert back.status_code == 302, back.text
    session.rollback()
    row = session.scalars(select(AuditEntry).where(AuditEntry.action == "edition_form")).one()
    assert row.after["trade"] == "pump"


def test_a_trade_that_is_there_is_replaced_only_where_that_is_said(desk, session):
    before = trades(session)["valve"]
    desk.submit("", said(book(SHORT), trade="valve", title="阀门"))
    refused = desk.submit("", {"file": None})
    assert refused.status_code == 422
    assert "请勾选“替换”" in refused.text
    assert trades(session)["valve"] == before
    done = desk.submit("", {"file": None, "instead": "y"})
    assert done.status_code == 302
    assert len(desk.get(f"/editions/{DRAFT}").text) > 0


@pytest.mark.parametrize(
    "trade",
    ["", "core", "edition", "packages", "Pump", "泵", "../core", "pump.yaml", "a" * 41, "1p"],
)
def test_a_trade_is_called_as_no_other_file_of_an_edition(desk, session, trade):
    page = desk.submit("", said(book(SHORT), trade=trade))
    assert page.status_code == 422
    assert "行业代号" in page.text
    assert "草稿还没有变" not in page.text


def test_a_published_edition_takes_none(desk):
    page = desk.get(f"/editions/{EDITION}/xlsform").text
    assert "已发布的年版不能改" in page
    sent = desk.post(
        f"/editions/{EDITION}/xlsform", data={"csrf_token": desk.token} | said(book(SHORT))
    )
    assert sent.status_code == 409


def test_nothing_chosen_is_said_so(desk):
    page = desk.submit("", {"trade": "pump", "title": "水泵"})
    assert page.status_code == 422
    assert "请先选择" in page.text


def test_the_sample_comes_whole(desk, session):
    sample = desk.get("/editions/xlsform-sample.xlsx", buffered=True).data
    desk.get(PAGE)
    page = desk.submit("", said(sample, "sample.xlsx"))
    assert "0 行没有导入" in page.text
    assert desk.submit("", {"file": None}).status_code == 302
    assert {"pump"} < trades(session).keys()


# --- hostile files --------------------------------------------------------------------------------


def a_bomb():
    """A workbook whose sheet unpacks to three hundred megabytes."""
    made = io.BytesIO(book(SHORT))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 300_000_000)
    return made.getvalue()


def a_formula():
    """Labels that formulas give, which no program has worked out."""
    rows = [*SHORT["survey"][:2], ["text", "t", '=HYPERLINK("http://example.com","点")']]
    return book({**SHORT, "survey": rows})


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "form.xlsx", "空文件"),
        (b"MZ\x90", "form.xlsx", "另存为 xlsx"),
        (b"<html></html>", "form.xlsx", "form.xlsx"),
        (b"PK\x03\x04 broken", "form.xlsx", "另存为"),
        (book(SHORT), "form.exe", "form.exe"),
        (book(SHORT), "form", "form"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "form.xlsx", "设有密码"),
    ],
)
def test_what_is_no_workbook_is_refused_and_nothing_is_changed(desk, session, content, name, words):
    page = desk.submit("", said(content, name))
    assert page.status_code in (413, 415, 422), page.status_code
    assert words in page.text
    assert "pump" not in trades(session)


def test_one_that_is_too_large_is_refused(desk, session, monkeypatch):
    monkeypatch.setattr(forms, "MOST", 1000)
    page = desk.submit("", said(book(SHORT)))
    assert page.status_code == 413
    assert "MB" in page.text


def test_a_bomb_is_refused(desk, session):
    page = desk.submit("", said(a_bomb()))
    assert page.status_code in (413, 415, 422)
    assert "pump" not in trades(session)


def test_a_formula_is_not_worked_out_and_leads_nowhere(desk):
    page = desk.submit("", said(a_formula()))
    assert page.status_code == 200
    assert "example.com" not in page.text


def test_another_workbook_it_leads_to_is_not_opened(desk):
    made = io.BytesIO(book(SHORT))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
        archive.writestr(
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="http://example.com/a.xlsx" '
            'TargetMode="External"/></Relationships>',
        )
    page = desk.submit("", said(made.getvalue()))
    assert page.status_code == 200
    assert "0 行没有导入" in page.text
    assert "example.com" not in page.text


def test_html_and_formulas_in_words_are_words(desk, session):
    rows = [*SHORT["survey"], ["text", "x", "<script>alert(1)</script>", ""]]
    page = desk.submit("", said(book({**SHORT, "survey": rows}), title="<i>泵</i>"))
    assert "<script>alert" not in page.text
    assert "<i>泵" not in page.text


# --- what the preview carries ---------------------------------------------------------------------


def test_what_a_page_carries_on_is_what_was_read():
    read = forms._by_name(lines(book(SHORT)))
    again = forms.unpacked(forms.packed(read))
    assert {name: list(rows) for name, rows in again.items()} == {
        name: [(number, list(cells)) for number, cells in rows] for name, rows in read.items()
    }


def lines(content):
    from questionnaires.sheets import lists

    return b"".join(lists.dumped(lists.read(io.BytesIO(content), "xlsx")))


def packed(value):
    return base64.b64encode(zlib.compress(value)).decode()


@pytest.mark.parametrize(
    "carried",
    [
        "nonsense",
        "=",
        packed(b"[]"),
        packed(b'{"survey": 1}'),
        packed(b'{"survey": [[1, 2]]}'),
        packed(b'{"survey": [["a", []]]}'),
        packed(b'{"survey": [[1, [[]]]]}'),
        packed(b'{"survey": [[1, ["' + b"<a" * 1001 + b'"]]]}'),
        packed(b'{"survey": [[1, [' + b"1," * 200 + b"1]]]}"),
        packed(b"[" * 100_000),
        packed(b" " * 9_000_000),
    ],
)
def test_what_a_page_carried_on_is_a_strangers(desk, session, carried):
    page = desk.submit("", {"sheets": carried, "trade": "pump", "title": "泵"})
    assert page.status_code == 422
    assert "不完整" in page.text
    assert "pump" not in trades(session)


def test_a_workbook_that_unpacks_far_is_refused_before_it_is_read_on(desk, monkeypatch):
    monkeypatch.setattr(forms, "MOST_UNPACKED", 100)
    page = desk.submit("", said(book(SHORT)))
    assert page.status_code == 422
    assert "内容太多" in page.text


def test_what_is_too_long_to_carry_is_refused(monkeypatch):
    monkeypatch.setattr(forms, "MOST_PACKED", 10)
    with pytest.raises(BadUpload):
        forms.packed({"survey": [(1, ["x" * 1000])]})
