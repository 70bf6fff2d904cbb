"""Worked examples (算例): sheets with the result they must have, kept beside the edition.

They are the edition's own test: whoever changes a weight, a gate or a level by mistake breaks one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from questionnaires.answers import NOT_APPLICABLE, Answer, BadAnswer, Sheet, answer_at, parse
from questionnaires.contradictions import Told, contradictions
from questionnaires.edition import Edition
from questionnaires.frames.crosswalk import Crosswalk, Span, figure, miit, span_text
from questionnaires.frames.crosswalk.frames import MiitFrame
from questionnaires.frames.crosswalk.view import View
from questionnaires.gates import name_of
from questionnaires.model import (
    Exact,
    Level,
    Line,
    Prose,
    Questionnaire,
    Rung,
    Scored,
    Share,
    Value,
    Word,
)
from questionnaires.reading import Document, Fault, Trail, read, shape
from questionnaires.scoring import Score, UnansweredQuestion, score

NOTHING = Fraction(0)
NONE = "none"
"""Written where no rung is reached, or where nothing in a section applies."""


Difference = tuple[Trail, str, str]
"""A place in an example, what it states, and what was found."""


class Fill(Value):
    """How to answer the scored questions an example does not list.

    A ratio gets the highest percentage of the level's band. ``not_applicable`` answers 不适用
    instead, wherever that is allowed.
    """

    default_level: Level
    not_applicable: bool = False


class Expects(Value):
    """The result an example must have; only what is given is compared.

    ``unmet`` names the failed gates of the next rung: the question's id, the section's id, ``core``
    or ``trade``, or the question ids of an any-of gate joined by ``|``. ``miit_level`` and
    ``miit_score`` are those of the MIIT 2024 frame in ``crosswalk.yaml``, ``miit_scenarios`` the
    levels of its scenarios by id ("0–1" where the answers leave them open). ``contradictions``
    names the cross-checks that speak; a sheet written answer by answer must name them all.
    """

    share: Share
    sections: dict[Word, Share | Literal["none"]] = {}
    rung: Word
    unmet: tuple[Annotated[str, Field(pattern=r"^[a-z0-9_|]+$")], ...] = ()
    miit_level: Annotated[int, Field(ge=0, le=4)] | None = None
    miit_score: Exact | None = None
    miit_scenarios: dict[Word, Level | Annotated[str, Field(pattern=r"^[0-4]–[0-4]$")]] = {}

    contradictions: tuple[Word, ...] = ()

    @property
    def reads_miit(self) -> bool:
        """Whether anything stated needs the frame."""
        return any((self.miit_level is not None, self.miit_score is not None, self.miit_scenarios))


class Example(Value):
    """One worked example."""

    trade: Word
    title: Line
    processes: tuple[Word, ...] = ()
    answers: dict[Word, Any] = {}
    fill: Fill | None = None
    expects: Expects
    reason: Prose


Worked = dict[str, tuple[Document, Example | None]]
"""The examples of an edition by file name, each with the document it was read from."""


def load(folder: Path) -> Worked:
    """Read every worked example of an edition's folder, by file name."""
    documents = [
        read(f, f"examples/{f.name}") for f in sorted((folder / "examples").glob("*.yaml"))
    ]
    return {document.file: (document, shape(document, Example)) for document in documents}


def sheet(example: Example, questionnaire: Questionnaire) -> dict[str, Answer]:
    """Return the example's answers, filled as it says.

    Raises:
        BadAnswer: An answer is refused.
        KeyError: It answers a question the trade is not asked.
    """
    filled = _filled(example.fill, questionnaire) if example.fill else {}
    given = {
        question_id: parse(questionnaire.questions[question_id], wire)
        for question_id, wire in example.answers.items()
    }
    return filled | given


def _filled(fill: Fill, questionnaire: Questionnaire) -> dict[str, Answer]:
    return {
        question.id: _fill(question, fill)
        for section in questionnaire.sections
        if not section.optional
        for question in section.scored_questions
    }


def _fill(question: Scored, fill: Fill) -> Answer:
    if fill.not_applicable and question.not_applicable:
        return NOT_APPLICABLE
    return answer_at(question, fill.default_level)


def unmet(result: Score) -> frozenset[str]:
    """Name the failed gates of the next rung as examples write them."""
    return (
        frozenset(name_of(g.gate) for g in result.next.failed_gates) if result.next else frozenset()
    )


# --- verifying ----------------------------------------------------------------------------------


def faults(edition: Edition, worked: Worked) -> Iterator[Fault]:
    """Yield everything wrong with the examples: their shape, and results that differ."""
    for document, example in worked.values():
        yield from document.faults
        if example:
            yield from verify(edition, document, example)


