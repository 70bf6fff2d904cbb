"""Files of earlier releases are found again, and what tables and contents disagree on is said."""

import hashlib
import io
import os
import time
from dataclasses import replace

import pytest
from sqlalchemy import select

from survey.files.contents import form_of, place_of
from survey.files.folder import Folder
from survey.files.moving import bring, take_over
from survey.files.pictures import PRINT, SMALL
from survey.files.stores import contents_of
from survey.joining import create_app
from survey.running import commands
from survey.store.contents import COLUMNS
from survey.tables import AuditEntry, Document, Evidence, Firm
from survey.tables.base import Table
from tests.support.files import a_pdf, a_photo
from tests.support.people import a_file, a_user, an_issued_report, begun, handed_in, signed_in

QUESTION = "design_tools"
LONG_AGO = time.time() - 3 * 24 * 3600


def hash_of(content):
    return hashlib.sha256(content).hexdigest()


def as_release_1_kept(settings, session):
    """Put every file where the first release had it."""
    folder, old = Folder(settings.contents), settings.instance
    for report in session.scalars(select(Document.sha256)):
        (old / "reports").mkdir(exist_ok=True)
        (folder.root / place_of(report)).rename(old / "reports" / f"{report}.pdf")
    for evidence in session.scalars(select(Evidence.sha256)):
        folder.remove(form_of(evidence, PRINT))
        for name in (evidence, form_of(evidence, SMALL)):
            target = old / "evidence" / place_of(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder.root / place_of(name)).rename(target)
    (old / "evidence" / "incoming").mkdir()
    (old / "evidence" / "incoming" / "half").write_bytes(b"half")
    (old / "reports" / "making-7-1-99.pdf").write_bytes(b"half")
    session.rollback()


def old_instance(session, settings):
    person = a_user(session)
    assessment = handed_in(session, person)
    content = a_photo(size=(600, 400))
    an_issued_report(session, settings, assessment, person, content=b"%PDF-1.7 issued")
    session.add(
        Evidence(
            sheet_id=1,
            question_id=QUESTION,
            sha256=contents_of(settings).put(content),
            name="现场.jpg",
            size=len(content),
            media_type="image/jpeg",
            has_thumbnail=True,
            uploaded_by=person.id,
            uploaded_at=assessment.submitted_at,
        )
    )
    contents_of(settings).put_as(form_of(hash_of(content), SMALL), b"drawn small")
    session.commit()
    as_release_1_kept(settings, session)
    return person, content


def test_evidence_and_reports_of_release_1_are_found_after_it(app, session, settings):
    person, content = old_instance(session, settings)
    client = signed_in(app, session, person)

    assert take_over(settings.instance, Folder(settings.contents)) == 3

    assert client.get("/evidence/1", buffered=True).data == content
    # Looked at for the first time since, it is freed of what it carried, and drawn anew.
    assert client.get("/evidence/1/thumbnail", buffered=True).data.startswith(b"\xff\xd8")
    report = session.scalar(select(Document.id))
    session.rollback()
    assert client.get(f"/reports/{report}.pdf", buffered=True).data == b"%PDF-1.7 issued"
    assert not (settings.instance / "evidence").exists()
    assert not (settings.instance / "reports").exists()
    assert take_over(settings.instance, Folder(settings.contents)) == 0


def test_a_move_that_was_stopped_goes_on(session, settings, monkeypatch):
    old_instance(session, settings)
    folder = Folder(settings.contents)
    put_as, done = Folder.put_as, []

    def stopped(self, name, source):
        if done:
            raise KeyboardInterrupt
        done.append(name)
        put_as(self, name, source)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "put_as", stopped)
        with pytest.raises(KeyboardInterrupt):
            take_over(settings.instance, folder)

    assert take_over(settings.instance, folder) == 2
    assert len(list(folder.all())) == 3


def test_what_is_no_content_is_left_where_it_lies(settings):
    note = settings.instance / "evidence" / "ab" / "notes.txt"
    note.parent.mkdir(parents=True)
    note.write_text("an operator's own")

    assert take_over(settings.instance, Folder(settings.contents)) == 0

    assert note.read_text() == "an operator's own"


# --- stray ----------------------------------------------------------------------------------------


def test_every_column_that_names_a_content_is_asked_before_one_is_called_unclaimed():
    naming = {
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if column.name in ("sha256", "content", "stamped", "short", "picture")
        and table.name not in ("uploads", "upload_parts")  # on its way, not among the contents yet
        and table.name not in ("notes", "note_revisions")  # theirs is what was typed
        and table.name != "scans"  # says of a content what was found in it, and claims none
    }

    assert {(column.table.name, column.name) for column in COLUMNS} == naming


def older(folder, name):
    os.utime(folder.root / place_of(name), (LONG_AGO, LONG_AGO))


