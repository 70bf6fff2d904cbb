"""Whether ``conditions.yaml`` agrees with the edition's ladder and with the facts it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from questionnaires.edition import Edition
from questionnaires.frames.conditions import facts
from questionnaires.frames.conditions.rules import CREDIT, Conditions, Entry, Project
from questionnaires.model import ChoiceQuestion, GridQuestion, NumberQuestion, Question
from questionnaires.reading import Document, Fault, Trail
from questionnaires.references import Whole

FILE = "conditions.yaml"

_KINDS: dict[str, tuple[type, str]] = {
    facts.INVESTMENT: (GridQuestion, "grid"),
    facts.FINISH_YEAR: (NumberQuestion, "number"),
    facts.FINISH_MONTH: (NumberQuestion, "number"),
    facts.DIGITAL_LEVEL: (NumberQuestion, "number"),
    facts.DIGITAL_LEVEL_YEAR: (NumberQuestion, "number"),
}
"""Kinds of the questions that ask for the facts; every other one is a choice."""
_OF_PROJECT = tuple(Project.model_fields)
ASKED: dict[str, tuple[str, ...]] = {
    **{name: read for name, read in facts.ASKED.items() if name not in _OF_PROJECT},
    "project": tuple(one for name in _OF_PROJECT for one in facts.ASKED[name]),
}
"""What each condition reads; only what some notice asks for must be there."""
_OPTIONS: dict[str, tuple[str, ...]] = {
    facts.PROJECT_STATE: ("finished", "under_way", "planned"),
    facts.CREDIT_GRADE: CREDIT,
    facts.SERIOUS_INCIDENT: ("none", "occurred"),
    facts.SERIOUS_BREACH: ("none", "occurred"),
    facts.UNLAWFUL_ACT: ("none", "occurred"),
    facts.PROJECT_PLACE: ("in_province", "elsewhere"),
    facts.FINANCIAL_STATE: ("sound", "strained"),
    facts.PROJECT_STANDING: ("none", "listed", "recognised"),
}
"""Options the judging knows by name; a question may have more (尚未查询), which stay unknown."""


def faults(whole: Whole) -> Iterator[Fault]:
    """Yield every fault of an edition's application conditions."""
    conditions = whole.edition.conditions
    if conditions is None:
        return
    edition, document = whole.edition, whole.documents[FILE]
    questions = {q.id: q for section in edition.extras for q in section.questions}
    yield from _questions(conditions, questions)
    yield from _twice(document, conditions)
    for index, entry in enumerate(conditions.entries):
        yield from _entry(document, ("entries", index), entry, edition, questions)


def _questions(conditions: Conditions, questions: dict[str, Question]) -> Iterator[Fault]:
    named = [name for name in ASKED if any(getattr(e, name) for e in conditions.entries)]
    for question_id in dict.fromkeys(q for name in named for q in ASKED[name]):
        kind, word = _KINDS.get(question_id, (ChoiceQuestion, "choice"))
        question = questions.get(question_id)
        if not isinstance(question, kind):
            fault = f"申报条件要读的 {word} 题“{question_id}”不存在或种类不对"
            yield Fault("extras.yaml", question_id, fault, "补上这道题，或改正 kind")
    for question_id, known in _OPTIONS.items():
        question = questions.get(question_id)
        if isinstance(question, ChoiceQuestion):
            for option in sorted(set(known) - {o.id for o in question.options}):
                fault = f"缺少选项“{option}”"
                yield Fault("extras.yaml", question_id, fault, "补上这个选项，id 不要改")
    grid = questions.get(facts.INVESTMENT)
    if isinstance(grid, GridQuestion):
        for column in grid.columns:
            if not (column.id.isascii() and column.id.isdigit() and len(column.id) == len("2026")):
                fault = f"列“{column.id}”不是年份"
                yield Fault("extras.yaml", grid.id, fault, '列的 id 写成四位年份，如 "2026"')


def _twice(document: Document, conditions: Conditions) -> Iterator[Fault]:
    seen = set()
    for index, entry in enumerate(conditions.entries):
        if (entry.rung, entry.year) in seen:
            fault = f"{entry.year} 年度的“{entry.rung}”写了两次"
            yield document.fault(("entries", index), fault, "合并成一条")
        seen.add((entry.rung, entry.year))


def _entry(
    document: Document, here: Trail, entry: Entry, edition: Edition, questions: dict[str, Question]
) -> Iterator[Fault]:
    if entry.rung not in {rung.id for rung in edition.ladder}:
        fault = f"阶梯里没有等级“{entry.rung}”"
        yield document.fault((*here, "rung"), fault, "改正等级 id")
    if entry.investment:
        grid = questions.get(facts.INVESTMENT)
        rows = {row.id for row in grid.rows} if isinstance(grid, GridQuestion) else set()
        for kind in entry.investment.counts:
            if kind not in rows:
                fault = f"投入表里没有“{kind}”这一行"
                yield document.fault((*here, "investment"), fault, "改正 counts")
        least, reduced = entry.investment.least, entry.investment.reduced
        if reduced is not None and (least is None or reduced > least):
            fault = "山区海岛县标准高于一般标准，或一般标准缺失"
            yield document.fault((*here, "investment"), fault, "核对 least 和 reduced")
    if entry.applicant:
        question = questions.get(facts.APPLICANT_KIND)
        options = (
            {o.id for o in question.options} if isinstance(question, ChoiceQuestion) else set()
        )
        for kind in (*entry.applicant.accepted, *entry.applicant.ask):
            if kind not in options:
                fault = f"申报主体没有选项“{kind}”"
                yield document.fault((*here, "applicant"), fault, "改正 accepted 或 ask")
