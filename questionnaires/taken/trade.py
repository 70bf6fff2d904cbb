"""An XLSForm's rows put together as a trade of an edition: its processes, sections and questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from questionnaires.edition import Edition
from questionnaires.model import Trade
from questionnaires.taken import conditions
from questionnaires.taken.questions import (
    LINE,
    MOST_OPTIONS,
    PROSE,
    Reading,
    Said,
    question,
    short_of,
    unit_of,
    word,
)
from questionnaires.taken.rows import Asked, Form, Lines, NotAForm, form_of

MOST_QUESTIONS = 300
NUMBERED = 99
"""Questions under one letter: T01 to T99."""
LETTERS = [a + b for a in ("", *"TUWXYZ") for b in "TUWXYZABCDEFGHJKLMNPQRS"]
_CODE = re.compile(r"([A-Z]{1,3}[0-9]{2}[A-Z]?)[\s.、]+(?=\S)")
GROUP = "工序和产品"
UNSCORED = "没有一道计分的题（五档单选）：请在工作簿里改出来，否则本行业算不出得分"
WORKSHOP = "workshop"
OURS = "edition_"
"""Begins the id of forms that ``xlsform.py`` wrote: what all trades are asked stands in them too."""
PART = "其中"
"""What a number is called that is part of another and has neither label nor name."""
ASKS = "_asks"
"""Ends the name of a note that asks for two numbers after it, as our own forms write it."""


@dataclass(frozen=True)
class Place:
    """The draft a trade is taken into, and what it will be called there."""

    edition: Edition
    trade: str
    title: str


@dataclass(frozen=True)
class Remark:
    """Of a row of the form: that it did not come, or what of it did not, and why."""

    row: int
    name: str
    said: str
    came: bool


@dataclass(frozen=True)
class Taken:
    """The trade as its file holds it, and what was left out."""

    trade: Mapping[str, Any]
    remarks: tuple[Remark, ...]

    @property
    def shape(self) -> Trade:
        return Trade.model_validate(self.trade)


def take(sheets: Mapping[str, Lines], place: Place) -> Taken:
    """Take a form as a trade.

    Args:
        sheets: The workbook's sheets by name, each row with its number.

    Raises:
        NotAForm: It is none, asks nothing that comes, or is too long.
    """
    form = form_of(sheets)
    taking = _Taking(form, place)
    taking.walk()
    if not taking.sections:
        raise NotAForm("没有一道题能导入", "看看示例里的写法：单选、多选、数字、文字题都可以")
    return Taken(taking.trade(), tuple(sorted(taking.remarks, key=lambda one: one.row)))


@dataclass
class _Section:
    """A section while its group is read."""

    row: int
    id: str
    title: str
    needs: tuple[str, ...] = ()
    intro: list[str] = field(default_factory=list)
    questions: list[Said] = field(default_factory=list)


class _Taking:
    """Walks the rows once."""

    def __init__(self, form: Form, place: Place) -> None:
        self.form, self.place = form, place
        self.remarks: list[Remark] = []
        self.sections: list[_Section] = []
        self.processes: list[Said] = []
        is_ours = form.settings.get("form_id", "").startswith(OURS)
        self._common = _common(place.edition) if is_ours else set()
        others = [*place.edition.core.sections, *place.edition.extras]
        others += [
            section
            for id, trade in place.edition.trades.items()
            if id != place.trade
            for section in trade.sections
        ]
        self._sections = {section.id for section in others} | {"core", "trade"}
        asked = [one for section in others for one in section.questions]
        self._questions = {one.id for one in asked}
        brought = [_CODE.match(row.label) for row in form.asked]
        self._codes = _Codes({one.code for one in asked}, {one[1] for one in brought if one})
        self._switch = _switch(form)
        self._options: dict[str, str] = {}
        self._groups: list[str] = []
        self._repeats = 0

    # --- rows -------------------------------------------------------------------------------------

    def walk(self) -> None:
        rows = iter(enumerate(self.form.asked))
        for at, row in rows:
            if not row.type and not row.name:
                continue
            if self._begins_or_ends(row) or self._is_left_out(row):
                continue
            following = self.form.asked[at + 1] if at + 1 < len(self.form.asked) else None
            if self._is_share(row, following):
                self._share(row, following, self.form.asked[at - 1] if at else None)
                next(rows, None)
            else:
                self._row(row)
        self._close()

    def _remark(self, row: Asked, said: str, *, came: bool = False) -> None:
        self.remarks.append(Remark(row.number, row.name, said, came))

    def _begins_or_ends(self, row: Asked) -> bool:
        match row.type:
            case "begin group":
                self._begin(row)
            case "end group":
                if self._groups:
                    self._groups.pop()
                if not self._groups:
                    self._close()
            case "begin repeat":
                self._repeats += 1
                self._remark(row, "要重复填写的一组，本系统没有，里面的题没有导入")
            case "end repeat":
                self._repeats = max(0, self._repeats - 1)
            case _:
                return False
        return True

    def _begin(self, row: Asked) -> None:
        self._groups.append(row.name)
        if self._repeats:
            return
        if len(self._groups) > 1:
            self._remark(row, "组里的小组只导入题目，不分开", came=True)
            return
        self._close()
        reading = Reading(row)
        title = (
            reading.text(row.label, LINE) or row.name[:LINE] or f"第 {len(self.sections) + 1} 组"
        )
        name = word(row.name.removeprefix("section_") or "section", self._sections)
        needs = self._needs(reading)
        for said in reading.losses:
            self._remark(row, said, came=True)
        self.sections.append(_Section(row.number, name, title, needs))

    def _close(self) -> None:
        """End the group that is open; one that has no question is none."""
        if self.sections and not self.sections[-1].questions:
            gone = self.sections.pop()
            self._sections.discard(gone.id)

    def _is_left_out(self, row: Asked) -> bool:
        said = ""
        if self._repeats:
            said = "在要重复填写的一组里"
        elif row.others.get("disabled", "").lower() in ("yes", "true"):
            said = "这一行在表里停用了（disabled）"
        elif row.name in self._common:
            said = "通用部分已有这道题，各行业都会问到"
        elif row.type == "select multiple" and row.name == self._switch:
            self._take_processes(row)
            return True
        if said:
            self._remark(row, said)
        return bool(said)

    def _take_processes(self, row: Asked) -> None:
        """Read the question on which others depend as the trade's processes."""
        taken: set[str] = set()
        choices = self.form.choices.get(row.list, ())
        if len(choices) > MOST_OPTIONS:
            self._remark(row, f"工序和产品超过 {MOST_OPTIONS} 个，后面的没有导入", came=True)
        for one in choices[:MOST_OPTIONS]:
            reading = Reading(row)
            text = reading.text(one.label, LINE) or one.name[:LINE]
            group, _, title = text.partition("：")
            whole = bool(title and group)
            self._options[one.name] = word(one.name, taken)
            self.processes.append(
                {
                    "id": self._options[one.name],
                    "title": title if whole else text,
                    "group": group if whole else GROUP,
                }
            )
        self._remark(row, "这道题决定别的题问不问，作为本行业的工序和产品，由企业先勾选", came=True)

    def _row(self, row: Asked) -> None:
        if row.type == "note":
            self._note(row)
            return
        said, reading = question(row, self.form.choices)
        if said is None:
            self._remark(row, "；".join(reading.losses))
            return
        self._keep(row, said, reading)

    def _note(self, row: Asked) -> None:
        reading = Reading(row)
        here = self.sections[-1] if self.sections and self._groups else None
        if row.name.endswith(ASKS):
            return  # the row after it says what becomes of it
        if here is None or here.questions:
            self._remark(row, "说明文字只能放在一组题的最前面")
            return
        here.intro += filter(None, [reading.text(row.label, PROSE)])
        for said in reading.losses:
            self._remark(row, said, came=True)

    def _keep(self, row: Asked, said: Said, reading: Reading) -> None:
        if not self.sections or not self._groups:
            self._open_section(row)
        here = self.sections[-1]
        if sum(len(section.questions) for section in self.sections) >= MOST_QUESTIONS:
            raise NotAForm(f"题目超过 {MOST_QUESTIONS} 道", "请拆成几个行业，或删去不用的题")
        needs = self._needs(reading)
        if needs and here.needs and set(needs) != set(here.needs):
            reading.lose("所在的组还有别的条件，只留下这题自己的")
        needs = needs or here.needs
        id = word(row.name or "question", self._questions)
        if id != (plain := word(row.name or "question", set())):
            reading.lose(f"年版里已有代号 {plain}，改为 {id}")
        code, text = self._codes.of(said["text"])
        said |= {"text": text, "short": said["short"] if text == said["text"] else short_of(text)}
        said |= {"needs": list(needs)} if needs else {}
        here.questions.append({"id": id, "code": code} | said)
        if reading.losses:
            self._remark(row, "；".join(reading.losses), came=True)

    def _open_section(self, row: Asked) -> None:
        """Begin a section for questions that stand in no group."""
        if self.sections and self.sections[-1].row == 0:
            return
        id = word("general", self._sections)
        self.sections.append(_Section(0, id, "其他题目" if self.sections else self.place.title))

    def _needs(self, reading: Reading) -> tuple[str, ...]:
        """Return the processes on which a row depends; what else it depends on is left out."""
        if not reading.row.relevant:
            return ()
        found = conditions.selected(reading.row.relevant)
        if found is None or found[0] != self._switch:
            reading.lose("显示条件（relevant）只认“勾选了某些工序”，没有导入，所有企业都会问到")
            return ()
        known = [self._options[option] for option in found[1] if option in self._options]
        if len(known) < len(found[1]):
            reading.lose("显示条件里有没见过的选项，已略去")
        return tuple(dict.fromkeys(known))

    # --- two numbers that are a share -------------------------------------------------------------

    def _is_share(self, row: Asked, following: Asked | None) -> bool:
        """Whether this number and the next are a whole and its part."""
        whole = {"integer", "int"}
        if following is None or row.type not in whole or following.type not in whole:
            return False
        return conditions.bounds(following.constraint).part_of == row.name and bool(row.name)

    def _share(self, whole: Asked, part: Asked | None, before: Asked | None) -> None:
        assert part is not None  # noqa: S101  _is_share has seen it
        reading = Reading(part)
        asks = before if before and before.type == "note" and before.name.endswith(ASKS) else None
        called, part_called = (reading.text(one.label, LINE) for one in (whole, part))
        whole_text, unit = unit_of(Reading(whole), called or whole.name[:LINE])
        part_text, _ = unit_of(Reading(part), part_called or part.name[:LINE] or PART)
        asked = reading.text(asks.label, PROSE) if asks else ""
        text = asked or f"{part_text}占{whole_text}的多少？"
        said: Said = {
            "kind": "ratio",
            "text": text,
            "short": short_of(text),
            "part": part_text,
            "whole": whole_text,
            "unit": unit,
        }
        hints = (asks or whole).hint, (asks or whole).guidance.removeprefix("查证：")
        said |= {
            name: reading.text(typed, PROSE)
            for name, typed in zip(("help", "evidence"), hints, strict=True)
            if typed
        }
        reading.lose("两个数合成一道比例题；没有分档百分比，先不计分")
        named = asks.name.removesuffix(ASKS) if asks else part.name
        row = Asked(**{**vars(part), "name": named, "relevant": (asks or whole).relevant})
        reading.row = row
        self._keep(row, said, reading)

    # --- the whole --------------------------------------------------------------------------------

    def trade(self) -> dict[str, Any]:
        scored = [section for section in self.sections if _is_scored(section)]
        if not scored:
            self.remarks.append(Remark(0, "", UNSCORED, came=True))
        weight = self.place.edition.trade_weight / max(len(scored), 1)
        said: dict[str, Any] = {"id": self.place.trade, "title": self.place.title}
        if self.processes:
            said["processes"] = self.processes
        station = self._station()
        said["sections"] = [_written(section, weight, station) for section in self.sections]
        return said

    def _station(self) -> str:
        """Return where on a visit the trade's questions are looked at until somebody says better."""
        stations = self.place.edition.stations
        if not stations:
            return ""
        found = next((one for one in stations if one.id == WORKSHOP), stations[0])
        said = f"走访地点暂定“{found.title}”，简称由题目截取，查证方法、短板、改造场景还没有，请在工作簿里补"
        self.remarks.append(Remark(0, "", said, came=True))
        return found.id


