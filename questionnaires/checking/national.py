"""Whether ``national.yaml`` agrees with itself and with the questions it reads."""

from __future__ import annotations

from collections.abc import Iterator

from questionnaires.frames import national
from questionnaires.frames.national.rules import NationalRung
from questionnaires.model import ChoiceQuestion, Question, TextQuestion
from questionnaires.reading import Document, Fault, Trail
from questionnaires.references import Whole

FILE = "national.yaml"
_CHOICES: dict[str, tuple[str, ...]] = {
    national.MATURITY_LEVEL: national.MATURITY_OPTIONS,
    national.THREE_CLEAN_YEARS: ("none", "occurred"),
}
"""Choices whose options the reading knows by name; the grade's are the rungs' ids."""
_TEXTS = (national.MATURITY_DATE, national.MATURITY_REPORT, national.BASIC_FILED_ON)


def faults(whole: Whole) -> Iterator[Fault]:
    """Yield every fault of an edition's national ladder."""
    ladder = whole.edition.national
    if ladder is None:
        return
    document, edition = whole.documents[FILE], whole.edition
    common = {q.id: q for s in (*edition.core.sections, *edition.extras) for q in s.questions}
    ids = tuple(rung.id for rung in ladder.rungs)
    yield from _facts(common, ids)
    for index, rung in enumerate(ladder.rungs):
        here: Trail = ("rungs", index)
        if rung.id in ids[:index]:
            yield document.fault(here, f"等级“{rung.id}”写了两次", "删去或改名其中一个")
        if rung.after not in (None, *ids[:index]):
            fault = f"“{rung.after}”不在“{rung.id}”下面"
            yield document.fault((*here, "after"), fault, "写下面某一级的 id")
        if index and rung.maturity < ladder.rungs[index - 1].maturity:
            yield document.fault((*here, "maturity"), "成熟度要求低于下一级", "核对 maturity")
        yield from _elements(document, here, rung, common)


def _facts(common: dict[str, Question], ids: tuple[str, ...]) -> Iterator[Fault]:
    for question_id, known in {**_CHOICES, national.NATIONAL_GRADE: ids}.items():
        question = common.get(question_id)
        options = (
            {o.id for o in question.options} if isinstance(question, ChoiceQuestion) else set()
        )
        for option in sorted(set(known) - options):
            fault = f"缺少这道单选题，或缺少选项“{option}”"
            yield Fault("extras.yaml", question_id, fault, "补上，id 不要改")
    for question_id in _TEXTS:
        if not isinstance(common.get(question_id), TextQuestion):
            yield Fault("extras.yaml", question_id, "缺少这道填空题", "补上这道题")


def _elements(
    document: Document, here: Trail, rung: NationalRung, common: dict[str, Question]
) -> Iterator[Fault]:
    for at, element in enumerate(rung.elements):
        for question_id in element.questions:
            question = common.get(question_id)
            if question is None or not question.scored:
                fault = f"通用题和补充题里没有 0 至 4 档的“{question_id}”"
                yield document.fault((*here, "elements", at), fault, "改正题目 id")
