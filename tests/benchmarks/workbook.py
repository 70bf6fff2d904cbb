"""A workbook of ten thousand firms and sixty columns, beside XlsxWriter alone writing the same cells.

Each is written by a process of its own, ``python -m tests.benchmarks.workbook``, which says what it took.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time

import xlsxwriter

from reports.tables import Cell, Column, Kind, Origin, Sheet, write_table
from tests.benchmarks.figures import Figure, at_most

FIRMS, TIMES = 10_000, 3
KINDS: tuple[Kind, ...] = ("text", "number", "text", "percent", "date", "text") * 10
MOST_RATIO, MOST_MB = 1.6, 120
GROUP = f"Excel（{FIRMS:,} 家 × {len(KINDS)} 列）"
FIRST = date(2026, 1, 1)


def measure(folder: Path) -> list[Figure]:
    """Write the same cells both ways, one after the other."""
    taken = {way: [_written(way, folder) for _ in range(TIMES)] for way in WAYS}
    ours, bare = (median(seconds for seconds, _ in taken[way]) for way in ("ours", "bare"))
    most = max(megabytes for _, megabytes in taken["ours"])
    note = f"处理器时间 {ours:.2f} 秒，只用 XlsxWriter {bare:.2f} 秒"
    return [
        Figure(GROUP, "与只用 XlsxWriter 之比", ours / bare, "倍", at_most(MOST_RATIO), note),
        Figure(GROUP, "写表的进程最多占用", most, "MB", at_most(MOST_MB)),
    ]


def _written(way: str, folder: Path) -> tuple[float, float]:
    """Return the processor seconds and the most megabytes of a process that writes one."""
    asked = [sys.executable, "-m", "tests.benchmarks.workbook", way, str(folder / f"{way}.xlsx")]
    seconds, megabytes = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    return seconds, megabytes


def _rows() -> Iterator[list[Cell]]:
    """What a list of firms is made of: words, numbers, shares, days, each cell another."""
    for firm in range(FIRMS):
        yield [_cell(kind, firm, at) for at, kind in enumerate(KINDS)]


def _cell(kind: Kind, firm: int, at: int) -> Cell:
    if kind == "text":
        return f"虚构的内容 {firm}-{at}"
    return FIRST + timedelta(firm % 365) if kind == "date" else firm + at


def _ours(target: Path) -> None:
    columns = [Column(f"虚构列 {at}", 14, kind) for at, kind in enumerate(KINDS)]
    origin = Origin("虚构区", datetime(2026, 11, 1, tzinfo=UTC))
    write_table(target, [Sheet("虚构清单", columns, _rows(), title="虚构清单")], origin)


def _bare(target: Path) -> None:
    with xlsxwriter.Workbook(str(target), {"constant_memory": True}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(_rows()):
            for at, (kind, cell) in enumerate(zip(KINDS, row, strict=True)):
                if kind == "text":
                    page.write_string(line, at, cell)
                elif kind == "date":
                    page.write_datetime(line, at, cell, day)
                else:
                    page.write_number(line, at, cell)


WAYS: dict[str, Callable[[Path], None]] = {"ours": _ours, "bare": _bare}


def main() -> None:
    """Write one workbook and say what it took."""
    started = process_time()
    WAYS[sys.argv[1]](Path(sys.argv[2]))
    seconds = process_time() - started
    sys.stdout.write(json.dumps([seconds, _most_megabytes()]))


def _most_megabytes() -> float:
    """This process at its largest; what ``getrusage`` says is inherited from whoever started it."""
    said = Path("/proc/self/status").read_text().splitlines()
    [line] = (one for one in said if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
