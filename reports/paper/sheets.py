"""The style sheets of paper, as the press finds them in a page it is given."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parents[1] / "templates"
TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
SHEETS = ("paper.css", "annual.css", "district.css")


@cache
def sheet(name: str) -> str:
    """A paper sheet with the screen's tokens written into it.

    Custom properties are inherited by every element, which costs a third of the printing time.
    """
    tokens = dict(re.findall(r"(--[a-z0-9-]+):\s*([^;]+);", TOKENS.read_text(encoding="utf-8")))
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return re.sub(r"var\((--[a-z0-9-]+)\)", lambda found: tokens[found[1]], text)
