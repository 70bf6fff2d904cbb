"""See whether a PDF can be opened and read to its last page without a password."""

from __future__ import annotations

import logging
import re
from typing import IO

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from survey.files.inside import Refused, Verdict

_FIRST_OBJECT = re.compile(rb"\d+\s+\d+\s+obj\s*(?=<<)")
_HEAD = 1024


def look(file: IO[bytes], _kind: str) -> list[bytes]:
    """Find every page and what is drawn on it; nothing of it is decoded.

    Programs that only forbid copying or printing lock with an empty password: such a file opens
    for everybody. Stale pointers and bytes behind the end are mended by every reader, and here.
    """
    logging.disable()  # what the library mends is nobody's business here
    reader = PdfReader(file, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused(Verdict.LOCKED)
    if not reader.pages or _is_cut_short(file, reader):
        raise Refused(Verdict.BROKEN)
    for page in reader.pages:
        _require_whole(page)
    return []


def _is_cut_short(file: IO[bytes], reader: PdfReader) -> bool:
    """Say whether a file made for the web, whose first page stands first, says it was longer.

    Cut off behind its first page it looks whole: that page has an end of its own.
    """
    file.seek(0)
    if not (first := _FIRST_OBJECT.search(file.read(_HEAD))):
        return False
    file.seek(first.end())
    about = DictionaryObject.read_from_stream(file, reader)
    size = file.seek(0, 2)
    return "/Linearized" in about and int(about.get("/L", 0)) > size


def _require_whole(page: DictionaryObject) -> None:
    """Refuse a page whose contents lie in a part of the file that never came."""
    contents = page["/Contents"] if "/Contents" in page else ArrayObject()  # none: an empty page
    pieces = contents if isinstance(contents, ArrayObject) else [contents]
    if not all(isinstance(piece.get_object(), StreamObject) for piece in pieces):
        raise Refused(Verdict.BROKEN)
