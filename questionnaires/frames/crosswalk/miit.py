"""MIIT's digital level for small and medium firms, read from our answers.

Missing facts are never guessed: the scored part and every scenario carry the least and the most
they can be, and so does the level, which both tests decide.

Source:
    《中小企业数字化水平评测指标（2024 年版）》, as written in ``crosswalk.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from questionnaires.answers import Answer, Choice, Multiple, Ratio
from questionnaires.frames.crosswalk.frames import (
    HIGHEST,
    Demand,
    Dimension,
    LevelRule,
    MiitFrame,
    OptionItem,
    PercentItem,
    Scenario,
)
from questionnaires.frames.crosswalk.results import (
    FrameGroup,
    FrameResult,
    FrameRow,
    Span,
    State,
    frame_result,
)
from questionnaires.frames.crosswalk.view import NOTHING, View, figure, span_text

POINTS, SCENARIOS, TESTS = "计分指标", "应用场景", "等级判定"
BELOW = "未达一级"


def read(frame: MiitFrame, view: View) -> FrameResult:
    """Read one sheet in MIIT's frame."""
    points = {item.id: item_span(item, view) for item in frame.items}
    levels = {scenario.id: scenario_span(scenario, view) for scenario in frame.scenarios}
    score = _sum(points.values())
    level = level_span(frame, score, levels)
    rows = (
        *(_item_row(d, item, points[item.id], view) for d in frame.dimensions for item in d.items),
        *(_scenario_row(scenario, levels[scenario.id], view) for scenario in frame.scenarios),
        *(_test_row(rule, frame, points, levels) for rule in frame.levels),
    )
    missing = tuple(dict.fromkeys(view.label(q) for row in rows for q in row.missing))
    groups = tuple(_group(frame, d, points) for d in frame.dimensions)
    headline = (
        _headline(frame, score, level, missing)
        if _tells(frame, points)
        else _scenarios_only(frame, points, levels, missing)
    )
    return frame_result(frame, headline, rows, groups, missing, score, level)


# --- the scored part ----------------------------------------------------------------------------


def item_span(item: OptionItem | PercentItem, view: View) -> Span:
    """Return the points of one indicator: exact when answered, nothing to full when not."""
    answer = view.answer(item.question)
    earned = None if answer is None else item_points(item, answer)
    return Span(NOTHING, item.points) if earned is None else Span(earned, earned)


def item_points(item: OptionItem | PercentItem, answer: Answer) -> Fraction | None:
    """Return what an answer earns; None for an answer of another kind than the item reads."""
    match item, answer:
        case OptionItem(by="choice"), Choice(option):
            return item.options.get(option)
        case OptionItem(by="ticks"), Multiple(options):
            return sum((item.options.get(o, NOTHING) for o in options), NOTHING)
        case PercentItem(), Ratio():
            return item.earns[sum(answer.percent > edge for edge in item.above)]
    return None


def _known(points: dict[str, Span]) -> int:
    return sum(span.exact is not None for span in points.values())


def _tells(frame: MiitFrame, points: dict[str, Span]) -> bool:
    """Whether enough is known to say a score."""
    return _known(points) >= frame.least_known


def _sum(spans: Iterable[Span]) -> Span:
    each = tuple(spans)
    return Span(sum((s.lower for s in each), NOTHING), sum((s.upper for s in each), NOTHING))


def _item_row(
    dimension: Dimension, item: OptionItem | PercentItem, span: Span, view: View
) -> FrameRow:
    known = span.exact is not None
    said = view.said(item.question)
    return FrameRow(
        part=POINTS,
        group=dimension.title,
        title=item.title,
        value=f"{span_text(span)} / {figure(item.points)} 分",
        level=None,
        state="derived" if known else "unknown",
        why=f"依据：{said}{_noted(item.note)}" if known else f"缺少：{view.label(item.question)}",
        span=span,
        missing=() if known else (item.question,),
    )


def _group(frame: MiitFrame, dimension: Dimension, points: dict[str, Span]) -> FrameGroup:
    spans = [points[item.id] for item in dimension.items]
    span, touched = _sum(spans), sum(s.exact is not None for s in spans)
    value = f"{span_text(span)} / {figure(dimension.points)} 分"
    if not _tells(frame, points):
        value = f"{len(spans)} 项中知道 {touched} 项"
    return FrameGroup(
        title=dimension.title,
        value=value,
        touched=touched,
        total=len(spans),
        span=span,
    )


# --- the scenarios ------------------------------------------------------------------------------


def scenario_span(scenario: Scenario, view: View) -> Span:
    """Return the level one scenario certainly has and the one it may have, 0 to 4.

    A question that does not apply is left out of its demand; a scenario of which nothing applies
    stays wide open, because the answers say nothing about it.
    """
    certain = possible = 0
    for level in range(1, scenario.most + 1):
        surely, maybe = _verdict(scenario.demand(level), view)
        if surely and certain == level - 1:
            certain = level
        if maybe and possible == level - 1:
            possible = level
    if possible == scenario.most:
        possible = HIGHEST
    return Span(Fraction(certain), Fraction(possible))


