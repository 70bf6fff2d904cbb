"""No firm, consultant or provider reads a forecast: who could tell of one is named here, module by module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from survey.tables import Role
from survey.web.routes import ROUTES

ROOT = Path(__file__).parents[2]
MAKES = {
    "survey/jobs/forecasts.py",
    "survey/lifecycle/forecasts.py",
    "survey/readings/falls.py",
    "survey/store/forecasts.py",
    "survey/tables/__init__.py",
    "survey/tables/forecasts.py",
}
"""Learn, forecast and keep."""
FORGETS = {"survey/lifecycle/scores.py"}
"""Drops the forecast of a sheet that is scored again, and reads none."""
TELLS = {
    "survey/readings/visiting.py",
    "survey/views/bureau/visit_columns.py",
    "survey/views/bureau/visits.py",
}
"""Tell officers."""
OFFICERS = {"bureau.visits", "bureau.export_visits", "bureau.renew_forecasts"}


def touching() -> Iterator[str]:
    """The modules that name the tables of forecasts or import their queries."""
    for path in sorted((ROOT / "survey").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(_touches(node) for node in ast.walk(tree)):
            yield path.relative_to(ROOT).as_posix()


def _touches(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        return node.name in {"Forecast", "FallModel"}
    if not isinstance(node, ast.ImportFrom):
        return False
    named = {one.name for one in node.names}
    if node.module == "survey.store":
        return "forecasts" in named
    of_tables = (node.module or "").startswith("survey.tables")
    return node.module == "survey.store.forecasts" or (
        of_tables and bool(named & {"Forecast", "FallModel"})
    )


def test_only_these_modules_come_near_a_forecast() -> None:
    assert set(touching()) == MAKES | FORGETS | TELLS


def test_whoever_tells_of_one_is_read_by_the_officers_pages_alone() -> None:
    told = {"survey.readings.visiting", "survey.views.bureau.visit_columns"}
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "survey").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)} & told
    }

    assert readers == {
        "survey/views/bureau/visits.py",
        "survey/views/bureau/visit_columns.py",
        "survey/views/bureau/visit_forms.py",
    }


def test_their_routes_are_the_officers_alone() -> None:
    assert all(ROUTES[name] == frozenset({Role.OFFICER}) for name in OFFICERS)
