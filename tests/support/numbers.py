"""Numbers that keep whatever tests invent apart, also from what another process of the run invented."""

from __future__ import annotations

from collections.abc import Iterator


class Numbers(Iterator[int]):
    """1, 2, 3 and on."""

    def __init__(self) -> None:
        self.last = 0

    def __next__(self) -> int:
        self.last += 1
        return self.last

    def go_on_behind(self, last: int) -> None:
        """Leave out what somebody else has used."""
        self.last = max(self.last, last)


NUMBERS = Numbers()
