"""Word templates on the shelf, and a report in the bureau's own."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document as Docx

from survey.lifecycle import assessments as steps
from survey.lifecycle.step import Step
from survey.store import templates as store
from survey.store.word_editions import word_edition
from survey.tables import Firm, Role
from survey.web.downloads import WORD
from tests.rules.test_word_templates import a_docx
from tests.support.bureau import a_district, at_desk, logged
from tests.support.labour import work
from tests.support.people import TESTER, a_user, handed_in, moment

PAGE = "/bureau/assessments/templates/word"


@pytest.fixture(params=[Role.OFFICER, Role.ADMINISTRATOR])
def desk(app, session, request):
    a_district(session)
    return at_desk(app, session, a_user(session, request.param))


def bring(desk, content, listed="word_report", name="诊断.docx"):
    desk.get(PAGE)
    return desk.submit(PAGE, {"listed": listed, "template": (BytesIO(content), name)})


def test_the_shipped_template_is_taken_restyled_brought_back_and_given_up(desk, session):
    shipped = desk.get(f"{PAGE}/word_report/shipped.docx")
    assert shipped.mimetype == WORD
    assert "report-template.docx" in shipped.headers["Content-Disposition"]
    book = Docx(BytesIO(shipped.data))
    book.paragraphs[0].text = "某某局 {{ 区县 }}"
    restyled = BytesIO()
    book.save(restyled)

    assert bring(desk, restyled.getvalue()).status_code == 302

    [kept] = store.templates(session, "word_report")
    assert f"{PAGE}/{kept.id}.docx" in desk.get(PAGE).text
    assert desk.get(f"{PAGE}/{kept.id}.docx").data == restyled.getvalue()
    assert desk.submit(f"{PAGE}/{kept.id}/delete", {}).status_code == 302
    session.expire_all()
    assert not store.templates(session, "word_report")


@pytest.mark.parametrize("desk", [Role.ADMINISTRATOR], indirect=True)
@pytest.mark.parametrize(
    "content, listed, says",
    [
        (a_docx("{{ ''.__class__.__mro__ }}"), "word_report", "计算或取内部属性"),
        (a_docx("{{ 没有这个 }}"), "word_annual", "不认识“没有这个”"),
        (b"PK no archive", "word_report", "无法打开"),
        (a_docx("x"), "assessments", "请选择模板用于哪种文件"),
    ],
)
def test_a_bad_template_is_refused_in_words_and_changes_nothing(
    desk, session, content, listed, says
):
    refused = bring(desk, content, listed)

    assert 400 <= refused.status_code < 500
    assert says in refused.text
    assert not logged(session, "template_keep")


def test_a_report_stands_in_the_bureaus_own_template_for_whoever_may_have_its_pdf(
    app, session, settings
):
    a_district(session)
    user = a_user(session)
    assessment = handed_in(session, user)
    officer = at_desk(app, session, a_user(session, Role.OFFICER))
    firm = at_desk(app, session, user)
    stranger = at_desk(app, session, a_user(session))
    bring(officer, a_docx("{{ 企业名称 }}：{{ 等级 }}，{{ 总得分率 }}", "编号 {{ 编号 }}"))
    firm_name = session.get(Firm, assessment.firm_id).name
    result = f"/assessments/{assessment.id}/result/self"
    firm.get(result)
    firm.submit(f"{result}/report", {})
    assert work(app) == 1
    (number,) = {
        one.after.get("sha256") and one.subject_id for one in logged(session, "report_issue")
    }

    where = "/reports/1"
    firm.get(result)
    assert firm.submit(f"{where}/word", {}).status_code == 302
    stranger.get("/")
    token = {"csrf_token": stranger.token}
    assert stranger.post(f"{where}/word", data=token).status_code == 404
    assert work(app) == 1

    taken = firm.get(f"{where}.docx")
    told = [one.text for one in Docx(BytesIO(taken.data)).paragraphs]
    assert told[0].startswith(f"{firm_name}：")
    assert told[1] == f"编号 {number}"
    assert f"report-{number}.docx" in taken.headers["Content-Disposition"]
    assert "下载 Word" in firm.get(result).text
    assert stranger.get(f"{where}.docx").status_code == 404
    token = {"csrf_token": firm.token}
    assert firm.post(f"{where}/word", data=token).status_code == 302
    assert work(app) == 0  # it is there

    steps.return_to_firm(Step(session, TESTER, moment()), assessment.id, reason="请补充。")
    assert word_edition(session, 1) is not None
    assert "superseded" in firm.get(f"{where}.docx").headers["Content-Disposition"]
    assert firm.post(f"{where}/word", data=token).status_code == 409
