"""Word templates of the bureau's own: what is wrong with one, and filling it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.files import sandbox
from survey.files.inside import Verdict
from survey.files.kinds import KINDS
from survey.files.uploads import BadUpload

DOCX = next(kind for kind in KINDS if kind.id == "docx")

SECONDS = 60
"""How long filling may take on a busy machine; its own time is limited more narrowly."""
MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class TemplateFault:
    """What is wrong with a template, as ``files.inside.word_law.Fault`` says it."""

    code: str
    word: str
    part: str
    near: str


def faults(content: bytes, name: str, known: Mapping[str, Any]) -> tuple[TemplateFault, ...]:
    """Say what is wrong with a template; nothing where it can be filled.

    Args:
        known: The shape of what it is filled with.

    Raises:
        BadUpload: It cannot be read, or takes too long.
    """
    said = json.loads(_look({"known": known}, content, name))
    return tuple(TemplateFault(s["code"], s["word"], s["part"], s["near"]) for s in said)


def filled(content: bytes, name: str, known: Mapping[str, Any], values: Mapping[str, Any]) -> bytes:
    """Fill a template.

    Raises:
        BadUpload: It cannot be read or filled, says what it may not, or becomes too large.
    """
    return _look({"known": known, "values": values}, content, name)


def _look(asked: Mapping[str, Any], content: bytes, name: str) -> bytes:
    # Lone halves of letters cannot be sent: they become question marks.
    line = json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")
    seen = sandbox.look("word", "docx", line + b"\n" + content, seconds=SECONDS)
    if seen.verdict != Verdict.FINE:
        raise BadUpload(seen.verdict, name, kind=DOCX)
    return seen.drawn[0]
