"""One backup as one file: members in a fixed order, and last a manifest that vouches for each.

The file is a plain tar, so whoever has nothing but tar still reads it. It is written and read from
front to end in pieces; what is read was perhaps made by a stranger, and nothing of it is believed
before the manifest has been compared.

    head            what wrote it: format, product, schema, moment, tables with their columns
    rows/…          the rows of one table, some thousands a member, as lines of JSON, packed
    contents/…      a content or a form of one, under its name
    keys/…          the instance's own keys
    manifest        a summary, then SHA-256, size and name of every member, last its own SHA-256
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from pydantic_core import from_json

FORMAT = 1
HEAD, MANIFEST = "head", "manifest"
PIECE = 1024 * 1024
ROWS_MOST = 64 * PIECE
"""Of one member of rows, unpacked: written are a few megabytes and one row at most."""
SMALL_MOST = 4 * PIECE
"""Of the head, and of a key."""
LINE_MOST = 64 * PIECE
"""Of one line of the manifest: the first names what was lost before."""
_BLOCK = tarfile.BLOCKSIZE
_ORDER = {HEAD: 0, "rows": 1, "contents": 2, "keys": 3, MANIFEST: 4}
_NAME = re.compile(
    r"head|manifest|rows/[a-z_]{1,60}/[0-9]{6}\.gz"
    r"|contents/[0-9a-f]{64}(\.[a-z]{1,10}){0,2}|keys/[a-z][a-z0-9_.-]{0,40}",
    re.ASCII,
)


class BadBackup(ValueError):
    """The file is no whole backup.

    Args:
        what: A code of ``words.backups.FAULTS``.
        values: What its sentence names.
    """

    def __init__(self, what: str, **values: object) -> None:
        super().__init__(what, values)
        self.what = what
        self.values = values


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes:
        head: What wrote it: ``product``, ``schema``, ``at``.
        rows: How many of each table.
        contents: How many contents and forms.
        missing: Hashes of contents that rows named and that were lost before it was made.
        damaged: Those that were something else by then.
        bytes: Of all members together, as they lie in it.
        digest: By which it is known.
    """

    head: dict[str, Any]
    rows: dict[str, int]
    contents: int
    missing: list[str]
    damaged: list[str]
    bytes: int
    digest: str


@dataclass(frozen=True)
class Member:
    """One part of a backup about to be read, once and to its end."""

    name: str
    size: int
    pieces: Iterator[bytes]

    @property
    def kind(self) -> str:
        return self.name.partition("/")[0]

    @property
    def rest(self) -> str:
        """The name inside its kind."""
        return self.name.partition("/")[2]

    def read(self) -> bytes:
        """Return the whole of a small member.

        Raises:
            BadBackup: It is not small.
        """
        if self.size > (ROWS_MOST if self.kind == "rows" else SMALL_MOST):
            raise BadBackup("strange", name=self.name)
        return b"".join(self.pieces)


def _aside() -> IO[bytes]:
    """Return where lines wait for the manifest: in memory while they are few."""
    return tempfile.SpooledTemporaryFile(SMALL_MOST)


class Writer:
    """Writes a backup from front to end; at any moment one piece is in memory.

    Attributes:
        head: What a reader will find in it.
        bytes: Of all members behind the head so far.
    """

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._lines = _aside()
        self.bytes = 0
        self.head: dict[str, Any] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def begin(self, head: Mapping[str, Any]) -> None:
        """Say first of all what writes here."""
        self.head = {"format": FORMAT, **head}
        self.add_whole(HEAD, _json(self.head))
        self.bytes = 0

    def add_whole(self, name: str, content: bytes) -> None:
        self.add(name, len(content), [content])

    def add(self, name: str, size: int, pieces: Iterable[bytes]) -> str:
        """Write a member of ``size`` bytes; return its SHA-256."""
        seen, written = hashlib.sha256(), 0
        self._target.write(_described(name, size))
        for piece in pieces:
            seen.update(piece)
            written += len(piece)
            self._target.write(piece)
        if written != size:
            raise OSError(f"{name} has {written} bytes, not {size}")
        self._target.write(bytes(-size % _BLOCK))
        self._lines.write(f"{seen.hexdigest()} {size} {name}\n".encode())
        self.bytes += size
        return seen.hexdigest()

    def close(self, summary: Mapping[str, Any]) -> str:
        """Write the manifest and the end; return the digest by which the backup is known."""
        first, size = _json(summary) + b"\n", self._lines.tell()
        self._lines.seek(0)
        seen = hashlib.sha256(first)
        self._target.write(_described(MANIFEST, len(first) + size + 65))
        self._target.write(first)
        while piece := self._lines.read(PIECE):
            seen.update(piece)
            self._target.write(piece)
        digest = seen.hexdigest()
        self._target.write(f"{digest}\n".encode() + bytes(-(len(first) + size + 65) % _BLOCK))
        self._target.write(bytes(2 * _BLOCK))
        return digest


def _described(name: str, size: int) -> bytes:
    about = tarfile.TarInfo(name)
    about.size, about.mode = size, 0o600
    return about.tobuf(tarfile.GNU_FORMAT)


