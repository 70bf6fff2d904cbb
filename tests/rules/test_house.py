"""The house stands: arrows go down, floors know only what is below them, and leaves import alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("questionnaires", "reports", "survey")
FORBIDDEN = {
    "questionnaires": {
        *("flask", "werkzeug", "jinja2", "wtforms", "sqlalchemy", "pandas", "weasyprint"),
        *("survey", "reports"),
    },
    "reports": {"flask", "wtforms", "sqlalchemy", "survey"},
}
FLOORS = (
    {"ground", "tables"},
    {"files", "store", "migrations"},
    {"words", "library"},
    {"lifecycle"},
    {"readings", "rosters", "web"},
    {"jobs"},
    {"views"},
    {"running", "joining"},
)
"""The rooms of ``survey`` from the ground up; a room knows those below it, none beside or above."""
GROUND = {"config", "clock", "db", "hosts", "priority", "strict", "turns", "workdays"}
"""Modules that need nothing of ours but each other."""
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
KNOWS_FLASK = {"views", "web", "running", "joining", "jobs"}
SPEAKS_SQL = {"store", "tables", "migrations", "ground"}
QUERIES = {"select", "insert", "update", "delete", "text", "func", "exists"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def name_of(module: Path) -> str:
    dotted = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    return dotted.removesuffix(".__init__")


def imports(module: Path) -> Iterator[str]:
    """Dotted names of everything a module imports, wherever in it, with what it takes of each."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(dotted: str) -> str:
    """The room of ``survey`` a name lies in; empty outside it and for the package itself."""
    parts = dotted.split(".")
    if parts[0] != "survey" or len(parts) == 1:
        return ""
    return "ground" if parts[1] in GROUND else parts[1]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_module_imports_what_stands_above_it(package: str) -> None:
    files = modules(package)

    assert files
    for module in files:
        above = {name.split(".")[0] for name in imports(module)} & FORBIDDEN[package]
        assert not above, f"{module.relative_to(ROOT)} imports {', '.join(sorted(above))}"


def test_every_room_of_survey_stands_on_a_floor() -> None:
    rooms = {room_of(name_of(module)) for module in modules("survey")} - {""}

    assert rooms == set(HEIGHT)
    assert len(FLOORS) <= 8


def test_no_arrow_inside_survey_goes_up() -> None:
    arrows = [
        (module, room_of(name_of(module)), room_of(name))
        for module in modules("survey")
        for name in imports(module)
    ]
    known = [arrow for arrow in arrows if arrow[1] in HEIGHT and arrow[2] in HEIGHT]

    assert known
    for module, here, there in known:
        allowed = here == there or HEIGHT[there] < HEIGHT[here]
        assert allowed, f"{module.relative_to(ROOT)}: {here} → {there} goes up"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    files = {name_of(module): module for module in modules(package)}
    arrows: dict[str, set[str]] = defaultdict(set)
    for name, module in files.items():
        for taken in imports(module):
            known = taken if taken in files else taken.rpartition(".")[0]
            # A package's own front may gather its parts; a part that takes from a front is an arrow.
            if known in files and known != name:
                arrows[name].add(known)

    assert arrows
    circle = a_circle(arrows)
    assert not circle, " → ".join(circle)


def a_circle(arrows: Mapping[str, set[str]]) -> list[str]:
    """Return one way that leads back to where it began; empty when there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for following in sorted(arrows.get(name, ())):
            if found := walk(following, [*way, name]):
                return found
        done.add(name)
        return []

    for name in sorted(arrows):
        if found := walk(name, []):
            return found
    return []


def test_a_circle_is_found_wherever_it_lies() -> None:
    assert a_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert a_circle({"a": {"b", "c"}, "b": {"c"}}) == []


def test_only_the_floors_of_the_web_know_flask() -> None:
    for module in modules("survey"):
        room = room_of(name_of(module))
        knows = {name.split(".")[0] for name in imports(module)} & {"flask", "wtforms", "werkzeug"}
        assert not knows or room in KNOWS_FLASK, f"{module.relative_to(ROOT)} imports {knows}"


def test_queries_are_put_together_in_store_alone() -> None:
    demonstration = ROOT / "survey" / "running" / "demonstration"
    for module in modules("survey"):
        if room_of(name_of(module)) in SPEAKS_SQL or module.is_relative_to(demonstration):
            continue
        taken = {f"sqlalchemy.{word}" for word in QUERIES} & set(imports(module))
        assert not taken, f"{module.relative_to(ROOT)} takes {', '.join(sorted(taken))}"


@pytest.mark.parametrize("leaf", ["survey.lifecycle.pool", "survey.store.pool", "survey.tables"])
def test_a_leaf_is_imported_alone(leaf: str) -> None:
    heavy = ("flask", "wtforms", "whitenoise", "weasyprint", "scipy", "highspy", "pandas")
    asked = f"import sys, {leaf}; print([m for m in {heavy!r} if m in sys.modules])"

    answer = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True)

    assert (answer.stdout.strip(), answer.stderr) == ("[]", "")


def test_the_walk_sees_imports_inside_functions(tmp_path: Path) -> None:
    module = tmp_path / "late.py"
    module.write_text("def late():\n    import flask.json\n    from survey.db import x\n")

    assert set(imports(module)) == {"flask.json", "survey.db.x"}


def test_only_the_limited_programs_decode_and_parse_what_strangers_send() -> None:
    decoders = {"PIL", "pypdf", "zipfile"}
    knowing = {
        str(module.relative_to(ROOT))
        for package in PACKAGES
        for module in modules(package)
        if {name.split(".")[0] for name in imports(module)} & decoders
    }

    assert knowing - {
        "survey/files/inside/picture.py",
        "survey/files/inside/pdf.py",
        "survey/files/inside/office.py",
        "survey/files/inside/office_links.py",
        "survey/files/inside/problems.py",
        "survey/files/inside/filling.py",
        "survey/files/inside/word.py",
    } == {
        # The safe reader itself, used by those programs and by the import of workbooks.
        "questionnaires/sheets/archive.py",
        "questionnaires/sheets/inside.py",
        "questionnaires/sheets/marks.py",
        # Unpacks what was packed here.
        "questionnaires/packing.py",
        "survey/jobs/file_archives.py",
        # Lays words over what we issued ourselves, in the press's limited child.
        "reports/paper/overlay.py",
        # Writes archives and reads none.
        "survey/files/archives.py",
        # Draw their pictures themselves.
        "survey/running/demonstration/onsite.py",
        "survey/running/demonstration/papers.py",
    }


def test_only_the_ground_knows_one_database_from_the_other() -> None:
    knowing = {
        module for module in modules("survey") if "dialect.name" in module.read_text("utf-8")
    }

    # A migration may have to write its SQL by hand, once for each.
    assert {m for m in knowing if m.parent.name != "versions"} == {ROOT / "survey" / "db.py"}
