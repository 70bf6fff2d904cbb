"""A reviewed workbook read back into the data files of a draft, or every cell that is at fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from questionnaires import loading, references
from questionnaires.edition import Edition, EditionFile, Packages, Standards
from questionnaires.model import Core, Extras, Section, Trade, Value
from questionnaires.reading import Document, Fault, shape
from questionnaires.references import Whole
from questionnaires.sheets.cells import Row, open_book
from questionnaires.sheets.inside import MOST_FAULTS, Unreadable
from questionnaires.workbook import layout
from questionnaires.workbook.assembling import CellDocument, assemble
from questionnaires.workbook.drafting import write_files

_MODELS: dict[str, type[Value]] = {
    "edition.yaml": EditionFile,
    "core.yaml": Core,
    "extras.yaml": Extras,
    "packages.yaml": Packages,
    "standards.yaml": Standards,
}


@dataclass(frozen=True)
class Draft:
    """What a workbook says: contents by file name, or every fault (``file`` is then a sheet)."""

    trade: str = ""
    files: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def read_workbook(file: Path | IO[bytes], beside: Edition | None = None) -> Draft:
    """Read a workbook.

    Args:
        beside: The edition it will join; its other trades may be spoken of.
    """
    try:
        rows, faults = _read(file)
    except Unreadable as unreadable:
        return Draft(faults=(unreadable.fault,))
    documents = assemble(rows, faults)
    shaped = {name: shape(doc, _MODELS.get(name, Trade)) for name, doc in documents.items()}
    faults += [fault for doc in documents.values() for fault in doc.faults]
    trade = next((value for value in shaped.values() if isinstance(value, Trade)), None)
    if not faults and trade:
        faults += _misplaced(documents, shaped, trade, beside)
    if faults or trade is None:
        return Draft(faults=_each_cell_once(faults))
    return Draft(trade.id, {name: document.value for name, document in documents.items()})


def _read(file: Path | IO[bytes]) -> tuple[dict[str, list[Row]], list[Fault]]:
    book = open_book(file)
    rows: dict[str, list[Row]] = {}
    faults = list(book.faults)
    for table in layout.TABLES:
        rows[table.name], found = book.rows(table)
        faults += found
    return rows, faults[:MOST_FAULTS]


def _misplaced(
    documents: dict[str, CellDocument],
    shaped: Mapping[str, Value | None],
    trade: Trade,
    beside: Edition | None,
) -> list[Fault]:
    """Look at ids and references, as far as one trade can tell."""
    head, core = shaped["edition.yaml"], shaped.get("core.yaml")
    assert isinstance(head, EditionFile)  # noqa: S101  its document has no fault
    if trade.id not in head.trades:
        fault = f"行业“{trade.id}”不在“年版”表的行业里"
        return [documents[f"{trade.id}.yaml"].fault(("id",), fault, "两处写成一致")]
    if not isinstance(core, Core):
        return [Fault("模块", "", "没有通用部分的模块", "补上通用部分的模块")]
    others = {t: other for t, other in beside.trades.items() if t in head.trades} if beside else {}
    packages = shaped.get("packages.yaml")
    standards = shaped.get("standards.yaml")
    edition = Edition.of(
        head,
        core=core,
        extras=_extras(shaped, alone=not {trade.id, *others}.issuperset(head.trades)),
        trades={**others, trade.id: trade},
        packages=packages.packages if isinstance(packages, Packages) else (),
        standards=standards.standards if isinstance(standards, Standards) else (),
    )
    places: dict[str, Document] = {f"{t}.yaml": Document(f"{t}.yaml") for t in others}
    return list(references.faults(Whole(edition, places | documents)))


def _extras(shaped: Mapping[str, Value | None], *, alone: bool) -> tuple[Section, ...]:
    """Return the optional sections; what ``alone`` cannot tell, another trade's process, is left."""
    extras = shaped.get("extras.yaml")
    if not isinstance(extras, Extras):
        return ()
    if not alone:
        return extras.sections
    return tuple(
        section.model_copy(
            update={
                "questions": tuple(q.model_copy(update={"needs": ()}) for q in section.questions)
            }
        )
        for section in extras.sections
    )


def _each_cell_once(faults: list[Fault]) -> tuple[Fault, ...]:
    """Keep the first fault of every cell: what follows from it would only confuse."""
    first: dict[tuple[str, str], Fault] = {}
    for fault in faults:
        first.setdefault((fault.file, fault.place), fault)
    return tuple(first.values())[:MOST_FAULTS]


# --- keeping ------------------------------------------------------------------------------------


class Published(ValueError):
    """The folder holds a sealed edition, which never changes."""


def keep_draft(draft: Draft, folder: Path) -> None:
    """Write a draft's files into a folder; what else lies there stays.

    The edition takes the folder's name as its id where that can be one.

    Raises:
        Published: The folder is sealed.
    """
    if (folder / loading.SEAL).exists():
        raise Published(folder.name)
    head = dict(draft.files["edition.yaml"])
    if loading.may_be_id(folder.name):
        head["id"] = folder.name
    write_files(folder, {**draft.files, "edition.yaml": head})
