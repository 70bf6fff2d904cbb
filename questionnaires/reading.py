"""One YAML file read into plain values, each with its line; nothing is guessed.

The files are written by people who do not program, so everything YAML would quietly change is
refused: aliases, tags, duplicate keys, empty values, and unquoted words that YAML takes for a date,
a fraction, a time or a yes. Only ``true``, ``false`` and plain whole numbers need no quotes.
Values are built straight from the parser's events, in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from questionnaires.model import Value

MOST_BYTES = 4_000_000
MOST_NODES = 150_000
"""About four thousand questions in one file; more is a mistake or an attack."""
MOST_DEPTH = 20

Trail = tuple[str | int, ...]
"""Keys and list positions from the top of a file down to one value."""
M = TypeVar("M", bound=Value)


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in an edition: where, what, and what to do about it (Chinese).

    ``code`` is pydantic's word for a fault of shape, empty for every other.
    """

    file: str
    place: str
    fault: str
    remedy: str
    code: str = ""

    def __str__(self) -> str:
        place = f" {self.place}" if self.place else ""
        return f"{self.file}{place}：{self.fault}。{self.remedy}。"


@dataclass
class Document:
    """What one file holds. ``value`` is None when the file could not be read at all."""

    file: str
    value: object = None
    lines: dict[Trail, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def place(self, path: Trail) -> str:
        """Name a place in words: line, then ids down to the value."""
        while path and path not in self.lines:
            path = path[:-1]
        words, here = [], self.value
        for step in path:
            here = here[step] if isinstance(here, dict | list) else None  # type: ignore[index]
            words.append(_name(step, here))
        line = f"第 {self.lines[path]} 行" if path in self.lines else ""
        return f"{line} {' › '.join(words)}".strip()

    def trail(self, loc: tuple[int | str, ...]) -> Trail:
        """Follow pydantic's place through the values; union tags and missing keys lead nowhere."""
        value, path = self.value, list[str | int]()
        for step in loc:
            in_dict = isinstance(value, dict) and step in value
            in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
            if in_dict or in_list:
                value = value[step]  # type: ignore[index]
                path.append(step)
        return tuple(path)

    def fault(self, path: Trail, fault: str, remedy: str, code: str = "") -> Fault:
        return Fault(self.file, self.place(path), fault, remedy, code)


def _name(step: str | int, value: object) -> str:
    if isinstance(step, str):
        return step
    if isinstance(value, dict):
        name = value.get("id") or value.get("code") or value.get("number")
        if isinstance(name, str):
            return name
    return f"第 {step + 1} 项"


# --- YAML ---------------------------------------------------------------------------------------


class _Unreadable(Exception):
    """The file as a whole is refused."""


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
_PLAIN_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})", re.ASCII)
_BOOLS = {"true": True, "false": False}


def read(file: Path, name: str | None = None) -> Document:
    """Read one file; whatever is wrong with it is in the document's ``faults``."""
    return parsed(file.read_bytes(), name or file.name)


def parsed(raw: bytes, name: str) -> Document:
    """Read the bytes of one file; whatever is wrong with it is in the document's ``faults``."""
    document = Document(name)
    try:
        if len(raw) > MOST_BYTES:
            raise _Unreadable(f"文件超过 {MOST_BYTES // 1_000_000} MB", "拆分或删减内容")
        _Builder(document).build(raw.decode("utf-8-sig"))
    except _Unreadable as refused:
        document.value = None
        document.faults.append(Fault(document.file, "", *refused.args))
    except UnicodeDecodeError:
        document.faults.append(Fault(document.file, "", "不是 UTF-8 编码", "另存为 UTF-8 编码"))
    except yaml.YAMLError as error:
        document.value = None
        mark = getattr(error, "problem_mark", None)
        place = f"第 {mark.line + 1} 行" if mark else ""
        problem = getattr(error, "problem", None) or "syntax error"
        remedy = "检查这一行的缩进、冒号和引号"
        document.faults.append(Fault(document.file, place, f"YAML 格式有误（{problem}）", remedy))
    return document


