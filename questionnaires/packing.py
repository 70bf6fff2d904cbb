"""An edition's folder as one file: the same files make the same bytes, and only data comes back."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from questionnaires.loading import SEAL
from questionnaires.sheets import archive
from questionnaires.sheets.archive import Limits, Reason, Refused

LIMITS = Limits(size=20_000_000, entries=2_000, unpacked=100_000_000, always=20_000_000)
# No time of any machine's clock: equal files make equal archives.
_NEVER = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(rf"(?:\w[\w.-]*/)*\w[\w.-]*\.yaml|{SEAL}", re.ASCII)


def packed(folder: Path) -> bytes:
    """Return every data file of an edition, and its seal, as one archive."""
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*.yaml")}
    if (folder / SEAL).is_file():
        files[SEAL] = folder / SEAL
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into:
        for name in sorted(filter(_NAME.fullmatch, files)):
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.compress_type = zipfile.ZIP_DEFLATED
            into.writestr(entry, files[name].read_bytes())
    return made.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Write an archive's files into a folder that does not exist yet.

    Raises:
        Refused: It is no archive of an edition; nothing was written.
    """
    with archive.opened(io.BytesIO(content), LIMITS) as inside:
        names = inside.namelist()
        if not all(map(_NAME.fullmatch, names)):
            raise Refused(Reason.BROKEN)
        folder.mkdir(parents=True)
        for name in names:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(inside.read(name))
