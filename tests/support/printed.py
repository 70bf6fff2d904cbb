"""Printed paper as tests read it: its words, its metadata, a page with nothing of ours on it."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from reports.proof import Verifiable

VERIFIABLE = Verifiable(f"https://example.invalid/verify/{'A' * 43}", 3, "5" * 64)
"""By what an issued report is verified."""
PLAIN = '<!doctype html><html lang="zh-CN"><head><title>纸</title></head><body>{}</body></html>'
MARKUP = "<b>粗</b><script>x</script><style>*{display:none}</style>{{ 7*7 }}{% raw %}\"'&amp;"
"""What somebody may type where words are asked for."""


def words(path: Path) -> str:
    """All text of a PDF without blanks, so that line ends do not matter."""
    with pymupdf.open(path) as document:
        return "".join("".join(page.get_text().split()) for page in document)


def squeezed(text: str) -> str:
    return "".join(text.split())


def xmp_of(path: Path) -> bytes:
    with pymupdf.open(path) as document:
        return document.get_xml_metadata().encode()
