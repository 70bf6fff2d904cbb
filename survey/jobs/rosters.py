"""Check a list of firms, let it take effect, or undo that: what takes time of a roster."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from questionnaires.sheets.lists import Line, Tab, loaded
from survey.files import lists
from survey.files.contents import Damaged, Missing
from survey.files.stores import contents_of
from survey.files.uploads import BadUpload
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import rosters
from survey.lifecycle.codes import is_fictional
from survey.lifecycle.errors import NotThere
from survey.lifecycle.jobs import Effect
from survey.rosters.comparing import judged
from survey.rosters.recognising import rows_of
from survey.rosters.rows import Choices, FirmRow, NoFirm
from survey.rosters.staging import counted, known, staged
from survey.store import listings, roster_undoing
from survey.store import rosters as store
from survey.tables import Fault, Roster

AT_ONCE, FIRMS_AT_ONCE = 50, 1000
"""Rows put down and firms removed in one transaction: whoever saves meanwhile hardly waits."""

MOST_REST_SECONDS = 0.5


def work_on(workshop: Workshop) -> Effect:
    """Do what a job about a list asks for."""
    match workshop.taken.arguments["do"]:
        case "roster_check":
            return _check(workshop)
        case "roster_import":
            return lambda step: rosters.take_in(step, workshop.taken)
        case "roster_undo":
            return _undo(workshop)
    raise WorkFailed(Fault.UNKNOWN_KIND)


def _check(workshop: Workshop) -> Effect:
    """Read and judge every row outside any lock, and put the rows down some at a time."""
    try:
        roster = rosters.begin_check(workshop.step(), workshop.taken)
        content = contents_of(workshop.config).read(roster.sha256)
        pieces = lists.rows(content, roster.kind, roster.name)
    except (NotThere, Missing, Damaged) as error:
        raise WorkFailed(Fault.GONE) from error
    except (lists.NotRead, BadUpload) as error:
        raise WorkFailed(Fault.BROKEN) from error
    counts: Counter[str] = Counter()
    total, done = _length(pieces), 0
    workshop.progress(0, total)
    for some in _some(_rows(workshop, roster, pieces, counts)):
        done += len(some)
        with _leaving_room():
            rosters.stage(workshop.step(), workshop.taken, some, done, workshop.lease)
    store.look_at_rows(workshop.session)
    return lambda step: rosters.end_check(step, workshop.taken, dict(counts))


def _undo(workshop: Workshop) -> Effect:
    """Remove new firms that nobody has touched some at a time, as often as it is begun, and then the rest."""
    roster_id = workshop.taken.subject_id or 0
    before = roster_undoing.former(workshop.session, roster_id)
    added = roster_undoing.added(workshop.session, roster_id)
    workshop.session.rollback()
    workshop.progress(0, len(added))
    for first in range(0, len(added), FIRMS_AT_ONCE):
        some = added[first : first + FIRMS_AT_ONCE]
        with _leaving_room():
            rosters.let_go(workshop.step(), workshop.taken, some, first + len(some), workshop.lease)
    return lambda step: rosters.take_back(step, workshop.taken, before)


@contextmanager
def _leaving_room() -> Iterator[None]:
    """Rest as long as the work took: firms save meanwhile, and each portion waits for the disk as they do."""
    began = time.monotonic()
    yield
    time.sleep(min(time.monotonic() - began, MOST_REST_SECONDS))


def _length(pieces: bytes) -> int:
    return pieces.count(b"\n")


def _rows(
    workshop: Workshop, roster: Roster, pieces: bytes, counts: Counter[str]
) -> Iterator[dict[str, Any]]:
    """Give the rows as they are kept, and count them; those that are no firm's are only counted."""
    said = dict(roster.choices or {})
    trades = said.pop("trades")
    choices = Choices(**{**said, "sheets": tuple(said["sheets"]), "head": tuple(said["head"])})
    session = workshop.session
    standing = listings.standing(session)
    session.rollback()
    invented = {firm.code for firm in standing.firms if is_fictional(firm.code)}
    found = rows_of(_tabs(pieces), choices, trades, invented=invented)
    firms = _firms(found, counts)
    for line in judged(firms, known(standing), overwrite=roster.overwrites):
        row = staged(line, roster.id)
        counts.update(counted(row))
        yield row


def _firms(found: Iterable[FirmRow | NoFirm], counts: Counter[str]) -> Iterator[FirmRow]:
    for row in found:
        if isinstance(row, FirmRow):
            yield row
        else:
            counts[row.aside] += 1


def _tabs(pieces: bytes) -> Iterator[tuple[Tab, Iterable[Line]]]:
    said = loaded(iter([pieces]))
    for tab in said:
        if isinstance(tab, Tab):
            yield tab, _lines(said)


def _lines(said: Iterator[Tab | Line | int]) -> Iterator[Line]:
    """Give one tab's lines; the number that follows them ends it."""
    for line in said:
        if not isinstance(line, Line):
            return
        yield line


def _some(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(itertools.islice(rows, AT_ONCE)):
        yield some
