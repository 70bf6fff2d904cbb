"""A backup is read to its end and believed only then; restoring one fills an empty instance or leaves it so."""

from __future__ import annotations

import gc
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import IO, Any

from sqlalchemy.orm import Session

from survey import db, migrations
from survey.config import Config
from survey.files.backups import keys
from survey.files.backups.members import Backup, BadBackup, Member, Reader, unpacked
from survey.files.certificates import OWN
from survey.files.contents import Contents
from survey.lifecycle import jobs
from survey.lifecycle.errors import WrongState
from survey.lifecycle.step import About, Step
from survey.migrations import watching
from survey.store import bare, whole
from survey.store import jobs as job_store
from survey.store.whole import BadRow, Row

KIND = "backup"
"""The kind of job that makes one."""


class NotEmpty(Exception):
    """The instance holds rows already.

    Args:
        tables: In which tables.
    """

    def __init__(self, tables: list[str]) -> None:
        super().__init__(tables)
        self.tables = tables


def _pass_over(_name: str, _what: Any) -> None:
    """Whoever only looks at a backup keeps nothing of it."""


@dataclass
class _Through:
    """What has been met of a backup on the way through it."""

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(whole.TABLES, 0))
    named: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    odd: set[str] = field(default_factory=set)
    """Contents whose hash is not their name."""
    bytes: int = 0

    def hold(self, name: str, sha256: str) -> None:
        self.held.add(name)
        if "." not in name and sha256 != name:
            self.odd.add(name)


def read_through(
    source: IO[bytes],
    schema: str,
    *,
    rows: Callable[[str, list[Row]], None] = _pass_over,
    content: Callable[[str, Iterator[bytes]], None] = _pass_over,
    key: Callable[[str, bytes], None] = _pass_over,
) -> Backup:
    """Read a backup to its end; what is handed out on the way is to be trusted only after the return.

    Args:
        schema: The revision it must have.
        rows: Is given rows of a table, by its name.
        content: Is given a content or form by its name, to be read at once or not at all.
        key: Is given a key of the instance, by its name.

    Raises:
        BadBackup: It is not whole, not of this schema, or does not hold what its rows name.
    """
    with Reader(source) as reader, _without_search_for_circles():
        met = _Through()
        _require_known(reader.head, schema)
        for member in reader.members():
            met.bytes += member.size
            match member.kind:
                case "rows":
                    rows(*_rows(member, met))
                case "contents":
                    content(member.rest, member.pieces)
                    deque(member.pieces, maxlen=0)
                    met.hold(member.rest, reader.seen)
                case "keys":
                    key(*_key(member))
        return _judged(reader, met)


