"""Find what in an Office file runs or reaches outside when somebody opens it, by content, not by name.

A link that a reader must press is harmless. What a program fetches or starts by itself is not:
templates and pictures elsewhere, other workbooks, fields that call a program (DDE), objects and
controls. Charts carry their own figures as a workbook inside; that stays.

Source: ECMA-376, parts 1 and 2 (relationships, fields, external links).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from survey.files.inside import Refused, Verdict

LARGEST_LINKS = 4 * 1024 * 1024
MACROS = frozenset({"vbaproject", "wordvbadata", "xlmacrosheet", "xlintlmacrosheet"})
EMBEDDED = frozenset({"oleobject", "control", "activexcontrolbinary", "ctrlprop"})
OUTSIDE = frozenset({"connections", "querytable", "subdocument", "attachedtoolbars"})
_CALLS = re.compile(r"\s*DDE(AUTO)?\b", re.IGNORECASE)
_WORTH_READING = re.compile(rb"instrText|fldSimple|ddeLink|ppaction")
_CHUNK = 1 << 16


def require_harmless(opened: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]) -> None:
    """Look into every list of links, then into every part that may call a program.

    Args:
        entries: By name, in lower case, with "/" between folders.
    """
    for _, verdict in harms(opened, entries):
        raise Refused(verdict)


def harms(
    opened: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]
) -> Iterator[tuple[str, Verdict]]:
    """Say of each part that does harm which it is and what it does."""
    for name, entry in entries.items():
        try:
            if name.endswith(".rels"):
                _require_links(opened, name, entry)
            elif name.endswith(".xml") and _is_worth_reading(opened, entry):
                _require_no_call(opened, entry)
        except Refused as refused:
            yield name, refused.verdict


def _require_links(opened: zipfile.ZipFile, name: str, entry: zipfile.ZipInfo) -> None:
    if entry.file_size > LARGEST_LINKS:
        raise Refused(Verdict.UNPACKS)
    for link in _elements(opened, entry):
        kind = link.get("Type", "").rpartition("/")[2].lower()
        if kind in MACROS:
            raise Refused(Verdict.MACROS)
        if kind in EMBEDDED or (kind == "package" and "/charts/" not in name):
            raise Refused(Verdict.EMBEDS)
        outside = link.get("TargetMode", "").lower() == "external"
        if kind in OUTSIDE or (outside and kind != "hyperlink"):
            raise Refused(Verdict.REACHES_OUT)


def _is_worth_reading(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether a part holds a word that may matter; one in wide letters is read in any case."""
    last = b""
    with opened.open(entry) as part:
        while piece := part.read(_CHUNK):
            if b"\x00" in piece or _WORTH_READING.search(last + piece):
                return True
            last = piece[-16:]
    return False


def _require_no_call(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    fields = [""]  # a field's words may lie in many pieces
    for element in _elements(opened, entry):
        match _local(element.tag):
            case "fldChar" if _said(element, "fldCharType") == "begin":
                fields.append("")
            case "instrText":
                fields[-1] += element.text or ""
            case "fldSimple":
                fields.append(_said(element, "instr"))
            case "ddeLink":
                raise Refused(Verdict.MACROS)
        if element.get("action", "").startswith(("ppaction://program", "ppaction://macro")):
            raise Refused(Verdict.MACROS)
    if any(map(_CALLS.match, fields)):
        raise Refused(Verdict.MACROS)


def _elements(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[Element]:
    with opened.open(entry) as part:
        for _, element in iterparse(part):
            yield element
            if _local(element.tag) != "instrText":
                element.clear()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _said(element: Element, name: str) -> str:
    return next((said for known, said in element.attrib.items() if _local(known) == name), "")
