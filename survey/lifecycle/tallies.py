"""Keep what a scored sheet comes to in parts: at once what is at hand, at night what takes time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from math import ceil, floor

from questionnaires.answers import Sheet
from questionnaires.edition import Edition
from questionnaires.frames import conditions, systems
from questionnaires.scoring import Score
from reports.diagnosis.advice import choose
from reports.diagnosis.chosen import OWN, bought
from reports.lifting import Ground
from reports.roadmap import roadmap
from survey.library import edition_of
from survey.lifecycle.choices import choices_of
from survey.lifecycle.speaking import Speaking, scored, unchanged
from survey.lifecycle.step import About, Step
from survey.store import settings, tallies
from survey.store.tallies import Part, What
from survey.tables import Assessment, SheetKind


def keep(step: Step, assessment: Assessment, kind: SheetKind, found: Score, answers: Sheet) -> None:
    """Keep the parts of a sheet that was just scored, inside the caller's transaction."""
    tallies.keep(step.session, assessment, kind, _parts(step, assessment, found, answers))


def _parts(step: Step, assessment: Assessment, found: Score, answers: Sheet) -> list[Part]:
    edition, reduced = edition_of(assessment), settings.read(step.session).reduced
    return [*parts_of(edition, found), *judged(edition, found, answers, reduced, step.today)]


def parts_of(edition: Edition, found: Score) -> Iterator[Part]:
    """Return what a score says of sections, systems and the next rung."""
    for section in found.sections:
        if section.share is not None:
            permille = floor(section.share * 1000)
            yield Part(What.SECTION, section.section.id, permille, permille)
    for system, there in systems.shown(edition.systems, found):
        yield Part(What.SYSTEM, system, int(there), int(there))
    if (rung := found.next) is not None:
        missing = ceil(max(rung.missing_share, Fraction(0)) * 1000)
        yield Part(What.NEXT, rung.rung.id, len(rung.failed_gates), missing)


def judged(
    edition: Edition, found: Score, answers: Sheet, reduced: bool, today: date
) -> Iterator[Part]:
    """Return for which rungs the newest notices' conditions are met, and for which they may be."""
    yield Part(What.JUDGED, marker(today, reduced))
    results = conditions.judge(
        conditions.newest(edition.conditions),
        found.questionnaire,
        answers,
        reduced=reduced,
        today=today,
    )
    met = sorted({one.rung for one in results if one.state == "met"})
    may = sorted({one.rung for one in results if one.state in ("unknown", "ask")})
    if met or may:
        yield Part(What.CONDITIONS, f"{','.join(met)}|{','.join(may)}")


def marker(today: date, reduced: bool) -> str:
    """Name what a judgement of conditions rests on besides the sheet: months pass, amounts change."""
    return f"{today:%Y-%m}{'r' if reduced else ''}"


def settle(step: Step, assessment_ids: Sequence[int]) -> int:
    """Judge conditions of assessments again, and work out what they recommend to buy.

    That takes a moment, so it is done before the lock; what changed meanwhile is left for next time.

    Returns:
        How many were settled.
    """
    found = [(it, _worked_out(step, it)) for id in assessment_ids if (it := scored(step, id))]
    with step.writing() as session:
        settled = 0
        for seen, parts in found:
            if assessment := unchanged(step, seen):
                tallies.keep(session, assessment, seen.kind, parts)
                settled += 1
        step.log("settle", About("district", "tallies"), after={"rows": settled})
    return settled


def _worked_out(step: Step, seen: Speaking) -> list[Part]:
    parts = _parts(step, seen.assessment, seen.found, seen.answers)
    plan = planned(step, seen.assessment, seen.found) if seen.kind == SheetKind.ONSITE else ()
    return [*parts, *plan]


def planned(step: Step, assessment: Assessment, found: Score) -> Iterator[Part]:
    """Return what the consultant recommends, or what is computed; measures without a code as one."""
    ground = Ground(found, assessment.firm.size)
    way, choices = roadmap(ground), choices_of(step.session, assessment)
    purchases = (
        choose(ground, way)
        if choices is None
        else tuple(one.purchase for one in bought(ground, way, choices))
    )
    sums: dict[str, list[int]] = {}
    for purchase in purchases:
        code, once = purchase.package.code, purchase.amounts.once
        ends = sums.setdefault("" if code.startswith(OWN) else code, [0, 0])
        ends[0] += floor(once.low * 100)
        ends[1] += ceil(once.high * 100)
    yield Part(What.PLANNED)
    yield from (Part(What.PACKAGE, code, low, high) for code, (low, high) in sums.items())