@contextmanager
def _without_search_for_circles() -> Iterator[None]:
    """Rows go as they came, and hold nothing that refers to itself: looking for that costs a sixth."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


def _key(member: Member) -> tuple[str, bytes]:
    if member.rest not in keys.NAMES:
        raise BadBackup("strange", name=member.name)
    return member.rest, member.read()


def _require_known(head: dict[str, Any], schema: str) -> None:
    theirs, product = str(head.get("schema"))[:20], str(head.get("product"))[:20]
    if theirs != schema:
        what = "newer" if theirs > schema else "older"
        raise BadBackup(what, theirs=theirs, ours=schema, product=product)
    if head.get("tables") != whole.columns():
        raise BadBackup("tables")


def _rows(member: Member, met: _Through) -> tuple[str, list[Row]]:
    name = member.rest.partition("/")[0]
    if name not in whole.TABLES:
        raise BadBackup("strange", name=member.name)
    found: list[Row] = [*unpacked(member)]
    try:
        whole.require_fitting(name, found)
    except BadRow as error:
        raise BadBackup("rows", table=name) from error
    met.rows[name] += len(found)
    met.named |= whole.named_in(name, found)
    return name, found


def _judged(reader: Reader, met: _Through) -> Backup:
    """Hold what was met to what the manifest says of the whole."""
    if reader.summary.get("rows") != met.rows:
        raise BadBackup("counts")
    missing, damaged = _hashes(reader, "missing"), _hashes(reader, "damaged")
    if lost := met.named - met.held - set(missing):
        raise BadBackup("missing", name=f"contents/{min(lost)}")
    if odd := met.odd - set(damaged):
        raise BadBackup("changed", name=f"contents/{min(odd)}")
    held = len(met.held)
    return Backup(reader.head, met.rows, held, missing, damaged, met.bytes, reader.digest)


def _hashes(reader: Reader, what: str) -> list[str]:
    found = reader.summary.get(what)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadBackup("counts")
    return found


# --- restoring ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Restored:
    """What was restored, and what its operator has to see to.

    Attributes:
        remarks: Codes of ``words.backups.REMARKS``.
    """

    backup: Backup
    remarks: list[str]


def restore(step: Step, config: Config, contents: Contents, source: IO[bytes]) -> Restored:
    """Fill an empty instance: all rows in one transaction, which ends after everything was compared.

    Whatever stops it, this process's end among it, leaves the tables as empty as they were.
    Contents are laid down on the way; where it comes to nothing they are taken away again. Keys
    come last, before the transaction ends: without rows they open nothing.

    Raises:
        NotEmpty: Nothing was changed.
        BadBackup: Likewise.
    """
    laid: list[str] = []
    found: dict[str, bytes] = {}
    secret_is_set = keys.secret_is_set(config)
    try:
        with db.filling(step.session) as session:
            if full := whole.begin_filling(session):
                raise NotEmpty(full)
            with bared(session):
                done = read_through(
                    source,
                    migrations.current(session.connection()),
                    rows=partial(_fill, session),
                    content=partial(_lay, contents, laid),
                    key=found.__setitem__,
                )
            about = About("backup", done.digest[:16])
            replace(step, session=session).log("restore", about, after=told(done))
            session.flush()
            for name, key in found.items():
                keys.put(config.instance, name, key)
    except BaseException:
        for name in laid:
            contents.remove(name)
        raise
    return Restored(done, _remarks(config, found, secret_is_set))


@contextmanager
def bared(session: Session) -> Iterator[None]:
    """Let tables be filled without what costs more than their rows; put it on when the block ends."""
    connection = session.connection()
    watching.remove(connection)
    taken = bare.lay_bare(connection)
    yield
    with _refusing():
        bare.dress(connection, taken)
        whole.end_filling(session)
    watching.install(connection)
    db.gather_statistics(session)


def _fill(session: Session, name: str, rows: list[Row]) -> None:
    with _refusing():
        whole.fill(session, name, rows)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except BadRow as error:
        raise BadBackup("rows", table=error.table) from error


def _lay(contents: Contents, laid: list[str], name: str, pieces: Iterator[bytes]) -> None:
    contents.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = contents.incoming / secrets.token_hex(16)
    try:
        with half.open("xb") as file:
            file.writelines(pieces)
        if not contents.has(name):
            laid.append(name)
        contents.put_as(name, half)
    finally:
        half.unlink(missing_ok=True)


def _remarks(config: Config, found: dict[str, bytes], secret_is_set: bool) -> list[str]:
    """Name where the settings of this process say otherwise than the backup."""
    other = found.get(keys.SECRET) != config.secret_key.encode()
    said = {
        "secret_key": secret_is_set and other,
        "old_keys": keys.FALLBACKS in found,
        "signing": keys.SIGNING_PASSWORD in found or (OWN in found and config.signing_file),
    }
    return [name for name, holds in said.items() if holds]


def told(done: Backup) -> dict[str, Any]:
    """Return what the log says of a backup."""
    rows = sum(done.rows.values())
    return {"rows": rows, "contents": done.contents, "digest": done.digest}


def note(step: Step, name: str, done: Backup) -> None:
    """Have the log say that all the instance knows was taken into a file."""
    with step.writing():
        note_inside(step, name, done)


def note_inside(step: Step, name: str, done: Backup) -> None:
    """Say so inside the caller's transaction."""
    step.log("backup", About("backup", name[:60]), after=told(done))


# --- at night, and whenever somebody asks -----------------------------------------------------------


def ask(step: Step, config: Config) -> int:
    """Ask for a backup now; return its job, which may have been asked for by another.

    Raises:
        WrongState: Nobody has said where to.
    """
    if config.backup_folder is None:
        raise WrongState({"backup": "没有设置备份文件夹（BACKUP_FOLDER），请先由运维设置。"})
    with step.writing() as session:
        if job := job_store.under_way(session, KIND):
            return job.id
        job = jobs.ask(step, KIND, {})
        step.log("backup_ask", About("job", job.id))
        return job.id
