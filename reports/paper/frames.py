"""Room for Python's own frames, taken once instead of at every call.

CPython keeps frames in chunks of 16 kB and gives a chunk back to the system when its first frame
ends. Where a loop happens to stand at the edge of a chunk, each of its calls asks the system for
memory, touches it and returns it. A frame that is too large for a chunk gets one as large as the
next power of two, and whatever is called from it lies in the rest.

Source: CPython 3.11, ``Python/pystate.c``, ``push_chunk`` and ``_PyThreadState_PopFrame``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SLOTS = 70_000
"""Of eight bytes: more than half a megabyte, so that the chunk has one and nearly half of it is free."""


def with_room(work: Callable[P, T]) -> Callable[P, T]:
    """Return the same work, with room for its frames below it."""

    def call(*given: P.args, **named: P.kwargs) -> T:
        return work(*given, **named)

    call.__code__ = call.__code__.replace(co_stacksize=SLOTS)
    return call
