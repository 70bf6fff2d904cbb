"""The bureau's own workbook: brought, refused where it cannot be filled, handed back filled."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart

from survey.tables import Role
from survey.views.bureau import everything
from survey.views.bureau.templates import EVERYTHING
from tests.support.bureau import a_district, an_assessment, at_desk, counting, logged
from tests.support.people import a_round, a_user
from tests.support.templates import a_template, a_workbook

PAGE = "/bureau/assessments/templates"


@pytest.fixture
def desk(app, session):
    a_district(session)
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def firms(session):
    round_ = a_round(session)
    for name, town in (("=甲厂（虚构）", "碧湖镇"), ("乙厂（虚构）", "紫金街道")):
        an_assessment(session, round_, name, township=town, share="3/5")


def bring(desk, content, title="市局月报", listed="assessments", name="月报.xlsx"):
    desk.get(PAGE)
    file = (BytesIO(content), name)
    return desk.submit(PAGE, {"title": title, "listed": listed, "template": file})


def test_a_template_comes_back_filled_with_the_list_as_it_is_narrowed(desk, session, firms):
    answer = bring(desk, a_workbook("序号", "企业名称", "得分率", "提交日期"))
    assert answer.status_code == 302, answer.text
    [kept] = logged(session, "template_keep")
    filled = f"{PAGE}/{kept.subject_id}"
    assert f'href="{filled}?township' in desk.get("/bureau/assessments?township=碧湖镇").text

    page = load_workbook(BytesIO(desk.get(f"{filled}?township=碧湖镇").data)).active

    assert page["A1"].value == "虚构区名单"
    assert [page.cell(2, at).value for at in (1, 2, 3)] == [1, "=甲厂（虚构）", 60]
    assert page["B2"].data_type == "s"
    assert page["D2"].is_date
    assert page.max_row == 2
    [export] = logged(session, "export")
    assert export.after == {"rows": 1}
    assert export.reason.startswith("模板“市局月报”；")


def test_at_the_limit_a_template_is_filled_and_above_it_refused_unread(
    desk, session, engine, firms, monkeypatch
):
    bring(desk, a_workbook("企业名称", "未达到的必备条件"))
    [kept] = logged(session, "template_keep")
    filled = f"{PAGE}/{kept.subject_id}"

    monkeypatch.setattr(everything, "MOST_ROWS", 2)
    assert load_workbook(BytesIO(desk.get(filled).data)).active.max_row == 3

    monkeypatch.setattr(everything, "MOST_ROWS", 1)
    with counting(engine) as sent:
        refused = desk.get(filled)
    assert refused.status_code == 422
    assert "筛选出 2 行，本单位的表格模板一次最多填 1 行。" in refused.text
    assert "请缩小筛选范围，或在“导出”里选 Excel，那里不限行数。" in refused.text
    assert not any("unmet_gates" in statement for statement in sent)
    assert len(logged(session, "export")) == 1
    assert desk.get(f"{filled}?township=碧湖镇").status_code == 200
    assert desk.get("/bureau/assessments.xlsx").status_code == 200


def test_no_list_fills_a_template_above_the_limit(app, session, world, settings, monkeypatch):
    officer = a_user(session, Role.OFFICER)
    kept = {
        listed: a_template(session, settings, officer, f"虚构{listed}", listed).id
        for listed in EVERYTHING
    }
    desk = at_desk(app, session, officer)
    for listed, id in kept.items():
        monkeypatch.setattr(everything, "MOST_ROWS", 1_000)
        assert desk.get(f"{PAGE}/{id}").status_code == 200, listed
        monkeypatch.setattr(everything, "MOST_ROWS", 0)
        refused = desk.get(f"{PAGE}/{id}")
        assert refused.status_code == 422, listed
        assert "一次最多填 0 行" in refused.text, listed


@pytest.mark.parametrize(
    "marks, words",
    [
        (("企业名称", "没有这个字段"), "这些名称不认识：{{没有这个字段}}。"),
        (("企业名称", "信用代码"), "{{信用代码}}（是不是 {{统一社会信用代码}}？）"),
        (("家数",), "模板里没有企业的字段"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_with_what_helps(desk, session, marks, words):
    answer = bring(desk, a_workbook(*marks))

    assert answer.status_code == 422
    assert words in answer.text
    assert not logged(session, "template_keep")


@pytest.mark.parametrize(
    "given, words",
    [
        ({"content": b"PK not really", "name": "x.xlsx"}, "x.xlsx"),
        ({"content": a_workbook(), "title": " "}, "请填写模板名称"),
        ({"content": a_workbook(), "listed": "users"}, "请选择模板用于哪张清单"),
    ],
)
def test_what_is_no_template_is_refused(desk, session, given, words):
    answer = bring(desk, **given)

    assert answer.status_code in (415, 422)
    assert words in answer.text
    assert not logged(session, "template_keep")


def test_what_will_be_lost_is_said_before_a_template_is_used(desk, firms):
    book = Workbook()
    book.active["A1"] = "{{企业名称}}"
    book.active.add_chart(BarChart(), "C3")
    out = BytesIO()
    book.save(out)

    bring(desk, out.getvalue())

    assert "填好的表里不会有：图表。" in desk.get(PAGE).text


def test_every_sample_can_be_brought_as_it_is(desk):
    for listed in ("assessments", "pool", "firms"):
        sample = desk.get(f"{PAGE}/{listed}/sample")
        answer = bring(desk, sample.data, title=listed, listed=listed)

        assert answer.status_code == 302, answer.text
