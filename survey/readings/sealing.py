"""Whether the sealed log is whole: every row, every block, and the digest somebody kept elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from survey.lifecycle.sealing import (
    GONE,
    Parts,
    digest_of,
    erased_name,
    parts_of,
    root_of,
    salted,
    seal_of,
)
from survey.store import seals as store
from survey.store.seals import Kept, Sealed
from survey.tables import LogBlock, LogSeal

MOST = 50
"""Faults that are named; one is enough to know that the log was touched."""
SHORTEST = timedelta(days=180)
"""No block is dropped that is younger."""
ERASURES = frozenset({"erase_user", "erase_contact"})


class Broken(StrEnum):
    """What may be wrong with a sealed log."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    RESEALED = "resealed"
    BLOCK = "block"
    LOST = "lost"
    EARLY = "early"
    CUT = "cut"


@dataclass(frozen=True)
class Found:
    """One fault: at a row of the log, at a block, or (both None) at the end."""

    what: Broken
    block: int | None = None
    row: int | None = None


@dataclass
class Checked:
    """What was seen of the chain. ``until``: all rows of before are sealed; ``head``: last digest."""

    blocks: int = 0
    rows: int = 0
    dropped: int = 0
    erased: int = 0
    until: datetime | None = None
    head: str = ""
    faults: list[Found] = field(default_factory=list)


def check(
    session: Session, kept: str = "", seen: Callable[[Checked], None] = lambda _: None
) -> Checked:
    """Go through the whole chain, a block at a time; nobody waits for it.

    Args:
        kept: A digest that was written down earlier; the chain must still lead to it.
        seen: Is told after each block how far it is.
    """
    done, before = Checked(), LogBlock(id=-1, digest="", until=None)
    digests: set[str] = set()
    for block_id in store.block_ids(session):
        block, faults = _again(session, block_id, before, done)
        done.faults += faults
        if block is not None:
            digests.add(block.digest)
            done.blocks, done.until, done.head = block.id, block.until, block.digest
            before = block
        session.rollback()
        seen(done)
    done.faults += [Found(Broken.INSERTED, row=row) for row in store.strangers(session, MOST)]
    if kept and kept not in digests:
        done.faults.append(Found(Broken.CUT))
    session.rollback()
    return done


def _again(
    session: Session, block_id: int, before: LogBlock, done: Checked
) -> tuple[LogBlock | None, list[Found]]:
    """Look at one block, and once more where it seems broken: it may have been dropped meanwhile."""
    for look in range(2):
        block = store.block(session, block_id)
        held = list(store.sealed(session, block_id)) if block else []
        faults = list(_faults(session, block, held, before)) if block else []
        if not faults or look:
            break
        session.rollback()
    if block is not None:
        done.rows += len(held)
        done.dropped += block.dropped_at is not None
        done.erased += sum(one.seal.erased_by is not None for one in held)
    return block, faults[:MOST]


def _faults(
    session: Session, block: LogBlock, held: list[Sealed], before: LogBlock
) -> Iterator[Found]:
    """Yield what is wrong with a block and its rows; nothing of block 0, which holds none."""
    if block.id != before.id + 1:
        yield Found(Broken.LOST, before.id + 1)
    if block.id == 0:
        return
    if block.previous != before.digest or block.digest != digest_of(block):
        yield Found(Broken.BLOCK, block.id)
    if block.dropped_at is not None:
        if block.newest is None or block.newest + SHORTEST > block.dropped_at:
            yield Found(Broken.EARLY, block.id)
        return
    for one in held:
        if what := _wrong(one, before):
            yield Found(what, block.id, one.seal.entry_id)
    if len(held) != block.rows or root_of([one.seal.seal for one in held]) != block.root:
        yield Found(Broken.RESEALED, block.id)
    asked = {one.seal.erased_by for one in held if one.seal.erased_by is not None}
    known = store.actions(session, asked) if asked else {}
    for one in held:
        if one.seal.erased_by is not None and known.get(one.seal.erased_by) not in ERASURES:
            yield Found(Broken.CHANGED, block.id, one.seal.entry_id)


def _wrong(one: Sealed, before: LogBlock) -> Broken | None:
    """Say what is wrong with a row, if anything."""
    if one.row is None:
        return Broken.REMOVED
    if before.id > 0 and one.row.at < before.until:
        return Broken.INSERTED
    return None if _holds(one.seal, one.row) else Broken.CHANGED


def _holds(seal: LogSeal, row: Kept) -> bool:
    """Whether a row is the one that was sealed; what was erased must say so and nothing else."""
    parts = parts_of(row)
    who = seal.who_hash or (salted(seal.who_salt, parts.who) if seal.who_salt else b"")
    values = seal.values_hash
    if seal.values_salt:
        values = salted(seal.values_salt, parts.values or ())
    return seal.seal == seal_of(parts.plain, who, values) and _is_blank(seal, row, parts)


def _is_blank(seal: LogSeal, row: Kept, parts: Parts) -> bool:
    if seal.who_hash and parts.who != (erased_name(row.user_id), ""):
        return False
    if parts.values is None:
        return seal.values_hash is None and seal.values_salt is None
    sides = [value for side in parts.values for value in side.values()]
    return not seal.values_hash or all(value == GONE for value in sides)
