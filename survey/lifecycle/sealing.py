"""The log is sealed in blocks: what a row's seal is made of, and how blocks are added and dropped.

A block's digest rests on the digest of the block before and on the seal of each of its rows, so that
whoever keeps one digest elsewhere can tell whether anything before it was changed. Who acted, and
personal values, enter a seal as salted hashes; where they are erased, salt and words go, the hash
stays, and the chain is as whole as before.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from survey.lifecycle.step import About, Step
from survey.store import seals as store
from survey.store.seals import Kept, ToErase
from survey.tables import LogBlock

SAFE = timedelta(hours=1)
"""No transaction is open for so long: rows of before have all arrived."""
ROWS = 500
"""Of one block: whoever saves meanwhile waits for no more."""
PERSONAL = frozenset(
    {
        *("contact_name", "contact_post", "contact_phone", "contact_mail"),
        *("phone", "username", "consultant", "second", "legal_person", "owner_phone"),
    }
)
"""Values of a row that are somebody's, whatever it is about."""
NAMING = frozenset({"name", "post"})
"""Values that are somebody's in rows about users, and of who signed."""
SIGNED = frozenset({"sign", "acknowledge", "object"})
GONE = "已清除"
SALT_BYTES = 16
AT_ONCE = 100
"""Rows of one transaction of an erasure."""


@dataclass(frozen=True)
class Parts:
    """A row of the log in three: what stays, who acted from where, and personal values."""

    plain: tuple[Any, ...]
    who: tuple[str, str]
    values: tuple[Any, ...] | None
    """None where it has no such values."""


def parts_of(row: Kept) -> Parts:
    """Cut a row of the log into what is hashed openly and what with a salt."""
    mine = PERSONAL | NAMING if row.subject == "user" or row.action in SIGNED else PERSONAL
    before, after = row.before or {}, row.after or {}
    open_ = [_only(side, side.keys() - mine) for side in (before, after)]
    closed = [_only(side, side.keys() & mine) for side in (before, after)]
    about = (row.action, row.subject, row.subject_id, row.firm_id)
    plain = (row.id, row.at.isoformat(), row.user_id, row.role, row.request_id, *about)
    return Parts(
        (*plain, row.reason, row.succeeded, *open_),
        (row.who, row.address),
        tuple(closed) if any(closed) else None,
    )


def erased_name(user_id: int | None) -> str:
    """Return what stands where the name of somebody who left stood."""
    return f"用户 #{user_id} 已注销"


def _only(values: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: values[name] for name in names}


def salted(salt: bytes, said: Sequence[Any]) -> bytes:
    return hashlib.sha256(salt + _written(said)).digest()


def seal_of(plain: Sequence[Any], who: bytes, values: bytes | None) -> bytes:
    """Return the seal of a row: over what stays, and the hashes of what may be erased."""
    return hashlib.sha256(_written(plain) + who + (values or b"")).digest()


def _written(said: Sequence[Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def root_of(seals: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(seals)).hexdigest()


def digest_of(block: LogBlock) -> str:
    """Return what the digest of a block must be; that it was dropped since changes nothing."""
    newest = block.newest.isoformat() if block.newest else ""
    moments = (newest, block.until.isoformat(), block.sealed_at.isoformat())
    said = _written((block.previous, block.id, block.rows, *moments, block.root))
    return hashlib.sha256(said).hexdigest()


def seal(step: Step, before: datetime) -> int:
    """Seal one block of rows that are older than this; return how many it took, 0 for none left.

    Rows that arrived late, under a lower number, are taken with the next block.
    """
    with step.writing() as session:
        last = store.last_block(session, lock=True)
        rows = store.unsealed(session, before, ROWS + 1)
        if not rows:
            return 0
        taken = rows[:ROWS]
        sealed = [_sealed(row, last.id + 1) for row in taken]
        block = LogBlock(
            id=last.id + 1,
            rows=len(taken),
            newest=max(row.at for row in taken),
            until=max(before, last.until) if len(rows) <= ROWS else last.until,
            sealed_at=step.now,
            root=root_of([one["seal"] for one in sealed]),
            previous=last.digest,
        )
        block.digest = digest_of(block)
        store.keep(session, block, sealed)
        return len(taken)


def _sealed(row: Kept, block_id: int) -> dict[str, Any]:
    parts, who_salt = parts_of(row), secrets.token_bytes(SALT_BYTES)
    values_salt = secrets.token_bytes(SALT_BYTES) if parts.values else None
    values = salted(values_salt, parts.values) if values_salt and parts.values else None
    return {
        "entry_id": row.id,
        "block_id": block_id,
        "seal": seal_of(parts.plain, salted(who_salt, parts.who), values),
        "who_salt": who_salt,
        "values_salt": values_salt,
    }


def erase(step: Step) -> int:
    """Erase personal details that somebody had erased, in some sealed rows; return in how many.

    Their salts go, their hashes stay: the chain holds, and nobody can try names out on it.
    """
    with step.writing() as session:
        store.last_block(session, lock=True)
        waiting = store.to_erase(session, AT_ONCE)
        for one in waiting:
            store.erase(session, one, _erased(one))
        return len(waiting)


def _erased(one: ToErase) -> dict[str, Any]:
    """Note in a row's seal that a part of it is erased; return what stands in the row from now on."""
    seal, row, parts = one.seal, one.row, parts_of(one.row)
    if one.part == "who":
        if seal.who_salt is None:
            return {}
        seal.who_hash, seal.who_salt = salted(seal.who_salt, parts.who), None
        seal.erased_by = one.erased_by
        return {"who": erased_name(row.user_id), "address": ""}
    if seal.values_salt is None or parts.values is None:
        return {}
    seal.values_hash, seal.values_salt = salted(seal.values_salt, parts.values), None
    seal.erased_by = one.erased_by
    before, after = (dict.fromkeys(side, GONE) for side in parts.values)
    return {
        "before": {**row.before, **before} if row.before else None,
        "after": {**row.after, **after} if row.after else None,
    }


def drop(step: Step, before: datetime) -> int:
    """Drop the rows of one block that are all older than this; return how many, 0 for none left.

    Blocks go in their order; what the log then begins with is known by the digest before it.
    """
    with step.writing() as session:
        block = store.oldest_block(session)
        if block is None or block.newest is None or block.newest >= before:
            return 0
        block.dropped_at = step.now
        session.flush()  # before this the database lets no row go
        store.forget_rows(session, block.id)
        step.log("log_drop", About("log", block.id), after={"rows": block.rows})
        return block.rows
