"""Put the documents of a batch into one archive, under names people know, with an index beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from reports.tables import Cell, Column, Origin, Sheet, write_table
from survey import clock, library
from survey.files.archives import Entry, Names, of_content, write_zip
from survey.files.contents import Contents, Damaged, Missing
from survey.files.stores import contents_of
from survey.jobs import editions
from survey.jobs.issuing import place_for
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import batch_work as steps
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step
from survey.store import batches as store
from survey.store.batches import ItemLine
from survey.store.bundles import erased_since
from survey.store.settings import District, read
from survey.tables import Batch, Document, DocumentStanding, Fault, SheetKind
from survey.words import batches as words
from survey.words.jobs import FAULTS
from survey.words.lists import NO_RUNG
from survey.words.wording import DOCUMENTS, STANDINGS

AT_ONCE = 20
"""Documents put into the archive between two signs of life."""
COLUMNS = (
    Column("企业名称", 30),
    Column("统一社会信用代码", 22),
    Column("评估轮次", 26),
    Column("文件编号", 16),
    Column("版本", 18),
    Column("答卷版次", 10, "number"),
    Column("等级", 16),
    Column("状态", 12),
    Column("签发日期", 12, "date"),
    Column("文件名", 46),
    Column("SHA-256", 68),
    Column("没有文件的原因", 40),
)


def pack(workshop: Workshop, batch: Batch) -> Effect:
    """Put all documents that are there into one archive; without any there is none."""
    read_at, contents = clock.utc_now(), contents_of(workshop.config)
    lines = list(store.all_lines(workshop.session, batch.id))
    files = _files(workshop, batch, lines)
    names = _names(batch, lines, files)
    if not names:
        workshop.session.rollback()
        return lambda step: steps.finish(step, batch.id, "", 0)
    index = _index(workshop, batch, lines, names, files)
    workshop.session.rollback()
    place = place_for(workshop, "zip")
    try:
        with place.open("wb") as target:
            write_zip(target, _entries(workshop, contents, names, files, index))
    except (Missing, Damaged) as error:
        raise WorkFailed(Fault.BROKEN) from error
    size, sha256 = place.stat().st_size, contents.put(place)
    place.unlink(missing_ok=True)  # a folder takes the file itself, a bucket a copy of it
    return finished(batch.id, sha256, size, read_at)


def finished(batch_id: int, sha256: str, size: int, read_at: datetime) -> Effect:
    """Return what puts a file down that was read from this moment on, unless it holds somebody erased."""

    def finish(step: Step) -> dict[str, Any]:
        if erased_since(step.session, read_at):
            raise WorkFailed(Fault.CHANGED)
        return steps.finish(step, batch_id, sha256, size)

    return finish


def _files(workshop: Workshop, batch: Batch, lines: Sequence[ItemLine]) -> dict[int, str]:
    """Return the hash of each file that may go out and is there, by the item's id."""
    found = {
        line.item.id: editions.file_of(workshop, batch.kind, line.document)
        for line in lines
        if line.document and _may_go_out(line.document)
    }
    return {item: sha256 for item, sha256 in found.items() if sha256}


def _names(batch: Batch, lines: Sequence[ItemLine], files: dict[int, str]) -> dict[int, str]:
    """Return what each file is called in the archive, by the item's id."""
    names, suffix = Names(), editions.SUFFIX[batch.kind]
    return {
        line.item.id: names.give(
            f"{line.document.number} {line.firm}{_gone(line.document)}{suffix}"
        )
        for line in lines
        if line.document and line.item.id in files
    }


def _gone(document: Document) -> str:
    return "（已被替代）" if document.standing == DocumentStanding.SUPERSEDED else ""


def _may_go_out(document: Document) -> bool:
    return document.standing != DocumentStanding.WITHDRAWN


def _entries(
    workshop: Workshop,
    contents: Contents,
    names: dict[int, str],
    files: dict[int, str],
    index: bytes,
) -> Iterator[Entry]:
    yield Entry(words.INDEX, (index,))
    for place, (item, name) in enumerate(names.items()):
        if place % AT_ONCE == 0:
            workshop.progress(place, len(names))
        yield of_content(contents, files[item], name)


def _index(
    workshop: Workshop,
    batch: Batch,
    lines: Sequence[ItemLine],
    names: dict[int, str],
    files: dict[int, str],
) -> bytes:
    rungs = _rungs(workshop, lines)
    rows = (
        _row(batch, line, rungs, names.get(line.item.id, ""), files.get(line.item.id, ""))
        for line in lines
    )
    place = read(workshop.session)
    title = f"{place.name}{words.title(batch)}目录"
    return workbook(place, batch, [Sheet("目录", COLUMNS, rows, title)])


def workbook(place: District, batch: Batch, sheets: Sequence[Sheet]) -> bytes:
    """Return the index as it lies in the archive: packed twice, it has the same bytes."""
    began, target = batch.began_at.astimezone(clock.LOCAL), BytesIO()
    origin = Origin(place.bureau, began, batch.scope, place.demonstration)
    write_table(target, sheets, origin)
    return target.getvalue()


def _rungs(workshop: Workshop, lines: Sequence[ItemLine]) -> dict[str, str]:
    """Return the titles of the rungs of every edition that stands among the lines."""
    editions = {line.assessment.edition for line in lines if line.assessment}
    ladders = [library.load(workshop.session, edition).ladder for edition in sorted(editions)]
    return {rung.id: rung.title for ladder in ladders for rung in ladder}


def _row(
    batch: Batch, line: ItemLine, rungs: dict[str, str], name: str, sha256: str
) -> Sequence[Cell]:
    document, item, found = line.document, line.item, line.assessment
    if document is None or found is None:
        why = FAULTS[item.fault] if item.fault else words.NOT_MADE
        return (line.firm, line.code, line.round, *[""] * 2, None, *[""] * 2, None, "", "", why)
    rung = found.visited_rung if batch.sheet == SheetKind.ONSITE else found.own_rung
    return (
        line.firm,
        line.code,
        line.round,
        document.number,
        DOCUMENTS[document.kind],
        document.version,
        rungs.get(rung or "", NO_RUNG),
        STANDINGS[document.standing],
        document.issued_at.astimezone(clock.LOCAL).date(),
        name,
        sha256 or document.sha256,
        "" if name else words.LEFT_OUT if not _may_go_out(document) else words.LOST,
    )
