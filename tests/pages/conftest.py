"""Pages are opened over SQLite by day and over PostgreSQL by night: what differs between the two is
the business of `tests/storage`, which asks both every time."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the night what is asked of PostgreSQL here."""
    for item in items:
        shape = getattr(item, "callspec", None)
        if HERE in item.path.parents and shape and "postgresql" in shape.params.values():
            item.add_marker(pytest.mark.nightly)
