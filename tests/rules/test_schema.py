"""The JSON Schema for editors is valid, up to date, and takes what the models take."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from questionnaires import __main__ as command
from questionnaires.library import EDITIONS
from questionnaires.reading import read
from questionnaires.schema import FILE, FILES, schema, schema_text
from tests.support.builders import edition_files

DATA = sorted(EDITIONS.glob("*/*.yaml"))
EXAMPLES = sorted(EDITIONS.glob("*/examples/*.yaml"))
WHOLE = Draft202012Validator(schema())


def kind_of(file: Path) -> str:
    return file.stem if file.stem in FILES else "example" if file in EXAMPLES else "trade"


@pytest.mark.parametrize("kind", [None, *FILES])
def test_the_schema_is_a_valid_schema(kind: str | None) -> None:
    Draft202012Validator.check_schema(schema(kind))


def test_the_kept_schema_is_up_to_date() -> None:
    remedy = "python -m questionnaires schema > questionnaires/editions/schema.json"
    assert FILE.read_text("utf-8") == schema_text(), remedy


@pytest.mark.parametrize("file", [*DATA, *EXAMPLES], ids=lambda f: f.name)
def test_every_data_file_fits_its_own_schema_and_the_whole(file: Path) -> None:
    value = read(file).value

    assert list(Draft202012Validator(schema(kind_of(file))).iter_errors(value)) == []
    assert WHOLE.is_valid(value)


def test_there_are_files_to_look_at() -> None:
    assert {kind_of(file) for file in DATA} >= set(FILES) - {"example"}


def spoilt(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    value: dict[str, Any] = edition_files()["core"]
    change(value["sections"][0]["questions"][0])
    return value


@pytest.mark.parametrize(
    "change",
    [
        lambda q: q.update(colour="red"),
        lambda q: q.pop("text"),
        lambda q: q["levels"].pop(),
        lambda q: q.update(kind="slider"),
        lambda q: q.update(id="Design Tools"),
        lambda q: q.update(weight=0.5),
        lambda q: q.update(weight="1/0"),
        lambda q: q.update(help=None),
        lambda q: q.update(text="字" * 2001),
    ],
)
def test_a_mistake_is_marked_while_typing(change: Callable[[dict[str, Any]], object]) -> None:
    validator = Draft202012Validator(schema("core"))
    assert validator.is_valid(spoilt(lambda _: None))

    assert not validator.is_valid(spoilt(change))


def test_the_command_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
    assert command.main(["schema", "core"]) == 0
    assert json.loads(capsys.readouterr().out) == schema("core")
