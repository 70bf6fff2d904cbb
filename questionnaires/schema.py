"""JSON Schema of the data files, so that an editor completes keys and marks mistakes while typing.

Made from the models that read the files; what only a check of the whole can tell is not in it.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema

from questionnaires.checking.examples import Example
from questionnaires.edition import EditionFile, Packages, Standards
from questionnaires.frames.conditions.rules import Conditions
from questionnaires.frames.crosswalk.frames import Crosswalk
from questionnaires.frames.national.rules import NationalLadder
from questionnaires.frames.systems import Systems
from questionnaires.library import EDITIONS
from questionnaires.model import EXACT_PATTERN, Core, Extras, Trade

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE = EDITIONS / "schema.json"
FILES: dict[str, type[BaseModel]] = {
    "edition": EditionFile,
    "core": Core,
    "extras": Extras,
    "trade": Trade,
    "packages": Packages,
    "standards": Standards,
    "crosswalk": Crosswalk,
    "conditions": Conditions,
    "national": NationalLadder,
    "systems": Systems,
    "example": Example,
}
"""What a data file may be, by the word for it; ``trade`` and ``example`` are many files each."""


class _Exactly(GenerateJsonSchema):
    """Writes exact numbers as the files hold them: whole numbers, or text such as 0.45 or 9/20."""

    def fraction_schema(self, _schema: Any) -> JsonSchemaValue:
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{EXACT_PATTERN}$"}]}


def schema(name: str | None = None) -> dict[str, Any]:
    """Return the schema of one kind of data file, or of all of them.

    Raises:
        KeyError: There is no such kind.
    """
    wanted = FILES if name is None else {name: FILES[name]}
    refs, made = models_json_schema(
        [(model, "validation") for model in wanted.values()], schema_generator=_Exactly
    )
    roots = [refs[model, "validation"] for model in wanted.values()]
    definitions = {key: _tidy(value) for key, value in made["$defs"].items()}
    head: dict[str, Any] = {"$schema": DIALECT, "title": "问卷年版的数据文件"}
    return head | (roots[0] if name else {"anyOf": roots}) | {"$defs": definitions}


def _tidy(value: Any) -> Any:
    """Leave out what files cannot use: null, defaults, and limits of numbers written as text."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {k: _tidy(v) for k, v in value.items() if k not in ("default", "ge", "le", "gt", "lt")}
    if value.get("type") == ["integer", "string"]:
        kept.pop("type")
    choices = [c for c in kept.get("anyOf", []) if c != {"type": "null"}]
    if len(choices) == 1 and "anyOf" in kept:
        return {k: v for k, v in kept.items() if k != "anyOf"} | choices[0]
    return kept | ({"anyOf": choices} if choices else {})


def schema_text(name: str | None = None) -> str:
    """Return the schema as the text of its file."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"
