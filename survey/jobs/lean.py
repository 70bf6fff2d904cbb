"""Huey without the drivers of storages that are not used: they weigh 11 MB in every process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

DRIVERS = ("redis", "psycopg")


@contextmanager
def without_drivers(needed: str) -> Iterator[None]:
    """Have Huey find no driver, while it is imported, but the one needed and those loaded already.

    Huey tries to import each and goes on without where that fails; a name that stands for None in
    ``sys.modules`` fails.
    """
    absent = [name for name in DRIVERS if name != needed and name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
