"""Files as people bring them: photos, PDFs, Office files, and some made to hurt."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from random import Random
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfWriter

from survey.files.kinds import OFFICE

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def a_photo(colour: str = "teal", size: tuple[int, int] = (60, 40), form: str = "JPEG") -> bytes:
    """A real picture of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, form)
    return stream.getvalue()


def a_scene(seed: int, size: tuple[int, int] = (1000, 750)) -> Image.Image:
    """A picture with light and dark places and things standing about, another for each seed."""
    random = Random(seed)  # the same every time, not a secret
    picture = Image.new("L", (7, 5))
    picture.putdata([random.randrange(256) for _ in range(35)])
    picture = picture.resize(size, Image.Resampling.BICUBIC).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        left, top = random.randrange(size[0]), random.randrange(size[1])
        corner = (left + random.randrange(20, 300), top + random.randrange(20, 200))
        pen.rectangle((left, top, *corner), fill=tuple(random.randrange(256) for _ in range(3)))
    return picture


def saved(picture: Image.Image, **how: Any) -> bytes:
    """A picture as a JPEG."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", **how)
    return stream.getvalue()


def a_pdf(words: str = "虚构", *, trailer: str = "", pages: int = 1) -> bytes:
    """A PDF of empty pages, with words in it that nobody sees."""
    kids = [4 + 2 * number for number in range(pages)]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] /Count {pages} >>",
        f"<< /Title ({words}) >>",
    ]
    for kid in kids:
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents {kid + 1} 0 R >>",
            "<< /Length 1 >>\nstream\n\n\nendstream",
        ]
    body, places = b"%PDF-1.4\n", [b"0000000000 65535 f \n"]
    for number, content in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = b"xref\n0 %d\n" % len(places) + b"".join(places)
    end = f"trailer\n<< /Size {len(places)} /Root 1 0 R /Info 3 0 R {trailer} >>\n"
    return body + table + end.encode() + b"startxref\n%d\n%%%%EOF\n" % len(body)


def an_office_file(
    kind: str = "docx",
    said: str = "",
    more: Iterable[tuple[str, bytes | str]] = (),
    *,
    types: str = "",
    folders: str = "/",
) -> bytes:
    """A ZIP with the two parts that make an Office file, and ``more``.

    Args:
        said: What it says its main part is, instead of the truth.
        types: Its whole list of contents, instead of the usual.
        folders: What stands between folders in the names of its entries.
    """
    part = PARTS[kind]
    said = said or f"{OFFICE[kind]}.main+xml"
    usual = f'<Types xmlns="{TYPES}"><Override PartName="/{part}" ContentType="{said}"/></Types>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types or usual)
        archive.writestr(part.replace("/", folders), "<document/>")
        for name, content in more:
            archive.writestr(name, content)
    return stream.getvalue()


def lying_about(content: bytes, entry: str, size: int) -> bytes:
    """The same ZIP, whose directory says an entry is of another size."""
    changed = bytearray(content)
    at = content.rindex(entry.encode()) - 46  # the fixed part of an entry in the directory
    assert changed[at : at + 4] == b"PK\x01\x02"
    struct.pack_into("<I", changed, at + 24, size)
    return bytes(changed)


def a_bare_png(side: int) -> bytes:
    """A picture of side² pixels in a few kilobytes, as an attacker makes it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * ((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def locked(
    content: bytes, to_open: str, to_change: str = "sesame", method: str = "AES-256"
) -> bytes:
    """The same PDF, encrypted; with nothing ``to_open`` it only asks programs to forbid copying."""
    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(to_open, to_change, algorithm=method)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
