"""Documents: one valid of a kind about a subject, under numbers without a gap or a double."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey import db
from survey.clock import utc_now
from survey.files.stores import contents_of
from survey.lifecycle import documents, jobs
from survey.lifecycle.errors import Invalid, JobEnded, Locked, NotThere, Stale
from survey.lifecycle.step import Actor, Step
from survey.store import documents as store
from survey.tables import Document, DocumentStanding, Job, ScoreRow, SheetKind
from tests.support.bureau import logged
from tests.support.people import TESTER, a_user, an_issued_report, begun, handed_in, moment


@pytest.fixture
def user(app, session):
    return a_user(session)


@pytest.fixture
def assessment(session, user):
    """An assessment whose sheet is handed in."""
    return handed_in(session, user)


def ask(session, assessment_id, now=None, **more):
    step = Step(session, TESTER, now or moment())
    return documents.request_report(step, assessment_id, SheetKind.SELF, **more)


def scored_anew(session):
    """As if the sheet had been returned, changed and handed in again."""
    with db.writing(session):
        session.execute(update(ScoreRow).values(scored_at=moment()))


def standings(session):
    session.rollback()
    return list(session.scalars(select(Document.standing).order_by(Document.id)))


def test_many_who_ask_for_one_report_get_one_job(session, engine, user, assessment):
    by, number = Actor(user.id, "虚构人"), assessment.id
    session.rollback()

    def one(_):
        with Session(engine, expire_on_commit=False) as own:
            return documents.request_report(Step(own, by, utc_now()), number, SheetKind.SELF).id

    with ThreadPoolExecutor(6) as pool:
        asked = set(pool.map(one, range(6)))

    assert len(asked) == 1
    with Session(engine) as fresh:
        assert fresh.scalar(select(func.count(Job.id))) == 1


def test_a_report_that_is_there_is_not_made_again(session, settings, user, assessment):
    an_issued_report(session, settings, assessment, user)

    assert ask(session, assessment.id) is None


def test_a_report_whose_file_is_lost_is_made_again(session, settings, user, assessment):
    lost = an_issued_report(session, settings, assessment, user)

    job = ask(session, assessment.id, is_kept=lambda _document: False)

    assert job.arguments["number"] != lost.number


def test_a_new_report_supersedes_the_one_before(session, settings, user, assessment):
    first = an_issued_report(session, settings, assessment, user)
    scored_anew(session)
    second = an_issued_report(session, settings, assessment, user, content=b"%PDF-1.7 anew")

    assert standings(session) == [DocumentStanding.SUPERSEDED, DocumentStanding.VALID]
    assert first.number < second.number


def withdraw(session, document, reason="封面企业名称有误。"):
    return documents.withdraw_document(Step(session, TESTER, moment()), document.id, reason=reason)


def test_a_withdrawn_report_keeps_number_and_file_and_the_next_one_is_valid(
    session, settings, user, assessment
):
    first = an_issued_report(session, settings, assessment, user)

    withdraw(session, first)
    again = an_issued_report(session, settings, assessment, user)

    assert standings(session) == [DocumentStanding.WITHDRAWN, DocumentStanding.VALID]
    assert first.number < again.number
    assert contents_of(settings).has(first.sha256)
    assert store.withdrawals(session, [first, again]) == {first.number: "封面企业名称有误。"}
    row = logged(session, "document_withdraw")[0]
    assert (row.subject_id, row.firm_id) == (first.number, assessment.firm_id)
    assert (row.before, row.after) == ({"standing": "valid"}, {"standing": "withdrawn"})


def test_only_what_is_valid_is_withdrawn_and_never_without_a_reason(
    session, settings, user, assessment
):
    old = an_issued_report(session, settings, assessment, user)
    scored_anew(session)
    valid = an_issued_report(session, settings, assessment, user)

    with pytest.raises(Stale):
        withdraw(session, old)
    with pytest.raises(Invalid):
        withdraw(session, valid, reason=" \u200b\x00")
    with pytest.raises(NotThere):
        documents.withdraw_document(Step(session, TESTER, moment()), 999999, reason="没有")

    assert standings(session) == [DocumentStanding.SUPERSEDED, DocumentStanding.VALID]
    assert logged(session, "document_withdraw") == []


def test_a_report_on_another_sheet_or_firm_supersedes_nothing(session, settings, user, assessment):
    other = a_user(session)
    an_issued_report(session, settings, assessment, user)
    an_issued_report(session, settings, handed_in(session, other), other)

    assert standings(session) == [DocumentStanding.VALID] * 2


def test_the_database_refuses_two_valid_documents_of_a_kind(session, settings, user, assessment):
    issued = an_issued_report(session, settings, assessment, user)
    columns = {c.name: getattr(issued, c.name) for c in Document.__table__.columns}
    double = Document(**columns | {"id": None, "number": "2026-999999", "token": "another"})

    with pytest.raises(IntegrityError), db.writing(session):
        session.add(double)


def test_a_report_given_up_or_cancelled_may_be_asked_for_again_under_its_number(
    session, assessment
):
    job = ask(session, assessment.id)
    number = job.arguments["number"]
    jobs.cancel(Step(session, TESTER, moment()), job.id)

    again = ask(session, assessment.id)

    assert (again.id, again.arguments["number"], again.is_open) == (job.id, number, True)
    with pytest.raises(JobEnded):
        jobs.retry(Step(session, TESTER, moment()), again.id)


def test_numbers_of_a_year_have_no_gap_and_no_double_however_many_count(session, engine, app):
    assessments = [handed_in(session, a_user(session)).id for _ in range(6)]
    session.rollback()

    def number(assessment_id):
        with Session(engine, expire_on_commit=False) as own:
            return ask(own, assessment_id).arguments["number"]

    with ThreadPoolExecutor(6) as pool:
        numbers = sorted(pool.map(number, assessments))

    assert [int(each.partition("-")[2]) for each in numbers] == [1, 2, 3, 4, 5, 6]


def test_a_number_names_the_local_year_and_each_year_counts_anew(session, user, assessment):
    eve = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    other = handed_in(session, a_user(session))

    before = ask(session, assessment.id, eve)
    after = ask(session, other.id, eve + timedelta(minutes=1))

    numbers = (before.arguments["number"], after.arguments["number"])
    assert numbers == ("2026-000001", "2027-000001")


def test_there_is_no_report_on_a_sheet_that_is_not_handed_in(session):
    draft = begun(session)

    with pytest.raises(Locked):
        ask(session, draft.id)
