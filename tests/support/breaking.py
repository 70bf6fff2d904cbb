"""A small edition broken on purpose: what is changed in its files, and the faults that are told then."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from questionnaires.checking import check
from questionnaires.reading import Fault
from tests.support.builders import Files, edition_files, write_edition

Change = Callable[[Files], object]


def faults_of(folder: Path, change: Change | None = None) -> tuple[Fault, ...]:
    files = edition_files()
    if change:
        change(files)
    return check(write_edition(folder, files))[1]


def question(files: Files, file: str = "core", index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = files[file]["sections"][0]["questions"][index]
    return found


def rung(files: Files, index: int) -> dict[str, Any]:
    found: dict[str, Any] = files["edition"]["ladder"][index]
    return found


NETWORKED = {
    "id": "networked", "code": "Q90", "kind": "ratio", "text": "联网的有几台？", "short": "联网",
    "part": "联网台数", "whole": "总台数", "unit": "台", "above": [10, 20, 40, 60],
    "packages": ["N01"],
}  # fmt: skip


def package(files: Files) -> dict[str, Any]:
    found: dict[str, Any] = files["packages"]["packages"][0]
    return found


def another_package(files: Files, **given: Any) -> object:
    files["packages"]["packages"].append(deepcopy(package(files)) | {"code": "N02"} | given)
    return question(files)["packages"].append("N02")


def without_a_walk(files: Files) -> None:
    del files["edition"]["stations"]
    for file in ("core", "valve"):
        for section in files[file]["sections"]:
            del section["station"]


def optional_section(files: Files) -> object:
    section = deepcopy(files["core"]["sections"][0])
    del section["weight"]
    asked = section["questions"][0] | {"id": "extra", "code": "K01"}
    files["core"]["sections"].append(
        section | {"id": "figures", "optional": True, "questions": [asked]}
    )
    return package(files)["lifts"].update(extra=4)


def a_ratio_question(**given: Any) -> dict[str, Any]:
    asked = {"id": "networked", "code": "R01", "kind": "ratio", "text": "联网率", "short": "联网率"}
    counts = {"part": "已联网", "whole": "全部", "unit": "台", "above": [10, 20, 40, 60]}
    return asked | counts | given


def gated_ratio(files: Files, edges: list[int], **wanted: int) -> object:
    bands = {"all": {"edges": edges, "source": "建议值"}}
    files["core"]["sections"][0]["questions"].append(a_ratio_question(bands=bands))
    return rung(files, 0).update(gates=[{"question": "networked"} | wanted])


def a_weakness(levels: list[int], **said: Any) -> dict[str, Any]:
    words = {"plain": "说不清做到哪一步", "official": "进度不可查"}
    return {"levels": levels} | words | said


def a_check(*when: dict[str, Any]) -> dict[str, Any]:
    return {"id": "odd", "when": list(when), "says": "两处答案不一致。"}


def require_told(folder: Path, change: Change, file: str, said: str) -> None:
    """See that a change is told as a fault of a file, in these words, each fault with its remedy."""
    faults = faults_of(folder, change)
    told = [fault for fault in faults if fault.file == file and said in fault.fault + fault.remedy]
    assert told, [str(fault) for fault in faults]
    assert all(fault.remedy for fault in faults)
