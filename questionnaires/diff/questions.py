"""What became different in sections and questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from questionnaires.answers import percent_text
from questionnaires.diff.changes import Change, joined_and_left, moved, named, replaced, reworded
from questionnaires.edition import Edition
from questionnaires.model import (
    LEVELS,
    Cell,
    ChoiceQuestion,
    GridQuestion,
    KpiBands,
    LevelQuestion,
    MultipleQuestion,
    NumberQuestion,
    Option,
    Question,
    RatioQuestion,
    Rewording,
    Section,
    TextQuestion,
    Weakness,
)
from questionnaires.words import PARTS, QUESTION_KINDS

FRAMES = {"miit": "工信部评测指标", "gbt39116": "GB/T 39116", "zhejiang": "未来工厂能力域"}


@dataclass(frozen=True)
class Placed:
    """A section with the words for the part it belongs to."""

    section: Section
    part: str


def placed_sections(edition: Edition) -> dict[str, Placed]:
    """Every section of an edition by id, common ones first."""
    parts = [(PARTS["core"], edition.core.sections)]
    parts += [(trade.title, trade.sections) for trade in edition.trades.values()]
    parts += [("附加部分", edition.extras)]
    return {s.id: Placed(s, part) for part, sections in parts for s in sections}


def label(question: Question) -> str:
    return f"{question.code} {question.short}"


def changes(old: Edition, new: Edition) -> Iterator[Change]:
    """Yield the differences in sections, then in their questions."""
    before, after = placed_sections(old), placed_sections(new)
    names = _Names(old, new)
    yield from _sections(before, after, names)
    homes_before = {q.id: (s, q) for s in before.values() for q in s.section.questions}
    homes_after = {q.id: (s, q) for s in after.values() for q in s.section.questions}
    for question_id, (home, question) in homes_after.items():
        if question_id not in homes_before:
            yield _new_question(question, home)
            continue
        was_home, was = homes_before[question_id]
        if was_home.section.id != home.section.id:
            words = f"从“{was_home.section.title}”移到“{home.section.title}”"
            yield Change("题目", label(question), "moved", words, question.scored)
        yield from _question(was, question, names)
    for question_id, (home, question) in homes_before.items():
        if question_id not in homes_after:
            words = f"从“{home.section.title}”（{home.part}）删去"
            yield Change(
                "题目", label(question), "removed", words, question.scored, before=question.text
            )
    yield from _rewords(old, new, names)
    yield from _order(before, after)


def _rewords(old: Edition, new: Edition, names: _Names) -> Iterator[Change]:
    """Yield what became different in how one trade asks the common questions of the new edition."""
    common = {q.id: q for section in new.core.sections for q in section.questions}
    for trade_id in old.trades.keys() & new.trades.keys():
        was, now = old.trades[trade_id].rewords, new.trades[trade_id].rewords
        for question_id in common.keys() & (was.keys() | now.keys()):
            before, after = (said.get(question_id, Rewording()) for said in (was, now))
            asked = common[question_id]
            for change in _question(before.of(asked), after.of(asked), names):
                about = f"{new.trades[trade_id].title} {label(asked)}"
                yield replace(change, about=about)


def _new_question(question: Question, home: Placed) -> Change:
    words = f"在“{home.section.title}”（{home.part}）新增一道{QUESTION_KINDS[question.kind]}题"
    return Change("题目", label(question), "added", words, question.scored, after=question.text)


# --- sections -----------------------------------------------------------------------------------


def _sections(
    before: Mapping[str, Placed], after: Mapping[str, Placed], names: _Names
) -> Iterator[Change]:
    for section_id, now in after.items():
        section = now.section
        if section_id not in before:
            words = f"{now.part}新增模块，{len(section.questions)} 题，{_weight_words(section)}"
            yield Change("模块", section.title, "added", words, section.counts)
        else:
            yield from _section(before[section_id], now, names)
    for section_id, was in before.items():
        if section_id not in after:
            words = f"从{was.part}删去，原{_weight_words(was.section)}"
            yield Change("模块", was.section.title, "removed", words, was.section.counts)
    for section_id in moved(tuple(before), tuple(after)):
        yield Change("模块", after[section_id].section.title, "moved", "调整了先后位置")


def _section(was: Placed, now: Placed, names: _Names) -> Iterator[Change]:
    old, new, about = was.section, now.section, now.section.title
    if was.part != now.part:
        yield Change("模块", about, "moved", f"从{was.part}移到{now.part}", new.counts)
    yield from replaced("模块", about, "名称", old.title, new.title)
    yield from reworded("模块", about, "填写说明", old.intro, new.intro)
    yield from replaced("模块", about, "走访地点", names.station(old), names.station(new))
    if (old.weight, old.optional) != (new.weight, new.optional):
        words = f"原{_weight_words(old)}，现{_weight_words(new)}"
        yield Change("模块", about, "changed", words, counts=True)


def _weight_words(section: Section) -> str:
    if section.optional:
        return "选填、不计分"
    return "没有权重" if section.weight is None else f"权重 {section.weight}"


def _order(before: Mapping[str, Placed], after: Mapping[str, Placed]) -> Iterator[Change]:
    for section_id, now in after.items():
        if section_id in before:
            old = tuple(q.id for q in before[section_id].section.questions)
            new = {q.id: q for q in now.section.questions}
            for question_id in moved(old, tuple(new)):
                words = f"在“{now.section.title}”里调整了先后位置"
                yield Change("题目", label(new[question_id]), "moved", words)


# --- one question -------------------------------------------------------------------------------


class _Names:
    """What readers call processes and stations, of whichever edition knows them."""

    def __init__(self, old: Edition, new: Edition) -> None:
        self.processes = {
            process.id: process.title
            for edition in (old, new)
            for trade in edition.trades.values()
            for process in trade.processes
        }
        self.trades = {t.id: t.title for e in (old, new) for t in e.trades.values()}
        self.stations = {s.id: s.title for e in (old, new) for s in e.stations}

    def station(self, placed: Question | Section) -> str:
        """Return where something is looked at; nothing of its own is 未另设."""
        return self.stations.get(placed.station or "", placed.station or "未另设")

    def needs(self, question: Question) -> list[str]:
        return [self.processes.get(process, process) for process in question.needs]


_PROSE = (
    ("text", "题目"),
    ("help", "说明"),
    ("evidence", "查证办法"),
)


def _question(old: Question, new: Question, names: _Names) -> Iterator[Change]:
    about = label(new)
    yield from replaced("题目", about, "题号", old.code, new.code)
    yield from replaced("题目", about, "简称", old.short, new.short)
    for key, name in _PROSE:
        yield from reworded("题目", about, name, getattr(old, key), getattr(new, key))
    yield from _weakness(about, old, new)
    yield from _terms(about, old, new)
    yield from replaced("题目", about, "量同一件事的题", old.same_as or "无", new.same_as or "无")
    yield from replaced("题目", about, "走访地点", names.station(old), names.station(new))
    yield from _needs(about, old, new, names)
    if old.not_applicable != new.not_applicable:
        words = "可以答“不适用”了" if new.not_applicable else "不再允许答“不适用”"
        kind = "loosened" if new.not_applicable else "tightened"
        yield Change("题目", about, kind, words, new.scored)  # type: ignore[arg-type]
    yield from joined_and_left("题目", about, "对应的改造场景", old.packages, new.packages)
    for frame in dict.fromkeys((*old.maps, *new.maps)):
        said = f"在{FRAMES.get(frame, frame)}里的归属"
        yield from joined_and_left(
            "题目", about, said, old.maps.get(frame, ()), new.maps.get(frame, ())
        )
    if old.kind != new.kind:
        words = (
            f"题型由“{QUESTION_KINDS[old.kind]}”改为“{QUESTION_KINDS[new.kind]}”，旧答案不能沿用"
        )
        yield Change("题目", about, "changed", words, old.scored or new.scored)
    else:
        yield from _BY_KIND[new.kind](about, old, new, names)


def _weakness(about: str, old: Question, new: Question) -> Iterator[Change]:
    for level in range(LEVELS - 1):
        was, now = old.weakness_at(level), new.weakness_at(level)
        yield from reworded("题目", about, f" {level} 档的短板描述", _said(was), _said(now))
        yield from joined_and_left(
            "题目", about, f"{level} 档的“说缺什么”", _lacking(was), _lacking(now)
        )


def _lacking(weakness: Weakness | None) -> tuple[str, ...]:
    """Return each thing that is missing, by all its names."""
    return tuple("/".join(names) for names in weakness.lacks) if weakness else ()


def _said(weakness: Weakness | None) -> str | None:
    """Put what both registers say into one line; once where they say the same."""
    return "；".join(dict.fromkeys((weakness.plain, weakness.official))) if weakness else None


def _terms(about: str, old: Question, new: Question) -> Iterator[Change]:
    yield from joined_and_left("题目", about, "名词解释", tuple(old.terms), tuple(new.terms))
    for word in old.terms.keys() & new.terms.keys():
        name = f"“{word}”的解释"
        yield from reworded("题目", about, name, old.terms[word], new.terms[word])


def _needs(about: str, old: Question, new: Question, names: _Names) -> Iterator[Change]:
    if set(old.needs) == set(new.needs):
        return
    if not new.needs:
        words = "原来只问有某些工序的企业，现在每家都问"
    elif not old.needs:
        words = f"原来每家都问，现在只问有{named(names.needs(new))}的企业"
    else:
        words = f"原来问有{named(names.needs(old))}的企业，现在问有{named(names.needs(new))}的企业"
    yield Change("题目", about, "changed", words, new.scored)


def _level(about: str, old: LevelQuestion, new: LevelQuestion, _: _Names) -> Iterator[Change]:
    for level, (before, after) in enumerate(zip(old.levels, new.levels, strict=True)):
        yield from reworded("题目", about, f" {level} 档的描述", before, after)
    yield from _weight(about, old.weight, new.weight)


def _weight(about: str, old: Fraction, new: Fraction) -> Iterator[Change]:
    if old != new:
        rise = "提高" if new > old else "降低"
        yield Change("题目", about, "changed", f"题目权重由 {old} {rise}到 {new}", counts=True)


def _ratio(about: str, old: RatioQuestion, new: RatioQuestion, names: _Names) -> Iterator[Change]:
    yield from replaced("题目", about, "分子", old.part, new.part)
    yield from replaced("题目", about, "分母", old.whole, new.whole)
    yield from replaced("题目", about, "单位", old.unit, new.unit)
    yield from _edges(about, old, new)
    yield from _weight(about, old.weight, new.weight)
    yield from reworded("题目", about, "计算口径", old.definition, new.definition)
    yield from _bands(about, old.bands, new.bands, names)


def _edges(about: str, old: RatioQuestion, new: RatioQuestion) -> Iterator[Change]:
    if old.above is None and new.above is not None:
        yield Change("题目", about, "changed", "由不计分改为按百分比分档计分", counts=True)
    elif old.above is not None and new.above is None:
        yield Change("题目", about, "changed", "由按百分比分档计分改为不计分", counts=True)
    elif old.above is not None and new.above is not None:
        for level, (before, after) in enumerate(zip(old.above, new.above, strict=True), start=1):
            if before != after:
                kind, verb = ("tightened", "提高") if after > before else ("loosened", "降低")
                words = f"{level} 档的起点由 {percent_text(before)} {verb}到 {percent_text(after)}"
                yield Change("题目", about, kind, words, counts=True)  # type: ignore[arg-type]


def _number(
    about: str, old: NumberQuestion, new: NumberQuestion, names: _Names
) -> Iterator[Change]:
    yield from replaced("题目", about, "单位", old.unit, new.unit)
    yield from replaced("题目", about, "最小值", old.least, new.least)
    yield from replaced("题目", about, "最大值", old.most, new.most)
    yield from replaced("题目", about, "小数位数", old.decimals, new.decimals)
    yield from reworded("题目", about, "计算口径", old.definition, new.definition)
    yield from _bands(about, old.bands, new.bands, names)


def _bands(
    about: str, old: Mapping[str, KpiBands], new: Mapping[str, KpiBands], names: _Names
) -> Iterator[Change]:
    known = names.trades | {"all": "各行业"}
    for trade in dict.fromkeys((*old, *new)):
        name = f"{known.get(trade, trade)}的参考值"
        if trade not in old or trade not in new:
            kind, verb = ("added", "补上了") if trade in new else ("removed", "删去了")
            yield Change("题目", about, kind, f"{verb}{name}")  # type: ignore[arg-type]
        elif old[trade] != new[trade]:
            yield Change(
                "题目",
                about,
                "changed",
                f"改动了{name}",
                before=_edge_words(old[trade]),
                after=_edge_words(new[trade]),
            )


def _edge_words(bands: KpiBands) -> str:
    better = "越高越好" if bands.direction == "higher" else "越低越好"
    edges = " / ".join(f"{float(edge):g}" for edge in bands.edges)
    return f"自下而上 {edges}，{better}，{bands.source}"


def _options(
    about: str,
    old: ChoiceQuestion | MultipleQuestion,
    new: ChoiceQuestion | MultipleQuestion,
    _: _Names,
) -> Iterator[Change]:
    yield from _items(about, "选项", old.options, new.options)
    alone = {option.id: option.exclusive for option in old.options}
    for option in new.options:
        if alone.get(option.id, option.exclusive) != option.exclusive:
            words = f"选项“{option.text}”{'改为' if option.exclusive else '不再'}只能单独勾选"
            yield Change("题目", about, "changed", words)


def _items(
    about: str,
    name: str,
    old: tuple[Option, ...] | tuple[Cell, ...],
    new: tuple[Option, ...] | tuple[Cell, ...],
) -> Iterator[Change]:
    before, after = {i.id: i.text for i in old}, {i.id: i.text for i in new}
    for item, text in after.items():
        if item in before:
            yield from replaced("题目", about, name, before[item], text)
        else:
            yield Change("题目", about, "added", f"{name}增加“{text}”")
    for item, text in before.items():
        if item not in after:
            yield Change("题目", about, "removed", f"{name}去掉“{text}”，选过它的旧答案不能沿用")
    for item in moved(tuple(before), tuple(after)):
        yield Change("题目", about, "moved", f"{name}“{after[item]}”调整了先后位置")


def _text(about: str, old: TextQuestion, new: TextQuestion, _: _Names) -> Iterator[Change]:
    yield from replaced("题目", about, "最多字数", old.most, new.most)


def _grid(about: str, old: GridQuestion, new: GridQuestion, _: _Names) -> Iterator[Change]:
    yield from _items(about, "行", old.rows, new.rows)
    yield from _items(about, "列", old.columns, new.columns)
    yield from replaced("题目", about, "单位", old.unit, new.unit)
    yield from replaced("题目", about, "最大值", old.most, new.most)
    yield from replaced("题目", about, "小数位数", old.decimals, new.decimals)


_BY_KIND: dict[str, Callable[[str, Any, Any, _Names], Iterator[Change]]] = {
    "level": _level,
    "ratio": _ratio,
    "number": _number,
    "choice": _options,
    "multiple": _options,
    "text": _text,
    "grid": _grid,
}
