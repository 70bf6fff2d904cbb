"""What nobody saw on site, and whether the rung rests on it (暂核)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from questionnaires.answers import Sheet, describe
from questionnaires.floor import Floor, floor
from questionnaires.scoring import Score
from reports.diagnosis.gaps import rung_title
from reports.facts import Verdict, Verification
from reports.figures import Figure, percent, share_figure


@dataclass(frozen=True)
class UnseenLine:
    """One answer of the firm that stands although nobody looked."""

    question_id: str
    code: str
    short: str
    section: str
    section_id: str
    answer: str
    verdict: Verdict
    reason: str
    holds: bool
    """Whether the rung would be lost without it, alone or with others."""


@dataclass(frozen=True)
class Provisional:
    """Why a rung is provisional, and what is left when nothing unseen is true."""

    rung_left: str
    share_left: Figure
    because: tuple[str, ...]
    """The gates that would fail and the threshold that would be missed, as sentences."""
    holding: tuple[UnseenLine, ...]


@dataclass(frozen=True)
class Unseen:
    """All that nobody saw: each 未能查看 with its reason, 沿用自评 module by module."""

    not_seen: tuple[UnseenLine, ...] = ()
    as_said: tuple[UnseenLine, ...] = ()
    provisional: Provisional | None = None

    @property
    def all_hold(self) -> bool:
        """Whether the rung rests on every one of them, so that none need be marked."""
        whole = len(self.not_seen) + len(self.as_said)
        return self.provisional is not None and len(self.provisional.holding) == whole

    @property
    def as_said_by_section(self) -> tuple[tuple[str, tuple[UnseenLine, ...]], ...]:
        """(module, its answers) in reading order."""
        grouped = groupby(self.as_said, key=lambda line: line.section)
        return tuple((section, tuple(lines)) for section, lines in grouped)

    def __bool__(self) -> bool:
        return bool(self.not_seen or self.as_said)


ALL_SEEN = Unseen()


def unseen(score: Score, sheet: Sheet, verifications: Mapping[str, Verification]) -> Unseen:
    """Name the unseen answers of a complete on-site sheet and weigh them all at their lowest."""
    names = {id for id, said in verifications.items() if said.state.is_unseen}
    found = floor(score, sheet, names)
    lines = tuple(_line(found, id, sheet, verifications[id]) for id in found.unseen)
    return Unseen(
        tuple(line for line in lines if line.verdict == Verdict.NOT_SEEN),
        tuple(line for line in lines if line.verdict == Verdict.AS_SAID),
        _provisional(found, lines) if found.is_provisional else None,
    )


def _line(found: Floor, question_id: str, sheet: Sheet, said: Verification) -> UnseenLine:
    asked = found.found.questionnaire
    question, section = asked.questions[question_id], asked.section_of[question_id]
    return UnseenLine(
        question_id=question_id,
        code=question.code,
        short=question.short,
        section=section.title,
        section_id=section.id,
        answer=describe(question, sheet[question_id]),
        verdict=said.state,
        reason=said.reason,
        holds=question_id in found.holding,
    )


def _provisional(found: Floor, lines: tuple[UnseenLine, ...]) -> Provisional:
    because = [f"必备条件没有人看过：{gate.wanted}" for gate in found.lost_gates]
    if (threshold := found.lost_threshold) is not None:
        because.append(
            f"没看到的题都按最低档算，得分率是 {percent(found.lowest.share)}，"
            f"不到分数线 {percent(threshold)}"
        )
    return Provisional(
        rung_left=rung_title(found.lowest),
        share_left=share_figure(found.lowest.share),
        because=tuple(because),
        holding=tuple(line for line in lines if line.holds),
    )
