"""The sense of an edition: whether its parts, each well formed, agree with one another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

from questionnaires.edition import Edition
from questionnaires.model import (
    LEVELS,
    KpiBands,
    LevelQuestion,
    NumberQuestion,
    Package,
    Question,
    RatioQuestion,
    Weakness,
)
from questionnaires.reading import Fault, Trail, texts
from questionnaires.references import Whole

FRAMES = frozenset({"miit", "gbt39116", "zhejiang"})
"""The frames a question's ``maps`` may name."""


def faults(whole: Whole) -> Iterator[Fault]:
    """Yield every fault of sense; ids and references are known to be good."""
    yield from _weights(whole)
    yield from _thresholds(whole)
    yield from _walk(whole)
    yield from _questions(whole)
    yield from _packages(whole)
    yield from _standards(whole)
    yield from _markup(whole)


# --- weights and thresholds ---------------------------------------------------------------------


def _weights(whole: Whole) -> Iterator[Fault]:
    sums: dict[str, Fraction] = {}
    for placed in whole.sections():
        section, file = placed.section, placed.file
        if file == "extras.yaml" and not section.optional:
            yield whole.fault(file, placed.trail, "附加模块应为选填", "写上 optional: true")
        if section.optional and section.weight is not None:
            yield whole.fault(file, placed.trail, "选填模块不能有权重", "删去 weight 或 optional")
        if not section.optional and section.weight is None:
            yield whole.fault(file, placed.trail, "缺少权重", "写上 weight，或写明 optional: true")
        if section.counts and not section.scored_questions:
            yield whole.fault(file, placed.trail, "有权重却没有计分题", "删去 weight，写明选填")
        sums[file] = sums.get(file, Fraction(0)) + (section.weight or 0)
    edition = whole.edition
    for file, found in sums.items():
        wanted = {"core.yaml": edition.core_weight, "extras.yaml": 0}.get(
            file, edition.trade_weight
        )
        if found != wanted:
            fault = f"模块权重合计 {found}，应为 {wanted}"
            yield whole.fault(file, ("sections",), fault, "调整各模块的 weight")


def _thresholds(whole: Whole) -> Iterator[Fault]:
    ladder = whole.edition.ladder
    for step in range(1, len(ladder)):
        if ladder[step].at_least <= ladder[step - 1].at_least:
            fault = f"分数线 {ladder[step].at_least} 不高于下一级的 {ladder[step - 1].at_least}"
            trail = ("ladder", step, "at_least")
            yield whole.fault("edition.yaml", trail, fault, "自下而上逐级提高")


def _walk(whole: Whole) -> Iterator[Fault]:
    """A visit needs a way, and no station on it for nothing."""
    used = {q.station or p.section.station for p in whole.sections() for q, _ in p.questions()}
    if not whole.edition.stations:
        remedy = "写上 stations，并给每个模块写上 station"
        yield whole.fault("edition.yaml", (), "没有走访地点", remedy)
    for index, station in enumerate(whole.edition.stations):
        if station.id not in used:
            fault = f"走访地点“{station.title}”没有要看的题"
            trail = ("stations", index)
            yield whole.fault("edition.yaml", trail, fault, "删去，或给题目写上这个地点")


# --- questions ----------------------------------------------------------------------------------


def _questions(whole: Whole) -> Iterator[Fault]:
    for placed in whole.sections():
        for question, trail in placed.questions():
            for key, fault, remedy in _question(whole.edition, question):
                yield whole.fault(placed.file, (*trail, key), fault, remedy)
            yield from _named(whole, placed.file, trail, placed.trade, question)
    for file, trail, trade, question in whole.reworded():
        for key, fault, remedy in _question(whole.edition, question):
            yield whole.fault(file, (*trail, key), fault, remedy)
        yield from _named(whole, file, trail, trade, question)


def _question(edition: Edition, question: Question) -> Iterator[tuple[str, str, str]]:
    for frame in sorted(set(question.maps) - FRAMES):
        yield "maps", f"不认识的对照框架“{frame}”", f"改为其中之一：{'、'.join(sorted(FRAMES))}"
    if isinstance(question, LevelQuestion) and len(set(question.levels)) < len(question.levels):
        yield "levels", "有两档的描述相同", "让五档的描述各不相同"
    yield from (("weakness", *said) for said in _weaknesses(question))
    if isinstance(question, NumberQuestion) and question.least >= question.most:
        yield "most", "上限不大于下限", "改正 least 或 most"
    if isinstance(question, NumberQuestion | RatioQuestion):
        for trade, bands in question.bands.items():
            yield from _bands(edition, trade, bands)


