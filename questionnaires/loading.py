"""The files of an edition read into one value, and the seal that keeps a published one as it is.

``load`` wants only what scoring stands on: the shape of every file, ids and references, and an
unbroken seal. ``checking.check`` wants the whole sense as well; an edition is published only when
it has no fault.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from questionnaires import references
from questionnaires.edition import Edition, EditionFile, Packages, Standards
from questionnaires.frames.conditions import Conditions
from questionnaires.frames.crosswalk import Crosswalk
from questionnaires.frames.national import NationalLadder
from questionnaires.frames.systems import Systems
from questionnaires.model import Core, Extras, Trade, Value
from questionnaires.reading import Document, Fault, read, shape
from questionnaires.references import Whole

HEAD = "edition.yaml"
"""The file that makes a folder an edition."""
SEAL = "seal"
_ID = re.compile(r"[0-9]{4}[a-z0-9-]{0,36}", re.ASCII)
M = TypeVar("M", bound=Value)


class BadEdition(ValueError):
    """An edition that cannot be used; ``faults`` says why, all of it."""

    def __init__(self, edition_id: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{edition_id}: " + " / ".join(map(str, faults)))
        self.faults = faults


def may_be_id(name: str) -> bool:
    """Whether an edition may be called so."""
    return bool(_ID.fullmatch(name))


@dataclass
class Source:
    """An edition as read: the documents behind it, and what was wrong with them.

    ``edition`` is None when a file it needs has no good shape; a frame without a good shape is left
    out of it.
    """

    folder: Path
    documents: dict[str, Document] = field(default_factory=dict)
    missing: list[Fault] = field(default_factory=list)
    edition: Edition | None = None

    @property
    def shape_faults(self) -> list[Fault]:
        return [fault for document in self.documents.values() for fault in document.faults]

    def take(self, name: str, model: type[M], needed: bool = True) -> M | None:
        """Read one file; None where it is missing or has no good shape."""
        file = self.folder / name
        if not file.is_file():
            if needed:
                self.missing.append(Fault(name, "", "文件不存在", "补上这个文件"))
            return None
        document = self.documents[name] = read(file)
        found = shape(document, model)
        return None if document.faults else found


def load(folder: Path) -> Edition:
    """Read the edition in a folder, ready for use.

    Raises:
        BadEdition: A file's shape, an id, a reference or the seal is broken.
    """
    source = read_edition(folder)
    faults = [*source.shape_faults, *broken_seal(folder)]
    if source.edition:
        faults += references.faults(Whole(source.edition, source.documents))
    if source.edition is None or faults:
        raise BadEdition(folder.name, tuple(faults or source.missing))
    return source.edition


def read_edition(folder: Path) -> Source:
    """Read every file of an edition, whatever is wrong with it."""
    source = Source(folder)
    head = source.take(HEAD, EditionFile)
    core = source.take("core.yaml", Core)
    extras = source.take("extras.yaml", Extras, needed=False)
    packages = source.take("packages.yaml", Packages)
    standards = source.take("standards.yaml", Standards)
    trade_ids = head.trades if head else ()
    trades = {t: trade for t in trade_ids if (trade := source.take(f"{t}.yaml", Trade))}
    usable = not source.shape_faults
    crosswalk = source.take("crosswalk.yaml", Crosswalk, needed=False)
    conditions = source.take("conditions.yaml", Conditions, needed=False)
    national = source.take("national.yaml", NationalLadder, needed=False)
    systems = source.take("systems.yaml", Systems, needed=False)
    if head and core and usable:
        source.edition = Edition.of(
            head,
            core=core,
            extras=extras.sections if extras else (),
            trades=trades,
            packages=packages.packages if packages else (),
            standards=standards.standards if standards else (),
            crosswalk=crosswalk,
            conditions=conditions,
            national=national,
            systems=systems,
        )
    return source


def seal(folder: Path) -> str:
    """Return the SHA-256 over every data file's name and contents."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.yaml")):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def broken_seal(folder: Path) -> tuple[Fault, ...]:
    """A published edition carries its seal; a draft has none."""
    file = folder / SEAL
    if not file.is_file() or file.read_text("utf-8").strip() == seal(folder):
        return ()
    return (Fault(SEAL, "", "年版发布后内容被改动", "恢复原文；要改内容请另立新的年版"),)