class _Builder:
    """Builds a document's value from the parser's events."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = 0

    def build(self, text: str) -> None:
        events = yaml.parse(text, Loader=_LOADER)
        seen = False
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise _Unreadable("一个文件里有多份 YAML 文档", "删去多余的“---”")
                seen = True
                self.document.value = self.node(next(events), events, ())
        if not seen:
            raise _Unreadable("文件是空的", "写入内容，或删去文件")

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Trail) -> object:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _Unreadable(f"内容超过 {MOST_NODES} 项", "拆分或删减内容")
        if len(path) > MOST_DEPTH:
            raise _Unreadable(f"嵌套超过 {MOST_DEPTH} 层", "减少嵌套")
        self.document.lines[path] = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self.refuse(path, f"引用了别名“*{event.anchor}”", "把内容完整写出来，不用别名")
            return None
        if event.anchor or event.tag:
            self.refuse(path, "使用了锚点或类型标记", "删去“&”或“!”开头的标记")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(events, path)
        return self.mapping(events, path)

    def sequence(self, events: Iterator[yaml.Event], path: Trail) -> list[object]:
        values: list[object] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            values.append(self.node(event, events, (*path, len(values))))
        return values

    def mapping(self, events: Iterator[yaml.Event], path: Trail) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _Unreadable(f"第 {event.start_mark.line + 1} 行的键不是一个词", "改成一个词")
            key = event.value
            here = (*path, key)
            if key in values:
                line = event.start_mark.line + 1
                self.refuse(here, f"第 {line} 行重复了键“{key}”", "删去其中一个")
            if event.implicit[0] and _changes(key):
                self.refuse(path, f"键“{key}”没有加引号，会被读成别的类型", f'写成 "{key}"')
            values[key] = self.node(next(events), events, here)
        return values

    def scalar(self, event: yaml.ScalarEvent, path: Trail) -> object:
        """Read an unquoted scalar: a whole number, true, false, or words that stay words."""
        text = event.value
        if _PLAIN_WHOLE.fullmatch(text):
            return int(text)
        if text in _BOOLS:
            return _BOOLS[text]
        if not text:
            self.refuse(path, "没有写内容", "写上内容，或删去这个键")
        elif _changes(text):
            self.refuse(path, f"“{text}”没有加引号，会被读成别的类型", f'写成 "{text}"')
        return text

    def refuse(self, path: Trail, fault: str, remedy: str) -> None:
        self.document.faults.append(self.document.fault(path, fault, remedy))


def _changes(text: str) -> bool:
    """Whether YAML would read this unquoted word as anything but text."""
    return any(regexp.match(text) for _, regexp in _RESOLVERS.get(text[:1], ()))


# --- shape --------------------------------------------------------------------------------------


def shape(document: Document, model: type[M]) -> M | None:
    """Parse a document into its model; faults of shape are added to the document."""
    if document.value is None:
        return None
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        document.faults.extend(
            _shape_fault(document, detail) for detail in details if not _is_echo(document, detail)
        )
        return None


def _is_echo(document: Document, detail: ErrorDetails) -> bool:
    """Whether a list is called too short only because its items have faults of their own."""
    if detail["type"] != "too_short":
        return False
    value = document.value
    for step in document.trail(detail["loc"]):
        value = value[step]  # type: ignore[index]
    least: int = detail.get("ctx", {}).get("min_length", 0)
    return isinstance(value, list) and len(value) >= least


def _shape_fault(document: Document, detail: ErrorDetails) -> Fault:
    path = document.trail(detail["loc"])
    fault, remedy = fault_and_remedy(detail)
    return document.fault(path, fault, remedy, detail["type"])


MISSING, KIND_UNKNOWN = "missing", "union_tag_not_found"
_WORDS: dict[str, tuple[str, str]] = {
    MISSING: ("缺少“{last}”", "补上“{last}”"),
    "extra_forbidden": ("不认识的键“{last}”", "改正拼写，或删去"),
    "string_type": ("应为文字", '写成文字，数字和日期要加引号，如 "2026"'),
    "string_too_short": ("文字是空的", "写上内容，或删去这个键"),
    "string_too_long": ("文字超过 {max_length} 个字", "删减到 {max_length} 个字以内"),
    "string_pattern_mismatch": ("“{input}”不合规定的写法", "按 {pattern} 的样子写"),
    "int_type": ("应为整数", "写成不带引号的整数"),
    "int_parsing": ("应为整数", "写成不带引号的整数"),
    "bool_type": ("应为 true 或 false", "写成 true 或 false"),
    "bool_parsing": ("应为 true 或 false", "写成 true 或 false"),
    "list_type": ("应为一列内容", "每项一行，以“- ”开头"),
    "tuple_type": ("应为一列内容", "每项一行，以“- ”开头"),
    "dict_type": ("应为“键: 值”", "写成“键: 值”"),
    "model_type": ("应为“键: 值”", "写成“键: 值”"),
    "model_attributes_type": ("应为“键: 值”", "写成“键: 值”"),
    "too_short": ("至少要有 {min_length} 项，现有 {actual_length} 项", "补足"),
    "too_long": ("最多 {max_length} 项，现有 {actual_length} 项", "删减"),
    "literal_error": ("“{input}”不是允许的值", "改为其中之一：{expected}"),
    "greater_than": ("应大于 {gt}", "改成大于 {gt} 的数"),
    "greater_than_equal": ("应不小于 {ge}", "改成不小于 {ge} 的数"),
    "less_than": ("应小于 {lt}", "改成小于 {lt} 的数"),
    "less_than_equal": ("应不大于 {le}", "改成不大于 {le} 的数"),
    KIND_UNKNOWN: ("看不出是哪一种", "写明 kind，或 question、section、part、any_of 之一"),
    "union_tag_invalid": ("“{tag}”不是允许的种类", "改为其中之一：{expected_tags}"),
}


def fault_and_remedy(detail: ErrorDetails) -> tuple[str, str]:
    """Say in Chinese what pydantic found, and what to do about it."""
    known = _WORDS.get(detail["type"])
    if known is None:
        return detail["msg"].removeprefix("Value error, "), "按 questionnaires/README.md 改正"
    shown = str(detail["input"])[:40]
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    words = {"last": last, "input": shown, **(detail.get("ctx") or {})}
    return known[0].format_map(words), known[1].format_map(words)


def texts(value: object, path: Trail = ()) -> Iterator[tuple[Trail, str]]:
    """Every text in a plain value with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, (*path, index))
