"""Editions from disk: loaded for use, checked for publishing, sealed for ever.

``load`` wants only what scoring stands on: the shape of every file, ids and references, and an
unbroken seal. ``check`` wants the whole sense as well and reports every fault in one run; an
edition is published only when it has none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from questionnaires import references
from questionnaires.checking import examples, reach, sense
from questionnaires.model import Core, Edition, EditionFile, Extras, Package, Standard, Trade, Value
from questionnaires.reading import Document, Fault, read, shape
from questionnaires.references import Whole

EDITIONS = Path(__file__).parent / "editions"
"""The editions that come with the program."""
SEAL = "seal"
_OWN: list[Path] = []
_ID = re.compile(r"[0-9]{4}[a-z0-9-]{0,36}", re.ASCII)
FRAMES = ("crosswalk.yaml", "conditions.yaml")
"""Files with readers and checks of their own; here only their texts are looked at."""
M = TypeVar("M", bound=Value)


class UnknownEdition(LookupError):
    """No folder of this name holds an edition."""


class BadEdition(ValueError):
    """An edition that cannot be used; ``faults`` says why, all of it."""

    def __init__(self, edition_id: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{edition_id}: " + " / ".join(map(str, faults)))
        self.faults = faults


class Packages(Value):
    """``packages.yaml``."""

    packages: tuple[Package, ...]


class Standards(Value):
    """``standards.yaml``."""

    standards: tuple[Standard, ...]


@dataclass
class Source:
    """An edition as read: its parsed files, the documents behind them, and what was wrong."""

    folder: Path
    documents: dict[str, Document] = field(default_factory=dict)
    missing: list[Fault] = field(default_factory=list)
    edition: Edition | None = None

    @property
    def shape_faults(self) -> list[Fault]:
        return [fault for document in self.documents.values() for fault in document.faults]


def keep_own_in(folder: Path | None) -> None:
    """Let an installation have editions of its own beside those of the program; None ends it."""
    _OWN[:] = [folder] if folder else []


def editions() -> tuple[str, ...]:
    """The ids of the editions that may be used, oldest first: the program's, and sealed own ones."""
    own = {name for name, folder in _found(*_OWN).items() if (folder / SEAL).is_file()}
    return tuple(sorted(own | set(_found(EDITIONS))))


def drafts() -> tuple[str, ...]:
    """The ids of an installation's own editions that are not published yet."""
    return tuple(sorted(set(_found(*_OWN)) - set(editions())))


def may_be_id(name: str) -> bool:
    """Whether an edition may be called so."""
    return bool(_ID.fullmatch(name))


def folder_of(edition_id: str) -> Path:
    """Return the folder of an edition, draft or not.

    Raises:
        UnknownEdition: There is no such edition.
    """
    if may_be_id(edition_id):
        for home in (EDITIONS, *_OWN):
            if (home / edition_id / "edition.yaml").is_file():
                return home / edition_id
    raise UnknownEdition(edition_id)


def _found(*homes: Path) -> dict[str, Path]:
    files = [file for home in homes for file in home.glob("*/edition.yaml")]
    return {file.parent.name: file.parent for file in files if may_be_id(file.parent.name)}


def load(edition_id: str) -> Edition:
    """Return an edition ready for use; its files are read once.

    Raises:
        UnknownEdition: There is no such edition, or it is a draft.
        BadEdition: A file's shape, an id, a reference or the seal is broken.
    """
    folder = folder_of(edition_id)
    if folder.parent in _OWN and not (folder / SEAL).is_file():
        raise UnknownEdition(edition_id)
    return _loaded(folder)


@cache
def _loaded(folder: Path) -> Edition:
    source = read_edition(folder)
    faults = [*source.shape_faults, *_broken_seal(folder)]
    if source.edition:
        faults += references.faults(Whole(source.edition, source.documents))
    if source.edition is None or faults:
        raise BadEdition(folder.name, tuple(faults or source.missing))
    return source.edition


def check(folder: Path) -> tuple[Edition | None, tuple[Fault, ...]]:
    """Check everything about the edition in a folder and report all faults at once.

    What would only repeat an earlier fault is left out: the sense of an edition that lacks a file,
    and reach and worked examples while references are broken.
    """
    source = read_edition(folder)
    faults = [*source.shape_faults, *source.missing, *_broken_seal(folder)]
    if source.edition is None:
        return None, tuple(faults)
    others = {name: read(folder / name) for name in FRAMES if (folder / name).is_file()}
    whole = Whole(source.edition, source.documents | others)
    broken = [*_misnamed(source), *references.faults(whole)]
    faults += broken
    if not source.missing:
        faults += sense.faults(whole)
    if not source.missing and not broken:
        faults += reach.faults(whole)
        faults += examples.faults(source.edition, folder)
        faults += _frames(source.edition, folder)
    return source.edition, tuple(faults)


def _misnamed(source: Source) -> list[Fault]:
    edition, folder = source.edition, source.folder.name
    if edition is None or edition.id == folder:
        return []
    fault = f"年版 id“{edition.id}”与文件夹“{folder}”不同"
    return [source.documents["edition.yaml"].fault(("id",), fault, "改成相同")]


def _frames(edition: Edition, folder: Path) -> Iterator[Fault]:
    """Let the frames that read the same answers check their own files."""
    # They load editions themselves, so they cannot be imported at the top.
    from questionnaires.frames import conditions, crosswalk

    yield from crosswalk.faults(edition, folder)
    yield from conditions.faults(edition, folder)


def read_edition(folder: Path) -> Source:
    """Read every file of an edition; ``edition`` is None when one it needs has no good shape."""
    source = Source(folder)
    head = _read(source, "edition.yaml", EditionFile)
    core = _read(source, "core.yaml", Core)
    extras = _read(source, "extras.yaml", Extras, needed=False)
    packages = _read(source, "packages.yaml", Packages)
    standards = _read(source, "standards.yaml", Standards)
    trade_ids = head.trades if head else ()
    trades = {t: trade for t in trade_ids if (trade := _read(source, f"{t}.yaml", Trade))}
    if head and core and not source.shape_faults:
        source.edition = Edition.of(
            head,
            core=core,
            extras=extras.sections if extras else (),
            trades=trades,
            packages=packages.packages if packages else (),
            standards=standards.standards if standards else (),
        )
    return source


def _read(source: Source, name: str, model: type[M], needed: bool = True) -> M | None:
    file = source.folder / name
    if not file.is_file():
        if needed:
            source.missing.append(Fault(name, "", "文件不存在", "补上这个文件"))
        return None
    document = source.documents[name] = read(file)
    return shape(document, model)


def seal(folder: Path) -> str:
    """Return the SHA-256 over every data file's name and contents."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.yaml")):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _broken_seal(folder: Path) -> tuple[Fault, ...]:
    """A published edition carries its seal; a draft has none."""
    file = folder / SEAL
    if not file.is_file() or file.read_text("utf-8").strip() == seal(folder):
        return ()
    return (Fault(SEAL, "", "年版发布后内容被改动", "恢复原文；要改内容请另立新的年版"),)
