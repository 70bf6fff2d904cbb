"""Whether ``crosswalk.yaml`` agrees with itself, with the edition, and with the frames it names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise

from questionnaires.frames.crosswalk.frames import (
    CapabilityFrame,
    Crosswalk,
    MaturityFrame,
    MiitFrame,
    OptionItem,
    PercentItem,
    Scenario,
)
from questionnaires.frames.crosswalk.view import NOTHING, figure
from questionnaires.model import ChoiceQuestion, MultipleQuestion, Question, RatioQuestion
from questionnaires.reading import Document, Fault, Trail
from questionnaires.references import Whole

FILE = "crosswalk.yaml"
FULL_SCORE = 100
MIIT_LEVELS = (1, 2, 3, 4)
MIIT_SCENARIOS, MIIT_CONSTRAINED = 16, 10
MATURITY_LEVELS, MATURITY_SUBDOMAINS = 5, 20
ELEMENTS, DOMAINS, SUBDOMAINS, ITEMS = 3, 14, 44, 100

_KINDS: dict[str, tuple[type, str]] = {
    "ticks": (MultipleQuestion, "multiple"),
    "choice": (ChoiceQuestion, "choice"),
    "percent": (RatioQuestion, "ratio"),
}


def faults(whole: Whole) -> Iterator[Fault]:
    """Yield every fault of an edition's crosswalk and of the questions' ``maps``."""
    frames = whole.edition.crosswalk
    if frames is None:
        return
    edition, document = whole.edition, whole.documents[FILE]
    common = {q.id: q for s in (*edition.core.sections, *edition.extras) for q in s.questions}
    yield from _miit(document, frames.miit, common)
    yield from _maturity(document, frames.gbt39116)
    yield from _capabilities(document, frames.zhejiang)
    yield from _maps(whole, frames)


# --- MIIT ---------------------------------------------------------------------------------------


def _miit(document: Document, frame: MiitFrame, common: dict[str, Question]) -> Iterator[Fault]:
    place: Trail = ("miit",)
    yield from _twice(document, ("miit", "dimensions"), [item.id for item in frame.items])
    yield from _twice(document, ("miit", "scenarios"), [s.id for s in frame.scenarios])
    total = sum((d.points for d in frame.dimensions), NOTHING)
    if total != FULL_SCORE:
        fault = f"各维度合计 {figure(total)} 分，应为 {FULL_SCORE} 分"
        yield document.fault((*place, "dimensions"), fault, "核对各维度的 points")
    for d, dimension in enumerate(frame.dimensions):
        here = (*place, "dimensions", d)
        points = sum((item.points for item in dimension.items), NOTHING)
        if points != dimension.points:
            fault = f"指标合计 {figure(points)} 分，应为 {figure(dimension.points)} 分"
            yield document.fault((*here, "items"), fault, "核对各指标的 points")
        for i, item in enumerate(dimension.items):
            yield from _item(document, (*here, "items", i), item, common)
    yield from _scenarios(document, frame, common)
    yield from _levels(document, frame)


def _item(
    document: Document, here: Trail, item: OptionItem | PercentItem, common: dict[str, Question]
) -> Iterator[Fault]:
    question = common.get(item.question)
    kind, word = _KINDS[item.by]
    if question is None:
        yield _unknown(document, (*here, "question"), item.question)
    elif not isinstance(question, kind):
        fault = f"“{item.by}”要读 {word} 题，“{item.question}”是 {question.kind} 题"
        yield document.fault((*here, "question"), fault, "改用同类题目，或改写 by")
    elif isinstance(item, OptionItem) and isinstance(question, ChoiceQuestion | MultipleQuestion):
        options = {option.id for option in question.options}
        if options != set(item.options):
            odd = "、".join(sorted(options ^ set(item.options)))
            fault = f"选项与“{item.question}”不一致：{odd}"
            yield document.fault((*here, "options"), fault, "逐个写明题目的全部选项，不多不少")
    if _full(item) != item.points:
        fault = f"最多可得 {figure(_full(item))} 分，应为 {figure(item.points)} 分"
        yield document.fault(here, fault, "核对每一档的分值")
    if isinstance(item, PercentItem) and not (
        _rising(item.above) and _rising(item.earns) and item.earns[0] == NOTHING
    ):
        yield document.fault(here, "分档或分值没有从 0 起逐档上升", "核对 above 和 earns")


def _full(item: OptionItem | PercentItem) -> Fraction:
    if isinstance(item, PercentItem):
        return item.earns[-1]
    values = item.options.values()
    return sum(values, NOTHING) if item.by == "ticks" else max(values)


def _scenarios(
    document: Document, frame: MiitFrame, common: dict[str, Question]
) -> Iterator[Fault]:
    here: Trail = ("miit", "scenarios")
    constrained = sum(s.constrained for s in frame.scenarios)
    if (len(frame.scenarios), constrained) != (MIIT_SCENARIOS, MIIT_CONSTRAINED):
        fault = f"有 {len(frame.scenarios)} 个场景、{constrained} 个约束性"
        remedy = f"应为 {MIIT_SCENARIOS} 个场景、{MIIT_CONSTRAINED} 个约束性"
        yield document.fault(here, fault, remedy)
    for index, scenario in enumerate(frame.scenarios):
        for question_id in scenario.reads:
            question = common.get(question_id)
            if question is None:
                yield _unknown(document, (*here, index), question_id)
            elif not question.scored:
                fault = f"“{question_id}”没有 0 至 4 档"
                yield document.fault((*here, index), fault, "改用 level 题或带分档的 ratio 题")
        yield from _demands(document, (*here, index), scenario)


def _demands(document: Document, here: Trail, scenario: Scenario) -> Iterator[Fault]:
    """A level may not ask less of an answer than the level below it."""
    for level in sorted(scenario.levels):
        if level > scenario.most:
            fault = f"写了 {level} 级的要求，most 却只到 {scenario.most} 级"
            yield document.fault((*here, "levels"), fault, "删去这一级，或提高 most")
        demand = scenario.demand(level)
        lower = scenario.demand(level - 1).all if level > 1 else {}
        for question_id, least in demand.all.items():
            if least < lower.get(question_id, 0):
                fault = f"{level} 级对“{question_id}”的要求低于 {level - 1} 级"
                yield document.fault((*here, "levels"), fault, "改成不低于下一级的要求")


def _levels(document: Document, frame: MiitFrame) -> Iterator[Fault]:
    here: Trail = ("miit", "levels")
    if tuple(rule.level for rule in frame.levels) != MIIT_LEVELS:
        yield document.fault(here, "等级不是 1 至 4 依次排列", "从一级到四级依次写")
    if not _rising([rule.score for rule in frame.levels]):
        yield document.fault(here, "各级的计分要求没有逐级上升", "核对 score")
    for index, rule in enumerate(frame.levels):
        if rule.constrained > min(rule.scenarios, MIIT_CONSTRAINED):
            yield document.fault((*here, index), "约束性场景数大于可能的个数", "核对 constrained")
        if rule.scenarios > MIIT_SCENARIOS:
            yield document.fault((*here, index), "场景数大于场景总数", "核对 scenarios")


# --- subdomains ---------------------------------------------------------------------------------


def _maturity(document: Document, frame: MaturityFrame) -> Iterator[Fault]:
    here: Trail = ("gbt39116",)
    yield from _twice(document, (*here, "subdomains"), [s.title for s in frame.subdomains])
    if len(frame.levels) != MATURITY_LEVELS:
        fault = f"有 {len(frame.levels)} 个等级名称"
        yield document.fault((*here, "levels"), fault, f"应为 {MATURITY_LEVELS} 个")
    if len(frame.subdomains) != MATURITY_SUBDOMAINS:
        fault = f"有 {len(frame.subdomains)} 个能力子域"
        yield document.fault((*here, "subdomains"), fault, f"应为 {MATURITY_SUBDOMAINS} 个")


def _capabilities(document: Document, frame: CapabilityFrame) -> Iterator[Fault]:
    here: Trail = ("zhejiang", "elements")
    subdomains = [s for domain in frame.domains for s in domain.subdomains]
    yield from _twice(document, here, [s.title for s in subdomains])
    yield from _twice(document, here, [domain.title for domain in frame.domains])
    counts = (
        ("建设要素", len(frame.elements), ELEMENTS),
        ("能力域", len(frame.domains), DOMAINS),
        ("能力子域", len(subdomains), SUBDOMAINS),
        ("评分项", sum(s.items for s in subdomains), ITEMS),
    )
    for name, found, wanted in counts:
        if found != wanted:
            yield document.fault(here, f"{name}有 {found} 个", f"应为 {wanted} 个")


# --- the questions' maps ------------------------------------------------------------------------


def _maps(whole: Whole, frames: Crosswalk) -> Iterator[Fault]:
    """Every name in a question's ``maps`` must stand in its frame."""
    miit = frames.miit
    names = {
        "miit": {*miit.names, *(s.title for s in miit.scenarios)}
        | {word for item in miit.items for word in (item.title, item.group)},
        "gbt39116": {*frames.gbt39116.names, *(s.title for s in frames.gbt39116.subdomains)},
        "zhejiang": {*frames.zhejiang.names}
        | {s.title for domain in frames.zhejiang.domains for s in domain.subdomains},
    }
    for placed in whole.sections():
        for question, trail in placed.questions():
            for frame, titles in question.maps.items():
                for fault, remedy in _mapped(frame, titles, names):
                    yield whole.fault(placed.file, (*trail, "maps"), fault, remedy)


def _mapped(
    frame: str, titles: Iterable[str], names: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, str]]:
    if frame not in names:
        yield f"没有名为“{frame}”的对照框架", f"改为 {'、'.join(names)} 之一"
        return
    for title in titles:
        if title not in names[frame]:
            yield f"“{frame}”里没有“{title}”", f"按 {FILE} 里的名称改正"


# --- small --------------------------------------------------------------------------------------


def _unknown(document: Document, here: Trail, question_id: str) -> Fault:
    fault = f"通用题和补充题里没有“{question_id}”"
    return document.fault(here, fault, "改正题目 id；只属于一个行业的题不能用在这里")


def _twice(document: Document, here: Trail, ids: list[str]) -> Iterator[Fault]:
    for word in sorted({word for word in ids if ids.count(word) > 1}):
        yield document.fault(here, f"“{word}”出现了两次", "删去或改名其中一个")


def _rising(values: Iterable[Fraction]) -> bool:
    return all(a < b for a, b in pairwise(values))
