"""What an owner sends on of a report: offered beside it, made once, gone with it."""

from __future__ import annotations

from io import BytesIO

import pymupdf
from PIL import Image

from survey.lifecycle import assessments as steps
from survey.lifecycle.step import Step
from survey.store import contents
from survey.tables import AuditEntry, Document
from tests.support.labour import work
from tests.support.people import TESTER, a_user, handed_in, moment, signed_in


def test_a_firm_takes_the_four_pages_and_the_picture_of_a_report_that_stands(app, session):
    user = a_user(session)
    assessment = handed_in(session, user)
    firm, result = signed_in(app, session, user), f"/assessments/{assessment.id}/result/self"
    firm.get(result)
    firm.submit(f"{result}/report")
    assert work(app) == 1
    session.expire_all()
    report = session.query(Document).one()
    before = firm.get(f"/reports/{report.id}/short.pdf").status_code
    assert "生成简版和图片" in firm.get(result).text

    firm.submit(f"/reports/{report.id}/handouts")
    firm.submit(f"/reports/{report.id}/handouts")
    assert "正在生成" in firm.get(result).text
    assert work(app) == 1

    assert before == 404
    page = firm.get(result).text
    assert "下载简版" in page
    assert "下载图片" in page
    short, picture = (
        firm.get(f"/reports/{report.id}/{name}") for name in ("short.pdf", "picture.png")
    )
    with pymupdf.open(stream=short.data) as pdf:
        assert pdf.page_count == 4
        assert report.number in pdf[0].get_text()
    with Image.open(BytesIO(picture.data)) as drawn:
        assert drawn.format == "PNG"
    assert f"report-{report.number}.png" in picture.headers["Content-Disposition"]
    session.expire_all()
    kept = session.get(Document, report.id)
    assert {kept.short, kept.picture} <= set(contents.spoken_of(session))
    assert session.query(AuditEntry).filter_by(action="handouts").count() == 1
    stranger = signed_in(app, session, a_user(session))
    assert stranger.get(f"/reports/{report.id}/short.pdf").status_code == 404
    steps.return_to_firm(Step(session, TESTER, moment()), assessment.id, reason="请补材料。")
    assert firm.get(f"/reports/{report.id}/picture.png").status_code == 404
