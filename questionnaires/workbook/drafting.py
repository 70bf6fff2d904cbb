"""Data files written as YAML that people can go on editing by hand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_FIRST = (
    "id code kind title source issued trades core_weight trade_weight weights_confidence".split()
)
_LAST = "ladder stations processes sections questions gates checks".split()


class _Plain(yaml.SafeDumper):  # type: ignore[misc]  # the library ships no types
    """Writes every value in full; what would be read as another type stands in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _words(dumper: Any, text: str) -> Any:
    # YAML takes these for line ends and folds them away unless they are written as escapes.
    style = '"' if any(mark in text for mark in "\x85\u2028\u2029\r") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _words)


def yaml_text(value: Any) -> str:
    """Return a data file's text."""
    return str(
        yaml.dump(_ordered(value), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=10_000)
    )


def _ordered(value: Any) -> Any:
    """Put who something is first, and what it holds last."""
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _ordered(value[key]) for key in sorted(value, key=_place)}


def _place(key: str) -> int:
    if key in _FIRST:
        return _FIRST.index(key) - len(_FIRST)
    return _LAST.index(key) + 1 if key in _LAST else 0


def write_files(folder: Path, files: Mapping[str, Any]) -> None:
    """Write data files into a folder; each appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        making = folder / f".{name}.{os.getpid()}"
        making.write_text(yaml_text(value), "utf-8")
        making.replace(folder / name)
