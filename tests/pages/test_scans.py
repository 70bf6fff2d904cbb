"""Files that wait for the virus scanner, and those in which it found something."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import select

from survey import db
from survey.files.stores import contents_of
from survey.joining import create_app
from survey.library import questionnaire_of
from survey.lifecycle import bundles, jobs, scans, word_editions
from survey.lifecycle.step import Step
from survey.readings.condition import CHECKS, Around, examine
from survey.readings.diagnoses import _shown
from survey.tables import (
    AuditEntry,
    Bundle,
    Evidence,
    Firm,
    ListTemplate,
    Role,
    Roster,
    RosterState,
    Scan,
    ScanState,
)
from tests.rules.test_word_templates import a_docx
from tests.support.bureau import a_district
from tests.support.clamd import EICAR, a_clamd
from tests.support.files import a_pdf, a_photo
from tests.support.labour import work
from tests.support.people import (
    TESTER,
    a_consultant,
    a_user,
    begun,
    moment,
    signed_in,
    visited,
)
from tests.support.servers import free_port
from tests.support.templates import a_workbook

QUESTION = "design_tools"
BAD = a_pdf(EICAR)


@pytest.fixture
def clamd():
    with a_clamd() as running:
        yield running


@pytest.fixture
def joined(settings, engine, app, clamd):
    return with_scanner(settings, engine, app, clamd.address)


def with_scanner(settings, engine, app, address):
    made = create_app(replace(settings, clamd=address), engine)
    made.test_client_class = app.test_client_class
    made.extensions["tests_session"] = app.extensions["tests_session"]
    return made


@pytest.fixture
def person(session):
    return a_user(session)


@pytest.fixture
def assessment(session, person):
    found = begun(session, session.get(Firm, person.firm_id))
    session.refresh(found)
    session.rollback()
    return found


@pytest.fixture
def firm(joined, session, person):
    return signed_in(joined, session, person)


@pytest.fixture
def colleague(joined, session, person):
    return signed_in(joined, session, a_user(session, firm=session.get(Firm, person.firm_id)))


def send(client, assessment, content, name):
    return client.post(
        f"/assessments/{assessment.id}/questions/{QUESTION}/evidence",
        data={"files": (io.BytesIO(content), name)},
        headers={"X-CSRFToken": client.token, "Accept": "application/json"},
    )


def looked_into(app, session):
    """Have the worker do one round."""
    step = Step(session, TESTER, moment())
    with step.writing():
        job = jobs.ask(step, "scan", {})
    app.extensions["survey_queue"].send(job.id)
    assert work(app) == 1
    session.rollback()
    session.expire_all()
    return job.result


def status(client, file):
    return [client.get(file[way], buffered=True).status_code for way in ("url", "view")]


def test_a_file_waits_and_goes_out_to_others_once_it_is_clean(
    joined, session, assessment, firm, colleague
):
    (file,) = send(firm, assessment, a_photo(), "设备.jpg").json["files"]
    assert file["scan"] == "待查毒"
    assert status(firm, file) == [200, 200], "whoever brought it has it anyway"
    for way in ("url", "view", "thumbnail"):
        answer = colleague.get(file[way])
        assert answer.status_code == 409
        assert "查毒" in answer.text

    result = looked_into(joined, session)

    assert result == {"looked": 1, "found": 0, "silent": 0}
    assert [
        colleague.get(file[way], buffered=True).status_code for way in ("url", "thumbnail")
    ] == [
        200,
        200,
    ]


def test_the_page_says_what_waits(session, assessment, firm, colleague, joined):
    send(firm, assessment, a_photo(), "设备.jpg")
    section = f"/firm/assessments/{assessment.id}/sections/{_section(session, assessment)}"

    page = colleague.get(section).text
    assert "待查毒" in page
    assert "/thumbnail" not in page, "a picture nobody would get"
    assert "/thumbnail" in firm.get(section).text
    looked_into(joined, session)
    assert "待查毒" not in colleague.get(section).text


def _section(session, assessment):
    return questionnaire_of(assessment).section_of[QUESTION].id


def test_one_with_a_virus_is_kept_apart_from_everybody_and_whoever_brought_it_is_told(
    joined, session, assessment, firm, colleague
):
    (file,) = send(firm, assessment, BAD, "说明书.pdf").json["files"]

    assert looked_into(joined, session)["found"] == 1

    for client in (firm, colleague):
        assert status(client, file) == [409, 409]
        assert "含有病毒" in client.get(file["view"]).text
    assert "您上传的文件里查出了病毒" in firm.get("/firm/").text
    assert "说明书.pdf" in firm.get("/firm/").text
    assert "查出了病毒" not in colleague.get("/firm/").text
    section = f"/firm/assessments/{assessment.id}/sections/{_section(session, assessment)}"
    assert "含病毒，已隔离" in firm.get(section).text
    entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "virus_found"))
    assert entry.after["virus"] == "Eicar-Test-Signature"
    assert entry.firm_id == assessment.firm_id
    firm.post(file["remove"], data={"csrf_token": firm.token})
    assert "查出了病毒" not in firm.get("/firm/").text


def test_what_was_found_once_is_refused_at_the_door(joined, session, assessment, firm, colleague):
    send(firm, assessment, BAD, "说明书.pdf")
    looked_into(joined, session)
    session.rollback()

    answer = send(colleague, assessment, BAD, "换了名字.pdf")

    assert answer.status_code == 422
    assert "含有病毒" in answer.text
    assert len(session.scalars(select(Evidence)).all()) == 1


def test_what_was_found_clean_does_not_wait_again(joined, session, assessment, firm, colleague):
    send(firm, assessment, a_photo(), "设备.jpg")
    looked_into(joined, session)
    session.rollback()

    (file,) = send(colleague, assessment, a_photo(), "又一次.jpg").json["files"]

    assert file["scan"] is None
    assert status(firm, file) == [200, 200]


def test_while_clamd_is_down_files_wait_and_the_doctor_says_so(
    settings, engine, app, session, person, assessment
):
    port = free_port()
    joined = with_scanner(settings, engine, app, f"tcp://127.0.0.1:{port}")
    firm = signed_in(joined, session, person)
    other = signed_in(joined, session, a_user(session, firm=session.get(Firm, person.firm_id)))
    (file,) = send(firm, assessment, a_photo(), "设备.jpg").json["files"]

    assert looked_into(joined, session)["looked"] == 0

    assert other.get(file["view"]).status_code == 409
    assert found(joined, session) == ("bad", "silent", {"count": 1})
    with a_clamd(port=port):
        looked_into(joined, session)
        assert found(joined, session)[1] == "clean"
    assert other.get(file["view"], buffered=True).status_code == 200


def found(app, session):
    config = app.config["SURVEY"]
    around = Around(session, config, contents_of(config), moment())
    (said,) = examine(around, [check for check in CHECKS if check.name == "clamd"])
    session.rollback()
    return said.grade, said.code, said.values


def test_the_doctor_tells_what_was_found_what_waits_and_what_was_left(
    joined, app, session, assessment, firm
):
    assert found(app, session)[1] == "idle"
    send(firm, assessment, BAD, "说明书.pdf")
    assert found(joined, session)[1] == "clean"
    assert found(app, session) == ("watch", "left", {"count": 1})
    with db.writing(session):
        scan = session.scalars(select(Scan)).one()
        scan.asked_at = scan.asked_at.replace(year=scan.asked_at.year - 1)
    assert found(joined, session)[1] == "slow"
    looked_into(joined, session)
    assert found(joined, session) == ("watch", "found", {"count": 1})


def test_one_too_large_for_clamd_holds_up_no_other(joined, session, assessment, firm, monkeypatch):
    monkeypatch.setattr("tests.support.clamd.MOST", 900)
    send(firm, assessment, a_photo(size=(400, 300)), "大.jpg")
    send(firm, assessment, a_photo("red", size=(8, 8)), "小.jpg")

    result = looked_into(joined, session)

    assert (result["looked"], result["silent"]) == (1, 1)
    states = set(session.scalars(select(Scan.state)))
    assert states == {ScanState.WAITING, ScanState.CLEAN}


def test_what_clamd_is_silent_about_keeps_its_place_from_no_other(
    joined, session, assessment, firm, monkeypatch
):
    monkeypatch.setattr("tests.support.clamd.MOST", 900)
    monkeypatch.setattr("survey.jobs.scans.AT_ONCE", 1)
    for side in (400, 300):
        send(firm, assessment, a_photo(size=(side, 300)), "大.jpg")
    send(firm, assessment, a_photo("red", size=(8, 8)), "小.jpg")

    assert looked_into(joined, session) == {"looked": 1, "found": 0, "silent": 2}


def test_one_that_was_brought_again_while_it_was_missed_waits_on(session, person):
    step = Step(session, replace(TESTER, user_id=person.id), moment())
    assert scans.wait(step, "a" * 64) == ScanState.WAITING

    scans.forget(step, "a" * 64, lambda _sha256: True)

    assert scans.wait(step, "a" * 64) == ScanState.WAITING
    assert len(session.scalars(select(Scan)).all()) == 1


def test_one_that_is_gone_waits_no_longer(joined, session, assessment, firm):
    (file,) = send(firm, assessment, a_photo(), "设备.jpg").json["files"]
    contents_of(joined.config["SURVEY"]).remove(session.get(Evidence, file["id"]).sha256)
    session.rollback()

    looked_into(joined, session)

    assert session.scalars(select(Scan)).all() == []


LIST = "企业名称,统一社会信用代码\n虚构厂,91330000FS88880001\n"


def bring(client, where, field, content, name, **more):
    data = {field: (io.BytesIO(content), name), "csrf_token": client.token} | more
    return client.post(where, data=data)


def desk(app, session):
    return signed_in(app, session, a_user(session, Role.OFFICER))


def test_a_list_of_firms_is_looked_into_before_anybody_reads_it(joined, session, clamd):
    officer = desk(joined, session)
    where = "/bureau/firms/rosters"

    bad = bring(officer, where, "roster", (LIST + EICAR).encode(), "名单.csv")
    assert bad.status_code == 422
    assert "含有病毒" in bad.text
    assert session.scalars(select(Roster)).all() == []
    entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "virus_found"))
    assert entry.after == {"name": "名单.csv", "virus": "Eicar-Test-Signature"}

    good = bring(officer, where, "roster", LIST.encode(), "名单.csv")
    assert good.status_code == 302, good.text
    assert len(clamd.looked) == 2


@pytest.mark.parametrize(
    ("where", "name", "more"),
    [
        ("/bureau/firms/rosters", "名单.csv", {}),
        ("/bureau/assessments/templates", "模板.xlsx", {"listed": "firms", "title": "虚构"}),
        ("/bureau/assessments/templates/word", "模板.docx", {"listed": "word_report"}),
    ],
)
def test_while_clamd_is_down_nothing_is_read_the_moment_it_comes(
    settings, engine, app, session, where, name, more
):
    joined = with_scanner(settings, engine, app, f"tcp://127.0.0.1:{free_port()}")
    field = "template" if more else "roster"

    answer = bring(desk(joined, session), where, field, LIST.encode(), name, **more)

    assert answer.status_code == 503
    assert "查毒程序没有回应" in answer.text
    assert (
        session.scalars(select(Roster)).all() == session.scalars(select(ListTemplate)).all() == []
    )


def test_without_the_setting_nothing_waits(app, session, person, assessment):
    firm = signed_in(app, session, person)
    other = signed_in(app, session, a_user(session, firm=session.get(Firm, person.firm_id)))
    (file,) = send(firm, assessment, BAD, "说明书.pdf").json["files"]

    assert file["scan"] is None
    assert status(other, file) == [200, 200]
    assert session.scalars(select(Scan)).all() == []


def test_a_visits_photo_is_on_no_report_and_no_page_while_it_waits(joined, session):
    firm, consultant = a_user(session), a_consultant(session)
    visit = visited(session, firm, consultant)
    session.rollback()
    (file,) = send(signed_in(joined, session, consultant), visit, a_photo(), "现场.jpg").json[
        "files"
    ]
    row = session.get(Evidence, file["id"])
    assert _shown([row]) == []

    looked_into(joined, session)

    session.refresh(row)
    assert _shown([row]) == [row]


def test_officers_get_nothing_that_waits(joined, session):
    consultant = a_consultant(session)
    visit = visited(session, a_user(session), consultant)
    session.rollback()
    own = signed_in(joined, session, consultant)
    (file,) = send(own, visit, a_photo(), "现场.jpg").json["files"]
    officer = signed_in(joined, session, a_user(session, Role.OFFICER))

    assert officer.get(file["view"]).status_code == 409
    assert own.get(file["view"], buffered=True).status_code == 200


# --- what is made of an upload --------------------------------------------------------------------


@pytest.fixture
def desks(joined, session):
    """Two officers: who brings something, and who is handed what was made of it."""
    a_district(session)
    return [signed_in(joined, session, a_user(session, Role.OFFICER)) for _ in range(2)]


def test_a_list_is_not_filled_into_a_template_that_waits(joined, session, desks):
    page, (own, other) = "/bureau/assessments/templates", desks
    file = (io.BytesIO(a_workbook("企业名称")), "月报.xlsx")
    own.get(page)
    own.submit(page, {"title": "月报", "listed": "assessments", "template": file})
    [kept] = session.scalars(select(ListTemplate)).all()
    filled = f"{page}/{kept.id}"

    assert [desk.get(filled, buffered=True).status_code for desk in desks] == [200, 409]
    assert "查毒" in other.get(filled).text
    looked_into(joined, session)
    assert other.get(filled, buffered=True).status_code == 200


def test_reports_are_not_written_into_a_template_that_waits(joined, session, desks):
    page, (own, _other) = "/bureau/assessments/templates/word", desks
    file = (io.BytesIO(a_docx("{{ 区县 }}")), "诊断.docx")
    own.get(page)
    own.submit(page, {"listed": "word_report", "template": file})
    [kept] = session.scalars(select(ListTemplate)).all()

    assert word_editions.template_of(session, "word_report") == "", "the one we ship"
    assert "查毒没有问题后用它" in own.get(page).text
    looked_into(joined, session)
    assert word_editions.template_of(session, "word_report") == kept.sha256


def test_a_list_of_firms_waits_like_any_upload(joined, session, desks):
    own, other = desks
    own.get("/bureau/firms/rosters")
    own.submit(
        "/bureau/firms/rosters",
        {"roster": (io.BytesIO("企业名称\n甲厂（虚构）\n".encode()), "甲.csv")},
    )
    with db.writing(session):
        [roster] = session.scalars(select(Roster)).all()
        roster.state = RosterState.CHECKED
    problems = f"/bureau/firms/rosters/{roster.id}/problems"

    assert [desk.get(problems, buffered=True).status_code for desk in desks] == [200, 409]
    looked_into(joined, session)
    assert other.get(problems, buffered=True).status_code == 200


def test_a_bundle_that_left_a_file_out_is_packed_anew_when_it_is_asked_for(session):
    there = Bundle(basis="as it is", missing=1)

    assert not bundles.is_whole(there, "as it is")
    there.missing = 0
    assert bundles.is_whole(there, "as it is")
    assert not bundles.is_whole(there, "as it is now")
