"""Put everything known of the firms of a batch into one archive: a folder each, one index beside them.

What lies in a folder is the firm's bundle as it would be taken away alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZipFile

from reports.firm_index import WHOLE
from reports.tables import Cell, Column, Sheet
from survey import clock
from survey.files.archives import Entry, safe_name, write_zip
from survey.files.contents import PIECE
from survey.files.stores import contents_of
from survey.jobs.batch_archives import finished, workbook
from survey.jobs.bundles import fetch
from survey.jobs.issuing import place_for
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import batch_work as steps
from survey.lifecycle.batches import MOST_BYTES
from survey.lifecycle.jobs import Effect
from survey.store import batches as store
from survey.store.batches import Packed
from survey.store.settings import District, read
from survey.tables import Batch, Bundle, Fault
from survey.words import batches as words
from survey.words.jobs import FAULTS

LONGEST_NAME = 21
"""Of a firm in its folder's name, in characters: with its code and all below, Windows unpacks the path."""
FIRMS = (
    Column("企业名称", 30),
    Column("统一社会信用代码", 22),
    Column("文件夹", 42),
    Column("文件数", 8, "number"),
    Column("缺失的文件数", 12, "number"),
    Column("大小（字节）", 14, "number"),
    Column("没有资料的原因", 40),
)
FILES = (
    Column("企业名称", 30),
    Column("文件夹", 42),
    Column("文件", 80),
    Column("大小（字节）", 14, "number"),
)


@dataclass
class Told:
    """What the index says: a row for each firm, a row for each file."""

    firms: list[Sequence[Cell]] = field(default_factory=list)
    files: list[Sequence[Cell]] = field(default_factory=list)


def pack(workshop: Workshop, batch: Batch) -> Effect:
    """Put the bundles of all firms into one archive; without any there is none.

    Raises:
        WorkFailed: Together they are too large by now; or one ended meanwhile, which the next try
            packs anew.
    """
    read_at, contents = clock.utc_now(), contents_of(workshop.config)
    firms, place = store.packed(workshop.session, batch.id, read_at), read(workshop.session)
    workshop.session.rollback()
    bundles = [one.bundle for one in firms if one.is_done]
    if None in bundles:
        raise WorkFailed(Fault.CHANGED)
    if sum(one.size for one in bundles if one) > MOST_BYTES:
        raise WorkFailed(Fault.TOO_LARGE)
    if not bundles:
        return lambda step: steps.finish(step, batch.id, "", 0)
    target = place_for(workshop, "zip")
    try:
        with target.open("wb") as file:
            write_zip(file, _entries(workshop, batch, firms, place))
        size, sha256 = target.stat().st_size, contents.put(target)
    finally:
        target.unlink(missing_ok=True)  # a folder takes the file itself, a bucket a copy of it
    return finished(batch.id, sha256, size, read_at)


def _entries(
    workshop: Workshop, batch: Batch, firms: Sequence[Packed], place: District
) -> Iterator[Entry]:
    """Give every firm's folder, then the index, which says what became of each."""
    told, contents = Told(), contents_of(workshop.config)
    for number, one in enumerate(firms):
        workshop.progress(number, len(firms))
        with TemporaryFile(dir=contents.incoming) as spool:
            if one.bundle is None or not one.is_done:
                told.firms.append(_left_out(one, FAULTS.get(one.item.fault or "", words.NOT_MADE)))
            elif fetch(contents, one.bundle.sha256, spool) != WHOLE:
                told.firms.append(_left_out(one, words.LOST_BUNDLE))
            else:
                yield from _folder(one, one.bundle, spool, told)
    title = f"{place.name}{words.title(batch)}目录"
    pages = [
        Sheet("企业", FIRMS, told.firms, title),
        Sheet("全部文件", FILES, told.files, title),
    ]
    yield Entry(words.INDEX, [workbook(place, batch, pages)])


def _folder(one: Packed, bundle: Bundle, spool: IO[bytes], told: Told) -> Iterator[Entry]:
    """Give what lies in a bundle, in its firm's folder; a firm's code makes the folder its own."""
    folder = safe_name(f"{one.firm[:LONGEST_NAME].strip(' .')} {one.code}")
    told.firms.append((one.firm, one.code, folder, bundle.files, bundle.missing, bundle.size, ""))
    with ZipFile(spool) as archive:
        for info in archive.infolist():
            told.files.append((one.firm, folder, info.filename, info.file_size))
            with archive.open(info) as file:
                pieces = iter(partial(file.read, PIECE), b"")
                yield Entry(f"{folder}/{info.filename}", pieces, info.file_size)


def _left_out(one: Packed, why: str) -> Sequence[Cell]:
    return one.firm, one.code, "", None, None, None, why
