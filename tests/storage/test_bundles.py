"""A firm's file as a ZIP: it holds what the tables hold, is made once, and ends in time."""

import io
import zipfile
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from reports.firm_index import COVER, DAMAGED, INDEX, MISSING
from survey.files.contents import place_of
from survey.files.folder import Folder
from survey.files.stores import contents_of
from survey.files.uploads import Stored
from survey.jobs import bundles as packing
from survey.jobs.kinds import lease_of
from survey.jobs.workshop import Workshop
from survey.lifecycle import assessments, bundles, erasing, jobs, retention, scans
from survey.lifecycle.step import Step
from survey.readings.firm_file import file_of
from survey.rosters.columns import HEADS
from survey.store import bundles as store
from survey.store.firm_file import OF_FIRM, OF_ROW, table_of
from survey.tables import (
    Assessment,
    Bundle,
    Document,
    Evidence,
    Firm,
    Job,
    JobState,
    Outlook,
    Sample,
    SampleState,
    Scan,
    ScanState,
    SheetRow,
    Table,
    User,
)
from tests.support.bureau import counting, logged
from tests.support.files import a_pdf
from tests.support.labour import work
from tests.support.people import (
    TESTER,
    a_firm,
    a_user,
    an_issued_report,
    begun,
    filled,
    moment,
)
from tests.support.projects import a_project
from tests.support.samples import a_copy, a_sample, a_typed_card

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What both databases do alike is asked of one."""


def file_(session, firm_id, outlook=Outlook.BUREAU):
    firm = session.get(Firm, firm_id)
    return file_of(session, firm, outlook, HEADS, moment().date(), answers=True)


def ask(session, firm_id, outlook=Outlook.BUREAU, is_kept=lambda _bundle: True):
    basis = file_(session, firm_id, outlook).basis
    session.rollback()
    step = Step(session, TESTER, moment())
    return bundles.request(step, firm_id, outlook, basis, is_kept=is_kept)


def packed(app, session, firm_id, outlook=Outlook.BUREAU):
    """Have the ZIP made, and open it."""
    job = ask(session, firm_id, outlook)
    app.extensions["survey_queue"].send(job.id)
    assert work(app) == 1
    session.rollback()
    bundle = session.scalars(select(Bundle).order_by(Bundle.id.desc())).first()
    assert bundle is not None, session.scalars(select(Job)).all()[-1].fault
    content = contents_of(app.config["SURVEY"]).read(bundle.sha256)
    return zipfile.ZipFile(io.BytesIO(content))


def sheets(archive):
    """Every sheet of the index without its line of origin: heads, then rows."""
    book = load_workbook(io.BytesIO(archive.read(INDEX)))
    return {
        page.title: [list(r) for r in page.iter_rows(min_row=2, values_only=True)] for page in book
    }


def everything_said(archive):
    rows = str(sheets(archive))
    return rows + archive.read(COVER).decode() + " ".join(archive.namelist())


@ON_SQLITE
def test_the_zip_holds_what_the_tables_hold_and_nothing_of_another_firm(
    app, session, world, settings
):
    firm = world.a.ids["firm"]

    archive = packed(app, session, firm)

    found = sheets(archive)
    assert archive.testzip() is None
    told = file_(session, firm)
    for part in told.parts:
        for table in part.tables:
            heads, *rows = found[table.title]
            assert heads == [field.title for field in table.fields]
            assert len(rows) == len(table.rows), table.title
    in_zip = {archive.getinfo(name).filename for name in archive.namelist()} - {INDEX, COVER}
    index = {f"{row[1]}/{row[2]}": row for row in found["目录"][1:]}
    assert set(index) == in_zip
    sums = {contents_of(settings).put(archive.read(name)) for name in in_zip}
    assert sums == {row[10] for row in index.values()} == {one.sha256 for one in told.files}
    spoken = select(Evidence.sha256).join(SheetRow, SheetRow.id == Evidence.sheet_id)
    mine = [world.a.ids["visiting"], world.a.ids["confirmed"]]
    assert sums > set(session.scalars(spoken.where(SheetRow.assessment_id.in_(mine))))
    said = everything_said(archive)
    assert world.a.word in said
    assert not [word for word in (world.b.word, "备注draft", "draftself") if word in said]
    assert {"金丝雀甲台账备注", "金丝雀甲异议", "金丝雀甲核实", "金丝雀甲指标"} <= {
        cell for rows in found.values() for row in rows for cell in row if isinstance(cell, str)
    }


@ON_SQLITE
def test_a_firm_reads_its_file_without_what_is_the_bureaus_own(app, session, world):
    word, firm = world.a.word, world.a.ids["firm"]
    inside = (
        "台账备注",
        "信用",
        "违法",
        "兑现",
        "下一步",
        "科",
        "入库理由",
        "核实",
        "关系",
        "名单",
    )

    archive = packed(app, session, firm, Outlook.FIRM)

    said, found = everything_said(archive), sheets(archive)
    assert not [text for text in inside if f"{word}{text}" in said]
    assert not {"利益关系", "培育阶段的经过", "批次决定的会议纪要", "账号"} & found.keys()
    assert "诊断顾问" not in found["评估"][0]
    assert "认定.pdf" not in said
    assert f"{word}备注draft" in said
    assert not [name for name in archive.namelist() if "visitingonsite" in name]
    assert [name for name in archive.namelist() if "confirmedonsite" in name]
    owner = file_(session, firm, Outlook.OWNER)
    assert any(t.title == "账号" for part in owner.parts for t in part.tables)


APART = {
    "answers": "told in the workbook, where its sheet may be read",
    "answer_revisions": "what an answer was before; its versions are told",
    "note_revisions": "what a note was before",
    "second_sheets": "its sheet and its opinions are told",
    "starts": "what a sheet begins with is last round's, which is told",
    "tallies": "added up from sheets that are told",
    "forecasts": "how officers spend their days; no firm is told what is guessed of it",
    "kept_ways": "worked out from sheets that are told",
    "unmet_gates": "worked out from scores that are told",
    "invitations": "how a round asks firms, not what is known of one",
    "reminders": "the same",
    "mails": "the same",
    "notice_reminders": "the same",
    "appointments": "the calendar of a consultant",
    "uploads": "on its way to be evidence",
    "need_drafts": "that somebody decided about a draft, which is a need then",
    "audit_log": "the log has a page of its own",
    "bundles": "the file itself, packed",
    "batch_items": "documents asked for by the hundred; what was issued is told",
    "need_entries": "told with its need",
    "interests": "told: it hangs on the firm by its code",
}
"""Tables that hang on a firm and have no rows of their own in its file, each with the reason."""


def test_whatever_hangs_on_a_firm_is_in_its_file_or_named_here_with_the_reason():
    told = {table_of(key).__tablename__ for key in OF_FIRM}
    told |= {table_of(key).__tablename__ for keys in OF_ROW.values() for key in keys}
    roots = {"firms"} | {table.__tablename__ for table in OF_ROW}
    hanging = {
        table.name
        for table in Table.metadata.sorted_tables
        if any(key.column.table.name in roots for key in table.foreign_keys)
    }

    assert told
    assert hanging - told <= APART.keys(), hanging - told - APART.keys()


def behind(session, settings, assessment, name):
    """A file behind an answer, whatever it is called, as no upload would let it in."""
    content = name.encode(errors="surrogatepass") + bytes([len(name)])
    sheet = session.scalar(select(SheetRow.id).where(SheetRow.assessment_id == assessment.id))
    row = Evidence(sheet_id=sheet, question_id="scheduling", name=name, size=len(content))
    row.sha256, row.media_type = contents_of(settings).put(content), "application/pdf"
    row.uploaded_by, row.uploaded_at = session.scalar(select(User.id)), moment()
    session.add(row)
    session.commit()


@pytest.fixture
def firm(session, settings):
    """A firm with a sheet, a file behind it and a report, all of invented words."""
    user = a_user(session)
    assessment = filled(session, user)
    behind(session, settings, assessment, "排产.pdf")
    assessments.submit(Step(session, TESTER, moment()), assessment.id, declared_by=user.name)
    an_issued_report(session, settings, assessment, user)
    session.rollback()
    return session.get(Firm, user.firm_id)


def test_asking_twice_makes_one_and_the_same_state_makes_the_same_bytes(app, session, firm):
    number = firm.id
    first = packed(app, session, number).fp.getvalue()

    assert ask(session, number) is None
    again = ask(session, number, is_kept=lambda _bundle: False)
    assert again.id == ask(session, number, is_kept=lambda _bundle: False).id
    app.extensions["survey_queue"].send(again.id)
    work(app)

    session.rollback()
    made = session.scalars(select(Bundle.sha256)).all()
    assert made == made[:1] * 2
    assert contents_of(app.config["SURVEY"]).read(made[0]) == first
    assert store.valid(session, number, Outlook.BUREAU, moment()).id == 2
    assert [row.firm_id for row in logged(session, "bundle_keep")] == [number] * 2
    a_project(session, firm)
    session.rollback()
    assert ask(session, number) is not None


@ON_SQLITE
def test_names_and_cells_that_people_typed_do_no_harm(app, session, settings, firm):
    number, assessment = firm.id, begun(session, firm)
    session.rollback()
    evil = (
        "../../etc/passwd.pdf",
        "同名.pdf",
        "同名.PDF",
        "=1+1.pdf",
        "C:\\a|b?.pdf",
        "甲" * 251 + ".pdf",
    )
    for name in evil:
        behind(session, settings, assessment, name)
    title = '=HYPERLINK("http://a")\x07/../<b>'
    project = a_project(session, firm)
    project.title = title
    session.commit()

    archive = packed(app, session, number, Outlook.OWNER)

    names = archive.namelist()
    assert (
        len(set(map(str.casefold, names)))
        == len(names)
        == 2 + len(file_(session, number, Outlook.OWNER).files)
    )
    for name in names:
        parts = name.split("/")
        assert not {"..", ""} & set(parts)
        assert "\\" not in name
        assert all(len(part.encode()) <= 255 and part.isprintable() for part in parts)
        assert archive.getinfo(name).flag_bits & 0x800 or name.isascii()
    book = load_workbook(io.BytesIO(archive.read(INDEX)))
    assert not [cell for page in book for row in page for cell in row if cell.data_type == "f"]
    said = archive.read(COVER).decode()
    assert "&lt;b&gt;" in said
    assert "<b>" not in said


@ON_SQLITE
def test_a_lost_and_a_damaged_file_are_named_and_stop_nothing(app, session, settings, firm):
    number, folder = firm.id, Folder(settings.contents)
    report, evidence = (
        session.scalar(select(Document.sha256)),
        session.scalar(select(Evidence.sha256)),
    )
    session.rollback()
    folder.remove(report)
    (folder.root / place_of(evidence)).write_bytes(b"altered")

    archive = packed(app, session, number)

    outcomes = {row[9] for row in sheets(archive)["目录"][1:]}
    assert outcomes == {MISSING, DAMAGED}
    assert sorted(archive.namelist()) == sorted([INDEX, COVER])
    assert session.scalar(select(Bundle.missing)) == 2
    assert MISSING in archive.read(COVER).decode()


@ON_SQLITE
def test_a_killed_worker_leaves_one_bundle_and_nothing_half_made(app, session, settings, firm):
    number = firm.id
    job = ask(session, number)
    worker = Step(session, jobs.WORKER, moment())
    taken = jobs.take(worker, job.id, lease_of)
    effect = packing.pack(Workshop(settings, session, taken, lease_of("bundle")))
    session.rollback()
    late = moment() + timedelta(hours=1)

    assert job.id in jobs.sweep(Step(session, jobs.WORKER, late), [])
    session.rollback()
    retaken = jobs.take(Step(session, jobs.WORKER, late), job.id, lease_of)
    second = packing.pack(Workshop(settings, session, retaken, lease_of("bundle")))
    jobs.finish(Step(session, jobs.WORKER, late), retaken, second)
    with pytest.raises(jobs.Overtaken):
        jobs.finish(Step(session, jobs.WORKER, late), taken, effect)

    session.rollback()
    assert session.scalar(select(func.count(Bundle.id))) == 1
    assert session.get(Job, job.id).state == JobState.DONE
    assert not list(Folder(settings.contents).incoming.glob("*"))


@ON_SQLITE
def test_whoever_was_erased_is_in_no_bundle_however_it_was_timed(app, session, settings, firm):
    number = firm.id
    firm.contact_name = "虚构联系人甲"
    session.commit()
    assert "虚构联系人甲" in everything_said(packed(app, session, number))
    session.execute(update(Firm).values(products="新产品", version=Firm.version + 1))
    session.commit()
    job = ask(session, number)
    taken = jobs.take(Step(session, jobs.WORKER, moment()), job.id, lease_of)
    late = packing.pack(Workshop(settings, session, taken, lease_of("bundle")))
    session.rollback()

    erasing.erase_contact(Step(session, TESTER, moment()), number, reason="本人提出")

    session.rollback()
    assert store.valid(session, number, Outlook.BUREAU, moment()) is None
    session.rollback()
    with pytest.raises(packing.WorkFailed):
        jobs.finish(Step(session, jobs.WORKER, moment()), taken, late)
    session.rollback()
    fresh = packing.pack(Workshop(settings, session, taken, lease_of("bundle")))
    jobs.finish(Step(session, jobs.WORKER, moment()), taken, fresh)
    session.rollback()
    bundle = store.valid(session, number, Outlook.BUREAU, moment())
    content = contents_of(settings).read(bundle.sha256)
    assert "虚构联系人甲" not in everything_said(zipfile.ZipFile(io.BytesIO(content)))


@ON_SQLITE
def test_an_expired_bundle_is_cleared_and_its_file_is_nobodys(app, session, settings, firm):
    number = firm.id
    packed(app, session, number)
    later = moment() + timedelta(days=8)

    assert store.valid(session, number, Outlook.BUREAU, later) is None
    session.rollback()
    done, files = retention.clear(Step(session, TESTER, later))

    assert (done["bundles"], len(files)) == (1, 1)
    session.rollback()
    assert session.scalar(select(func.count(Bundle.id))) == 0


@ON_SQLITE
def test_a_file_is_read_by_the_same_number_of_statements_whatever_it_holds(
    session, settings, engine
):
    small = a_firm(session).id
    user = a_user(session)
    for _ in range(3):
        begun(session, session.get(Firm, user.firm_id))
    for number in range(5):
        a_project(session, session.get(Firm, user.firm_id), title=f"项目 {number}")
    session.rollback()

    def sent(firm_id):
        session.rollback()
        with counting(engine) as statements:
            file_(session, firm_id)
        return [one for one in statements if not one.startswith("BEGIN")]

    few, many = sent(small), sent(user.firm_id)

    assert len(few) == len(many) <= 55, many


@ON_SQLITE
def test_samples_stand_in_the_file_with_consent_and_copies_and_name_no_masked_firm(
    app, session, settings, firm
):
    number, content = firm.id, a_pdf("同意书")
    sha256 = contents_of(settings).put(content)
    paper = Stored("同意书.pdf", sha256, "application/pdf", len(content), has_thumbnail=False)
    a_sample(session, firm, paper=paper, said=a_typed_card(title="自家样本"))
    a_sample(session, firm, SampleState.DRAFT, said=a_typed_card(title="未送草稿"))
    other = a_sample(session, masked=True, said=a_typed_card(title="别家样本"))
    reasons = {"N01": "先不做"}
    a_copy(session, other, number, quantities={"N05": "1"}, reasons=reasons)

    archive = packed(app, session, number, Outlook.OWNER)

    found = sheets(archive)
    assert [row[0] for row in found["样本卡"][1:]] == ["自家样本"]
    assert len(found["样本的改造内容"]) == 3
    assert [row[0] for row in found["样本前后的指标"][1:]] == ["自家样本"]
    ((title, revision, way, *_),) = found["样本的同意"][1:]
    assert (title, revision, way) == ("自家样本", 1, "企业签的书面同意")
    assert sha256 in {row[10] for row in found["目录"][1:]}
    copied = {row[2][:3]: (row[0], row[8], row[9]) for row in found["学过的样本"][1:]}
    assert copied["N01"] == ("别家样本", "没有做", "先不做")
    assert copied["N05"][1] not in ("", "没有做")
    assert "虚构样本厂" not in everything_said(archive)
    assert "未送草稿" not in everything_said(archive)
    cards = [t for part in file_(session, number).parts for t in part.tables if t.title == "样本卡"]
    assert {row.cells[0] for row in cards[0].rows} == {"自家样本", "未送草稿"}

    session.execute(update(Sample).where(Sample.title == "别家样本").values(state="withdrawn"))
    session.commit()
    said = str(file_(session, number, Outlook.OWNER).parts)
    assert "别家样本" not in said
    assert "别家样本" in str(file_(session, number).parts)


def test_what_waits_for_the_virus_scanner_is_not_packed_and_said_to_be_left_out(
    app, session, settings, firm
):
    behind(session, settings, session.scalars(select(Assessment)).first(), "待查.pdf")
    row = session.scalars(select(Evidence).where(Evidence.name == "待查.pdf")).one()
    session.add(Scan(sha256=row.sha256, state=ScanState.WAITING, found="", asked_at=moment()))
    session.commit()

    archive = packed(app, session, firm.id)

    assert not [name for name in archive.namelist() if "待查" in name]
    assert "待查毒或含病毒，没有收录" in archive.read(COVER).decode()


def a_step(session):
    session.rollback()
    return Step(session, TESTER, moment())


def test_what_was_packed_before_a_virus_was_known_ends_for_every_firm_that_has_the_file(
    app, session, settings, firm
):
    behind(session, settings, session.scalars(select(Assessment)).first(), "带毒.pdf")
    sha256 = session.scalar(select(Evidence.sha256).where(Evidence.name == "带毒.pdf"))
    other = a_firm(session)
    packed(app, session, other.id)
    assert [name for name in packed(app, session, firm.id).namelist() if "带毒" in name]

    scans.wait(a_step(session), sha256)
    scans.answer(a_step(session), sha256, "Eicar-Test-Signature")

    assert store.valid(session, firm.id, Outlook.BUREAU, moment()) is None
    assert store.valid(session, other.id, Outlook.BUREAU, moment()) is not None
    archive = packed(app, session, firm.id)
    assert not [name for name in archive.namelist() if "带毒" in name]
    assert "待查毒或含病毒，没有收录" in archive.read(COVER).decode()


def test_a_virus_found_while_a_bundle_is_packed_keeps_it_from_standing(
    app, session, settings, firm, monkeypatch
):
    behind(session, settings, session.scalars(select(Assessment)).first(), "带毒.pdf")
    sha256 = session.scalar(select(Evidence.sha256).where(Evidence.name == "带毒.pdf"))
    entries = packing._entries

    def found_meanwhile(*given):
        yield from entries(*given)
        scans.wait(a_step(session), sha256)
        scans.answer(a_step(session), sha256, "Eicar-Test-Signature")

    monkeypatch.setattr(packing, "_entries", found_meanwhile)
    job = ask(session, firm.id)
    app.extensions["survey_queue"].send(job.id)
    work(app)

    session.rollback()
    assert store.valid(session, firm.id, Outlook.BUREAU, moment()) is None
