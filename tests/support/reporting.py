"""Builders for tests of reports: facts of an invented firm, and a diagnosis of a valve sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from questionnaires.answers import Answer, Ratio
from questionnaires.frames import conditions, crosswalk, national
from questionnaires.library import SHIPPED
from questionnaires.model import LevelQuestion, NumberQuestion, RatioQuestion
from questionnaires.scoring import score
from reports.diagnosis import NO_NOTES, Diagnosis, diagnose
from reports.diagnosis.sections import Notes
from reports.facts import (
    Choice,
    Contact,
    Facts,
    Finding,
    FirmsWord,
    InUse,
    SelfAssessment,
    Use,
    Verification,
)

TODAY = date(2026, 11, 20)
LEVELS = (1, 2, 3, 2, 3, 2, 2, 3)


def some_facts(**given: Any) -> Facts:
    """An invented valve firm."""
    facts = Facts(
        firm="墨岭阀门（虚构）样本V-07",
        code="91331102DEMO00007X",
        trade="阀门",
        district="莲都区",
        bureau="莲都区经济商务局",
        round="2026 年度评估",
        issued=TODAY,
        number="2026-0007",
        processes=("机械加工", "装配", "压力试验"),
        township="碧湖镇",
        park="某园区A",
        size="small",
        above_scale=True,
        in_use=(
            InUse(Use.SYSTEM, "ERP（进销存和财务）", "虚构软件公司", 2021),
            InUse(Use.SYSTEM, "二维 CAD", "", 2016),
            InUse(Use.MACHINE, "数控车床 CK6150，6 台", "虚构机床厂", 2019),
        ),
        contacts=(Contact("张某", "生产部部长", "000-0000-1234"),),
        submitted=date(2026, 11, 12),
        demonstration=True,
    )
    return replace(facts, **given)


@cache
def valve_edition() -> Any:
    return SHIPPED.load("2026")


def valve_processes() -> frozenset[str]:
    return frozenset(p.id for p in valve_edition().questionnaire("valve").trade.processes)


def a_valve_sheet(changed: Mapping[str, Answer] | None = None) -> dict[str, Answer]:
    """A complete middling sheet of the valve questionnaire: every level, ratio and KPI answered."""
    questionnaire = valve_edition().questionnaire("valve")
    sheet: dict[str, Answer] = {}
    for section in questionnaire.sections:
        for number, question in enumerate(questionnaire.asked(section, valve_processes())):
            if isinstance(question, LevelQuestion):
                sheet[question.id] = LEVELS[(number + len(section.id)) % len(LEVELS)]
            elif isinstance(question, RatioQuestion):
                sheet[question.id] = Ratio(19, 40)
            elif isinstance(question, NumberQuestion) and section.id == "key_figures":
                sheet[question.id] = Decimal(3)
    return sheet | dict(changed or {})


def full_marks() -> dict[str, Answer]:
    """The highest answer wherever one counts."""
    asked = valve_edition().questionnaire("valve").questions
    return {
        id: 4 if isinstance(asked[id], LevelQuestion) else Ratio(40, 40)
        for id in a_valve_sheet()
        if isinstance(asked[id], LevelQuestion) or isinstance(a_valve_sheet()[id], Ratio)
    }


def a_valve_diagnosis(
    changed: Mapping[str, Answer] | None = None,
    facts: Facts | None = None,
    notes: Notes = NO_NOTES,
) -> Diagnosis:
    """The firm's own assessment, with frames and application conditions."""
    edition, sheet = valve_edition(), a_valve_sheet(changed)
    questionnaire, processes = edition.questionnaire("valve"), valve_processes()
    return diagnose(
        facts or some_facts(),
        "self",
        score(questionnaire, sheet, processes),
        sheet,
        notes=notes,
        crosswalk=crosswalk.read_across(edition.crosswalk, questionnaire, sheet, processes),
        conditions=conditions.judge(
            edition.conditions, questionnaire, sheet, reduced=True, today=TODAY
        ),
        national=national.read(edition.national, questionnaire, sheet, processes, above_scale=True),
    )


def an_onsite_diagnosis(
    changed: Mapping[str, Answer],
    verifications: Mapping[str, Verification],
    findings: tuple[Finding, ...] = (),
    choices: tuple[Choice, ...] | None = None,
    words: tuple[FirmsWord, ...] = (),
) -> Diagnosis:
    """A consultant's sheet that differs from the firm's own in ``changed``."""
    questionnaire, processes = valve_edition().questionnaire("valve"), valve_processes()
    own, sheet = a_valve_sheet(), a_valve_sheet(changed)
    return diagnose(
        some_facts(consultant="李某（虚构）", visited=TODAY),
        "onsite",
        score(questionnaire, sheet, processes),
        sheet,
        own=SelfAssessment(score(questionnaire, own, processes), own),
        notes=Notes(verifications=verifications),
        findings=findings,
        choices=choices,
        words=words,
    )


def fold(page: str, word: str) -> str:
    """The body of one part of a result page, up to the next part."""
    found = re.search(
        rf'class="fold__body" id="{word}">(.*?)(?=<details class="card-panel fold"|</main>)',
        page,
        re.DOTALL,
    )
    assert found, f"no part {word}"
    return found[1]
