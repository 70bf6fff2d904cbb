"""What the installation stands on: schema, files, disk, fonts, clock, address."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from survey import VERSION, db, migrations
from survey.config import CERTIFICATE, MEGABYTE
from survey.files import certificates
from survey.hosts import is_here
from survey.migrations import watching
from survey.readings.condition.values import Around, Said, bad, good, watch
from survey.readings.stray import stray
from survey.store import log

FONTS = Path(__file__).parents[3] / "static" / "fonts"
WANTED = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
TRUETYPE = b"\x00\x01\x00\x00"
TIGHT, ROOMY = 0.05, 0.15
"""Free shares of a disk under which it is nearly full, and worth a look."""
TIGHT_BYTES = 512 * MEGABYTE
ASTRAY, FAR = timedelta(seconds=20), timedelta(minutes=5)
"""How far a clock may be out: codes of apps hold for half a minute, sign-ins and deadlines for longer."""
CERTIFICATE_ENDS = timedelta(days=30)
"""So long before its end a certificate is spoken of."""
PROGRAM = (
    Path(__file__).parents[2] / "__init__.py",
    Path(__file__).parents[3] / "requirements.txt",
)
"""What every release brings anew: its name, and the parts it is made of."""
UNCHANGED = timedelta(days=60)
"""Within so long a hole that is no worse than middling is promised to be mended (``deploy/security.md``)."""


def release(around: Around) -> Said:
    """See whether this release was laid here so long ago that its parts may have known holes."""
    at = installed_at()
    since, values = around.now - at, {"version": VERSION, "at": at}
    return watch("old", days=since.days, **values) if since > UNCHANGED else good("new", **values)


def installed_at() -> datetime:
    """Return when the program's files were laid here."""
    return max(datetime.fromtimestamp(one.stat().st_mtime, UTC) for one in PROGRAM)


def schema(around: Around) -> Said:
    """Compare the database's schema with the one this release works with, triggers among it."""
    connection = around.session.connection()
    here, wanted = migrations.current(connection), migrations.head()
    if here == wanted:
        lost = watching.missing(connection)
        if lost:
            return bad("unwatched", count=len(lost), first=lost[0])
        return good("head", schema=here)
    return bad("newer" if here > wanted else "older", schema=here, wanted=wanted)


def contents(around: Around) -> Said:
    """Look for rows without their file and files without a row."""
    found = stray(around.session, around.contents, around.now)
    if found.missing:
        return bad("missing", count=len(found.missing), first=found.missing[0])
    if found.unclaimed:
        size = sum(one.size for one in found.unclaimed)
        return watch("unclaimed", count=len(found.unclaimed), bytes=size)
    return good("whole")


def disk(around: Around) -> Said:
    """Look at the fullest disk of those the instance and its backups lie on."""
    folders = [around.config.instance, around.config.backup_folder]
    asked = [shutil.disk_usage(one) for one in folders if one is not None and one.is_dir()]
    return room_on(*min((one.free / one.total, one.free) for one in asked))


def room_on(share: float, free: int) -> Said:
    """Judge a disk of which this share and so many bytes are free."""
    values = {"percent": int(share * 100), "bytes": free}
    if share < TIGHT or free < TIGHT_BYTES:
        return bad("tight", **values)
    return watch("less", **values) if share < ROOMY else good("roomy", **values)


def fonts(_around: Around) -> Said:
    """See that the paper's fonts are here: without them reports have no Chinese."""
    lost = [name for name in WANTED if not _is_font(FONTS / name)]
    return bad("lost", names="、".join(lost)) if lost else good("there")


def _is_font(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(TRUETYPE)) == TRUETYPE


def signing(around: Around) -> Said:
    """See that the certificate the settings name may sign, and for how long."""
    try:
        found = certificates.named(around.config, around.now)
    except certificates.Weak:
        return bad("weak")
    except certificates.Unusable:
        return bad("unusable")
    if found is None:
        return good("own")
    ends = found.not_valid_after_utc
    return watch("ends", at=ends) if ends - around.now < CERTIFICATE_ENDS else good("good", at=ends)


def tls(around: Around) -> Said:
    """See for how long nginx on another machine will know this one."""
    folder = around.config.tls_folder
    if folder is None:
        return good("none")
    try:
        ends = certificates.end_of(folder / CERTIFICATE)
    except ValueError:
        return bad("unusable")
    if ends <= around.now:
        return bad("ended", at=ends)
    return watch("ends", at=ends) if ends - around.now < CERTIFICATE_ENDS else good("good", at=ends)


def clock(around: Around) -> Said:
    """Compare the clock with the database's, the disk's, and the newest row of the log."""
    others = [_of_disk(around.config.instance), db.clock(around.session)]
    newest = log.newest_at(around.session)
    if newest is not None and newest > around.now:
        others.append(newest)  # nobody writes tomorrow's rows: the clock went back
    return clocks_beside(around.now, [one for one in others if one is not None])


def clocks_beside(now: datetime, others: list[datetime]) -> Said:
    """Judge how far other clocks are from this one."""
    most = max((abs(now - one) for one in others), default=timedelta(0))
    seconds = int(most.total_seconds())
    if most > FAR:
        return bad("far", seconds=seconds)
    return watch("astray", seconds=seconds) if most > ASTRAY else good("right")


def _of_disk(folder: Path) -> datetime:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"?")
        file.flush()
        return datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)


def address(around: Around) -> Said:
    """See that what people type does not cross a network in the open."""
    url = urlsplit(around.config.base_url)
    if url.scheme == "https":
        return good("https", host=url.hostname)
    return good("here") if is_here(url.hostname or "") else bad("open", host=url.hostname)