def type_stray(app, *words):
    commands.init_app(app)
    result = app.test_cli_runner().invoke(args=["stray", *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def lost_and_found(session, settings):
    """One file that belongs, one record without a file, one file without a record, one just come."""
    folder = Folder(settings.contents)
    person = a_user(session)
    assessment = begun(session, session.get(Firm, person.firm_id))
    kept = a_file(session, settings, assessment, QUESTION, content=a_photo("red")).sha256
    lost = a_file(session, settings, assessment, QUESTION, name="丢了.pdf", content=a_pdf()).sha256
    folder.remove(lost)
    unclaimed = folder.put(b"left over")
    folder.put_as(form_of(unclaimed, SMALL), b"small")
    older(folder, unclaimed)
    older(folder, form_of(unclaimed, SMALL))
    older(folder, kept)
    coming = folder.put(b"its row is being written")
    session.rollback()
    return {"kept": kept, "lost": lost, "unclaimed": unclaimed, "coming": coming}


def test_both_sides_of_a_disagreement_are_listed_and_nothing_is_changed(
    app, settings, lost_and_found
):
    before = sorted(one.name for one in Folder(settings.contents).all())

    said = type_stray(app)

    assert f"缺失 {lost_and_found['lost']}" in said
    assert f"无主 {lost_and_found['unclaimed']} " in said
    assert f"无主 {lost_and_found['unclaimed']}.jpg" in said
    assert lost_and_found["kept"] not in said
    assert lost_and_found["coming"] not in said
    assert "缺文件 1 个，有文件而无记录 2 个" in said
    assert sorted(one.name for one in Folder(settings.contents).all()) == before


def test_only_what_nobody_speaks_of_is_removed_and_the_log_says_so(
    app, session, settings, lost_and_found
):
    said = type_stray(app, "--remove")

    contents = Folder(settings.contents)
    assert "已清理无主文件 2 个" in said
    assert not contents.has(lost_and_found["unclaimed"])
    assert contents.has(lost_and_found["kept"])
    assert contents.has(lost_and_found["coming"])
    entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "clear_contents"))
    assert (entry.who, entry.after) == ("命令行", {"files": 2})
    assert "无主" not in type_stray(app).replace("无主文件", "")


# --- a bucket, and two machines -------------------------------------------------------------------


@pytest.fixture
def in_a_bucket(settings, bucket):
    return replace(settings, content_url=bucket)


def test_what_one_machine_takes_another_hands_out(app, engine, session, in_a_bucket, tmp_path):
    person = a_user(session)
    assessment = begun(session, session.get(Firm, person.firm_id))
    content = a_photo(size=(600, 400))
    file = a_file(session, in_a_bucket, assessment, QUESTION, content=content)
    address = f"/evidence/{file.id}"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = create_app(replace(in_a_bucket, instance=elsewhere), engine)
    other.test_client_class = app.test_client_class

    client = signed_in(other, session, person)

    got = client.get(address, buffered=True)
    assert got.data == content
    assert got.headers["Content-Length"] == str(len(content))
    assert client.get(f"{address}/thumbnail", buffered=True).data.startswith(b"\xff\xd8\xff")
    assert not list(elsewhere.rglob("*.jpg"))
    assert not in_a_bucket.contents.exists()


def test_a_bucket_that_is_away_is_said_to_be_and_nothing_else_stops(
    engine, session, in_a_bucket, app, monkeypatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("survey.files.bucket.RETRIES", 0)
    contents_of.cache_clear()
    person = a_user(session)
    assessment = begun(session, session.get(Firm, person.firm_id))
    number = assessment.id
    elsewhere = create_app(in_a_bucket, engine)
    elsewhere.test_client_class = app.test_client_class
    client = signed_in(elsewhere, session, person)
    page = f"/firm/assessments/{number}/sections/design"

    answer = client.post(
        f"/assessments/{number}/questions/{QUESTION}/evidence",
        data={"files": (io.BytesIO(a_photo()), "现场.jpg")},
        headers={"X-CSRFToken": client.token, "Accept": "application/json"},
    )

    assert answer.status_code == 503
    assert "文件库暂时连不上" in answer.json["message"]
    assert client.get(page).status_code == 200
    assert session.scalar(select(Evidence.id)) is None


def test_an_instance_moves_into_a_bucket(session, settings, in_a_bucket):
    folder = Folder(settings.contents)
    whole, changed = folder.put(b"whole"), folder.put(b"changed")
    folder.put_as(form_of(whole, SMALL), b"small")
    (folder.root / place_of(changed)).write_bytes(b"CHANGED")

    assert bring(folder, contents_of(in_a_bucket)) == 2

    assert contents_of(in_a_bucket).read(whole) == b"whole"
    assert contents_of(in_a_bucket).read(form_of(whole, SMALL)) == b"small"
    assert [one.name for one in folder.all()] == [changed]