def _weaknesses(question: Question) -> Iterator[tuple[str, str]]:
    """What is said of an answer must be true of it: each level once, and nothing it already has.

    The earlier form, one sentence of the lowest level, says nothing of the others.
    """
    spoken = [level for weakness in question.weakness for level in weakness.levels]
    if question.weakness and sorted(spoken) not in ([0], list(range(LEVELS - 1))):
        yield "0 至 3 档没有各说一次", "每档恰好写进一段短板的 levels；4 档没有短板"
    if isinstance(question, LevelQuestion):
        for weakness in question.weakness:
            for level in weakness.levels:
                for word in _held(question.levels[level], weakness):
                    fault = f"说缺“{word}”，{level} 档的描述里却有"
                    yield fault, "改写这段短板，或改正 lacks"


def _held(descriptor: str, weakness: Weakness) -> Iterator[str]:
    return (word for names in weakness.lacks for word in names if word in descriptor)


def _bands(edition: Edition, trade: str, bands: KpiBands) -> Iterator[tuple[str, str, str]]:
    if trade != "all" and trade not in edition.trades:
        yield "bands", f"没有行业“{trade}”", "改正行业 id，或写 all"
    if len(bands.edges) != len(edition.ladder):
        fault = f"“{trade}”的参考区间有 {len(bands.edges)} 个界限"
        yield "bands", fault, f"每个等级一个，共 {len(edition.ladder)} 个"
    falling = bands.direction == "lower"
    if list(bands.edges) != sorted(bands.edges, reverse=falling):
        order = "逐级减小" if falling else "逐级增大"
        yield "bands", f"“{trade}”的参考界限没有{order}", f"自下而上{order}"


def _named(
    whole: Whole, file: str, trail: Trail, trade: str | None, question: Question
) -> Iterator[Fault]:
    packages = {p.code: p for p in whole.edition.packages}
    for code in question.packages:
        for fault, remedy in _fits(packages.get(code), code, trade, question):
            yield whole.fault(file, (*trail, "packages"), fault, remedy)


def _fits(
    package: Package | None, code: str, trade: str | None, question: Question
) -> Iterator[tuple[str, str]]:
    if package is None:
        yield f"没有改造场景“{code}”", "改正编号，或在 packages.yaml 中补上"
        return
    if trade and package.applies_to and trade not in package.applies_to:
        yield f"改造场景“{code}”不适用于本行业", "换一个场景，或改 applies_to"
    if question.scored and question.id not in package.lifts:
        yield (
            f"改造场景“{code}”并不提升本题",
            f"在该场景的 lifts 中写上 {question.id}，或从本题删去",
        )


# --- packages -----------------------------------------------------------------------------------


def _packages(whole: Whole) -> Iterator[Fault]:
    edition = whole.edition
    by_code = {p.code: p for p in edition.packages}
    owner = {q.id: (q, p.trade) for p in whole.sections() for q, _ in p.questions()}
    asked = (*(q for q, _ in owner.values()), *(q for *_, q in whole.reworded()))
    named = {code for question in asked for code in question.packages}
    for index, package in enumerate(edition.packages):
        trail = ("packages", index)
        for key, fault, remedy in [
            *_package(edition, package, by_code),
            *_lifts(edition, package, owner),
            *_units(edition, package, owner),
        ]:
            yield whole.fault("packages.yaml", (*trail, key), fault, remedy)
        if package.code not in named:
            remedy = "在相关题目的 packages 中写上，或删去这个场景"
            yield whole.fault("packages.yaml", trail, "没有题目用到这个改造场景", remedy)
    for cycle in _cycles(by_code):
        at = [p.code for p in edition.packages].index(cycle[0])
        fault = f"前置场景成环：{' → '.join((*cycle, cycle[0]))}"
        yield whole.fault("packages.yaml", ("packages", at, "prerequisites"), fault, "拆开这个环")


def _package(
    edition: Edition, package: Package, by_code: dict[str, Package]
) -> Iterator[tuple[str, str, str]]:
    for trade in package.applies_to:
        if trade not in edition.trades:
            yield "applies_to", f"没有行业“{trade}”", "改正行业 id"
    if package.weeks.low > package.weeks.high:
        yield "weeks", "工期下限大于上限", "改正 low 和 high"
    for code in package.prerequisites:
        if code not in by_code:
            yield "prerequisites", f"没有改造场景“{code}”", "改正编号，或补上这个场景"
        elif _applicable(edition, package).isdisjoint(_applicable(edition, by_code[code])):
            yield (
                "prerequisites",
                f"前置场景“{code}”不适用于相同的行业",
                "改 applies_to 或换前置场景",
            )


def _applicable(edition: Edition, package: Package) -> frozenset[str]:
    return frozenset(package.applies_to or edition.trades)


def _lifts(
    edition: Edition, package: Package, owner: dict[str, tuple[Question, str | None]]
) -> Iterator[tuple[str, str, str]]:
    for question_id, level in package.lifts.items():
        if question_id not in owner:
            yield "lifts", f"没有题目“{question_id}”", "改正题目 id"
            continue
        question, trade = owner[question_id]
        if not question.scored:
            yield "lifts", f"题目“{question_id}”不计分", "删去，或换成计分的题目"
        if trade and trade not in _applicable(edition, package):
            yield "lifts", f"题目“{question_id}”属于不适用的行业“{trade}”", "删去，或改 applies_to"
        if level == 0:
            yield "lifts", f"把“{question_id}”提升到 0 档没有意义", "写 1 至 4 档"


