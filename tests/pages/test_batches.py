"""An officer asks for files of many firms, watches them come, and takes them away."""

import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from reports.figures import percent_number
from survey import db
from survey.lifecycle import pool
from survey.lifecycle.step import Step
from survey.readings.diagnoses import diagnosis_of
from survey.store.settings import read
from survey.tables import (
    Batch,
    BatchItem,
    BatchKind,
    BatchState,
    Fault,
    Job,
    JobState,
    Role,
    SheetKind,
    User,
)
from survey.views.bureau import file_batches
from tests.support.batches import a_batch
from tests.support.bureau import logged
from tests.support.labour import work
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    confirmed,
    handed_in,
    moment,
    signed_in,
)

HOSTILE = "=1+1（虚构）"


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def desk(app, session, officer):
    return signed_in(app, session, officer)


@pytest.fixture
def firms(session):
    """One that handed in, one that was confirmed."""
    used = [{"kind": "system", "name": HOSTILE, "vendor": "", "year": 2021}]
    own = a_firm(session, HOSTILE, in_use=used)
    one = handed_in(session, a_user(session, Role.FIRM, own))
    other = a_user(session, Role.FIRM, a_firm(session, "虚构阀门二厂"))
    return [one, confirmed(session, other, a_consultant(session))]


def sheets_of(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python()[1:] for name in book.sheet_names}


def test_an_officer_gets_one_archive_of_reports_really_printed(app, desk, session, firms):
    """From the list to the archive, with the press as it is."""
    page = desk.get(f"/bureau/assessments/files?chosen={firms[0].id}&chosen={firms[1].id}")
    assert "自评版），每家一份，2 家有" in page.text
    assert "现场诊断版），每家一份，1 家有" in page.text

    asked = desk.submit(data={"what": "onsite"})
    making = desk.get(asked.location)
    assert making.headers["Refresh"] == "5"
    assert "0 / 1" in making.text
    work(app)

    done = desk.get(asked.location)
    assert "Refresh" not in done.headers
    assert re.search(r"做好 <span[^>]*>1</span> 家，其中新做", done.text)
    taken = desk.get(f"{asked.location}/file")
    assert taken.mimetype == "application/zip"
    assert taken.data[:2] == b"PK"
    assert b"%PDF-1.7" in taken.data
    assert [row.subject_id for row in logged(session, "batch_download")] == ["1"]


@pytest.mark.parametrize(
    "edition, begins, title",
    [
        ("short", b"%PDF-1.7", "诊断报告（自评版）四页简版"),
        ("picture", b"\x89PNG", "诊断报告（自评版）一页图片"),
        ("word", b"PK", "诊断报告（自评版） Word 版"),
    ],
)
def test_an_officer_gets_one_archive_of_any_edition_really_made(
    app, desk, session, firms, edition, begins, title
):
    page = desk.get(f"/bureau/assessments/files?chosen={firms[1].id}")
    assert "一页图片（PNG）" in page.text

    asked = desk.submit(data={"what": "self", "edition": edition})
    assert title in desk.get(asked.location).text
    work(app)

    done = desk.get(asked.location)
    assert re.search(r"做好 <span[^>]*>1</span> 家，其中新做", done.text)
    with zipfile.ZipFile(io.BytesIO(desk.get(f"{asked.location}/file").data)) as archive:
        (name,) = (one for one in archive.namelist() if one != "目录.xlsx")
        assert archive.read(name).startswith(begins)
    (link,) = re.findall(r'href="(/results?[^"]*|/reports/[^"]*)"', done.text)
    assert desk.get(link).data.startswith(begins)


def test_an_edition_nobody_offers_is_refused(desk, session, firms):
    desk.get(f"/bureau/assessments/files?chosen={firms[0].id}")

    answer = desk.submit(data={"what": "self", "edition": "audio"})

    assert answer.status_code == 422
    assert session.query(Batch).count() == 0


def test_a_whole_round_is_chosen_by_its_filter_and_a_changed_one_is_asked_again(
    desk, session, firms
):
    page = desk.get("/bureau/assessments/files?whole=yes")
    assert '选了 <span class="number">2</span> 家' in page.text
    handed_in(session, a_user(session))

    answer = desk.submit(data={"what": "self"})

    assert answer.status_code == 409
    assert session.query(Batch).count() == 0
    assert desk.submit(data={"what": "self"}).status_code == 302
    assert session.query(Batch).one().kind == BatchKind.REPORTS


