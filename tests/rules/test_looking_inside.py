"""What strangers' files are found to be by the programs that look inside, each in its own process."""

import io
import struct
import zipfile

import pytest
from PIL import Image, ImageDraw

from survey.files import sandbox
from survey.files.inside import Verdict
from survey.files.inside.picture import HEAVIEST, PRINT, SMALL
from survey.files.kinds import OFFICE
from tests.support.files import (
    PARTS,
    TYPES,
    a_bare_png,
    a_pdf,
    a_photo,
    an_office_file,
    locked,
    lying_about,
)


def picture(content, kind="jpeg"):
    return sandbox.look("picture", kind, content)


def pdf(content):
    return sandbox.look("pdf", "pdf", content).verdict


def office(content, kind="docx"):
    return sandbox.look("office", kind, content).verdict


def jpeg(size=(600, 400), **given):
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, "JPEG", **given)
    return stream.getvalue()


def said_to_measure(content, width, height):
    """The same JPEG, whose head says other measures."""
    changed = bytearray(content)
    frame = max(content.find(b"\xff\xc0\x00\x11"), content.find(b"\xff\xc2\x00\x11"))
    struct.pack_into(">HH", changed, frame + 5, height, width)
    return bytes(changed)


def size_of(content):
    with Image.open(io.BytesIO(content)) as drawn:
        return drawn.size


# --- photos ---------------------------------------------------------------------------------------


def test_a_photo_is_drawn_for_paper_and_small():
    seen = picture(jpeg((4000, 3000)))

    assert seen.verdict == Verdict.FINE
    assert [size_of(one) for one in seen.drawn[:2]] == [(PRINT, 750), (SMALL, 360)]


def test_a_photo_full_of_small_things_is_no_heavier_on_paper_than_others():
    stream = io.BytesIO()
    Image.effect_noise((PRINT, PRINT), 20).convert("RGB").save(stream, "JPEG", quality=82)

    for_paper, *_ = picture(stream.getvalue()).drawn

    assert len(stream.getvalue()) > 1.5 * HEAVIEST
    assert len(for_paper) <= HEAVIEST
    assert size_of(for_paper) == (PRINT, PRINT)


@pytest.mark.parametrize("size", [(8192, 6144), (12_000, 9000), (16_320, 1500), (30_000, 900)])
def test_a_photo_may_have_as_many_pixels_as_cameras_make(size):
    seen = picture(jpeg(size, quality=10))

    assert seen.verdict == Verdict.FINE
    assert max(size_of(seen.drawn[0])) == PRINT


def test_a_progressive_photo_of_fifty_megapixels_is_taken():
    assert picture(jpeg((8192, 6144), quality=10, progressive=True)).verdict == Verdict.FINE


def test_a_photo_with_others_inside_is_the_first_of_them():
    stream = io.BytesIO()
    depth = Image.new("RGB", (64, 48), "black")
    Image.new("RGB", (320, 240), "white").save(stream, "MPO", save_all=True, append_images=[depth])

    seen = picture(stream.getvalue())

    assert seen.verdict == Verdict.FINE
    with Image.open(io.BytesIO(seen.drawn[1])) as drawn:
        assert drawn.size == (320, 240)
        assert drawn.getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_however_the_camera_was_held(orientation):
    upright = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(upright).rectangle((0, 0, 20, 15), fill="black")
    turns = Image.Transpose
    held = [
        None,
        turns.FLIP_LEFT_RIGHT,
        turns.ROTATE_180,
        turns.FLIP_TOP_BOTTOM,
        turns.TRANSPOSE,
        turns.ROTATE_90,
        turns.TRANSVERSE,
        turns.ROTATE_270,
    ][orientation - 1]
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    lying = upright if held is None else upright.transpose(held)
    lying.save(stream, "JPEG", exif=exif, quality=95)

    seen = picture(stream.getvalue())

    with Image.open(io.BytesIO(seen.drawn[0])) as drawn:
        assert drawn.size == (60, 40)
        assert max(drawn.getpixel((5, 5))) < 60
        assert min(drawn.getpixel((50, 30))) > 200


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"\0" * 40])
def test_damage_in_what_the_camera_noted_is_no_damage_of_the_photo(exif):
    assert picture(jpeg(exif=exif)).verdict == Verdict.FINE