def verify(edition: Edition, document: Document, example: Example) -> Iterator[Fault]:
    """Score one example and yield a fault for every number that is not the expected one."""
    if example.trade not in edition.trades:
        yield document.fault(("trade",), f"没有行业“{example.trade}”", "改正行业 id")
        return
    questionnaire = edition.questionnaire(example.trade)
    bad = [*_bad_answers(document, example, questionnaire)]
    if bad:
        yield from bad
        return
    try:
        compared = [*differences(example, questionnaire, edition.crosswalk)]
    except UnansweredQuestion as missing:
        fault = f"没有回答“{missing.question_id}”"
        yield document.fault(("answers",), fault, "补上答案，或用 fill 补齐")
        return
    for trail, wanted, found in compared:
        fault = f"应为 {wanted}，算得 {found}"
        yield document.fault(trail, fault, "核对算例和年版内容，改正错的一方")


def differences(
    example: Example, questionnaire: Questionnaire, frames: Crosswalk | None
) -> Iterator[Difference]:
    """Yield everything an example states that does not come out.

    Raises:
        BadAnswer: An answer is refused.
        KeyError: It answers a question the trade is not asked.
        UnansweredQuestion: An answer is missing.
    """
    answers = sheet(example, questionnaire)
    yield from score_differences(example, questionnaire, answers)
    yield from contradiction_differences(example, questionnaire, answers)
    frame = frames.miit if frames else None
    yield from miit_differences(example, questionnaire, answers, frame)


def score_differences(
    example: Example, questionnaire: Questionnaire, answers: Sheet
) -> Iterator[Difference]:
    """Yield what differs in shares, rung and gates."""
    result = score(questionnaire, answers, frozenset(example.processes))
    yield from _different(_compared(example.expects, result))


def contradiction_differences(
    example: Example, questionnaire: Questionnaire, answers: Sheet
) -> Iterator[Difference]:
    """Yield what differs in what does not sit well together; a filled sheet need not name it."""
    stated = example.expects.contradictions
    if example.fill is None or stated:
        told = Told(answers, frozenset(example.processes))
        found = tuple(one.check.id for one in contradictions(questionnaire, told))
        compared = (("expects", "contradictions"), _listed(stated), _listed(found))
        yield from _different([compared])


def miit_differences(
    example: Example, questionnaire: Questionnaire, answers: Sheet, frame: MiitFrame | None
) -> Iterator[Difference]:
    """Yield what differs in the MIIT frame."""
    if example.expects.reads_miit:
        processes = frozenset(example.processes)
        yield from _different(_miit(example.expects, questionnaire, answers, processes, frame))


def _different(compared: Iterable[Difference]) -> Iterator[Difference]:
    return ((trail, wanted, found) for trail, wanted, found in compared if wanted != found)


def _miit(
    expects: Expects,
    questionnaire: Questionnaire,
    answers: Sheet,
    processes: frozenset[str],
    frame: MiitFrame | None,
) -> Iterator[Difference]:
    if frame is None:
        yield ("expects",), "工信部对照结果", "（crosswalk.yaml 缺少或有误）"
        return
    view = View(questionnaire, answers, processes)
    levels = {scenario.id: miit.scenario_span(scenario, view) for scenario in frame.scenarios}
    for scenario_id, wanted in expects.miit_scenarios.items():
        known = levels.get(scenario_id)
        found = span_text(known) if known else "（没有这个场景）"
        yield ("expects", "miit_scenarios", scenario_id), str(wanted), found
    if expects.miit_score is None and expects.miit_level is None:
        return
    items = [miit.item_span(item, view) for item in frame.items]
    points = Span(sum((i.lower for i in items), NOTHING), sum((i.upper for i in items), NOTHING))
    if expects.miit_score is not None:
        yield ("expects", "miit_score"), figure(expects.miit_score), span_text(points)
    if expects.miit_level is not None:
        level = miit.level_span(frame, points, levels)
        yield ("expects", "miit_level"), str(expects.miit_level), span_text(level)


def _bad_answers(
    document: Document, example: Example, questionnaire: Questionnaire
) -> Iterator[Fault]:
    known = {process.id for process in questionnaire.trade.processes}
    for process in example.processes:
        if process not in known:
            yield document.fault(("processes",), f"没有工序“{process}”", "改正工序 id")
    for question_id, wire in example.answers.items():
        trail: Trail = ("answers", question_id)
        if question_id not in questionnaire.questions:
            yield document.fault(trail, f"没有题目“{question_id}”", "改正题目 id")
            continue
        try:
            parse(questionnaire.questions[question_id], wire)
        except BadAnswer as refused:
            yield document.fault(trail, refused.message.rstrip("。"), "改正答案")


def _compared(expects: Expects, result: Score) -> Iterator[Difference]:
    """Yield everything an example states about the score, with what was found."""
    yield ("expects", "share"), str(expects.share), str(result.share)
    for section_id, wanted in expects.sections.items():
        known = result.section.get(section_id)
        found = _written(known.share) if known else "（没有这个模块）"
        yield ("expects", "sections", section_id), str(wanted), found
    yield ("expects", "rung"), expects.rung, _rung_id(result.rung)
    yield ("expects", "unmet"), _listed(expects.unmet), _listed(unmet(result))


def _written(share: Fraction | None) -> str:
    return NONE if share is None else str(share)


def _rung_id(rung: Rung | None) -> str:
    return rung.id if rung else NONE


def _listed(names: tuple[str, ...] | frozenset[str]) -> str:
    return "、".join(sorted(names)) or "没有"