def test_the_workbook_says_what_the_page_says(app, desk, session, firms):
    desk.get(f"/bureau/assessments/files?chosen={firms[0].id}&chosen={firms[1].id}")
    asked = desk.submit(data={"what": "workbook"})
    work(app)

    found = sheets_of(desk.get(f"{asked.location}/file").data)

    district, day = read(session), moment().date()
    for assessment, kind in zip(firms, SheetKind, strict=True):
        it = diagnosis_of(session, assessment, kind, district=district, issued=day)
        (row,) = [row for row in found["总表"] if row[1] == it.facts.code]
        assert (row[0], row[6], row[7]) == (
            it.facts.firm,
            it.rung,
            float(percent_number(it.share.exact)),
        )
        answers = [answer for section in it.sections for answer in section.printed]
        rows = [row for row in found["答案（一题一行）"] if row[1] == it.facts.code]
        assert [row[3] for row in rows] == [answer.code for answer in answers]
        used = [row[2:] for row in found["系统和设备"] if row[1] == it.facts.code]
        assert used == ([["系统", HOSTILE, "", 2021]] if it.facts.firm == HOSTILE else [])
        assert len([row for row in found["差距"] if row[1] == it.facts.code]) == len(it.gaps)
    assert {row[0] for row in found["答案（一家一行）"][1:]} == {HOSTILE, "虚构阀门二厂"}


def test_a_firm_takes_its_own_answers_along_as_text(app, session, firms):
    owner = session.query(User).filter_by(firm_id=firms[0].firm_id).one()
    firm = signed_in(app, session, owner)
    page = firm.get(f"/assessments/{firms[0].id}/result/self")
    assert f"/assessments/{firms[0].id}/result/self.xlsx" in page.text

    taken = firm.get(f"/assessments/{firms[0].id}/result/self.xlsx")

    assert {row[0] for row in sheets_of(taken.data)["总表"][1:]} == {HOSTILE}
    with zipfile.ZipFile(io.BytesIO(taken.data)) as book:
        pages = [book.read(name) for name in book.namelist() if "worksheets/sheet" in name]
    assert len(pages) == 8
    assert not any(b"<f>" in page or b"hyperlink" in page for page in pages)
    assert firm.get(f"/assessments/{firms[1].id}/result/self.xlsx").status_code == 404


def test_a_batch_that_lost_its_workers_says_so_and_goes_on(desk, session, settings, officer, firms):
    batch = a_batch(session, settings, officer, firms, state=BatchState.MAKING)
    with db.writing(session):
        session.execute(update(Job).values(state=JobState.FAILED, fault=Fault.UNREACHABLE))

    page = desk.get(f"/bureau/assessments/batches/{batch.id}")

    assert "中断了" in page.text
    assert "数据库、磁盘或网络暂时不可用" in page.text
    assert desk.submit(f"/bureau/assessments/batches/{batch.id}/resume").status_code == 302
    assert "0 / 2" in desk.get(f"/bureau/assessments/batches/{batch.id}").text


def test_an_officer_packs_everything_known_of_ticked_firms_and_takes_it_away(
    app, desk, session, firms
):
    ids = [one.firm_id for one in firms]
    page = desk.get("/bureau/firms/files?" + "&".join(f"chosen={one}" for one in ids))
    assert '选了 <span class="number">2</span> 家（逐家勾选）' in page.text
    assert "一次最多 300 家、2 GB" in page.text

    asked = desk.submit()
    assert "0 / 2" in desk.get(asked.location).text
    work(app)

    done = desk.get(asked.location)
    assert re.search(r"做好 <span[^>]*>2</span> 家，其中新做", done.text)
    assert "压缩包保存 7 天" in done.text
    assert f'href="/bureau/firms/{ids[0]}"' in done.text
    taken = desk.get(f"{asked.location}/file")
    with zipfile.ZipFile(io.BytesIO(taken.data)) as archive:
        assert len({name.partition("/")[0] for name in archive.namelist()} - {"目录.xlsx"}) == 2
    (row,) = logged(session, "batch_download")
    assert row.after["kind"] == "files"
    assert "一企一档" in desk.get("/bureau/assessments/batches").text


def an_entry(session, assessment):
    return pool.admit(
        Step(session, TESTER, moment()),
        assessment.id,
        target_rung="factory",
        reason="条件成熟。",
        sure=True,
    )


def test_what_the_pool_finds_is_packed_and_a_changed_pool_is_asked_again(desk, session, firms):
    an_entry(session, firms[1])
    page = desk.get("/bureau/pool/files?whole=yes")
    assert '选了 <span class="number">1</span> 家' in page.text
    an_entry(session, firms[0])

    answer = desk.submit()

    assert answer.status_code == 409
    assert session.query(Batch).count() == 0
    assert desk.submit().status_code == 302
    session.expire_all()
    assert session.query(Batch).one().kind == BatchKind.FILES
    items = session.query(BatchItem).all()
    assert {one.firm_id for one in items} == {one.firm_id for one in firms}
    assert {one.assessment_id for one in items} == {None}


def test_what_one_archive_cannot_hold_is_said_before_anything_is_packed(
    desk, session, firms, monkeypatch
):
    monkeypatch.setattr(file_batches, "MOST", 1)

    page = desk.get("/bureau/firms/files?whole=yes")

    assert "一次装不下" in page.text
    assert "选了 2 家。一次最多 1 家" in page.text
    assert "开始打包" not in page.text
    assert "还没有选企业" in desk.get("/bureau/firms/files").text
    assert desk.get("/bureau/firms/files?chosen=999").status_code == 404
    assert desk.get("/bureau/pool/files?chosen=1").status_code == 404
