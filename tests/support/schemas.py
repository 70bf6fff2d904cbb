"""What a release uses of the database, written down, and what of a later schema would break it.

``python -m tests.support.schemas`` writes down what this release uses, when it is made.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from survey.tables import Table
from survey.tables.base import ENUMERATIONS

BEFORE = Path(__file__).parents[1] / "storage" / "schema-before.json"
Schema = dict[str, dict[str, dict[str, Any]]]
"""By table and column: ``most`` letters (None for any), whether ``empty`` is allowed, and ``default``:
whether a row is taken that does not name it."""


def of_database(engine: Engine) -> Schema:
    """Return the schema that stands in a database."""
    asked = inspect(engine)
    return {
        table: {
            column["name"]: {
                "most": getattr(column["type"], "length", None),
                "empty": column["nullable"],
                "default": column["default"] is not None or bool(column.get("autoincrement")),
            }
            for column in asked.get_columns(table)
        }
        for table in asked.get_table_names()
    }


def used_now() -> dict[str, dict[str, Any]]:
    """Return what this release uses: columns with room and emptiness, and the words it writes."""
    return {
        "tables": {
            table.name: {
                column.name: {
                    "most": getattr(column.type, "length", None),
                    "empty": column.nullable,
                }
                for column in table.columns
            }
            for table in Table.metadata.sorted_tables
        },
        "words": {one.__name__: sorted(one) for one in ENUMERATIONS},
    }


def broken(before: dict[str, Any], now: Schema) -> list[str]:
    """Say what of a schema a release that was written down could not work with; empty for nothing."""
    found = []
    for table, columns in before["tables"].items():
        there = now.get(table)
        if there is None:
            found.append(f"{table}: is gone")
            continue
        for name, was in columns.items():
            found += _of_column(f"{table}.{name}", was, there.get(name))
        found += [
            f"{table}.{name}: must be filled, and the release before does not know it"
            for name, it in there.items()
            if name not in columns and not it["empty"] and not it["default"]
        ]
    return found


def _of_column(name: str, was: dict[str, Any], it: dict[str, Any] | None) -> list[str]:
    if it is None:
        return [f"{name}: is gone"]
    narrower = it["most"] is not None and (was["most"] is None or it["most"] < was["most"])
    found = [f"{name}: holds {it['most']} letters, not {was['most']}"] if narrower else []
    if was["empty"] and not it["empty"]:
        found.append(f"{name}: may not be empty any more")
    return found


if __name__ == "__main__":
    BEFORE.write_text(json.dumps(used_now(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")
