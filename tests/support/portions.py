"""Lists that go out a few rows at a time, watched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from survey.store import lists


def by_twos(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let lists go out two rows at a time; return how many were held, a number more for each time."""
    held: list[int] = []
    read = lists.Listing.portions

    def watched(*given: Any) -> Iterator[list[Any]]:
        for rows in read(*given):
            held.append(len(rows))
            yield rows

    monkeypatch.setattr(lists, "PORTION", 2)
    monkeypatch.setattr(lists.Listing, "portions", watched)
    return held
