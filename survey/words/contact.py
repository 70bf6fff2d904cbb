"""Whom to ask: wherever a sentence sends a reader to the bureau, its contact stands beside it."""

from __future__ import annotations

from typing import Final

BUREAU: Final = "{bureau}"
"""Stands in a sentence for the bureau with its contact; ``said`` puts them in."""


def said(text: str, bureau: str = "", contact: str = "") -> str:
    """Put the bureau's name and contact into a sentence that sends somebody there.

    Args:
        bureau: Its name; empty while nobody has set it.
        contact: Name and phone of whom to ask; may be empty.
    """
    named = (bureau or "主管部门") + (f"（{contact}）" if contact else "")
    return text.replace(BUREAU, named)
