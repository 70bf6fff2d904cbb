"""A file's name: text for people, never part of a path."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 255
# A stop inside a title ("设备1.2", "报告.终稿") is no extension.
_EXTENSION = re.compile(r"(?=.*[a-z])[a-z0-9]{1,10}")


def plain_name(name: str) -> str:
    """Return a file's name as text: no folders, no control or direction characters, not too long."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    stem, dot, extension = "".join(c for c in name if not _is_hidden(c)).strip().rpartition(".")
    if not dot or not extension.strip():
        stem, extension = f"{stem}{extension}", ""
    ending = f".{extension.strip()[:10]}" if extension else ""
    return (stem.strip(" .") or "未命名文件")[: LONGEST - len(ending)] + ending


def extension_of(name: str) -> str:
    """Return what stands behind a name's last dot, in lower case; "" without an extension."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    return extension if _EXTENSION.fullmatch(extension) else ""


def with_extension(name: str, extension: str) -> str:
    return f"{name[: LONGEST - len(extension) - 1]}.{extension}"


def _is_hidden(character: str) -> bool:
    # Zero-width joiners hold emoji together and stay; marks that turn the reading direction go.
    turns = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return character in turns or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
