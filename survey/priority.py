"""Long work that nobody waits for goes behind whatever readers ask meanwhile.

Linux gives every thread a niceness of its own, which may grow and never shrinks without privilege: a
command steps back as a whole, a worker lends the work a thread that ends with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

NICEST = 19
T = TypeVar("T")


def step_back() -> None:
    """Let everybody else go before this thread, and before those it starts from now on."""
    os.setpriority(os.PRIO_PROCESS, 0, NICEST)


def behind_others(do: Callable[[], T]) -> T:
    """Do something in a thread that has stepped back; whatever it raises is raised here."""
    with ThreadPoolExecutor(1, initializer=step_back) as aside:
        return aside.submit(do).result()
