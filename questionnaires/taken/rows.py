"""The three sheets of an XLSForm as rows, in one language: whatever its columns are called and ordered.

The columns are those of the XLSForm specification (xlsform.org); a text may stand in several languages,
``label::中文 (zh)``, of which Chinese is read first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from questionnaires.sheets.lists import Cell

Lines = Sequence[tuple[int, Sequence[Cell]]]
"""The rows of a sheet that hold anything, each with the number a spreadsheet shows."""
CHINESE = re.compile(r"中文|汉语|简体|普通话|chinese|mandarin|\bzh\b|\bcn\b", re.IGNORECASE)
TEXTS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
"""Columns that may stand in several languages."""
MOST_ROWS = 2000
MOST_CHOICES = 5000
GONE = ("Cc", "Cs", "Co", "Cn")
"""Kinds of character that no page shows."""
OTHER = "or_other"
"""Ends the type of a choice to which one may add an answer of one's own."""
TRUE = frozenset({"yes", "true", "true()", "1", "是"})


class NotAForm(ValueError):
    """The workbook is no XLSForm: why, and what helps (Chinese)."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault, self.remedy = fault, remedy


@dataclass(frozen=True)
class Asked:
    """A row of the sheet ``survey``."""

    number: int
    type: str
    """In lower case, its words parted by one blank; of a choice without the name of its list."""
    list: str
    name: str
    label: str
    hint: str
    guidance: str
    required: bool
    relevant: str
    constraint: str
    others: Mapping[str, str] = field(default_factory=dict)
    """What stands in further columns, by their heads."""


@dataclass(frozen=True)
class Choice:
    """A row of the sheet ``choices``."""

    name: str
    label: str


@dataclass(frozen=True)
class Form:
    """What the three sheets say."""

    asked: tuple[Asked, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    settings: Mapping[str, str]


def form_of(sheets: Mapping[str, Lines]) -> Form:
    """Read the sheets of a workbook, by their names.

    Raises:
        NotAForm: There is no ``survey``, or it has not the columns it must have; or it is too long.
    """
    by_name = {name.strip().lower(): lines for name, lines in sheets.items()}
    if "survey" not in by_name:
        raise NotAForm(
            "没有 survey 表", "请上传 XLSForm 工作簿，题目写在名为 survey 的表里，可参照示例"
        )
    settings = _settings(by_name.get("settings", ()))
    language = settings.get("default_language", "")
    survey = _table(by_name["survey"], language, ("type", "name"), "survey", MOST_ROWS)
    choices = _table(
        by_name.get("choices", ()), language, ("list_name", "name"), "choices", MOST_CHOICES
    )
    return Form(tuple(map(_asked, survey)), _lists(choices), settings)


Row = tuple[int, dict[str, str]]


def _settings(lines: Lines) -> dict[str, str]:
    if len(lines) < 2:
        return {}
    heads = [_head(cell) for cell in lines[0][1]]
    return dict(zip(heads, map(text_of, lines[1][1]), strict=False))


def _table(lines: Lines, language: str, needed: Iterable[str], sheet: str, most: int) -> list[Row]:
    """Return rows as texts by column, in one language; other languages fill what is empty."""
    if not lines:
        return []
    if len(lines) > most:
        raise NotAForm(f"{sheet} 表超过 {most} 行", "请拆成几个行业，或删去不用的行")
    heads = [_head(cell) for cell in lines[0][1]]
    if "list name" in heads:
        heads[heads.index("list name")] = "list_name"
    if missing := [name for name in needed if name not in heads]:
        raise NotAForm(f"{sheet} 表第一行没有 {missing[0]} 这一列", "第一行写列名，可参照示例")
    places = {name: _places(heads, name, language) for name in TEXTS}
    return [(number, _row(heads, places, cells)) for number, cells in lines[1:]]


def _head(cell: Cell) -> str:
    return re.sub(r"\s*:{1,2}\s*", "::", text_of(cell).strip()).lower()


def _places(heads: Sequence[str], name: str, language: str) -> list[int]:
    """Return where a text stands, the language that is read first before the others."""
    found = [(at, head.partition("::")) for at, head in enumerate(heads)]
    mine = [(at, parts[2]) for at, parts in found if parts[0] == name]

    def rank(place: tuple[int, str]) -> tuple[int, int]:
        at, spoken = place
        if CHINESE.search(spoken):
            return 0, at
        if not spoken:
            return 1, at
        return (2 if spoken == language.lower() else 3), at

    return [at for at, _ in sorted(mine, key=rank)]


def _row(
    heads: Sequence[str], places: Mapping[str, Sequence[int]], cells: Sequence[Cell]
) -> dict[str, str]:
    texts = [text_of(cell).strip() for cell in cells]
    plain = {
        head: text
        for head, text in zip(heads, texts, strict=False)
        if text and head and head.partition("::")[0] not in TEXTS
    }
    spoken = {
        name: next((texts[at] for at in found if at < len(texts) and texts[at]), "")
        for name, found in places.items()
    }
    return plain | {name: text for name, text in spoken.items() if text}


def text_of(cell: Cell) -> str:
    """Return what a cell says as composed text; whole numbers without a point."""
    if isinstance(cell, str):
        shown = (c if unicodedata.category(c) not in GONE else " " for c in cell)
        return unicodedata.normalize("NFC", "".join(shown))
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell) if isinstance(cell, int) else ""


def _asked(row: Row) -> Asked:
    number, cells = row
    known = {"type", "name", "required", "relevant", "constraint", *TEXTS}
    kind, listed = _kind(cells.get("type", ""))
    return Asked(
        number=number,
        type=kind,
        list=listed,
        name=cells.get("name", ""),
        label=cells.get("label", ""),
        hint=cells.get("hint", ""),
        guidance=cells.get("guidance_hint", ""),
        required=cells.get("required", "").lower() in TRUE,
        relevant=cells.get("relevant", ""),
        constraint=cells.get("constraint", ""),
        others={head: text for head, text in cells.items() if head not in known}
        | ({OTHER: "yes"} if cells.get("type", "").endswith(f" {OTHER}") else {}),
    )


def _kind(typed: str) -> tuple[str, str]:
    """Part the type of a row from the list of its choices."""
    words = typed.replace("_", " ").lower().split()
    for kind in ("select one", "select multiple", "rank"):
        size = len(kind.split())
        if " ".join(words[:size]) == kind and len(words) > size:
            return kind, typed.removesuffix(OTHER).split()[-1]
    return " ".join(words), ""


def _lists(rows: Iterable[Row]) -> dict[str, tuple[Choice, ...]]:
    found: dict[str, list[Choice]] = {}
    for _, cells in rows:
        if cells.get("list_name") and cells.get("name"):
            choice = Choice(cells["name"], cells.get("label") or cells["name"])
            found.setdefault(cells["list_name"], []).append(choice)
    return {name: tuple(choices) for name, choices in found.items()}
