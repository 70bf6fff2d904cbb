"""Measure, print, and keep the figures as JSON where asked: ``python -m tests.benchmarks``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import (
    actions,
    backup,
    batch,
    budget,
    deliveries,
    jobs,
    lighthouse,
    machine,
    paper,
    plans,
    programme,
    roster,
    rubric,
    screening,
    tablet,
    visits,
    web,
    workbook,
)
from tests.benchmarks.figures import Figure, as_data, printed

MEASURES: dict[str, Callable[[Path], list[Figure]]] = {
    "web": web.measure,
    "paper": paper.measure,
    "batch": batch.measure,
    "machine": machine.measure,
    "rubric": rubric.measure,
    "plans": plans.measure,
    "screening": screening.measure,
    "roster": roster.measure,
    "programme": programme.on_sqlite,
    "programme-postgresql": programme.on_postgresql,
    "programme-huge": programme.of_a_hundred_thousand,
    "workbook": workbook.measure,
    "budget": budget.measure,
    "visits": visits.measure,
    "backup": backup.measure,
    "jobs": jobs.measure,
    "lighthouse": lighthouse.measure,
    "deliveries": deliveries.measure,
    "actions": actions.measure,
    "tablet": tablet.measure,
}
"""What can be measured; each gets an empty folder of its own."""
# Not the temporary folder: that may lie in memory, where keeping an answer costs nothing.
ON_DISK = "/var/tmp"  # noqa: S108  # a fresh folder inside it is ours alone


def main() -> int:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*MEASURES, []], help="leave out the others")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--on", default=ON_DISK, metavar="FOLDER", help="where the databases lie")
    asked = parser.parse_args()
    figures: list[Figure] = []
    print(
        f"数智阶梯 测速：{platform.platform()}，{os.cpu_count()} 核，Python {sys.version.split()[0]}"
    )
    with tempfile.TemporaryDirectory(prefix="survey-bench-", dir=asked.on) as kept:
        for name in asked.only or MEASURES:
            folder = Path(kept) / name
            folder.mkdir()
            measured = MEASURES[name](folder)
            print(printed(measured), flush=True)
            print(
                f"  （期间系统负载 {os.getloadavg()[0]:.1f}，共 {os.cpu_count()} 核）", flush=True
            )
            figures += measured
    if asked.json:
        asked.json.write_text(json.dumps(as_data(figures), ensure_ascii=False, indent=1), "utf-8")
    missed = [figure for figure in figures if figure.verdict == "未达标"]
    print(f"\n{len(figures)} 项，{len(missed)} 项未达标。")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
