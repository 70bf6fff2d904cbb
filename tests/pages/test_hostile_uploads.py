"""Files made to hurt: bombs, lies inside, names with orders in them, races, a disk that is full."""

import errno
import io
import os
import re
import resource
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.tables import Evidence, Firm, SheetKind, SheetRow
from tests.support.files import TYPES, a_pdf, a_photo, an_office_file, lying_about
from tests.support.people import (
    a_consultant,
    a_user,
    begun,
    handed_in,
    signed_in,
    visited,
)

QUESTION = "scheduling"


class Sitting:
    def __init__(self, app, session):
        self.session = session
        self.user = a_user(session)
        self.id = begun(session, session.get(Firm, self.user.firm_id)).id
        self.client = signed_in(app, session, self.user)
        session.rollback()

    def send(self, content, name, *, client=None, number=None, **fields):
        client = client or self.client
        return client.post(
            f"/assessments/{number or self.id}/questions/{QUESTION}/evidence",
            data={"files": (io.BytesIO(content), name)} | fields,
            headers={"X-CSRFToken": client.token, "Accept": "application/json"},
        )

    def count(self):
        self.session.rollback()
        found = self.session.scalar(select(func.count(Evidence.id)))
        self.session.rollback()
        return found


@pytest.fixture
def sitting(app, session):
    return Sitting(app, session)


def files(settings):
    return [path for path in settings.contents.rglob("*") if path.is_file()]


LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
)

BAD_LISTS = [
    f'<!DOCTYPE Types [{LAUGHS}]><Types xmlns="{TYPES}">&l9;</Types>',
    f'<!DOCTYPE Types [<!ENTITY x SYSTEM "file:///etc/passwd">]><Types xmlns="{TYPES}">&x;</Types>',
    f'<!DOCTYPE Types SYSTEM "http://127.0.0.1:9/x.dtd"><Types xmlns="{TYPES}"/>',
    "<Types>" + "<a>" * 40_000 + "</a>" * 40_000 + "</Types>",
    "<Types",
    "",
    "\x00\x01",
    "＜Types＞",
]


def test_xml_that_explodes_or_reaches_out_is_refused(sitting, settings):
    for types in BAD_LISTS:
        answer = sitting.send(an_office_file(types=types or " "), "报表.docx")

        assert answer.status_code in (415, 422)
        assert sitting.count() == 0
        assert files(settings) == []


def _lying_about_its_size():
    return lying_about(an_office_file(more=[("big", b"\0" * 5_000_000)]), "big", 10)


def _many_layers():
    inner = an_office_file(more=[("a", b"\0" * 9_000_000)])
    for _ in range(4):
        inner = an_office_file(more=[("inner.zip", inner)])
    return inner


BOMBS = {
    "flat": lambda: an_office_file(more=[("a", b"\0" * 120_000_000)]),
    "entries": lambda: an_office_file(more=[(f"{n}", b"") for n in range(5000)]),
    "lying": _lying_about_its_size,
    "list": lambda: an_office_file(types="<Types>" + " " * 3_000_000 + "</Types>"),
    "no list": lambda: b"PK\x05\x06" + b"\0" * 18,
    "garbage": lambda: b"PK\x03\x04" + os.urandom(5000),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_archives_that_unpack_without_end_are_refused(sitting, settings, bomb):
    content = BOMBS[bomb]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    answer = sitting.send(content, "炸弹.docx")

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert answer.status_code in (415, 422)
    assert grown < 200_000  # kB
    assert files(settings) == []


def test_layers_in_layers_are_one_file_that_nobody_opens(sitting):
    assert sitting.send(_many_layers(), "层.docx").status_code in (201, 422)


@pytest.mark.parametrize(
    "path",
    ["../../evil.txt", "/etc/evil", "C:\\evil", "word/../../x", "a\nb", "word/vbaProject.BIN"],
)
def test_entries_with_odd_names_are_never_written_anywhere(sitting, settings, path):
    answer = sitting.send(an_office_file(more=[(path, b"evil")]), "档案.docx")

    assert answer.status_code in (201, 415, 422)
    assert not list(settings.instance.rglob("*evil*"))
    assert all(re.fullmatch(r"[0-9a-f]{64}", p.name) for p in files(settings))


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename="evil.exe.pdf',
        "a\r\nSet-Cookie: sid=1.pdf",
        "a;b=c.pdf",
        "<script>alert(1)</script>.pdf",
        "{{7*7}}.pdf",
        "%00.pdf",
        "%0d%0a.pdf",
        "\u202egpj.pdf",
        "a\x7f.pdf",
        "𠮷" * 200 + ".pdf",
        ".pdf",
        "NUL.pdf",
        "a.pdf.",
        "a.pdf ",
    ],
)
def test_a_name_gives_no_orders_to_header_page_or_disk(sitting, settings, name):
    answer = sitting.send(a_pdf("虚构"), name)

    assert answer.status_code in (201, 415, 422)
    if answer.status_code == 201:
        got = sitting.client.get(answer.json["files"][0]["url"], buffered=True)
        assert got.status_code == 200
        disposition = got.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename")
        assert not set(disposition) & set("\r\n\0")
        assert disposition.count('"') in (0, 2)
        assert "Set-Cookie" not in got.headers
        page = sitting.client.get(f"/firm/assessments/{sitting.id}/sections/production")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    assert all(re.fullmatch(r"[0-9a-f]{64}", p.name) for p in files(settings))


