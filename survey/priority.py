"""Long work that nobody waits for goes behind whatever readers ask meanwhile.

Linux gives every thread a niceness of its own, which may grow and never shrinks without privilege: a
command steps back as a whole, a worker lends the work a thread that ends with it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

NICEST = 19
BEHIND_PAGES = 5
"""How far a worker goes back: the web has three times its share of a busy processor, and no job starves."""
TELL_SECONDS = 0.5
T = TypeVar("T")
Told = Callable[[int, int], None]


class Unwanted(Exception):
    """Whoever waited for the work does so no more."""


def step_back(niceness: int = NICEST) -> None:
    """Let everybody else go before this thread, and before those it starts from now on."""
    os.setpriority(os.PRIO_PROCESS, 0, max(niceness, os.getpriority(os.PRIO_PROCESS, 0)))


def behind_others(do: Callable[[Told], T], told: Told) -> T:
    """Do something in a thread that has stepped back; what it gives or raises is given and raised here.

    Args:
        do: Is given a function to say how far it is, which raises where it is to stop.
        told: Hears that in this thread, at once and now and then, and may do there what cannot wait:
            it has not stepped back, nor what it starts. Where it raises, the work is stopped.
    """
    doing: Future[T] = Future()
    unwanted, last = threading.Event(), [(0, 1)]

    def tell(done: int, total: int) -> None:
        if unwanted.is_set():
            raise Unwanted
        last[0] = done, total

    def run() -> None:
        step_back()
        try:
            doing.set_result(do(tell))
        except BaseException as error:  # raised again by whoever waits
            doing.set_exception(error)

    # No process waits for it at its end: half of it is worth nothing.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        told(*last[0])
        while wait([doing], TELL_SECONDS).not_done:
            told(*last[0])
    except BaseException:
        unwanted.set()
        raise
    finally:
        thread.join()
    return doing.result()
