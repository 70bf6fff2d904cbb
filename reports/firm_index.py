"""What lies beside the files in a firm's ZIP: the index as a workbook, and a cover to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from reports.firm_file import FirmFile, Kept, Table
from reports.paper.html import templates
from reports.tables import Cell, Column, Origin, Sheet, write_table

WHOLE, MISSING, DAMAGED = "已收录", "文件缺失，没有收录", "文件已损坏，没有收录"
APART = "待查毒或含病毒，没有收录"
INDEX, COVER = "目录.xlsx", "封面.html"
_COLUMNS = (
    Column("序号", 6, "number"),
    Column("文件夹", 40),
    Column("文件", 44),
    Column("原来的名称", 36),
    Column("类别", 14),
    Column("属于", 36),
    Column("日期", 12, "date"),
    Column("大小（字节）", 12, "number"),
    Column("效力", 12),
    Column("收录", 20),
    Column("SHA-256", 66),
)


@dataclass(frozen=True)
class Placed:
    """A file with its path in the ZIP, and what became of it."""

    number: int
    path: str
    file: Kept
    size: int | None
    outcome: str = WHOLE

    @property
    def cells(self) -> tuple[Cell, ...]:
        folder, _, name = self.path.rpartition("/")
        if self.outcome != WHOLE:
            name = ""
        return (
            *(self.number, folder, name, self.file.name, self.file.what, self.file.of),
            *(self.file.at.date(), self.size, self.file.standing, self.outcome, self.file.sha256),
        )


def write_index(
    target: Path, it: FirmFile, placed: Sequence[Placed], bureau: str, *, demonstration: bool
) -> None:
    """Write the workbook: the files on its first sheet, then every table on one of its own."""
    up_to = it.as_of or date(1980, 1, 1)
    made = datetime.combine(up_to, time())
    origin = Origin(f"{bureau}　{it.name}（{it.code}）", made, "", demonstration, up_to)
    files = Sheet("目录", _COLUMNS, [one.cells for one in placed])
    write_table(target, [files, *map(_sheet, _tables(it))], origin)


def _tables(it: FirmFile) -> Iterator[Table]:
    for part in it.parts:
        yield from part.tables


def _sheet(table: Table) -> Sheet:
    columns = [field.column for field in table.fields]
    return Sheet(table.title, columns, [row.cells for row in table.rows])


def cover(
    it: FirmFile,
    placed: Sequence[Placed],
    bureau: str,
    words: Mapping[str, str],
    *,
    demonstration: bool,
) -> str:
    """Return the cover as one HTML that needs nothing beside it.

    Args:
        words: What each outlook's file is called.
    """
    folders = Counter(one.path.partition("/")[0] for one in placed if one.outcome == WHOLE)
    return (
        templates()
        .get_template("firm_cover.html")
        .render(
            it=it,
            title=words[it.outlook],
            bureau=bureau,
            folders=sorted(folders.items()),
            lost=[one for one in placed if one.outcome != WHOLE],
            demonstration=demonstration,
            index=INDEX,
        )
    )
