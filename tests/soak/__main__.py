"""`make soak`: half an hour under mixed load, web, worker or database killed every twenty seconds."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.soak.alone import one_machine
from tests.soak.blows import by_clock, soak

EVERY_SECONDS = 20
REPORTS_A_MINUTE = 10
TABLETS = 4


def main() -> int:
    """Run for ``MINUTES``; print the counts; fail where they are not exact."""
    minutes = float(os.environ.get("MINUTES", "30"))
    with (
        tempfile.TemporaryDirectory(prefix="survey-soak-", dir="/tmp") as folder,
        one_machine(Path(folder), tablets=TABLETS, reports=int(REPORTS_A_MINUTE * minutes)) as (
            crowd,
            parts,
        ),
    ):
        outcome = soak(crowd, parts, by_clock(60 * minutes, EVERY_SECONDS))
    print(outcome)
    return 0 if outcome.counts.is_exact else 1


if __name__ == "__main__":
    sys.exit(main())
