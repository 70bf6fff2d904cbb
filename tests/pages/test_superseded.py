"""A report of a version that does not count any more says so, and stays what it was."""

from __future__ import annotations

import pymupdf
import pytest

from survey.lifecycle import assessments as steps
from survey.lifecycle.step import Step
from survey.store import contents
from survey.tables import AuditEntry, Document, DocumentStanding, Role, SheetKind
from tests.support import people
from tests.support.labour import work
from tests.support.people import (
    TESTER,
    a_consultant,
    a_user,
    an_issued_report,
    confirmed,
    handed_in,
    moment,
    signed_in,
)

REASON = "请补排产记录。"
SUPERSEDED = "%E5%B7%B2%E8%A2%AB%E6%9B%BF%E4%BB%A3"  # 已被替代


@pytest.fixture
def user(session):
    return a_user(session)


def a_step(session):
    return Step(session, TESTER, moment())


def standing(session, report):
    session.expire_all()
    return session.get(Document, report.id).standing


def test_a_report_counts_no_more_from_the_moment_its_sheet_is_returned(
    app, session, settings, user
):
    assessment = handed_in(session, user)
    report = an_issued_report(session, settings, assessment, user, content=b"%PDF-1.7 as it was")
    firm, desk = (
        signed_in(app, session, user),
        signed_in(app, session, a_user(session, Role.OFFICER)),
    )
    assert SUPERSEDED not in firm.get(f"/reports/{report.id}.pdf").headers["Content-Disposition"]

    steps.return_to_firm(a_step(session), assessment.id, reason=REASON)

    assert standing(session, report) == DocumentStanding.SUPERSEDED
    entry = session.query(AuditEntry).filter_by(action="return").one()
    assert entry.after["superseded"] == report.number
    for client in (firm, desk):
        taken = client.get(f"/reports/{report.id}.pdf")
        assert taken.data == b"%PDF-1.7 as it was"
        named = taken.headers["Content-Disposition"]
        assert f"report-{report.number}-superseded.pdf" in named
        assert SUPERSEDED in named
        page = client.get(f"/assessments/{assessment.id}/versions/self/1").text
        assert report.number in page
        assert "已被替代" in page
    downloads = session.query(AuditEntry).filter_by(action="report_download").count()
    assert downloads == 3


def test_opening_a_result_again_ends_its_report_and_not_the_firms_own(session, settings, user):
    assessment = confirmed(session, user, a_consultant(session))
    own = an_issued_report(session, settings, assessment, user)
    onsite = an_issued_report(session, settings, assessment, user, SheetKind.ONSITE)

    steps.reopen(a_step(session), assessment.id, reason=REASON)

    assert standing(session, onsite) == DocumentStanding.SUPERSEDED
    assert standing(session, own) == DocumentStanding.VALID


def test_a_report_printed_while_its_sheet_is_returned_is_issued_as_superseded(
    session, settings, user, monkeypatch
):
    assessment = handed_in(session, user)
    finish = people.jobs.finish

    def after_the_return(worker, taken, issue):
        steps.return_to_firm(a_step(session), assessment.id, reason=REASON)
        finish(worker, taken, issue)

    monkeypatch.setattr(people.jobs, "finish", after_the_return)

    report = an_issued_report(session, settings, assessment, user)

    assert standing(session, report) == DocumentStanding.SUPERSEDED


def test_a_stamped_copy_says_on_each_page_that_it_counts_no_more_and_which_one_does(
    app, session, user
):
    assessment = handed_in(session, user)
    firm = signed_in(app, session, user)
    old = _printed(app, session, firm, assessment)
    steps.return_to_firm(a_step(session), assessment.id, reason=REASON)
    steps.submit(a_step(session), assessment.id, declared_by="虚构人")
    new = _printed(app, session, firm, assessment)
    result = f"/assessments/{assessment.id}/result/self"
    before = firm.get(f"/reports/{old.id}.pdf").data
    assert firm.get(f"/reports/{old.id}/superseded.pdf").status_code == 404
    firm.get(result)

    firm.submit(f"/reports/{old.id}/superseded")
    assert work(app) == 1

    assert "每页加盖“已被替代”的副本" in firm.get(result).text
    copy = firm.get(f"/reports/{old.id}/superseded.pdf")
    assert f"report-{old.number}-stamped.pdf" in copy.headers["Content-Disposition"]
    with pymupdf.open(stream=copy.data) as pdf:
        assert pdf.page_count > 3
        for page in pdf:
            said = page.get_text()
            assert "已被替代" in said
            assert f"以 {new.number} 号报告为准" in said
    assert firm.get(f"/reports/{old.id}.pdf").data == before
    session.expire_all()
    assert session.get(Document, old.id).stamped in contents.spoken_of(session)
    assert firm.get(f"/reports/{new.id}/superseded.pdf").status_code == 404
    stranger = signed_in(app, session, a_user(session))
    assert stranger.get(f"/reports/{old.id}/superseded.pdf").status_code == 404


def _printed(app, session, client, assessment):
    """A report asked for on the page and printed."""
    result = f"/assessments/{assessment.id}/result/self"
    client.get(result)
    client.submit(f"{result}/report")
    assert work(app) == 1
    session.expire_all()
    return session.query(Document).order_by(Document.id.desc()).first()