def test_the_same_file_from_many_hands_at_once_is_one_file(app, session, engine, sitting):
    clients = [signed_in(app, session, sitting.user) for _ in range(6)]
    session.rollback()
    content = a_pdf("同一个文件")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda c: sitting.send(content, "同.pdf", client=c), clients))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["files"][0]["id"] for answer in answers}) == 1
    with Session(engine) as fresh:
        assert fresh.scalar(select(func.count(Evidence.id))) == 1


def test_nobody_chooses_the_sheet_the_owner_or_the_storage(app, session, sitting):
    """Fields beside the file mean nothing: the sheet follows from who is signed in."""
    answer = sitting.send(
        a_pdf("虚构"),
        "a.pdf",
        kind=SheetKind.ONSITE,
        sheet_id="999",
        sha256="0" * 64,
        uploaded_by="1",
        media_type="text/html",
        question_id="traceability",
        path="/etc/passwd",
    )

    assert answer.status_code == 201
    row = session.scalar(select(Evidence))
    sheet = session.get(SheetRow, row.sheet_id)
    assert (sheet.kind, sheet.assessment_id, row.question_id) == ("self", sitting.id, QUESTION)
    assert (row.media_type, row.uploaded_by) == ("application/pdf", sitting.user.id)


def test_each_reader_writes_on_their_own_sheet_only_and_only_in_its_time(app, session, settings):
    user, consultant = a_user(session), a_consultant(session)
    submitted = handed_in(session, user).id
    running = visited(session, user, consultant).id
    firm, visitor = signed_in(app, session, user), signed_in(app, session, consultant)
    desk = Sitting(app, session)

    assert desk.send(a_pdf("a"), "a.pdf", client=firm, number=submitted).status_code == 409
    assert desk.send(a_pdf("a"), "a.pdf", client=firm, number=running).status_code == 409
    assert desk.send(a_pdf("a"), "a.pdf", client=visitor, number=submitted).status_code == 404
    assert desk.send(a_pdf("a"), "a.pdf", number=running).status_code == 404
    assert files(settings) == []
    assert desk.send(a_pdf("a"), "a.pdf", client=visitor, number=running).status_code == 201


def test_a_disk_without_room_keeps_nothing_half_and_works_again(sitting, settings, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        answer = sitting.send(a_pdf("虚构"), "a.pdf")

    assert answer.status_code == 507
    assert "空间不足" in answer.json["message"]
    assert sitting.count() == 0
    assert files(settings) == []
    assert sitting.send(a_pdf("虚构"), "a.pdf").status_code == 201


def test_a_picture_that_says_it_is_another_kind_of_picture_is_not_shown(sitting, settings):
    """Signature and decoder must agree: a PNG with a JPEG's first bytes is neither."""
    content = b"\xff\xd8\xff\xe0" + a_photo(form="PNG")

    assert sitting.send(content, "两面.jpg").status_code == 422
    assert files(settings) == []