def _json(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()


class Reader:
    """Reads a backup from front to end, and compares every member with the manifest.

    Attributes:
        head: What wrote it; read when the block begins.
        summary: What the manifest says of the whole; there once all members were read.
        digest: By which the backup is known; there likewise.
        seen: The SHA-256 of the member that was read last.

    Raises:
        BadBackup: From any of its steps; until the last has passed nothing of it can be trusted.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._lines = _aside()
        self.summary: dict[str, Any] = {}
        self.digest = self.seen = ""
        self.head: dict[str, Any] = {}

    def __enter__(self) -> Reader:
        try:
            self._begin()
        except BaseException:
            self._lines.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def _begin(self) -> None:
        self.head = _values(self._next("").read())
        if self.head.get("format") != FORMAT:
            raise BadBackup("format", format=str(self.head.get("format"))[:20])

    def members(self) -> Iterator[Member]:
        """Yield every member between head and manifest; what is not read of one is passed over."""
        before = HEAD
        while True:
            member = self._next(before)
            before = member.kind
            if member.name == MANIFEST:
                self._compare(member)
                return
            yield member
            for _ in member.pieces:
                pass

    def _next(self, before: str) -> Member:
        """Read the description of the next member."""
        block = self._source.read(_BLOCK)
        if not before and not block.startswith(b"head\0"):
            raise BadBackup("not_ours")
        if len(block) < _BLOCK or not block.strip(b"\0"):
            raise BadBackup("cut")
        try:
            about = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise BadBackup("garbled") from error
        name = about.name
        if about.type != tarfile.REGTYPE or about.size < 0 or not _NAME.fullmatch(name):
            raise BadBackup("strange", name=ascii(name[:60]))
        if block != _described(name, about.size):
            raise BadBackup("garbled")
        kind = name.partition("/")[0]
        if before and (_ORDER[kind] < _ORDER[before] or kind == HEAD):
            raise BadBackup("strange", name=name)
        return Member(name, about.size, self._pieces(name, about.size))

    def _pieces(self, name: str, size: int) -> Iterator[bytes]:
        seen, left = hashlib.sha256(), size
        while left:
            piece = self._source.read(min(PIECE, left))
            if not piece:
                raise BadBackup("cut")
            seen.update(piece)
            left -= len(piece)
            yield piece
        filled = self._source.read(-size % _BLOCK)
        if filled != bytes(-size % _BLOCK):
            raise BadBackup("cut" if len(filled) < -size % _BLOCK else "garbled")
        if name != MANIFEST:
            self.seen = seen.hexdigest()
            self._lines.write(f"{self.seen} {size} {name}\n".encode())

    def _compare(self, manifest: Member) -> None:
        """Hold what was read to what was written."""
        lines, seen = _lines(manifest.pieces), hashlib.sha256()
        first = next(lines, b"")
        seen.update(first)
        self._lines.seek(0)
        for line in lines:
            mine = self._lines.readline()
            if not mine and re.fullmatch(rb"[0-9a-f]{64}\n", line):
                self._end(first, seen.hexdigest(), line, next(lines, b""))
                return
            if mine != line:
                raise _different(mine, line)
            seen.update(line)
        raise BadBackup("garbled")

    def _end(self, first: bytes, seen: str, said: bytes, more: bytes) -> None:
        if more or seen != said.decode().strip():
            raise BadBackup("changed", name=MANIFEST)
        end = self._source.read(2 * _BLOCK + 1)
        if len(end) < 2 * _BLOCK:
            raise BadBackup("cut")
        if end != bytes(2 * _BLOCK):
            raise BadBackup("longer")
        self.summary, self.digest = _values(first), seen


def _different(mine: bytes, said: bytes) -> BadBackup:
    """Say how a member differs from its line in the manifest."""
    here, there = (line.decode(errors="replace").split() for line in (mine, said))
    if len(there) != 3:
        return BadBackup("changed", name=MANIFEST)
    if here and here[2] == there[2]:
        return BadBackup("changed", name=here[2])
    return BadBackup("missing", name=there[2][:80])


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut what comes in pieces into lines, each with its end."""
    left = b""
    for piece in pieces:
        *whole, left = (left + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
        if len(left) > LINE_MOST:
            raise BadBackup("changed", name=MANIFEST)
    if left:
        yield left


def _values(written: bytes) -> dict[str, Any]:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise BadBackup("garbled") from error
    if not isinstance(found, dict):
        raise BadBackup("garbled")
    return found


# --- rows -----------------------------------------------------------------------------------------


def packed(text: bytes) -> bytes:
    """Pack lines so that ``gunzip`` reads them; fast rather than small."""
    packer = zlib.compressobj(1, wbits=31)
    return packer.compress(text) + packer.flush()


def unpacked(member: Member) -> list[list[Any]]:
    """Return the rows of a member.

    Raises:
        BadBackup: They are not what ``packed`` made, or too much of it.
    """
    opener = zlib.decompressobj(wbits=31)
    try:
        text = opener.decompress(member.read(), ROWS_MOST)
        if not opener.eof or opener.unused_data:
            raise BadBackup("strange", name=member.name)
        # All lines at once, as what they are: the values of one list.
        rows: list[Any] = from_json(b"[%s]" % text.replace(b"\n", b","), allow_inf_nan=False)
    except (zlib.error, ValueError, RecursionError) as error:
        if isinstance(error, BadBackup):
            raise
        raise BadBackup("changed", name=member.name) from error
    if not set(map(type, rows)) <= {list}:
        raise BadBackup("strange", name=member.name)
    return rows
