"""Workbooks of the bureau's own that are filled with a list: what they hold, and filling them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey.files import sandbox
from survey.files.inside import Verdict
from survey.files.uploads import BadUpload

SECONDS = 120
"""How long filling may take on a busy machine; its own time is limited more narrowly."""


@dataclass(frozen=True)
class Held:
    """What a workbook holds.

    Attributes:
        unknown: Names in it that nobody knows.
        rows: Where names of a firm stand, as (sheet, row).
        lost: What of it is not written again, by kind.
    """

    unknown: tuple[str, ...]
    rows: tuple[tuple[str, int], ...]
    named: tuple[str, ...]
    lost: tuple[str, ...]


def held(content: bytes, name: str, fields: Sequence[str], once: Sequence[str]) -> Held:
    """Look into a workbook for the names it holds.

    Args:
        fields: The names of what a firm's row can say; ``once``: of what stands but once.

    Raises:
        BadUpload: It cannot be read, or reaches outside.
    """
    said = json.loads(_look({"fields": list(fields), "once": list(once)}, content, name))
    rows = tuple((sheet, row) for sheet, row in said["rows"])
    return Held(tuple(said["unknown"]), rows, tuple(said["named"]), tuple(said["lost"]))


def filled(
    content: bytes,
    name: str,
    fields: Sequence[str],
    rows: Sequence[Sequence[Any]],
    once: Mapping[str, Any],
) -> bytes:
    """Fill a workbook.

    Args:
        rows: A value for each field, day by day as ``{"day": "2026-01-31"}``.

    Raises:
        BadUpload: It cannot be read or written, or is too large with these rows.
    """
    asked = {"fields": list(fields), "rows": rows, "once": once}
    return _look(asked, content, name)


def _look(asked: Mapping[str, Any], content: bytes, name: str) -> bytes:
    line = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
    seen = sandbox.look("filling", "xlsx", line + b"\n" + content, seconds=SECONDS)
    if seen.verdict != Verdict.FINE:
        raise BadUpload(seen.verdict, name)
    return seen.drawn[0]
