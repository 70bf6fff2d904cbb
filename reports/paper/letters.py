"""Letters no font of paper has, put in words: an empty box says nothing to its reader."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONT = Path(__file__).parents[2] / "static" / "fonts" / "NotoSansSC-Regular.ttf"
SYSTEM = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
"""What Debian's ``fonts-noto-cjk`` installs, from which the press takes what ours lacks (𠮷 in a name)."""
PICTURE = "〔表情〕"
_JOINS = "\u200d\ufe0e\ufe0f\u20e3"
"""What holds the parts of one small picture together."""


def in_letters(text: str) -> str:
    """Return a text that the fonts can set: ours, and the system's where it is installed.

    Small pictures become one word, a rare character its number (〔U+2CB4E〕), so that a name can be
    looked up; what nobody sees goes.
    """
    missing = {c for c in set(text) - _known() if c not in "\n\t\r"}
    if not missing:
        return text
    signs = "".join(map(re.escape, missing))
    return re.sub(f"[{signs}]+(?:[{_JOINS}]+[{signs}]*)*", _in_words, text)


@cache
def _known() -> frozenset[str]:
    found: set[str] = set()
    for file in filter(Path.is_file, (FONT, SYSTEM)):
        with TTFont(file, fontNumber=0, lazy=True) as font:
            found.update(map(chr, font.getBestCmap()))
    return frozenset(found)


def _in_words(found: re.Match[str]) -> str:
    words: list[str] = []
    for sign in found[0]:
        kind = unicodedata.category(sign)
        if kind in ("Cc", "Cf", "Cs", "Mn", "Zl", "Zp") or sign in _JOINS:
            continue
        word = PICTURE if kind in ("So", "Sk") else f"〔U+{ord(sign):04X}〕"
        if not (word == PICTURE and words and words[-1] == PICTURE):
            words.append(word)
    return "".join(words) or (" " if any(s in found[0] for s in "\u2028\u2029") else "")
