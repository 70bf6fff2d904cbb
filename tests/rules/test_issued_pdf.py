"""An issued report: signed, verified by its own proof, kept for good."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pymupdf
import pypdfium2
import pytest
from pypdf import PdfReader

from reports import readd
from reports.diagnosis import Diagnosis
from reports.paper import signature as signing
from reports.paper.html import print_report, render_html
from reports.paper.stamp import stamp
from reports.proof import RULES_NAME, rules_of
from survey.config import Config
from survey.files import certificates
from tests.support.printed import VERIFIABLE, words, xmp_of
from tests.support.reporting import TODAY


@pytest.fixture(scope="module")
def signed_report(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report with an instance's signature."""
    instance = tmp_path_factory.mktemp("instance")
    signer = certificates.signer_of(Config(instance, "", ""), datetime.now(UTC))
    path = instance / "issued.pdf"
    path.write_bytes(signing.signed(report.read_bytes(), signer, "2026-000007"))
    return path


def test_an_issued_report_says_how_it_is_verified(diagnosis: Diagnosis, report: Path) -> None:
    said = words(report)

    assert "怎样核对这份报告" in said
    assert VERIFIABLE.address in said
    assert "自评答卷第3版" in said
    assert "怎样核对这份报告" not in render_html(diagnosis)


def drawn_elsewhere(pdf: Path) -> bytes:
    """The first page as a second program draws it, small."""
    with pypdfium2.PdfDocument(pdf) as document:
        return bytes(document[0].render(scale=20 / 72).buffer)


def test_a_signature_changes_nothing_that_is_seen_or_read_aloud(
    report: Path, signed_report: Path
) -> None:
    after = PdfReader(signed_report)
    root = after.trailer["/Root"]
    (field,) = root["/AcroForm"]["/Fields"]
    left, bottom, right, top = field.get_object()["/Rect"]
    page = after.pages[0].cropbox

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-CN"
    assert "/StructParent" not in field.get_object()  # outside the page it needs no tag
    assert right <= page.left or left >= page.right or top <= page.bottom or bottom >= page.top
    assert {page["/Tabs"] for page in after.pages} == {"/S"}
    assert words(signed_report) == words(report)
    with pymupdf.open(report) as old, pymupdf.open(signed_report) as new:
        tags = [one.xref_get_key(one.pdf_catalog(), "StructTreeRoot")[1] for one in (old, new)]
        at = int(tags[0].split()[0])
        assert tags[0] == tags[1]
        assert old.xref_object(at) == new.xref_object(at)
        for number in (0, len(old) - 1):
            assert old[number].get_pixmap().samples == new[number].get_pixmap().samples
    assert drawn_elsewhere(signed_report) == drawn_elsewhere(report)
    assert signed_report.stat().st_size - report.stat().st_size < 12_000


def test_the_proof_that_is_attached_adds_up_by_the_rules_of_the_edition(
    diagnosis: Diagnosis, signed_report: Path
) -> None:
    reader = PdfReader(signed_report)
    (proof,) = reader.attachments["score-proof.json"]
    rules = signed_report.with_name(RULES_NAME)
    rules.write_bytes(rules_of(diagnosis.score.questionnaire, VERIFIABLE.seal))

    ended = subprocess.run(
        [sys.executable, "-I", readd.__file__, signed_report, rules], capture_output=True, text=True, timeout=60
    )  # fmt: skip

    assert json.loads(proof)["version"] == 3
    (related,) = reader.trailer["/Root"]["/AF"]
    assert related.get_object()["/AFRelationship"] == "/Data"
    assert (ended.returncode, readd.AGREES in ended.stdout) == (0, True), ended.stdout