@pytest.mark.parametrize(
    ("content", "kind", "verdict"),
    [
        (said_to_measure(jpeg(), 65_000, 65_000), "jpeg", Verdict.PIXELS),
        (said_to_measure(jpeg(progressive=True), 30_000, 20_000), "jpeg", Verdict.HEAVY),
        (a_bare_png(9000), "png", Verdict.PIXELS),
        (a_bare_png(20_000), "png", Verdict.PIXELS),
        (jpeg((800, 800))[:-900], "jpeg", Verdict.BROKEN),
        (said_to_measure(jpeg(), 0, 0), "jpeg", Verdict.BROKEN),
        (b"\xff\xd8\xff\xe0" + a_photo(form="PNG"), "jpeg", Verdict.BROKEN),
        (a_photo(form="PNG"), "webp", Verdict.BROKEN),
        (a_photo(form="GIF"), "png", Verdict.BROKEN),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "jpeg", Verdict.BROKEN),
        (b"\xd7\xcd\xc6\x9a" + bytes(60), "png", Verdict.BROKEN),
        (b"", "jpeg", Verdict.BROKEN),
    ],
)
def test_what_costs_too_much_or_is_no_picture_is_not_drawn(content, kind, verdict):
    seen = picture(content, kind)

    assert seen == sandbox.Seen(verdict)


# --- PDF ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_is_locked_only_when_opening_needs_a_password(method):
    assert pdf(locked(a_pdf(), "open sesame", method=method)) == Verdict.LOCKED
    assert pdf(locked(a_pdf(), "", method=method)) == Verdict.FINE


def made_for_the_web(content, length):
    """The same PDF, whose first object says how long the whole file is."""
    return content.replace(
        b"%PDF-1.4\n", b"%%PDF-1.4\n9 0 obj\n<</Linearized 1/L %d>>\nendobj\n" % length
    )


@pytest.mark.parametrize(
    "content",
    [
        a_pdf("/Encrypt 5 0 R"),
        a_pdf("<< /Encrypt << /Filter /Standard >> >>"),
        a_pdf("/Linearized 1 /L 99999999"),
        a_pdf() + b"\0" * 5000,
        a_pdf() + b"<html>sent by a web program</html>" * 90,
        a_pdf().replace(b"startxref\n", b"startxref\n99"),
        a_pdf().replace(b"%PDF-1.4\n", b"%PDF-1.4\n% everything lies further on\n"),
        b"\xef\xbb\xbf\r\n\r\n" + a_pdf(),
        a_pdf(pages=300),
        made_for_the_web(a_pdf(), 500),
    ],
)
def test_a_pdf_that_readers_open_is_fine(content):
    assert pdf(content) == Verdict.FINE


@pytest.mark.parametrize(
    "content",
    [
        a_pdf()[:-60],
        a_pdf(pages=9)[:700],
        a_pdf(pages=0),
        a_pdf().replace(b"/Pages 2 0 R", b"/Pages 7 0 R"),
        a_pdf().replace(b"/Contents 5 0 R", b"/Contents 8 0 R"),
        a_pdf().replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
        made_for_the_web(a_pdf(), 90_000),
        b"%PDF-1.7\n",
        b"%PDF-1.7\n%%EOF\n",
        b"%PDF-" + bytes(range(256)) * 40,
    ],
)
def test_a_pdf_that_is_not_whole_is_broken(content):
    assert pdf(content) == Verdict.BROKEN


# --- Office ---------------------------------------------------------------------------------------


def test_an_entry_is_unpacked_however_little_it_says_it_holds():
    bomb = an_office_file(more=[("word/media/image1.png", b"\0" * 400_000_000)])

    assert office(bomb) == Verdict.UNPACKS
    assert office(lying_about(bomb, "word/media/image1.png", 10)) == Verdict.BROKEN
    assert office(lying_about(an_office_file(), PARTS["docx"], 9_000_000)) == Verdict.BROKEN


def types(*lines):
    return f'<Types xmlns="{TYPES}">{"".join(lines)}</Types>'


DEFAULT = f'<Default Extension="xml" ContentType="{OFFICE["xlsx"]}.main+xml"/>'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (an_office_file("docx"), "docx"),
        (an_office_file("xlsx"), "xlsx"),
        (an_office_file("pptx"), "pptx"),
        (an_office_file("xlsx", folders="\\"), "xlsx"),
        (an_office_file("xlsx", types=types(DEFAULT)), "xlsx"),
        (
            an_office_file().replace(b"[Content_Types].xml", b"[CONTENT_TYPES].XML"),
            "docx",
        ),
    ],
)
def test_an_office_file_of_any_writer_is_fine(content, kind):
    assert office(content, kind) == Verdict.FINE


def with_method(method):
    stream = io.BytesIO(an_office_file())
    with zipfile.ZipFile(stream, "a", method) as archive:
        archive.writestr("word/extra.xml", "x" * 900)
    return stream.getvalue()


