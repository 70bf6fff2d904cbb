"""Builders of values for tests: each takes only what the test is about and invents the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from questionnaires.model import (
    CrossCheck,
    Package,
    Process,
    Question,
    Questionnaire,
    Rung,
    Section,
    Trade,
)

_numbers = count()
_QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
_KINDS: dict[str, dict[str, Any]] = {
    "level": {"levels": tuple(f"第 {level} 档的做法" for level in range(5))},
    "ratio": {"part": "已联网设备数", "whole": "设备总数", "unit": "台"},
    "number": {"unit": "万元", "most": 100000, "decimals": 1},
    "choice": {"options": [{"id": "yes", "text": "是"}, {"id": "no", "text": "否"}]},
    "multiple": {
        "options": [
            {"id": "erp", "text": "资源计划系统"},
            {"id": "mes", "text": "制造执行系统"},
            {"id": "nothing", "text": "以上都没有", "exclusive": True},
        ]
    },
    "text": {"most": 200},
    "grid": {
        "rows": [{"id": "equipment", "text": "设备"}, {"id": "software", "text": "软件"}],
        "columns": [{"id": "y2025", "text": "2025 年"}, {"id": "y2026", "text": "2026 年"}],
        "unit": "万元",
        "most": 100000,
        "decimals": 2,
    },
}


def a_question(id: str = "scheduling", kind: str = "level", **given: Any) -> Question:
    """A question of any kind; ``given`` are keys of its data file."""
    known = {"id": id, "code": _code(), "kind": kind, "text": f"{id} 怎样做？", "short": id}
    return _QUESTION.validate_python(known | _KINDS[kind] | given)


def a_ratio(
    id: str = "networked", above: Sequence[int | str] = (10, 20, 40, 60), **given: Any
) -> Question:
    """A ratio scored by bands."""
    return a_question(id, "ratio", above=above, **given)


def a_section(
    id: str = "production", questions: Iterable[Question | str] = ("scheduling",), **given: Any
) -> Section:
    """A section of weight 1; questions given as words become level questions."""
    asked = tuple(a_question(q) if isinstance(q, str) else q for q in questions)
    weight = {} if given.get("optional") else {"weight": 1}
    return Section.model_validate({"id": id, "title": id, "questions": asked} | weight | given)


def a_rung(
    id: str = "basic",
    at_least: str = "0",
    gate: tuple[str, int] | None = None,
    gates: Iterable[dict[str, Any]] = (),
) -> Rung:
    """A rung; ``gate`` is a question and its least level, ``gates`` are as in the data file."""
    demanded = [*gates, *([{"question": gate[0], "at_least": gate[1]}] if gate else [])]
    return Rung.model_validate(
        {
            "id": id,
            "title": id,
            "meaning": "能做到这些",
            "at_least": at_least,
            "source": "建议值",
            "gates": demanded,
        }
    )


def a_questionnaire(
    questions: Iterable[Question | str] = (),
    sections: Iterable[Section] = (),
    trade_sections: Iterable[Section] = (),
    ladder: Iterable[Rung] = (),
    processes: Iterable[str] = (),
    checks: Iterable[dict[str, Any]] = (),
    packages: Iterable[Package] = (),
) -> Questionnaire:
    """A questionnaire; ``questions`` make up one common section, ``sections`` are common."""
    asked = tuple(questions)
    core = (*([a_section(questions=asked)] if asked else []), *sections)
    own = tuple(trade_sections)
    trade = Trade.model_construct(
        id="valve",
        title="阀门",
        processes=tuple(Process(id=p, title=p, group="工序") for p in processes),
        sections=own,
    )
    return Questionnaire.model_construct(
        edition="2099",
        edition_title="测试年版",
        trade=trade,
        ladder=tuple(ladder) or (a_rung(),),
        sections=core + own,
        core_section_ids=frozenset(s.id for s in core),
        checks=tuple(CrossCheck.model_validate(check) for check in checks),
        packages=tuple(packages),
    )


def a_package(code: str = "N01", lifts: dict[str, int] | None = None, **given: Any) -> Package:
    """A package that lifts what it is told to."""
    return Package.model_validate(_package(code, lifts or {"scheduling": 4}) | given)


def _package(code: str, lifts: dict[str, int]) -> dict[str, Any]:
    return {
        "code": code,
        "title": f"场景 {code}",
        "summary": "把这件事做到位",
        "lifts": lifts,
        "cost": {"low": 5, "high": 20},
        "weeks": {"low": 4, "high": 8},
        "acceptance": "现场任取一单查看",
        "source": "建议值",
    }


def _code() -> str:
    number = next(_numbers)
    return f"{chr(65 + number // 2600 % 26)}{chr(65 + number // 100 % 26)}{number % 100:02d}"


# --- an edition as files ------------------------------------------------------------------------

Files = dict[str, Any]
"""Plain contents by file name, without ``.yaml``."""


def edition_files() -> Files:
    """A small edition without a fault, one trade, to be broken one way by each test."""
    return {
        "edition": {
            "id": "2099",
            "title": "测试年版",
            "source": "建议值",
            "issued": "2099-01-01",
            "trades": ["valve"],
            "stations": [
                {"id": "shop", "title": "车间", "does": "看现场。", "meets": "班组长"},
            ],
            "ladder": [
                _plain_rung("basic", "0.2", [{"question": "scheduling", "at_least": 1}]),
                _plain_rung("advanced", "0.6", []),
            ],
        },
        "core": {"sections": [_plain_section("production", 65, ["scheduling", "tracing"])]},
        "valve": {
            "id": "valve",
            "title": "阀门",
            "processes": [{"id": "casting", "title": "铸造", "group": "工序"}],
            "sections": [_plain_section("valves", 35, ["heat_number"])],
            "gates": {"advanced": [{"section": "valves", "at_least_share": "0.5"}]},
        },
        "packages": {
            "packages": [_package("N01", {"scheduling": 4, "tracing": 4, "heat_number": 4})]
        },
        "standards": {
            "standards": [
                {
                    "number": "GB/T 13927",
                    "title": "工业阀门 压力试验",
                    "year": 2022,
                    "status": "in_force",
                    "reviewed": "2026-01-01",
                }
            ]
        },
    }


def _plain_rung(id: str, at_least: str, gates: list[dict[str, Any]]) -> dict[str, Any]:
    rung = {"id": id, "title": id, "meaning": "能做到这些", "source": "建议值"}
    return rung | {"at_least": at_least, "gates": gates}


def _plain_section(id: str, weight: int, questions: list[str]) -> dict[str, Any]:
    asked = [
        {
            "id": name,
            "code": _code(),
            "kind": "level",
            "text": f"{name} 怎样做？",
            "short": name,
            "levels": [f"第 {level} 档的做法" for level in range(5)],
            "packages": ["N01"],
        }
        for name in questions
    ]
    section = {"id": id, "title": id, "weight": weight, "station": "shop"}
    return section | {"questions": asked}


def write_edition(folder: Path, files: Files) -> Path:
    """Write an edition's files and return its folder, which is called 2099."""
    home = folder / "2099"
    (home / "examples").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else _yaml(content)
        (home / f"{name}.yaml").write_text(text, "utf-8")
    return home


class _Plain(yaml.SafeDumper):
    """Writes every value out in full: editions know no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _yaml(content: Any) -> str:
    return str(yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False))
