"""Evidence files: what is taken, what is refused and why, who may see what."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from survey.files import names, uploads
from survey.files.kinds import BY_EXTENSION, KINDS, OFFICE
from survey.files.stores import contents_of
from survey.lifecycle import assessments as steps
from survey.lifecycle import evidence as evidence_steps
from survey.lifecycle.step import Step
from survey.tables import AuditEntry, Evidence, Firm, Role, SheetKind, Verdict
from survey.web.headers import DOWNLOAD_POLICY
from tests.support.files import a_bare_png, a_pdf, a_photo, an_office_file, locked, lying_about
from tests.support.people import (
    TESTER,
    a_consultant,
    a_file,
    a_firm,
    a_user,
    begun,
    fill,
    filled,
    handed_in,
    moment,
    signed_in,
    visited,
)

QUESTION = "design_tools"


@pytest.fixture
def person(session):
    return loose(session, a_user(session))


@pytest.fixture
def assessment(session, person):
    return loose(session, begun(session, session.get(Firm, person.firm_id)))


@pytest.fixture
def firm(app, session, person):
    return signed_in(app, session, person)


def loose(session, row):
    """A row that is only read from now on: an attached one would open a transaction to do so."""
    session.refresh(row)
    session.expunge_all()
    session.rollback()
    return row


def send(client, assessment, content, name, question=QUESTION, **headers):
    return client.post(
        f"/assessments/{assessment.id}/questions/{question}/evidence",
        data={"files": (io.BytesIO(content), name)},
        headers={"X-CSRFToken": client.token, "Accept": "application/json"} | headers,
    )


def fetch(client, address):
    """Open a file and read it whole, as a browser does."""
    return client.get(address, buffered=True)


def rows(session):
    session.rollback()
    found = list(session.scalars(select(Evidence).order_by(Evidence.id)))
    session.expunge_all()
    session.rollback()
    return found


def contents(settings):
    return sorted(p.name for p in settings.contents.rglob("*") if p.is_file())


# --- what is taken --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("照片.jpg", a_photo(), "image/jpeg"),
        ("照片.JPEG", a_photo(), "image/jpeg"),
        ("截图.png", a_photo(form="PNG"), "image/png"),
        ("图.webp", a_photo(form="WEBP"), "image/webp"),
        ("质保书.pdf", a_pdf(), "application/pdf"),
        ("工艺.docx", an_office_file("docx"), OFFICE["docx"]),
        ("台账.xlsx", an_office_file("xlsx"), OFFICE["xlsx"]),
        ("汇报.pptx", an_office_file("pptx"), OFFICE["pptx"]),
    ],
)
def test_every_listed_type_is_taken_and_given_back_whole(
    session, assessment, firm, name, content, media_type
):
    sent = send(firm, assessment, content, name)

    assert sent.status_code == 201
    [row] = rows(session)
    assert (row.name, row.media_type, row.size) == (name, media_type, len(content))
    back = fetch(firm, sent.json["files"][0]["url"])
    assert back.data == content
    assert back.mimetype == media_type
    assert back.headers["Content-Disposition"].startswith("attachment")
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    assert back.headers["Content-Security-Policy"] == DOWNLOAD_POLICY


@pytest.mark.parametrize(
    ("given", "content", "kept", "media_type"),
    [
        ("照片.jfif", a_photo(), "照片.jfif", "image/jpeg"),
        ("照片.JPE", a_photo(), "照片.JPE", "image/jpeg"),
        ("微信图片", a_photo(), "微信图片.jpg", "image/jpeg"),
        ("设备1.2", a_photo(form="PNG"), "设备1.2.png", "image/png"),
        ("质保书.终稿", a_pdf(), "质保书.终稿.pdf", "application/pdf"),
        ("长" * 255, a_pdf(), "长" * 251 + ".pdf", "application/pdf"),
    ],
)
def test_a_name_that_does_not_say_what_a_file_is_leaves_it_to_the_content(
    session, assessment, firm, given, content, kept, media_type
):
    sent = send(firm, assessment, content, given)

    assert sent.status_code == 201
    [row] = rows(session)
    assert (row.name, row.media_type) == (kept, media_type)


@pytest.mark.parametrize(
    ("name", "content", "how"),
    [
        ("照片.jpg", a_photo() + b"<script>alert(1)</script>", "inline"),
        ("截图.png", a_photo(form="PNG"), "inline"),
        ("图.webp", a_photo(form="WEBP"), "inline"),
        ("质保书.pdf", a_pdf(), "inline"),
        ("工艺.docx", an_office_file("docx"), "attachment"),
        ("台账.xlsx", an_office_file("xlsx"), "attachment"),
        ("汇报.pptx", an_office_file("pptx"), "attachment"),
    ],
)
def test_pictures_and_pdfs_open_in_a_sandbox_to_be_looked_at_and_nothing_else_does(
    session, assessment, firm, name, content, how
):
    send(firm, assessment, content, name)
    [row] = rows(session)

    seen = fetch(firm, f"/evidence/{row.id}/view")

    assert seen.data == content.removesuffix(b"<script>alert(1)</script>")
    assert seen.mimetype == BY_EXTENSION[name.rpartition(".")[2]].media_type
    assert seen.headers["Content-Disposition"].partition(";")[0] == how
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert seen.headers["Content-Security-Policy"] == DOWNLOAD_POLICY


def test_what_browsers_run_is_never_of_a_kind_that_is_shown():
    shown = {kind.media_type for kind in KINDS if kind.is_shown}

    assert shown == {"image/jpeg", "image/png", "image/webp", "application/pdf"}


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGBA", "P", "I;16", "LA"])
def test_pictures_of_every_mode_get_a_small_plain_one(session, assessment, firm, mode):
    stream = io.BytesIO()
    form = "JPEG" if mode in ("CMYK", "L") else "PNG"
    Image.new(mode, (900, 600)).save(stream, form)

    sent = send(firm, assessment, stream.getvalue(), f"图.{form.lower()}")

    small = fetch(firm, sent.json["files"][0]["thumbnail"])
    assert small.mimetype == "image/jpeg"
    with Image.open(io.BytesIO(small.data)) as picture:
        assert (picture.mode, picture.size) == ("RGB", (480, 320))


def test_a_small_picture_says_nothing_of_place_or_camera_and_stands_upright(
    session, assessment, firm
):
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x010F] = "SECRET-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    stream = io.BytesIO()
    Image.new("RGB", (600, 400), "red").save(stream, "JPEG", exif=exif, comment=b"SECRET-COMMENT")

    sent = send(firm, assessment, stream.getvalue(), "现场.jpg")

    small = fetch(firm, sent.json["files"][0]["thumbnail"]).data
    assert b"SECRET" not in small
    assert b"Exif" not in small
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (320, 480)


def test_polyglots_do_no_harm(session, assessment, firm):
    both = a_photo() + b"<script>alert(1)</script><html></html>"

    sent = send(firm, assessment, both, "两面.jpg")

    assert sent.status_code == 201
    assert b"script" not in fetch(firm, sent.json["files"][0]["thumbnail"]).data
    assert (
        fetch(firm, sent.json["files"][0]["url"])
        .headers["Content-Security-Policy"]
        .startswith("sandbox")
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/证照.pdf", "证照.pdf"),
        ("..\\..\\证照.pdf", "证照.pdf"),
        ("/etc/证照.pdf", "证照.pdf"),
        ("证\u202efdp.照.pdf", "证fdp.照.pdf"),
        ("CON.pdf", "CON.pdf"),
        ("...pdf", "未命名文件.pdf"),
        ("👨‍👩‍👧 合影.pdf", "👨‍👩‍👧 合影.pdf"),
        ("长" * 400 + ".pdf", "长" * 251 + ".pdf"),
        ("=HYPERLINK(1).pdf", "=HYPERLINK(1).pdf"),
    ],
)
def test_a_name_is_text_and_nothing_else(session, assessment, firm, settings, given, kept):
    sent = send(firm, assessment, a_pdf(), given)

    assert sent.status_code == 201
    assert rows(session)[0].name == kept
    assert all(re.fullmatch(r"[0-9a-f]{64}", name) for name in contents(settings))
    header = fetch(firm, sent.json["files"][0]["url"]).headers["Content-Disposition"]
    assert "\n" not in header
    assert "/" not in header.replace("UTF-8''", "")


@pytest.mark.parametrize(
    "given", ["C:\\照片\\证照.pdf", "甲/乙\\证照.pdf", " 证照.pdf\n", "证\x00照.pdf"]
)
def test_folders_and_unseen_characters_never_get_into_a_name(given):
    assert names.plain_name(given) == "证照.pdf"


@pytest.mark.parametrize("given", ["", ".", "..", "/", "\u202e", " . "])
def test_a_name_of_nothing_is_given_one(given):
    assert names.plain_name(given) == "未命名文件"


def test_the_same_file_twice_is_one_file(session, assessment, firm, settings):
    first = send(firm, assessment, a_pdf(), "甲.pdf")
    again = send(firm, assessment, a_pdf(), "乙.pdf")
    elsewhere = send(firm, assessment, a_pdf(), "甲.pdf", question="scheduling")

    assert again.json["files"][0]["id"] == first.json["files"][0]["id"]
    assert elsewhere.json["files"][0]["id"] != first.json["files"][0]["id"]
    assert len(rows(session)) == 2
    assert len(contents(settings)) == 1


def test_a_page_without_script_keeps_files_and_answers_together(session, assessment, firm):
    page = f"/firm/assessments/{assessment.id}/sections/design"
    firm.get(page)

    response = firm.submit(
        "",
        {
            "q_design_tools": "2",
            "q_design_tools-files": [
                (io.BytesIO(a_photo()), "甲.jpg"),
                (io.BytesIO(a_pdf()), "乙.pdf"),
            ],
        },
    )

    assert response.status_code == 302
    assert [row.name for row in rows(session)] == ["甲.jpg", "乙.pdf"]
    shown = firm.get(page).text
    assert "（2 个文件）" in shown
    removed = firm.submit("", {"remove": str(rows(session)[0].id)})
    assert removed.status_code == 302
    assert [row.name for row in rows(session)] == ["乙.pdf"]


def test_a_bad_file_leaves_the_answers_beside_it_kept(session, assessment, firm):
    firm.get(f"/firm/assessments/{assessment.id}/sections/design")

    response = firm.submit(
        "", {"q_design_tools": "2", "q_design_tools-files": (io.BytesIO(b"MZ\x90\0"), "报告.pdf")}
    )

    assert response.status_code == 415
    assert "Windows 程序" in response.text
    assert "其余 1 处已保存" in response.text
    assert rows(session) == []


# --- what is refused ------------------------------------------------------------------------------

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def a_bomb():
    return an_office_file(more=[("a", b"\0" * 60_000_000)])


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("空.pdf", b"", 422, "空文件"),
        ("程序.pdf", b"MZ\x90\0" + b"\0" * 99, 415, "Windows 程序"),
        ("程序.exe", b"MZ\x90\0" + b"\0" * 99, 415, "Windows 程序"),
        ("文档.jpg", a_pdf(), 415, "PDF 文档"),
        ("照片.pdf", a_photo(), 415, "JPEG 图片"),
        ("照片.png", a_photo(), 415, "JPEG 图片"),
        ("网页.pdf", b"<!doctype html><script>1</script>", 415, "网页"),
        ("图.svg", SVG, 415, "SVG"),
        ("图.png", SVG, 415, "SVG"),
        ("动图.gif", b"GIF89a" + b"\0" * 30, 415, "GIF"),
        ("手机.heic", HEIC, 415, "兼容性最佳"),
        ("手机.jpg", HEIC, 415, "兼容性最佳"),
        ("旧.doc", OLE, 415, "docx"),
        ("加密.docx", OLE, 415, "密码"),
        ("打包.zip", an_office_file(), 415, "ZIP"),
        ("报表", an_office_file(), 415, "补上 .docx"),
        ("说明", "你好".encode(), 415, "可以上传"),
        ("照片.bak", a_photo(), 415, "改为 .jpg"),
        ("文字.txt", "你好".encode(), 415, "不支持"),
        ("加密.pdf", locked(a_pdf(), "open sesame"), 422, "密码"),
        ("半截.pdf", a_pdf()[:40], 422, "不完整"),
        ("没有页.pdf", a_pdf(pages=0), 422, "不完整"),
        ("头.pdf", b"%PDF-1.7\n", 422, "不完整"),
        ("宏.docx", an_office_file(more=[("word/vbaProject.bin", b"x")]), 415, "宏"),
        (
            "宏.xlsx",
            an_office_file("xlsx", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
            415,
            "宏",
        ),
        ("其实是表.docx", an_office_file("xlsx"), 415, "不符"),
        ("破.docx", an_office_file()[:-40], 422, "损坏"),
        ("炸弹.docx", a_bomb(), 422, "异常大"),
        ("谎报.docx", lying_about(a_bomb(), "a", 10), 422, "损坏"),
        ("很多.docx", an_office_file(more=[(f"f{n}", b"") for n in range(4000)]), 422, "异常大"),
        ("半张.jpg", a_photo(size=(800, 800))[:-400], 422, "不完整"),
        ("假.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, 422, "不完整"),
        ("大图.png", a_bare_png(9000), 422, "万像素"),
        ("巨图.png", a_bare_png(20000), 422, "万像素"),
    ],
)
def test_what_is_not_what_it_says_is_refused_with_the_reason(
    session, assessment, firm, settings, name, content, status, said
):
    response = send(firm, assessment, content, name)

    assert response.status_code == status
    assert said in response.json["message"]
    assert rows(session) == []
    assert contents(settings) == []


def test_a_file_over_the_limit_is_refused_by_its_announced_size(
    session, assessment, firm, settings
):
    response = firm.post(
        f"/assessments/{assessment.id}/questions/{QUESTION}/evidence",
        headers={
            "X-CSRFToken": firm.token,
            "Accept": "application/json",
            "Content-Type": "multipart/form-data; boundary=x",
        },
        environ_overrides={"CONTENT_LENGTH": str(settings.most_upload_bytes + 1)},
    )

    assert response.status_code == 413
    assert "20 MB" in response.json["message"]
    assert rows(session) == []


def test_no_file_at_all_is_said(session, assessment, firm):
    assert send(firm, assessment, b"", "").status_code == 422


def test_a_question_holds_so_many_files_and_no_more(app, session, assessment, firm):
    settings = app.config["SURVEY"]
    for number in range(settings.most_files_per_question):
        assert send(firm, assessment, a_pdf(f"第{number}份"), f"{number}.pdf").status_code == 201

    response = send(firm, assessment, a_pdf("多一份"), "多余.pdf")

    assert response.status_code == 422
    assert "最多 12 个" in response.json["message"]
    assert len(rows(session)) == settings.most_files_per_question


def test_an_assessment_holds_so_many_bytes_and_no_more(session, assessment, settings):
    limits = evidence_steps.Limits(12, 1000)
    stored = uploads.take(io.BytesIO(a_pdf("大" * 400)), "大.pdf", contents_of(settings), 10**6)

    with pytest.raises(evidence_steps.Invalid):
        evidence_steps.attach(
            Step(session, TESTER, moment()), assessment.id, "self", QUESTION, stored, limits=limits
        )

    assert rows(session) == []


def test_a_question_that_is_not_asked_takes_no_files(app, session):
    few = a_firm(session, processes=["assembly"])
    assessment = begun(session, few)
    firm = signed_in(app, session, a_user(session, firm=few))
    loose(session, assessment)

    for question in ("ball_lapping", "no_such_question"):
        assert send(firm, assessment, a_pdf(), "甲.pdf", question=question).status_code == 422


def take_away(client, address: str):
    """Ask for a file's removal as the page's script does: no body, the token in a header."""
    headers = {"X-CSRFToken": client.token, "Accept": "application/json"}
    return client.post(address, headers=headers)


# --- after handing in, and who may see ------------------------------------------------------------


def test_nothing_is_added_or_removed_after_handing_in(app, session, settings, person):
    assessment = filled(session, person)
    file = a_file(session, settings, assessment, QUESTION)
    steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="虚构人")
    address = f"/evidence/{file.id}"
    loose(session, assessment)
    firm = signed_in(app, session, person)

    assert send(firm, assessment, a_pdf(), "甲.pdf").status_code == 409
    assert take_away(firm, f"{address}/delete").status_code == 409
    assert fetch(firm, address).status_code == 200
    assert len(rows(session)) == 1


def test_a_file_is_seen_by_its_firm_its_consultant_and_the_bureau_only(
    app, session, settings, person
):
    assessment = filled(session, person)
    file = a_file(session, settings, assessment, QUESTION)
    consultant, stranger = a_consultant(session), a_consultant(session)
    officer, other = a_user(session, Role.OFFICER), a_user(session)
    clients = {
        name: signed_in(app, session, user)
        for name, user in {
            "firm": person,
            "consultant": consultant,
            "stranger": stranger,
            "officer": officer,
            "other": other,
        }.items()
    }
    number, consultant_id = file.id, consultant.id
    address = f"/evidence/{number}"

    def seen_by():
        session.rollback()
        return {name for name, c in clients.items() if fetch(c, address).status_code == 200}

    assert seen_by() == {"firm"}
    steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="虚构人")
    assert seen_by() == {"firm", "officer"}
    steps.assign(Step(session, TESTER, moment()), assessment.id, consultant_id)
    assert seen_by() == {"firm", "officer", "consultant"}
    absent = clients["other"].get("/evidence/999999")
    foreign = clients["other"].get(address)
    strip = re.compile(r"<code>[0-9a-f]+</code>|name=\"csrf_token\" value=\"[^\"]+\"")
    assert foreign.status_code == absent.status_code == 404
    assert strip.sub("", foreign.text) == strip.sub("", absent.text)
    assert clients["other"].get(f"{address}/thumbnail").status_code == 404
    assert clients["other"].get(f"{address}/view").status_code == 404
    assert take_away(clients["other"], f"{address}/delete").status_code == 404
    assert take_away(clients["consultant"], f"{address}/delete").status_code == 404
    assert take_away(clients["officer"], f"{address}/delete").status_code == 403


def test_a_consultants_photo_reaches_the_firm_with_the_confirmed_sheet(
    app, session, settings, person
):
    consultant = a_consultant(session)
    assessment = visited(session, person, consultant)
    visitor = signed_in(app, session, consultant)
    firm = signed_in(app, session, person)
    loose(session, assessment)
    address = send(visitor, assessment, a_photo(), "现场.jpg").json["files"][0]["url"]

    for where in (address, f"{address}/view"):
        assert fetch(visitor, where).status_code == 200
        assert fetch(firm, where).status_code == 404


def test_a_file_lost_from_the_disk_is_said_to_be_missing(app, session, settings, person):
    assessment = handed_in(session, person)
    lost = "0" * 64
    sheet = session.scalar(select(Evidence.sheet_id)) or 1
    session.add(
        Evidence(
            sheet_id=sheet,
            question_id=QUESTION,
            sha256=lost,
            name="丢了.jpg",
            size=9,
            media_type="image/jpeg",
            has_thumbnail=True,
            uploaded_by=person.id,
            uploaded_at=moment(),
        )
    )
    session.commit()
    number = assessment.id
    firm = signed_in(app, session, person)

    for address in ("/evidence/1", "/evidence/1/thumbnail"):
        response = fetch(firm, address)
        assert response.status_code == 404
        assert "文件缺失" in response.text
    assert "丢了.jpg" in firm.get(f"/firm/assessments/{number}/sections/design").text


def test_adding_and_removing_leave_their_lines_in_the_log(session, assessment, firm):
    address = send(firm, assessment, a_pdf(), "质保书.pdf").json["files"][0]["remove"]

    assert take_away(firm, address).status_code == 200

    session.rollback()
    query = select(AuditEntry).where(AuditEntry.action.like("%_evidence")).order_by(AuditEntry.id)
    log = list(session.scalars(query))
    assert [entry.action for entry in log] == ["attach_evidence", "remove_evidence"]
    assert "质保书.pdf" in log[0].after["name"]
    assert "质保书.pdf" in log[1].before["name"]
    assert rows(session) == []


# A parser stopped in the middle leaves its buffer to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_cut_short_leaves_nothing(session, assessment, firm, settings):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + a_pdf()
    )

    response = firm.post(
        f"/assessments/{assessment.id}/questions/{QUESTION}/evidence",
        data=body,
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": firm.token, "Accept": "application/json"},
    )

    assert response.status_code in (400, 422)
    assert rows(session) == []
    assert contents(settings) == []


def test_photos_of_a_finding_are_shown_on_the_result_to_every_reader_of_it(
    app, session, settings, person
):
    consultant, officer = a_consultant(session), a_user(session, Role.OFFICER)
    assessment = visited(session, person, consultant)
    verified = {"kind": SheetKind.ONSITE, "verification": Verdict.VERIFIED}
    fill(session, assessment, consultant, finding="看板没有更新。", **verified)
    photo = a_file(session, settings, assessment, QUESTION, kind=SheetKind.ONSITE, name="看板.jpg")
    number, address = photo.id, f"/assessments/{assessment.id}/result/onsite"
    steps.confirm(Step(session, TESTER, moment()), assessment.id)

    for reader in (person, consultant, officer):
        client = signed_in(app, session, reader)
        page = client.get(address).text

        assert f'href="/evidence/{number}/view"' in page
        assert f'src="/evidence/{number}/thumbnail" alt="现场照片：看板.jpg"' in page
        assert fetch(client, f"/evidence/{number}/view").status_code == 200
