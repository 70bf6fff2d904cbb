"""Every section and every answer of a sheet, with what each earned: the trace in reading form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

from questionnaires.answers import Sheet, describe
from questionnaires.scoring import FULL, QuestionScore, Score, SectionScore
from questionnaires.trace import TraceLine, trace
from reports.facts import File, SelfAssessment, Verification
from reports.figures import Figure, amount, share_figure
from reports.words import QUESTION_STATES, VERDICTS

Part = Literal["core", "trade", "beside"]
"""Of which part of the share a section is; ``beside`` for one that is not scored."""


@dataclass(frozen=True)
class Notes:
    """What hangs on single answers, by question id."""

    remarks: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, tuple[File, ...]] = field(default_factory=dict)
    """Names of the files."""
    verifications: Mapping[str, Verification] = field(default_factory=dict)


LONG = 400
"""Characters beyond which words leave a table's cell."""


class Written(NamedTuple):
    """Words of one person about one answer, or the answer itself."""

    what: Literal["answer", "reason", "remark"]
    text: str

    @property
    def label(self) -> str:
        return {"answer": "答案", "reason": "核验说明", "remark": "备注"}[self.what]

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG


@dataclass(frozen=True)
class AnswerLine:
    """One answer with its way into the overall share."""

    code: str
    question_id: str
    text: str
    short: str
    answer: str
    self_answer: str
    """The firm's own answer where the consultant's differs, else empty."""
    state: str
    state_text: str
    level: int | None
    points: str
    weight: str
    of_whole: Figure
    contribution: Figure
    remark: str
    evidence: tuple[File, ...]
    verification: str
    reason: str

    @property
    def written(self) -> tuple[Written, ...]:
        """Everything people wrote here, as far as they did."""
        return tuple(
            w for w in (Written("reason", self.reason), Written("remark", self.remark)) if w.text
        )

    @property
    def long_written(self) -> tuple[Written, ...]:
        """What is too long for a table and is printed after it."""
        return tuple(w for w in (Written("answer", self.answer), *self.written) if w.is_long)


@dataclass(frozen=True)
class SectionLine:
    """One section; ``share`` is None where nothing applies or nothing is scored."""

    id: str
    title: str
    part: Part
    is_scored: bool
    weight: str
    share: Figure | None
    self_share: Figure | None
    contribution: Figure
    counted: int
    answers: tuple[AnswerLine, ...]

    @property
    def printed(self) -> tuple[AnswerLine, ...]:
        """The answers a report lists: all that count, and of the optional ones those given or spoken of."""
        return tuple(
            a for a in self.answers if self.is_scored or a.state != "unanswered" or a.written
        )

    @property
    def share_text(self) -> str:
        return self.share.text if self.share else ("不适用" if self.is_scored else "不计分")

    @property
    def self_share_text(self) -> str:
        return self.self_share.text if self.self_share else "—"


def section_lines(
    score: Score, notes: Notes, own: SelfAssessment | None = None
) -> tuple[SectionLine, ...]:
    """Every section in reading order; questions that were not asked are left out."""
    lines = {line.question.id: line for line in trace(score)}
    return tuple(_section(score, section, lines, notes, own) for section in score.sections)


def _section(
    score: Score,
    section: SectionScore,
    lines: Mapping[str, TraceLine],
    notes: Notes,
    own: SelfAssessment | None,
) -> SectionLine:
    marks = [mark for mark in section.questions if mark.state != "not_asked"]
    own_share = own.score.section[section.section.id].share if own else None
    contributions = (lines[m.question.id].contribution for m in marks if m.question.id in lines)
    return SectionLine(
        id=section.section.id,
        title=section.section.title,
        part=_part(score, section),
        is_scored=section.section.counts,
        weight=amount(section.weight),
        share=None if section.share is None else share_figure(section.share),
        self_share=None if own_share is None else share_figure(own_share),
        contribution=share_figure(sum(contributions, Fraction(0))),
        counted=sum(m.state == "scored" for m in marks),
        answers=tuple(
            _answer(m, lines.get(m.question.id), notes, own.sheet if own else None) for m in marks
        ),
    )


def _part(score: Score, section: SectionScore) -> Part:
    if not section.section.counts:
        return "beside"
    return "core" if section.section.id in score.questionnaire.core_section_ids else "trade"


def _answer(
    mark: QuestionScore, line: TraceLine | None, notes: Notes, own: Sheet | None
) -> AnswerLine:
    question = mark.question
    verification = notes.verifications.get(question.id)
    state = QUESTION_STATES[mark.state]
    return AnswerLine(
        code=question.code,
        question_id=question.id,
        text=question.text,
        short=question.short,
        answer=state if mark.answer is None else describe(question, mark.answer),
        self_answer=_differing(mark, own),
        state=mark.state,
        state_text=state,
        level=mark.level,
        points="—" if mark.points is None else f"{mark.level}/{FULL}",
        weight="—" if line is None else amount(line.weight),
        of_whole=share_figure(line.of_whole if line else Fraction(0)),
        contribution=share_figure(line.contribution if line else Fraction(0)),
        remark=notes.remarks.get(question.id, ""),
        evidence=notes.evidence.get(question.id, ()),
        verification=VERDICTS[verification.state] if verification else "",
        reason=verification.reason if verification else "",
    )


def _differing(mark: QuestionScore, own: Sheet | None) -> str:
    if own is None or own.get(mark.question.id) == mark.answer:
        return ""
    answer = own.get(mark.question.id)
    return "未填写" if answer is None else describe(mark.question, answer)


def strongest(lines: tuple[SectionLine, ...], most: int = 3) -> tuple[SectionLine, ...]:
    """The sections with the highest shares, best first; none as low as the lowest, but full marks."""
    shared = _shared(lines)
    lowest = min((share for _, share in shared), default=Fraction(0))
    best_first = sorted(shared, key=lambda found: -found[1])
    return tuple(line for line, share in best_first[:most] if share == 1 or share > lowest)


def weakest(lines: tuple[SectionLine, ...], most: int = 3) -> tuple[SectionLine, ...]:
    """The sections with the lowest shares, lowest first; none as high as the highest."""
    shared = _shared(lines)
    highest = max((share for _, share in shared), default=Fraction(1))
    lowest_first = sorted(shared, key=lambda found: found[1])
    return tuple(line for line, share in lowest_first[:most] if share < highest)


def _shared(lines: tuple[SectionLine, ...]) -> list[tuple[SectionLine, Fraction]]:
    return [(line, line.share.exact) for line in lines if line.share is not None]