def test_an_issued_report_keeps_to_what_pdf_a_3a_asks_beside_pdf_ua_1(signed_report: Path) -> None:
    reader = PdfReader(signed_report)
    root, info = reader.trailer["/Root"], reader.trailer["/Info"]
    said = root["/Metadata"].get_data().decode()
    (intent,) = root["/OutputIntents"]
    annotations = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]

    assert signed_report.read_bytes().startswith(b"%PDF-1.7")
    assert "/Version" not in root
    assert len(reader.trailer["/ID"]) == 2
    assert "/Encrypt" not in reader.trailer
    assert 'pdfaid:part="3" pdfaid:conformance="A"' in said
    assert 'pdfuaid:part="1"' in said
    assert (
        'pdfaSchema:prefix="pdfuaid"' in said
    )  # PDF/A wants a schema that it does not know described
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object()["/N"] == 3
    assert f'pdf:Producer="{info["/Producer"]}"' in said
    assert {f">{info[name]}<" in said for name in ("/Title", "/Author", "/Subject")} == {True}
    assert {"/Link", "/Widget"} == {each["/Subtype"] for each in annotations}
    for each in annotations:
        assert each["/F"] & 0b100111 == 0b100  # printed, and neither hidden nor invisible
        assert each.get("/A", {}).get("/S", "/URI") in {"/URI", "/GoTo"}
    (widget,) = (each for each in annotations if each["/Subtype"] == "/Widget")
    assert widget["/Rect"][:2] == widget["/Rect"][2:]  # of no size, it needs no appearance
    assert not {"/OpenAction", "/AA", "/NeedAppearances"} & {*root, *root["/AcroForm"]}


def test_what_is_attached_to_an_issued_report_is_described_for_good(signed_report: Path) -> None:
    (file,) = PdfReader(signed_report).trailer["/Root"]["/AF"]
    file = file.get_object()
    content = file["/EF"]["/F"].get_object()

    assert file["/AFRelationship"] == "/Data"
    assert file["/F"] == file["/UF"] == "score-proof.json"
    assert file["/Desc"]
    assert content["/Subtype"] == "/application/json"
    assert {"/ModDate", "/Size"} <= set(content["/Params"])


def test_every_letter_of_an_issued_report_has_its_glyph_and_its_character(
    signed_report: Path,
) -> None:
    reader = PdfReader(signed_report)
    used = {
        font.get_object()["/BaseFont"]: font.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert len(used) == 2
    for font in used.values():
        (descendant,) = font["/DescendantFonts"]
        described = descendant.get_object()["/FontDescriptor"].get_object()
        assert font["/ToUnicode"].get_object().get_data()
        assert {"/FontFile2", "/FontFile3"} & set(described)
    with pymupdf.open(signed_report) as document:
        glyphs = {
            glyph
            for page in document
            for span in page.get_texttrace()
            for _, glyph, *_ in span["chars"]
        }
    assert 0 not in glyphs


def test_what_is_not_issued_does_not_claim_to_be_kept_for_good(
    diagnosis: Diagnosis, tmp_path: Path
) -> None:
    print_report(diagnosis, tmp_path / "r.pdf")

    assert b"pdfuaid" in xmp_of(tmp_path / "r.pdf")
    assert b"pdfaid" not in xmp_of(tmp_path / "r.pdf")


def test_the_copy_of_a_superseded_report_does_not_claim_it_either(
    signed_report: Path, tmp_path: Path
) -> None:
    stamp(signed_report, tmp_path / "copy.pdf", since=TODAY, newer="2026-000008")

    assert b"pdfaid:part" in xmp_of(signed_report)
    assert b"pdfaid:part" not in xmp_of(tmp_path / "copy.pdf")
    assert b"pdfuaid:part" in xmp_of(tmp_path / "copy.pdf")


def test_a_file_full_of_beginnings_without_an_end_is_searched_in_one_go() -> None:
    """Each beginning would be followed to the file's end; a night is too short for so many."""
    beginnings = b"/Type /EmbeddedFile stream\n" * 400_000

    assert signing.attached(b"%PDF-1.7\n" + beginnings) == ()
    assert signing.proved_number(beginnings) == ""
    assert len(signing.attached(beginnings + b"words\nendstream\n" + beginnings)) == 1
