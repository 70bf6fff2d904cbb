"""What processes take of the machine, as the kernel counts it (Linux)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tests.support.guardian import family

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(process: int, *, with_ended: bool = False) -> float:
    """Return the processor time a family has taken so far, with that of children that ended if wanted."""
    total = 0
    counted = range(11, 15 if with_ended else 13)
    for one in family(process):
        # The name in brackets may hold blanks; the numbers come after it.
        fields = (PROC / str(one) / "stat").read_text().rpartition(")")[2].split()
        total += sum(int(fields[at]) for at in counted)
    return total / TICKS


def processor_seconds_with_ended(processes: list[int]) -> float:
    """Return the processor time that processes and the children they have waited for have taken."""
    total = 0
    for one in processes:
        fields = (PROC / str(one) / "stat").read_text().rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def named(name: str, process: int) -> list[int]:
    """Return those of a family whose program begins so; who has ended meanwhile is none of them."""
    found = []
    for one in family(process):
        with suppress(FileNotFoundError, ProcessLookupError):
            if (PROC / str(one) / "comm").read_text().startswith(name):
                found.append(one)
    return found


def resident(process: int) -> float:
    """Return what a process holds now in MB, shared pages too; 0 for one that ended."""
    try:
        lines = (PROC / str(process) / "status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    sizes = (int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return next(sizes, 0) / 1024


def memory(process: int) -> tuple[float, float]:
    """Return a family's memory in MB: proportional (shared pages shared out), and resident."""
    proportional = resident = 0
    for one in family(process):
        lines = (PROC / str(one) / "smaps_rollup").read_text().splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith("kB")}
        proportional += sizes["Pss"]
        resident += sizes["Rss"]
    return proportional / 1024, resident / 1024
