"""Fields of a Word template: each has a name, a meaning, and where it is read.

One list of them is the page that explains the names, the shape a template is checked against, and
the values a document is filled with, so that the three cannot differ.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Field: TypeAlias = "Text | Picture | Part | Rows"
Fields = Sequence[Field]


@dataclass(frozen=True)
class Text:
    """Words or a figure as it is read; nothing is empty."""

    name: str
    says: str
    of: Callable[[Any], str]


class Drawing(NamedTuple):
    """A picture as SVG: pixels wide and high, millimetres on paper, and what it shows in words."""

    svg: str
    width: int
    height: int
    mm: int
    says: str


class Shot(NamedTuple):
    """A photo as JPEG or a signature as PNG, safe to print; millimetres wide, and what it shows."""

    content: bytes
    mm: int
    says: str


@dataclass(frozen=True)
class Picture:
    """A chart, or what was photographed; nothing where there is none."""

    name: str
    says: str
    of: Callable[[Any], Drawing | Shot | None]


@dataclass(frozen=True)
class Part:
    """Some fields under one name (``名称.字段``), all of them empty where there is no such part."""

    name: str
    says: str
    of: Callable[[Any], Any]
    fields: Fields


@dataclass(frozen=True)
class Rows:
    """A list to be run through; ``fields`` are those of one item."""

    name: str
    says: str
    of: Callable[[Any], Iterable[Any]]
    fields: Fields


def shape(fields: Fields) -> dict[str, Any]:
    """Return what ``survey.files.inside.word_law`` holds a template to."""
    return {field.name: _shape(field) for field in fields}


def _shape(field: Text | Picture | Part | Rows) -> Any:
    match field:
        case Text():
            return "text"
        case Picture():
            return "picture"
        case Part():
            return shape(field.fields)
        case Rows():
            return [shape(field.fields)]


Drawn = list[tuple[dict[str, Any], Drawing]]
"""Pictures still to be drawn: where each goes, and what it shows."""


def values(fields: Fields, it: Any, drawn: Drawn) -> dict[str, Any]:
    """Read all fields of a value, as JSON carries them; ``complete`` puts the pictures in.

    Args:
        it: None gives each field empty.
        drawn: Takes in what is to be drawn, so that all is drawn together.
    """
    return {field.name: _value(field, it, drawn) for field in fields}


def _value(field: Text | Picture | Part | Rows, it: Any, drawn: Drawn) -> Any:
    match field:
        case Text():
            return field.of(it) if it is not None else ""
        case Picture():
            return _picture(field.of(it) if it is not None else None, drawn)
        case Part():
            return values(field.fields, field.of(it) if it is not None else None, drawn)
        case Rows():
            items = field.of(it) if it is not None else ()
            return [values(field.fields, one, drawn) for one in items]


def _picture(drawing: Drawing | Shot | None, drawn: Drawn) -> Any:
    if drawing is None:
        return ""
    if isinstance(drawing, Shot):
        taken = base64.b64encode(drawing.content).decode()
        return {"mm": drawing.mm, "says": drawing.says, "picture": taken}
    place: dict[str, Any] = {"mm": drawing.mm, "says": drawing.says}
    drawn.append((place, drawing))
    return place


def complete(drawn: Drawn, pngs: Sequence[bytes]) -> None:
    """Put pictures where they go."""
    for (place, _), png in zip(drawn, pngs, strict=True):
        place["picture"] = base64.b64encode(png).decode()


class Meaning(NamedTuple):
    """One line of the page that explains the names: how deep it stands, and how it is written."""

    depth: int
    name: str
    says: str
    kind: str


def meanings(fields: Fields, before: str = "", depth: int = 0) -> Iterator[Meaning]:
    """Explain every name in order, those of a list beneath it.

    What belongs to a part is named with it, what belongs to an item by its own name.
    """
    for field in fields:
        kind = type(field).__name__.lower()
        yield Meaning(depth, f"{before}{field.name}", field.says, kind)
        if isinstance(field, Part):
            yield from meanings(field.fields, f"{before}{field.name}.", depth + 1)
        elif isinstance(field, Rows):
            yield from meanings(field.fields, "项.", depth + 1)
