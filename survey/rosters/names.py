"""A firm's name as a list writes it: without former names and marks, and what stands behind it."""

from __future__ import annotations

import re

from questionnaires.sheets.lists import Cell
from survey.rosters.cells import text, unmarked

_INNER = r"(?:[^（()）]|[（(][^（()）]*[)）])*"
_FORMER = re.compile(
    rf"[（(](?:原名称?|原(?![料材木油煤奶矿件野创生味酒])|曾用名?|更名前){_INNER}[)）]$"
    r"| ?(?:原名称?|曾用名)[:：].*$"
)
_STANDING = re.compile(
    r"[（(][^（()）]*(?:注销|吊销|停产|停业|歇业|关停|关闭|倒闭|破产|搬迁|迁[出入至]|更名|改名|现名|现为|退规)"
    r"[^（()）]*[)）]$"
)
"""What became of a firm, written behind its name."""
_MARK_BEFORE = re.compile(r"^(?:[*＊※★☆]+|[（(]?\d{1,4}[)）.、．]\s*(?=[\u4e00-\u9fff]))")
"""A mark, or the row's number: 1.虚构甲厂."""


def name(cell: Cell) -> tuple[str, bool]:
    """Read a firm's name as it is written; say whether a former name stood behind it."""
    said = _MARK_BEFORE.sub("", unmarked(text(cell)))
    if any("\u4e00" <= c <= "\u9fff" for c in said):
        said = re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", said)
    now = _FORMER.sub("", said).strip()
    return now, now != said


def is_marked(cell: Cell) -> bool:
    """Whether a foot note is marked by a name."""
    said = text(cell)
    return _MARK_BEFORE.sub("", unmarked(said)) != said


def standing_in(name: str) -> str:
    """Return what stands in brackets behind a name and says what became of the firm."""
    found = _STANDING.search(name)
    return found[0] if found else ""
