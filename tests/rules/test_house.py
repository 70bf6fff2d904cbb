"""The house stands: arrows between packages only go down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "questionnaires": {"flask", "sqlalchemy", "pandas", "werkzeug", "jinja2", "survey", "reports"},
    "reports": {"flask", "sqlalchemy", "survey"},
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(module: Path) -> Iterator[str]:
    """Top-level names of everything a module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_module_imports_what_stands_above_it(package: str) -> None:
    files = modules(package)

    assert files
    for module in files:
        above = set(imported(module)) & FORBIDDEN[package]
        assert not above, f"{module.relative_to(ROOT)} imports {', '.join(sorted(above))}"


def test_the_walk_sees_imports_inside_functions(tmp_path: Path) -> None:
    module = tmp_path / "late.py"
    module.write_text("def late():\n    import flask.json\n    from survey.db import x\n")

    assert set(imported(module)) == {"flask", "survey"}


def test_only_the_ground_knows_one_database_from_the_other() -> None:
    knowing = {
        module for module in modules("survey") if "dialect.name" in module.read_text("utf-8")
    }

    # A migration may have to write its SQL by hand, once for each.
    assert {m for m in knowing if m.parent.name != "versions"} == {ROOT / "survey" / "db.py"}
