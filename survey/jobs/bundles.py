"""Pack a firm's file (一企一档) as a ZIP into the content store: every file, an index, a cover.

The bytes depend on nothing but what the file says, so that asking twice makes one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from reports import firm_index
from reports.firm_file import FirmFile
from reports.firm_index import APART, DAMAGED, MISSING, WHOLE, Placed
from survey import clock
from survey.files.archives import Entry, Names, safe_name, write_zip
from survey.files.contents import PIECE, Contents, Damaged, Missing
from survey.files.stores import contents_of
from survey.jobs.issuing import place_for
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import bundles
from survey.lifecycle.bundles import Packed
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step
from survey.readings.firm_file import file_of
from survey.rosters.columns import HEADS
from survey.store import bundles as store
from survey.store import firms, scans
from survey.store.bundles import erased_since
from survey.store.settings import District, read
from survey.tables import Fault, Outlook
from survey.words.firm_file import TITLES

SIGN_OF_LIFE = 5.0
"""Seconds between two signs of life."""
LONGEST_FOLDER = 40
"""Of a folder's name, in characters: two of them and a file's stay below what Windows unpacks."""


def pack(workshop: Workshop) -> Effect:
    """Pack the file a job asks for; what is left to do once is to keep the ZIP beside its firm."""
    read_at, contents = clock.utc_now(), contents_of(workshop.config)
    it, district = _read(workshop)
    target, placed = place_for(workshop, "zip"), list[Placed]()
    try:
        with target.open("wb") as file:
            write_zip(file, _entries(workshop, it, district, placed))
        size, sha256 = target.stat().st_size, contents.put(target)
    finally:
        target.unlink(missing_ok=True)  # a folder takes the file itself, a bucket a copy of it
    lost = sum(one.outcome != WHOLE for one in placed)
    packed = Packed(it.basis, sha256, size, len(placed) - lost, lost)

    def kept(step: Step) -> dict[str, int]:
        # Whoever asked to be forgotten is in there, or a file in which something was found.
        if erased_since(step.session, read_at) or scans.count_found(step.session, read_at):
            raise WorkFailed(Fault.CHANGED)
        return {"bundle": bundles.keep(step, workshop.taken, packed).id}

    return kept


def _read(workshop: Workshop) -> tuple[FirmFile, District]:
    session, taken = workshop.session, workshop.taken
    firm = firms.firm(session, taken.subject_id or 0)
    if firm is None:
        raise WorkFailed(Fault.GONE)
    outlook = Outlook(taken.arguments["outlook"])
    it = file_of(session, firm, outlook, HEADS, workshop.step().today, answers=True)
    district = read(session)
    session.rollback()  # packing takes a while; no snapshot is held open meanwhile
    return it, district


def stands(workshop: Workshop, firm_id: int) -> bool:
    """Whether a bundle of the bureau's lies there that holds all the firm's file names now.

    Raises:
        WorkFailed: The firm is not there any more.
    """
    session, now = workshop.session, workshop.step()
    firm = firms.firm(session, firm_id)
    if firm is None:
        raise WorkFailed(Fault.GONE)
    basis = file_of(session, firm, Outlook.BUREAU, HEADS, now.today, answers=True).basis
    there = store.valid(session, firm_id, Outlook.BUREAU, now.now)
    session.rollback()
    kept = contents_of(workshop.config)
    return there is not None and bundles.is_whole(there, basis) and kept.has(there.sha256)


def _entries(
    workshop: Workshop, it: FirmFile, district: District, placed: list[Placed]
) -> Iterator[Entry]:
    """Give every file that is whole, then cover and index, which say what became of each.

    Args:
        placed: Filled on the way.
    """
    contents, seen = contents_of(workshop.config), time.monotonic()
    held = scans.held_back(workshop.session)
    workshop.session.rollback()
    with TemporaryFile(dir=contents.incoming) as spool:
        for one in _placed(it):
            apart = one.file.sha256 in held
            outcome = APART if apart else fetch(contents, one.file.sha256, spool)
            size = spool.tell() if outcome == WHOLE else None
            placed.append(replace(one, outcome=outcome, size=size))
            if outcome == WHOLE:
                yield Entry(one.path, _pieces(spool), size or 0)
            if time.monotonic() - seen > SIGN_OF_LIFE:
                workshop.progress(one.number, len(it.files))
                seen = time.monotonic()
    said = firm_index.cover(
        it, placed, district.bureau, TITLES, demonstration=district.demonstration
    )
    yield Entry(firm_index.COVER, [said.encode()])
    yield _index(place_for(workshop, "xlsx"), it, placed, district)


def _placed(it: FirmFile) -> Iterator[Placed]:
    """Give each file its path: a folder by subject, and a name that begins with its number."""
    names = Names()
    for number, file in enumerate(it.files, 1):
        folder = "/".join(safe_name(part)[:LONGEST_FOLDER].rstrip(" .") for part in file.folder)
        yield Placed(number, f"{folder}/{names.give(f'{number:04d} {file.name}')}", file, None)


def fetch(contents: Contents, sha256: str, spool: IO[bytes]) -> str:
    """Bring one content into the spool, held against its hash; say what became of it."""
    spool.seek(0)
    spool.truncate()
    try:
        opened = contents.open(sha256)
        try:
            for piece in opened.pieces:
                spool.write(piece)
        finally:
            opened.close()
    except Missing:
        return MISSING
    except Damaged:
        return DAMAGED
    return WHOLE


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _index(path: Path, it: FirmFile, placed: list[Placed], district: District) -> Entry:
    try:
        firm_index.write_index(
            path, it, placed, district.bureau, demonstration=district.demonstration
        )
        return Entry(firm_index.INDEX, [path.read_bytes()])
    finally:
        path.unlink(missing_ok=True)
