"""Lists of firms brought as xlsx, xls or csv: recognised, looked into in the limited child, kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from questionnaires.sheets import lists
from questionnaires.sheets.lists import Sheet
from survey.files import sandbox, signatures
from survey.files.contents import Contents, Missing, form_of
from survey.files.inside import Verdict
from survey.files.names import extension_of, plain_name
from survey.files.receiving import Oversized, arrived
from survey.files.signatures import Signature
from survey.files.uploads import BadUpload, Fault, Stored

TEXT_NAMES = {"txt": "csv", "tsv": "csv"}
"""What Excel calls “Unicode 文本”, and others their tables parted by tabs."""
SIGNATURES = {"xlsx": Signature.ZIP, "xls": Signature.OLD_OFFICE, "csv": Signature.TEXT}
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
}
TEXTS = frozenset(
    {Signature.TEXT, Signature.WEB_PAGE, Signature.SVG, Signature.XML, Signature.UNKNOWN}
)
"""What the first bytes of a text file may look like: a firm's name may hold a tag."""
_BYTE_ORDERS = (b"\xff\xfe", b"\xfe\xff")
OUTLINE = "outline"
SECONDS = 300
"""How long a look may take on a busy machine; its own time is limited more narrowly."""


class NotRead(ValueError):
    """A list of the right kind that cannot be read: why, and what helps (Chinese)."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.remedy = remedy


def take(stream: IO[bytes], name: str, contents: Contents, most: int) -> tuple[Stored, str]:
    """Check a list and keep it with its outline; return it, and its kind.

    Raises:
        BadUpload: It is no such file, or harmful.
        NotRead: It is, but its rows cannot be read.
    """
    name = plain_name(name)
    try:
        with arrived(stream, contents.incoming, most) as path:
            kind = _recognised(path, name)
            outline = _look("outline", kind, path, name)
            size = path.stat().st_size
            sha256 = contents.put(path)
    except Oversized as error:
        raise BadUpload(Fault.OVERSIZED, name, most=most) from error
    contents.put_as(form_of(sha256, OUTLINE), outline)
    return Stored(name, sha256, MEDIA_TYPES[kind], size, has_thumbnail=False), kind


def _recognised(path: Path, name: str) -> str:
    with path.open("rb") as file:
        head = file.read(signatures.HEAD)
    extension = extension_of(name)
    kind = TEXT_NAMES.get(extension, extension)
    if not head.strip():
        raise BadUpload(Fault.EMPTY, name)
    found = signatures.recognise(head)
    if kind not in SIGNATURES:
        raise BadUpload(Fault.UNSUPPORTED, name, found=found)
    if not (_is_text(head, found) if kind == "csv" else found == SIGNATURES[kind]):
        raise BadUpload(Fault.MISNAMED, name, found=found)
    return kind


def _is_text(head: bytes, found: Signature) -> bool:
    if head.startswith(_BYTE_ORDERS):
        return True
    return found in TEXTS and b"\x00" not in head and not head.lstrip().startswith(b"<")


def _look(work: str, kind: str, file: Path | bytes, name: str) -> bytes:
    seen = sandbox.look(work, kind, file, seconds=SECONDS)
    if seen.verdict != Verdict.FINE:
        raise BadUpload(seen.verdict, name)
    if seen.drawn[0].startswith(b'{"unreadable"'):
        raise NotRead(*json.loads(seen.drawn[0])["unreadable"])
    return seen.drawn[0]


def outline(contents: Contents, sha256: str, kind: str) -> tuple[Sheet, ...]:
    """Return the sheets of a list, each with its first rows; read once more where that was lost."""
    name = form_of(sha256, OUTLINE)
    try:
        kept = contents.read(name)
    except Missing:
        kept = _look("outline", kind, contents.read(sha256), sha256)
        contents.put_as(name, kept)
    return lists.sheets(iter([kept]))


def with_problems(content: bytes, rows: Mapping[str, Mapping[int, str]], head: int) -> bytes:
    """Return an xlsx list with a column 导入问题, formats kept.

    Args:
        rows: What is said of each row, by sheet.
        head: The last row of the head, where the column's heading stands.

    Raises:
        BadUpload, NotRead: The library cannot write this workbook again.
    """
    said = json.dumps({"rows": rows, "head": head}).encode()
    return _look("problems", "xlsx", said + b"\n" + content, "")


def rows(content: bytes, kind: str, name: str) -> bytes:
    """Read every row of a list, as lines of JSON (``questionnaires.sheets.lists.loaded``).

    Raises:
        BadUpload: It is none, or harmful.
        NotRead: It is one, but its rows cannot be read.
    """
    return _look("rows", kind, content, name)