def _is_scored(section: _Section) -> bool:
    return any(one["kind"] == "level" for one in section.questions)


def _written(section: _Section, weight: Fraction, station: str) -> dict[str, Any]:
    said: dict[str, Any] = {"id": section.id, "title": section.title}
    said |= {"station": station} if station else {}
    if section.intro:
        said["intro"] = " ".join(section.intro)[:PROSE]
    said |= {"weight": str(weight)} if _is_scored(section) else {"optional": True}
    return said | {"questions": section.questions}


def _common(edition: Edition) -> set[str]:
    """Return the names under which our own forms ask what every trade is asked."""
    found = {"firm_name", "filled_by"}
    for section in (*edition.core.sections, *edition.extras):
        for one in section.questions:
            found |= {one.id, *(f"{one.id}_{end}" for end in ("part", "whole", "asks", "applies"))}
            if one.kind == "grid":
                found |= {f"{one.id}_{row.id}_{col.id}" for row in one.rows for col in one.columns}
    return found


def _switch(form: Form) -> str:
    """Return the question with several options on which most others depend; empty for none."""
    several = {row.name for row in form.asked if row.type == "select multiple"}
    named = [conditions.selected(row.relevant) for row in form.asked if row.relevant]
    counts = Counter(found[0] for found in named if found and found[0] in several)
    return counts.most_common(1)[0][0] if counts else ""


class _Codes:
    """Gives every question a number of its own: the one it brings, or the next that is free."""

    def __init__(self, taken: Iterable[str], brought: Iterable[str]) -> None:
        self._taken = set(taken)
        self._brought = set(brought) - self._taken
        used = {_letters(code) for code in self._taken}
        self._free = (
            f"{letter}{number:02d}"
            for letter in LETTERS
            if letter not in used
            for number in range(1, NUMBERED + 1)
        )

    def of(self, text: str) -> tuple[str, str]:
        """Return a question's number, and its text without the one it brought."""
        found = _CODE.match(text)
        if found:
            text = text[found.end() :]
            if found[1] in self._brought:
                self._brought.discard(found[1])
                self._taken.add(found[1])
                return found[1], text
        code = next(one for one in self._free if one not in self._taken | self._brought)
        self._taken.add(code)
        return code, text


def _letters(code: str) -> str:
    return re.match(r"[A-Z]+", code)[0]  # type: ignore[index]  # every code begins with one
