"""How things stand area by area (现状与差距): a few sentences each, and what to reach where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from questionnaires.answers import describe
from questionnaires.model import LevelQuestion, Question, RatioQuestion
from questionnaires.scoring import FULL, Score
from reports.diagnosis.advice import Advice
from reports.diagnosis.gaps import Gap
from reports.diagnosis.sections import AnswerLine, SectionLine
from reports.figures import amount

WELL, POOR = 3, 1
"""A level from which on something is done well, and one at which hardly anything is."""
NOT_PLANNED = "自行改进"


@dataclass(frozen=True)
class Row:
    """One answer on the way to its target; six columns with the area's name."""

    code: str
    short: str
    now: str
    points: str
    advice: str
    target: str
    is_gate: bool


@dataclass(frozen=True)
class Area:
    """One scored section in words, and the answers that the plan or the next rung speak of."""

    line: SectionLine
    says: str
    rows: tuple[Row, ...]


def areas(
    score: Score, sections: Iterable[SectionLine], gaps: Sequence[Gap], advice: Sequence[Advice]
) -> tuple[Area, ...]:
    """Tell every scored section, in reading order."""
    by_code = {gap.code: gap for gap in gaps}
    raised: dict[str, list[tuple[Advice, int]]] = {}
    for each in advice:
        for one in each.raises:
            raised.setdefault(one.code, []).append((each, one.after))
    return tuple(
        Area(line, _says(score, line, raised), tuple(_rows(score, line, by_code, raised)))
        for line in sections
        if line.is_scored
    )


Raised = Mapping[str, Sequence[tuple[Advice, int]]]


def _says(score: Score, line: SectionLine, raised: Raised) -> str:
    counted = [(a, a.level) for a in line.answers if a.level is not None]
    if not counted:
        return "没有适用的题目。"
    best = max(counted, key=lambda found: found[1])
    worst = min(counted, key=lambda found: found[1])
    said = [_spread([level for _, level in counted])]
    if best[1] > worst[1] and best[1] >= WELL:
        said.append(f"最好的是“{best[0].short}”（{best[1]} 档）。")
    if best[1] > worst[1] or worst[1] < WELL:
        first = "最弱的" if best[1] > worst[1] else "先要补的"
        said.append(f"{first}是“{worst[0].short}”（{worst[1]} 档）{_weak(score, *worst)}。")
    codes = dict.fromkeys(each.code for a, _ in counted for each, _ in raised.get(a.code, ()))
    if codes:
        said.append(f"方案里的 {'、'.join(codes)} 提升这里。")
    return "".join(said)


def _spread(levels: Sequence[int]) -> str:
    """How many answers stand high and how many low; of answers alike, where they stand."""
    if len(set(levels)) == 1:
        return (
            f"{len(levels)} 题都是 {levels[0]} 档。"
            if len(levels) > 1
            else f"只有一题，{levels[0]} 档。"
        )
    well = sum(level >= WELL for level in levels)
    poor = sum(level <= POOR for level in levels)
    if len(levels) in (well, poor):
        return f"{len(levels)} 题都在 {f'{WELL} 档以上' if well else f'{POOR} 档以下'}。"
    counted = [f"{well} 题在 3 档以上"] if well else []
    counted += [f"{poor} 题在 1 档以下"] if poor else []
    return f"{len(levels)} 题中 {'，'.join(counted)}。"


def _weak(score: Score, line: AnswerLine, level: int) -> str:
    weakness = score.question[line.question_id].question.weakness_at(level)
    return f"：{weakness.official.rstrip('。')}" if weakness else ""


def _rows(
    score: Score, line: SectionLine, gaps: Mapping[str, Gap], raised: Raised
) -> Iterable[Row]:
    for answer in line.answers:
        gap, plans = gaps.get(answer.code), raised.get(answer.code, ())
        if answer.level is None or not (gap or plans):
            continue
        question = score.question[answer.question_id].question
        level = max((after for _, after in plans), default=min(answer.level + 1, FULL))
        yield Row(
            code=answer.code,
            short=answer.short,
            now=answer.answer,
            points=answer.points,
            advice="、".join(each.code for each, _ in plans) or NOT_PLANNED,
            target=gap.wanted if gap and gap.is_gate else _at(question, level),
            is_gate=bool(gap and gap.is_gate),
        )


def _at(question: Question, level: int) -> str:
    if isinstance(question, LevelQuestion):
        return describe(question, level)
    if isinstance(question, RatioQuestion) and question.above and level:
        return f"{level} 档：超过 {amount(question.above[level - 1])}%"
    return f"{level} 档"