def _units(
    edition: Edition, package: Package, owner: dict[str, tuple[Question, str | None]]
) -> Iterator[tuple[str, str, str]]:
    """Check where the number of units comes from: a ratio that is lifted, or a number asked for."""
    named = package.cost.units
    if named is None:
        return
    question, trade = owner.get(named, (None, None))
    if isinstance(question, RatioQuestion):
        if named not in package.lifts:
            yield "cost", f"数量看“{named}”，却不提升它", "在 lifts 中写上这道比例题，或换一道题"
        elif max(package.lifts.values()) > package.lifts[named]:
            fault = f"有的题提升得比“{named}”还高，买多少也到不了"
            yield "lifts", fault, f"提高“{named}”的档，或降低其他题的档"
    elif not isinstance(question, NumberQuestion):
        yield "cost", f"没有比例题或数字题“{named}”", "改正题目 id"
    elif question.decimals or question.least < 0:
        yield "cost", f"“{named}”应填不小于 0 的整数", "改这道题的 least 和 decimals，或换一道题"
    if trade and trade not in _applicable(edition, package):
        yield "cost", f"题目“{named}”属于不适用的行业“{trade}”", "换一道题，或改 applies_to"


def _cycles(by_code: dict[str, Package]) -> Iterator[tuple[str, ...]]:
    """Yield rings of prerequisites; each is cut where it was found, until none is left."""
    ahead = {code: {c for c in p.prerequisites if c in by_code} for code, p in by_code.items()}
    while True:
        try:
            TopologicalSorter(ahead).prepare()
        except CycleError as error:
            # The ring is given against the arrows, its first member repeated at the end.
            ring: list[str] = error.args[1][::-1]
            ahead[ring[0]].discard(ring[1])
            yield tuple(ring[:-1])
        else:
            return


# --- standards and markup -----------------------------------------------------------------------

_STANDARD = re.compile(
    r"(?<![A-Za-z0-9/])(?:"
    r"(?:GB|JB|HJ|AQ|NB|YB|QB|CB|HG|SY|JJF|JJG|WS|GA|RB|SJ|YD|T/[A-Z]{2,8}|DB[0-9]{2})"
    r"(?:/[TZ])?[\s\u00a0]?[0-9]{2,6}(?:\.[0-9]+)?(?:[-—–][0-9]{4})?"
    r"|TSG[\s\u00a0]?[A-Z]?[0-9]{2,4}(?:[-—–][0-9]{4})?"
    r"|(?:ISO|IEC|EN|IATF|ASME|ASTM|MSS|BS|DIN)(?:/(?:TS|TR|IEC))?[\s\u00a0]?[A-Z]{0,3}[\s-]?[0-9]+"
    r"(?:[.-][0-9]+)*(?::[0-9]{4})?"
    r"|API[\s\u00a0]?(?:SPEC|STD|RP)?[\s\u00a0]?(?:Q[0-9]|[0-9]+[A-Z]*)"
    r")(?![0-9])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"[-:](19|20)[0-9]{2}$")


def _plain_number(number: str) -> str:
    """Write a standard's number one way: no blanks, plain hyphen, capitals."""
    return re.sub(r"[\s\u00a0]", "", number).replace("—", "-").replace("–", "-").upper()


def _known_standards(edition: Edition) -> set[str]:
    """Every way an entry of the dictionary may be written: with its year, and without."""
    known: set[str] = set()
    for standard in edition.standards:
        number = _plain_number(standard.number)
        base = _YEAR.sub("", number)
        known |= {number, base}
        if standard.year:
            known |= {f"{base}-{standard.year}", f"{base}:{standard.year}"}
    return known


def _standards(whole: Whole) -> Iterator[Fault]:
    known = _known_standards(whole.edition)
    for file, document in whole.documents.items():
        if file == "standards.yaml":
            continue
        for trail, text in texts(document.value):
            for found in _STANDARD.findall(text) if _is_prose(trail) else ():
                if _plain_number(found) not in known:
                    fault = f"文中的标准“{found}”不在标准目录里"
                    remedy = "在 standards.yaml 中登记，或改正标准号"
                    yield document.fault(trail, fault, remedy)


_NAMES = frozenset({"id", "code", "packages", "prerequisites", "needs"})


def _is_prose(trail: Trail) -> bool:
    """Whether a text is words for readers; a question's number may look like a standard's."""
    return _NAMES.isdisjoint(trail[-2:])


_MARKUP = re.compile(r"<[A-Za-z/!?]|\{\{|\{%|\$\{|javascript:", re.IGNORECASE)


def _markup(whole: Whole) -> Iterator[Fault]:
    for document in whole.documents.values():
        for trail, text in texts(document.value):
            if _MARKUP.search(text):
                yield document.fault(trail, "文字里有网页或模板标记", "只写文字，删去标记")
