"""How names are spelled in pinyin, so that a list stands in the order in which people look names up."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST: Final = 700
"""Letters of the longest spelling: a hundred characters of six letters, with a blank between."""


def spelled(name: str) -> str:
    """Return a name in small letters, figures and blanks: a syllable for each character.

    Marks, brackets and tones are left out; a character with several readings takes the one its
    neighbours speak for, and an officer corrects what is wrong (曾 is read ceng).
    """
    # The dictionary takes 50 MB: only whoever names a firm loads it.
    from pypinyin import lazy_pinyin

    return tidy(" ".join(lazy_pinyin(unicodedata.normalize("NFKC", name))))


def tidy(typed: str) -> str:
    """Return a spelling as it is kept: small letters and figures, one blank between two."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", typed)).lower()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall("[a-z0-9]+", bare))[:MOST].rstrip()