def encrypted():
    changed = bytearray(an_office_file())
    for at, sign in ((6, b"PK\x03\x04"), (8, b"PK\x01\x02")):
        changed[changed.index(sign) + at] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (an_office_file("xlsx"), Verdict.OTHER_KIND),
        (
            an_office_file(said="application/vnd.ms-word.document.macroEnabled.main+xml"),
            Verdict.MACROS,
        ),
        (an_office_file(more=[("word/vbaProject.bin", b"x")]), Verdict.MACROS),
        (an_office_file(more=[("word\\VBAPROJECT.BIN", b"x")]), Verdict.MACROS),
        (an_office_file(more=[(f"f{n}", b"") for n in range(4000)]), Verdict.UNPACKS),
        (an_office_file(types=types(" " * 3_000_000)), Verdict.UNPACKS),
        (an_office_file(types="<Types"), Verdict.BROKEN),
        (an_office_file()[:-40], Verdict.BROKEN),
        (an_office_file().replace(PARTS["docx"].encode(), b"word/nothing.xml", 2), Verdict.BROKEN),
        (with_method(zipfile.ZIP_LZMA), Verdict.BROKEN),
        (encrypted(), Verdict.LOCKED),
        (b"PK\x05\x06" + b"\0" * 18, Verdict.BROKEN),
    ],
)
def test_an_office_file_that_lies_or_runs_is_not_taken(content, verdict):
    assert office(content) == verdict


LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def linked(kind, target, mode="External", at="word/_rels/document.xml.rels"):
    link = f'<Relationship Id="a" Type="{KINDS}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return at, f'<Relationships xmlns="{LINKS}">{link}</Relationships>'


def called(field, encoding="utf-8"):
    """A part with a field whose words lie in two pieces."""
    pieces = "".join(f"<w:instrText>{words}</w:instrText>" for words in (field[:2], field[2:]))
    text = f'<w:p xmlns:w="{WORD}"><w:fldChar w:fldCharType="begin"/>{pieces}</w:p>'
    return "word/footnotes.xml", f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(
        encoding
    )


@pytest.mark.parametrize(
    ("part", "verdict"),
    [
        (linked("hyperlink", "https://example.invalid/"), Verdict.FINE),
        (linked("image", "media/a.png", "Internal"), Verdict.FINE),
        (linked("package", "../embeddings/a.xlsx", "Internal", "ppt/charts/_rels/chart1.xml.rels"), Verdict.FINE),
        (called("HYPERLINK https://example.invalid/DDE"), Verdict.FINE),
        (("word/comments.xml", f'<w:p xmlns:w="{WORD}">DDEAUTO</w:p>'), Verdict.FINE),
        (linked("attachedTemplate", "file://host/a.dotm", at="word/_rels/settings.xml.rels"), Verdict.REACHES_OUT),
        (linked("image", "https://example.invalid/a.png"), Verdict.REACHES_OUT),
        (linked("IMAGE", "https://example.invalid/a.png", "external"), Verdict.REACHES_OUT),
        (linked("externalLinkPath", "other.xlsx", at="xl/externalLinks/_rels/externalLink1.xml.rels"), Verdict.REACHES_OUT),
        (linked("connections", "connections.xml", "Internal", "xl/_rels/workbook.xml.rels"), Verdict.REACHES_OUT),
        (linked("oleObject", "https://example.invalid/a"), Verdict.EMBEDS),
        (linked("oleObject", "embeddings/oleObject1.bin", "Internal"), Verdict.EMBEDS),
        (linked("package", "embeddings/a.docx", "Internal"), Verdict.EMBEDS),
        (linked("control", "activeX/activeX1.xml", "Internal"), Verdict.EMBEDS),
        (linked("vbaProject", "harmless.dat", "Internal"), Verdict.MACROS),
        (linked("xlMacrosheet", "sheets/sheet1.xml", "Internal"), Verdict.MACROS),
        (called("DDEAUTO c:\\\\cmd.exe"), Verdict.MACROS),
        (called(" dde excel book"), Verdict.MACROS),
        (called("DDEAUTO cmd", "utf-16"), Verdict.MACROS),
        (("word/header1.xml", f'<w:fldSimple xmlns:w="{WORD}" w:instr="DDE a b"/>'), Verdict.MACROS),
        (("xl/externalLinks/externalLink1.xml", "<externalLink><ddeLink ddeService='cmd'/></externalLink>"), Verdict.MACROS),
        (("ppt/slides/slide1.xml", "<a action='ppaction://program'/>"), Verdict.MACROS),
        (("word/_rels/document.xml.rels", "<Relationships"), Verdict.BROKEN),
        (("word/comments.xml", "<!DOCTYPE a [<!ENTITY b 'instrText'>]><a>&b;</a>"), Verdict.BROKEN),
    ],
)  # fmt: skip
def test_an_office_file_that_runs_or_reaches_out_when_opened_is_not_taken(part, verdict):
    assert office(an_office_file(more=[part])) == verdict
