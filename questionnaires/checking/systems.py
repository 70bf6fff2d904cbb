"""Whether ``systems.yaml`` agrees with itself and with the questions it reads."""

from __future__ import annotations

from collections.abc import Iterator

from questionnaires.reading import Fault
from questionnaires.references import Whole

FILE = "systems.yaml"


def faults(whole: Whole) -> Iterator[Fault]:
    """Yield every fault of the systems an edition tells from answers."""
    if whole.edition.systems is None:
        return
    document = whole.documents[FILE]
    common = {q.id: q for section in whole.edition.core.sections for q in section.questions}
    seen: set[str] = set()
    for index, system in enumerate(whole.edition.systems.systems):
        here = ("systems", index)
        if system.id in seen:
            yield document.fault(here, f"系统“{system.id}”写了两次", "删去或改名其中一个")
        seen.add(system.id)
        for question_id in system.questions:
            question = common.get(question_id)
            if question is None or not question.scored:
                fault = f"通用题里没有 0 至 4 档的“{question_id}”"
                yield document.fault((*here, "questions"), fault, "改正题目 id")
