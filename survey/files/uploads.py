"""Take in a file: let it arrive, recognise it, have it looked into, keep it under its own hash.

Extension, first bytes and a look inside must agree. What a browser says about a file is never
believed, and its name is never part of a path.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO

from survey.clock import LOCAL
from survey.files import pictures, sandbox, signatures
from survey.files.contents import Contents
from survey.files.inside import Verdict
from survey.files.kinds import BY_CONTENT, BY_EXTENSION, Kind
from survey.files.names import extension_of, plain_name, with_extension
from survey.files.receiving import Oversized, arrived
from survey.files.signatures import Signature


class Fault(StrEnum):
    """Why a file is not taken, before anybody looks inside."""

    EMPTY = "empty"
    OVERSIZED = "oversized"
    UNSUPPORTED = "unsupported"
    UNNAMED = "unnamed"
    MISNAMED = "misnamed"
    INFECTED = "infected"
    """The virus scanner has found something in it before."""


class BadUpload(Exception):
    """A file that is not taken; nothing is kept of it.

    Attributes:
        found: What its first bytes say, where that matters.
        kind: What its name says it is.
        most: The limit it breaks, in bytes.
    """

    def __init__(
        self,
        fault: Fault | Verdict,
        name: str,
        *,
        found: Signature = Signature.UNKNOWN,
        kind: Kind | None = None,
        most: int = 0,
    ) -> None:
        super().__init__(f"{fault}: {name}")
        self.fault = fault
        self.name = name
        self.found = found
        self.kind = kind
        self.most = most

    @property
    def status(self) -> int:
        return _STATUS.get(self.fault, 422)


_STATUS: dict[Fault | Verdict, int] = {
    Fault.OVERSIZED: 413,
    Fault.UNSUPPORTED: 415,
    Fault.UNNAMED: 415,
    Fault.MISNAMED: 415,
    Verdict.MACROS: 415,
    Verdict.EMBEDS: 415,
    Verdict.REACHES_OUT: 415,
    Verdict.OTHER_KIND: 415,
}


@dataclass(frozen=True)
class Stored:
    """A file that lies under its hash."""

    name: str
    sha256: str
    media_type: str
    size: int
    has_thumbnail: bool
    taken_at: datetime | None = None
    """When a photo was taken, as its camera noted; the clock may be wrong."""
    likeness: str | None = None
    """What a picture looks like, see ``inside.picture.likeness``; None for other files."""


def take(stream: IO[bytes], name: str, contents: Contents, most: int) -> Stored:
    """Check a file and keep it: whole, or not at all; a photo without what its camera noted.

    Args:
        stream: Its bytes, read once.
        most: The largest size in bytes.

    Raises:
        BadUpload: Says what is wrong with it.
    """
    name = plain_name(name)
    try:
        with arrived(stream, contents.incoming, most) as path:
            kind = _recognised(path, name)
            seen = sandbox.look(kind.work, kind.id, path)
            if seen.verdict != Verdict.FINE:
                raise BadUpload(seen.verdict, name, kind=kind)
            if kind.is_picture:  # the place, the camera and its owner are nobody's business
                path.write_bytes(seen.drawn[2])
            size = path.stat().st_size
            sha256 = contents.put(path)
    except Oversized as error:
        raise BadUpload(Fault.OVERSIZED, name, most=most) from error
    if kind.is_picture:
        pictures.keep(contents, sha256, seen.drawn)
    named = name if extension_of(name) else with_extension(name, kind.extensions[0])
    stored = Stored(named, sha256, kind.media_type, size, kind.is_picture)
    if not kind.is_picture:
        return stored
    taken, likeness = (noted.decode() for noted in seen.drawn[3:5])
    return replace(stored, taken_at=_moment(taken), likeness=likeness)


def _moment(noted: str) -> datetime | None:
    """Return a camera's time; one without a zone is taken for ours."""
    found = datetime.fromisoformat(noted) if noted else None
    return found.replace(tzinfo=found.tzinfo or LOCAL).astimezone(UTC) if found else None


def _recognised(path: Path, name: str) -> Kind:
    """Return the kind on which a file's name and its first bytes agree.

    A name without an extension says nothing: then the first bytes decide, where they can.
    """
    with path.open("rb") as file:
        head = file.read(signatures.HEAD)
    if not head:
        raise BadUpload(Fault.EMPTY, name)
    found, extension = signatures.recognise(head), extension_of(name)
    kind = BY_EXTENSION.get(extension) if extension else BY_CONTENT.get(found)
    if kind is None:
        unnamed = not extension and found == Signature.ZIP
        raise BadUpload(Fault.UNNAMED if unnamed else Fault.UNSUPPORTED, name, found=found)
    if kind.signature != found:
        raise BadUpload(Fault.MISNAMED, name, found=found, kind=kind)
    return kind
