"""What people type into short fields: tidied, and refused when no page could show it."""

from __future__ import annotations

import unicodedata

from survey.lifecycle.errors import Invalid

MOST_REASON = 500


def line(text: str | None) -> str:
    """Tidy one line: composed characters, no control characters, single blanks, no blank ends.

    A database would refuse NUL, and no reader can see the others. What shows nothing at all, such
    as zero-width characters alone, is an empty line.
    """
    composed = unicodedata.normalize("NFC", text or "")
    visible = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in composed)
    tidy = " ".join("".join(c for c in visible if unicodedata.category(c) != "Cs").split())
    return tidy if any(unicodedata.category(c) not in ("Cf", "Zs") for c in tidy) else ""


def paragraph(text: str | None) -> str:
    """Tidy several lines, each as ``line`` does."""
    return "\n".join(line(part) for part in (text or "").splitlines()).strip()


def reason(text: str | None) -> str:
    """Return why a step is taken.

    Raises:
        Invalid: There is none, or it is too long for the log.
    """
    given = paragraph(text)
    if not given:
        raise Invalid({"reason": "请写明理由。"})
    if len(given) > MOST_REASON:
        raise Invalid({"reason": f"理由最多 {MOST_REASON} 字，现在有 {len(given)} 字，请删减。"})
    return given