def _verdict(demand: Demand, view: View) -> tuple[bool, bool]:
    """Whether a demand is certainly, and possibly, met."""
    every = _each(demand.all, view)
    if some := _each(demand.any, view):
        every.append((any(v[0] for v in some), any(v[1] for v in some)))
    open_still = _each(demand.maybe, view)
    if not every and not open_still:
        return False, True
    possible = any(verdicts and all(v[1] for v in verdicts) for verdicts in (every, open_still))
    return bool(every) and all(v[0] for v in every), possible


def _each(wanted: dict[str, int], view: View) -> list[tuple[bool, bool]]:
    """(certainly, possibly) for every question that applies."""
    verdicts = (view.reaches(question_id, least) for question_id, least in wanted.items())
    return [verdict for verdict in verdicts if verdict is not None]


def _scenario_row(scenario: Scenario, span: Span, view: View) -> FrameRow:
    level = span.exact
    missing = tuple(
        q for q in scenario.reads if level is None and view.applies(q) and view.answer(q) is None
    )
    return FrameRow(
        part=SCENARIOS,
        group=scenario.group,
        title=scenario.title,
        value=_scenario_value(span),
        level=None if level is None else int(level),
        state=_scenario_state(span),
        why=f"依据：{'；'.join(view.said(q) for q in scenario.reads)}{_noted(scenario.note)}",
        span=span,
        constrained=scenario.constrained,
        missing=missing,
    )


def _noted(note: str | None) -> str:
    return f"。{note}" if note else ""


def _scenario_value(span: Span) -> str:
    if span.exact is None:
        return f"{span_text(span)} 级之间" if _scenario_state(span) == "partial" else "不能推出"
    return f"{figure(span.lower)} 级" if span.lower else BELOW


def _scenario_state(span: Span) -> State:
    if span.exact is not None:
        return "derived"
    return "unknown" if span == Span(NOTHING, Fraction(HIGHEST)) else "partial"


# --- the level ----------------------------------------------------------------------------------


def level_reached(frame: MiitFrame, score: Fraction, levels: dict[str, Fraction]) -> int:
    """Return the highest level whose two tests both hold; 0 when none does.

    Args:
        frame: The rule and the scenarios.
        score: Points of the three scored dimensions.
        levels: Level of each scenario by its id.
    """
    for rule in reversed(frame.levels):
        counted, constrained = _counts(frame, rule, levels)
        if score >= rule.score and counted >= rule.scenarios and constrained >= rule.constrained:
            return rule.level
    return 0


def level_span(frame: MiitFrame, score: Span, levels: dict[str, Span]) -> Span:
    """Both tests only ever gain by more points or levels, so the ends of one are those of all."""
    lower = level_reached(frame, score.lower, {k: s.lower for k, s in levels.items()})
    upper = level_reached(frame, score.upper, {k: s.upper for k, s in levels.items()})
    return Span(Fraction(lower), Fraction(upper))


def _counts(frame: MiitFrame, rule: LevelRule, levels: dict[str, Fraction]) -> tuple[int, int]:
    reached = [s for s in frame.scenarios if levels[s.id] >= rule.level]
    return len(reached), sum(s.constrained for s in reached)


def _test_row(
    rule: LevelRule, frame: MiitFrame, points: dict[str, Span], levels: dict[str, Span]
) -> FrameRow:
    score = _sum(points.values())
    scored = f"计分 {span_text(score)} 分" if _tells(frame, points) else "计分部分还缺事实"
    least = _counts(frame, rule, {k: s.lower for k, s in levels.items()})
    most = _counts(frame, rule, {k: s.upper for k, s in levels.items()})
    counted, constrained = (
        Span(Fraction(a), Fraction(b)) for a, b in zip(least, most, strict=True)
    )
    tests = (
        (score, rule.score),
        (counted, Fraction(rule.scenarios)),
        (constrained, Fraction(rule.constrained)),
    )
    certain = all(span.lower >= wanted for span, wanted in tests)
    possible = all(span.upper >= wanted for span, wanted in tests)
    return FrameRow(
        part=TESTS,
        group="",
        title=rule.title,
        value="达到" if certain else "还不能判定" if possible else "未达到",
        level=None,
        state="derived" if certain or not possible else "partial",
        why=(
            f"{scored}（要 {figure(rule.score)} 分）；"
            f"达到该级的场景 {span_text(counted)} 个（要 {rule.scenarios} 个），"
            f"其中约束性 {span_text(constrained)} 个（要 {rule.constrained} 个）"
        ),
    )


def _headline(frame: MiitFrame, score: Span, level: Span, missing: tuple[str, ...]) -> str:
    titles = {NOTHING: BELOW} | {Fraction(rule.level): rule.title for rule in frame.levels}
    lower, upper = titles[level.lower], titles[level.upper]
    said = f"：{lower}" if lower == upper else f"在{lower}与{upper}之间"
    open_facts = f"；还缺 {len(missing)} 项事实" if missing else ""
    return f"计分 {span_text(score)} 分，对照等级{said}{open_facts}"


def _scenarios_only(
    frame: MiitFrame, points: dict[str, Span], levels: dict[str, Span], missing: tuple[str, ...]
) -> str:
    """Say what is known of the scenarios, where the scored part would be a span of everything."""
    exact = sum(span.exact is not None for span in levels.values())
    return (
        f"{len(levels)} 个应用场景中 {exact} 个可以定级；"
        f"{len(points)} 项计分指标只知道 {_known(points)} 项，不给分数和总等级；"
        f"还缺 {len(missing)} 项事实"
    )
