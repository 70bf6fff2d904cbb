"""See whether an Office file is whole, of the kind it says, and harmless to open."""

from __future__ import annotations

import zipfile
from typing import IO

from defusedxml import ElementTree

from questionnaires.sheets import archive
from questionnaires.sheets.archive import Limits, Reason
from survey.files.inside import Refused, Verdict
from survey.files.inside.office_links import require_harmless
from survey.files.kinds import OFFICE

MEGABYTE = 1024 * 1024
LIMITS = Limits(
    size=100 * MEGABYTE, entries=3000, unpacked=300 * MEGABYTE, always=10 * MEGABYTE, ratio=200
)
LIST = "[content_types].xml"
LARGEST_LIST = MEGABYTE
RUNS = ("macroenabled", "vbaproject", "macrosheet", "activex")
"""What the kind of a part that runs is called."""
VERDICTS = {
    Reason.BROKEN: Verdict.BROKEN,
    Reason.ENCRYPTED: Verdict.LOCKED,
    Reason.TOO_LARGE: Verdict.UNPACKS,
    Reason.TOO_MANY: Verdict.UNPACKS,
    Reason.UNPACKS: Verdict.UNPACKS,
}


def look(file: IO[bytes], kind: str) -> list[bytes]:
    """Unpack every entry once, then read what the file says it consists of.

    Args:
        kind: docx, xlsx or pptx.
    """
    try:
        with archive.opened(file, LIMITS) as opened:
            require_harmless(opened, require_plain(opened, kind))
    except archive.Refused as refused:
        raise Refused(VERDICTS[refused.reason]) from refused
    return []


def require_plain(opened: zipfile.ZipFile, kind: str) -> dict[str, zipfile.ZipInfo]:
    """Refuse what is of another kind, or runs; return the entries by their names in small letters."""
    main = f"{OFFICE[kind]}.main+xml"
    # Some writers part folders by "\"; the names of parts do not know capitals.
    entries = {e.filename.replace("\\", "/").lower(): e for e in opened.infolist()}
    if entries[LIST].file_size > LARGEST_LIST:
        raise Refused(Verdict.UNPACKS)
    listed = list(ElementTree.fromstring(opened.read(entries[LIST])).iter())
    kinds = {part.get("ContentType", "") for part in listed}
    if any(word in kind.lower() for kind in kinds for word in RUNS) or any(
        name.endswith("vbaproject.bin") for name in entries
    ):
        raise Refused(Verdict.MACROS)
    if main not in kinds:
        raise Refused(Verdict.OTHER_KIND)
    named = [part.get("PartName") for part in listed if part.get("ContentType") == main]
    if not all(name.lower().lstrip("/") in entries for name in named if name):
        raise Refused(Verdict.BROKEN)
    return entries
