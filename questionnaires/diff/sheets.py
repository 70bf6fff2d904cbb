"""The same sheets under two editions: who would stand on another rung, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from questionnaires.answers import Answer, BadAnswer, parse, percent_text
from questionnaires.diff.questions import label
from questionnaires.edition import Edition
from questionnaires.gates import demands
from questionnaires.model import Line, Questionnaire, Rung, Value, Word
from questionnaires.progress import progress
from questionnaires.reading import Fault
from questionnaires.scoring import RungResult, Score, UnansweredQuestion, score

MOST_LINES = 100_000
MOST_CHARACTERS = 1_000_000
"""Of one line; a full sheet has a few thousand."""

Direction = Literal["up", "down", "same", "unknown"]
LOWEST = "尚未达到最低等级"


@dataclass(frozen=True)
class Case:
    """One firm's answers in wire form, as a line of a sheets file gives them."""

    name: str
    trade: str
    processes: frozenset[str]
    answers: dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """A case under one edition: a score, or why there is none."""

    score: Score | None
    missing: tuple[str, ...] = ()
    bounds: tuple[Fraction, Fraction] | None = None

    @property
    def rung(self) -> str:
        if self.score is None:
            return "无法判定"
        return self.score.rung.title if self.score.rung else LOWEST


@dataclass(frozen=True)
class Move:
    """A case under both editions. ``reasons`` are Chinese sentences, the deciding ones first."""

    case: Case
    before: Verdict
    after: Verdict
    direction: Direction
    reasons: tuple[str, ...] = field(default=())

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the next rung of the new edition demands and does not get, without any figures."""
        rung = self.after.score.next if self.after.score else None
        if rung is None:
            return ()
        line = () if rung.threshold_met else (f"“{rung.rung.title}”的分数线",)
        gates = (f"“{rung.rung.title}”的必备条件：{g.wanted}" for g in rung.failed_gates)
        return (*line, *gates)

    def __str__(self) -> str:
        why = "".join(f"\n    {reason}" for reason in self.reasons)
        return f"{self.case.name}：{self.before.rung} → {self.after.rung}{why}"


# --- reading ------------------------------------------------------------------------------------


class _Repeated(ValueError):
    """A key stands twice in one object."""


def read_sheets(file: Path) -> tuple[tuple[Case, ...], tuple[Fault, ...]]:
    """Read a sheets file: one JSON object a line with ``trade``, ``processes``, ``answers``, ``name``.

    Returns:
        The good cases, and a fault for every other line.
    """
    cases: list[Case] = []
    faults: list[Fault] = []
    try:
        with file.open(encoding="utf-8-sig", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                if number > MOST_LINES:
                    fault = f"超过 {MOST_LINES} 行"
                    faults.append(Fault(file.name, f"第 {number} 行", fault, "拆成几个文件"))
                    break
                if line.strip():
                    _read_line(file.name, number, line, cases, faults)
    except UnicodeDecodeError:
        faults.append(Fault(file.name, "", "不是 UTF-8 编码", "另存为 UTF-8 编码"))
    except OSError as error:
        faults.append(Fault(file.name, "", f"读不出来（{error.strerror}）", "检查文件名和权限"))
    return tuple(cases), tuple(faults)


def _read_line(name: str, number: int, line: str, cases: list[Case], faults: list[Fault]) -> None:
    place = f"第 {number} 行"
    try:
        if len(line) > MOST_CHARACTERS:
            raise ValueError("一行太长")
        wire = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
        cases.append(_case(wire, f"第 {number} 份"))
    except _Repeated as error:
        faults.append(Fault(name, place, f"键“{error}”重复", "删去其中一个"))
    except (ValueError, RecursionError):
        remedy = '写成 {"name": …, "trade": "valve", "processes": […], "answers": {…}}，每行一份'
        faults.append(Fault(name, place, "不是一份答卷", remedy))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(key)
        found[key] = value
    return found


def _no_constant(_word: str) -> None:
    raise ValueError("NaN and Infinity are no answers")


class _Line(Value):
    """One line of a sheets file."""

    trade: Word
    answers: dict[str, Any]
    processes: tuple[Word, ...] = ()
    name: Line | None = None


def _case(wire: object, name: str) -> Case:
    given = _Line.model_validate(wire)
    return Case(given.name or name, given.trade, frozenset(given.processes), given.answers)


# --- rescoring ----------------------------------------------------------------------------------


def rescore(old: Edition, new: Edition, cases: Iterable[Case]) -> Iterator[Move]:
    """Score every case under both editions and say what moved it."""
    for case in cases:
        before, after = _verdict(old, case), _verdict(new, case)
        direction = _direction(before, after)
        yield Move(case, before, after, direction, tuple(_reasons(before, after, direction)))


def _verdict(edition: Edition, case: Case) -> Verdict:
    if case.trade not in edition.trades:
        return Verdict(None, (f"年版里没有行业“{case.trade}”",))
    questionnaire = edition.questionnaire(case.trade)
    sheet, refused = _parsed(questionnaire, case)
    try:
        return Verdict(score(questionnaire, sheet, case.processes))
    except UnansweredQuestion:
        found = progress(questionnaire, sheet, case.processes)
    gaps = tuple(_gap(questionnaire, name, refused) for name in found.missing)
    return Verdict(None, gaps, (found.lower, found.upper))


def _parsed(questionnaire: Questionnaire, case: Case) -> tuple[dict[str, Answer], dict[str, str]]:
    """Read the answers this edition asks for; what it refuses counts as not given."""
    sheet: dict[str, Answer] = {}
    refused: dict[str, str] = {}
    for question_id, wire in case.answers.items():
        question = questionnaire.questions.get(question_id)
        if question is None or wire is None:
            continue
        try:
            sheet[question_id] = parse(question, wire)
        except BadAnswer as bad:
            refused[question_id] = bad.message
    return sheet, refused


def _gap(questionnaire: Questionnaire, question_id: str, refused: dict[str, str]) -> str:
    question = questionnaire.questions[question_id]
    if question_id in refused:
        return f"{label(question)}：原答案不能沿用。{refused[question_id]}"
    return f"{label(question)}：没有答案"


def _direction(before: Verdict, after: Verdict) -> Direction:
    if before.score is None or after.score is None:
        return "unknown"
    was, now = before.score.rung, after.score.rung
    if (was and was.id) == (now and now.id):
        return "same"
    steps = {rung.rung.id: rung.step for rung in after.score.rungs}
    # A rung that is no longer on the ladder stands where its threshold would be.
    from_step = (steps.get(was.id) or _place(was, after.score)) if was else 0
    return "up" if after.score.step > from_step else "down"


def _place(rung: Rung, scored: Score) -> Fraction:
    below = sum(r.rung.at_least <= rung.at_least for r in scored.rungs)
    return below + Fraction(1, 2)


# --- reasons ------------------------------------------------------------------------------------


def _reasons(before: Verdict, after: Verdict, direction: Direction) -> Iterator[str]:
    if before.score is None or after.score is None:
        side, verdict = ("旧年版", before) if before.score is None else ("新年版", after)
        yield from (f"{side}里 {gap}" for gap in verdict.missing)
        if verdict.bounds:
            lower, upper = (percent_text(bound * 100) for bound in verdict.bounds)
            yield f"补答前，得分率在 {lower} 至 {upper} 之间"
        return
    if before.score.share != after.score.share:
        yield f"得分率由 {_share(before.score)} 变为 {_share(after.score)}"
    if direction == "down" and after.score.next:
        yield from _held_back(after.score.next, after.score, before.score)
    elif direction == "up" and before.score.next:
        yield from _set_free(before.score.next, before.score, after.score)


def _share(scored: Score) -> str:
    return percent_text(scored.share * 100)


def _held_back(rung: RungResult, now: Score, was: Score) -> Iterator[str]:
    """Say what the first rung out of reach lacks now, and whether it was so before."""
    title = rung.rung.title
    if not rung.threshold_met:
        line = percent_text(rung.rung.at_least * 100)
        yield f"达不到“{title}”的分数线 {line}{_line_was(rung, was)}"
    old = (r for r in was.rungs if r.rung.id == rung.rung.id)
    demanded = {demands(g.gate) for r in old for g in r.gates}
    for gate in rung.failed_gates:
        new = "" if demands(gate.gate) in demanded else "（旧年版没有这样要求）"
        yield f"不满足“{title}”的必备条件：要求{gate.wanted}，现为{gate.found}{new}"


def _line_was(rung: RungResult, was: Score) -> str:
    old = next((r for r in was.rungs if r.rung.id == rung.rung.id), None)
    if old is None or old.rung.at_least == rung.rung.at_least:
        return ""
    return f"（原为 {percent_text(old.rung.at_least * 100)}）"


def _set_free(rung: RungResult, was: Score, now: Score) -> Iterator[str]:
    """Say what kept the firm below this rung before and no longer does."""
    title = rung.rung.title
    if not rung.threshold_met:
        line = percent_text(rung.rung.at_least * 100)
        yield f"原来达不到“{title}”的分数线 {line}，现在达到了"
    for gate in rung.failed_gates:
        yield f"原来不满足“{title}”的必备条件（要求{gate.wanted}，为 {gate.found}），现在不再拦住"
