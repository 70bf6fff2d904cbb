"""Waiting for what must happen, and counting work where a clock would measure the machine."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from threading import Thread
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

# A net, not a measure: far beyond what the busiest machine takes.
PATIENCE_SECONDS = 120


def until(condition: Callable[[], T]) -> T:
    """Return what the condition gives as soon as that is true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
    return found


def joined(*running: Thread | BaseProcess) -> None:
    """Wait for the end of threads and processes; one that does not end is named, and a process killed."""
    for one in running:
        one.join(PATIENCE_SECONDS)
        if one.is_alive():
            if isinstance(one, BaseProcess):
                one.kill()
            raise AssertionError(f"{one.name} never ended")


def calls(run: Callable[[], object]) -> int:
    """Count the calls of functions, ours and built-in ones, that a run makes: the same anywhere."""
    counted = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    outer = sys.getprofile()
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(outer)
    return counted
