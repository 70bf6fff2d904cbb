"""The mutation test of a rubric (改动试验): do the worked examples notice one wrong figure?

Every change that ``mutants`` lists is made in turn, and the examples of the trades it concerns are
scored against the changed rubric. A change that no example notices could be made in an edition by
mistake without anybody being told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

from questionnaires import loading
from questionnaires.answers import BadAnswer, Sheet, percent_text
from questionnaires.checking import examples
from questionnaires.checking.examples import Example
from questionnaires.checking.mutants import Mutant, Rubric, mutants
from questionnaires.model import Questionnaire
from questionnaires.scoring import UnansweredQuestion

LEAST = Fraction(99, 100)
"""The share of the changes that the examples must notice."""


@dataclass(frozen=True)
class Trial:
    """What became of the changes. ``same`` are those that change no result; they do not count."""

    rubric: Rubric
    examples: int
    noticed: tuple[Mutant, ...]
    missed: tuple[Mutant, ...]
    same: tuple[Mutant, ...]

    @property
    def share(self) -> Fraction:
        tried = len(self.noticed) + len(self.missed)
        return Fraction(len(self.noticed), tried) if tried else Fraction(0)

    @property
    def passed(self) -> bool:
        return self.share >= LEAST

    def report(self) -> str:
        """Say in Chinese how many were noticed, by kind, and name every one that was not."""
        noticed = Counter(mutant.kind for mutant in self.noticed)
        missed = Counter(mutant.kind for mutant in self.missed)
        lines = [
            f"{kind}：{noticed[kind]} / {noticed[kind] + missed[kind]}"
            for kind in dict.fromkeys(m.kind for m in (*self.noticed, *self.missed))
        ]
        lines += [f"没有发现 {mutant.words(self.rubric)}" for mutant in self.missed]
        lines += [f"等价不计 {mutant.words(self.rubric)}（{mutant.same}）" for mutant in self.same]
        tried = len(self.noticed) + len(self.missed)
        lines.append(
            f"{self.rubric.edition.id}：{self.examples} 个算例发现了 {tried} 处改动中的 "
            f"{len(self.noticed)} 处，占 {percent_text(self.share * 100)}"
            f"（不低于 {percent_text(LEAST * 100)} 为合格），另有等价改动 {len(self.same)} 处。"
        )
        return "\n".join(lines)


def try_out(folder: Path, sample: int | None = None, seed: int = 0) -> Trial:
    """Try every change of the edition in a folder, or a seeded sample of them.

    Raises:
        loading.BadEdition: The edition cannot be read, or an example does not hold as it is.
    """
    source = loading.read_edition(folder)
    if source.edition is None:
        raise loading.BadEdition(folder.name, (*source.shape_faults, *source.missing))
    kept = examples.load(folder)
    if faults := tuple(examples.faults(source.edition, kept)):
        raise loading.BadEdition(folder.name, faults)
    frames = source.edition.crosswalk
    rubric = Rubric(source.edition, frames.miit if frames else None)
    worked = [example for _, example in kept.values() if example]
    listed = mutants(rubric)
    tried = [m for m in listed if not m.same]
    if sample is not None:
        tried = Random(seed).sample(tried, min(sample, len(tried)))  # noqa: S311 (no secret)
    noticed, missed = _sorted(rubric, tried, worked)
    same = tuple(m for m in listed if m.same)
    return Trial(rubric, len(worked), noticed, missed, same)


def _sorted(
    rubric: Rubric, tried: Iterable[Mutant], worked: list[Example]
) -> tuple[tuple[Mutant, ...], tuple[Mutant, ...]]:
    noticed: list[Mutant] = []
    missed: list[Mutant] = []
    given = [Given.by(example, rubric) for example in worked]
    of_miit = [one for one in given if one.example.expects.reads_miit]
    for mutant in tried:
        changed = mutant.of(rubric)
        if changed is None:
            continue
        noticing = _reads_differently if mutant.trail[0] == "miit" else _scores_differently
        held = of_miit if mutant.trail[0] == "miit" else given
        concerned = (one for one in held if mutant.trade in (None, one.example.trade))
        first = next((one for one in concerned if noticing(one, changed)), None)
        if first is None:
            missed.append(mutant)
            continue
        noticed.append(mutant)
        # Neighbouring changes tend to be noticed by the same example: it is tried first next time.
        held.remove(first)
        held.insert(0, first)
    return tuple(noticed), tuple(missed)


@dataclass(frozen=True, eq=False)
class Given:
    """An example with its questionnaire and sheet as they are unchanged."""

    example: Example
    questionnaire: Questionnaire
    answers: Sheet

    @classmethod
    def by(cls, example: Example, rubric: Rubric) -> Given:
        questionnaire = rubric.edition.questionnaire(example.trade)
        return cls(example, questionnaire, examples.sheet(example, questionnaire))


def _scores_differently(given: Given, changed: Rubric) -> bool:
    """Whether shares, rung or gates come out differently, or the sheet is refused now."""
    questionnaire = changed.edition.questionnaire(given.example.trade)
    try:
        answers = examples.sheet(given.example, questionnaire)
        return any(examples.score_differences(given.example, questionnaire, answers))
    except (BadAnswer, UnansweredQuestion):
        return True


def _reads_differently(given: Given, changed: Rubric) -> bool:
    """Whether points, scenarios or level of the MIIT frame do; it leaves the sheet as it is."""
    return any(
        examples.miit_differences(given.example, given.questionnaire, given.answers, changed.miit)
    )
