"""One trade's questionnaire as an XLSForm, for those who field it with ODK or KoBo.

Processes come first and switch questions on; what must be answered here must be answered there, and
an answer that would be refused here is refused there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

from questionnaires.answers import LARGEST_COUNT
from questionnaires.edition import Edition
from questionnaires.model import (
    ChoiceQuestion,
    GridQuestion,
    LevelQuestion,
    MultipleQuestion,
    NumberQuestion,
    Question,
    RatioQuestion,
    Section,
    TextQuestion,
)
from questionnaires.sheets.kinds import exact_text
from questionnaires.sheets.writing import whole, writing

Row = dict[str, str]
SURVEY = (
    "type name label hint guidance_hint required required_message relevant constraint "
    "constraint_message appearance"
).split()
CHOICES = ["list_name", "name", "label"]
SETTINGS = ["form_title", "form_id", "version", "default_language", "instance_name"]
ASIDE = "not_applicable"
LANGUAGE = "zh"


def write_xlsform(edition: Edition, trade_id: str, target: Path | IO[bytes]) -> None:
    """Write the form of one trade.

    Raises:
        KeyError: The edition has no such trade.
        UnsayableText: A text cannot stand in a cell.
        OSError: The file cannot be written.
    """
    form = Form(edition, trade_id)
    with writing(target, {"words": {}}, said=whole) as pen:
        for name, columns, rows in (
            ("survey", SURVEY, form.survey),
            ("choices", CHOICES, form.choices),
            ("settings", SETTINGS, [form.settings]),
        ):
            page = pen.sheet(name)
            for number, row in enumerate([dict(zip(columns, columns, strict=True)), *rows]):
                for at, column in enumerate(columns):
                    if words := row.get(column, ""):
                        pen.put(page, number, at, words)


class Form:
    """The rows of the three sheets."""

    def __init__(self, edition: Edition, trade_id: str) -> None:
        self.questionnaire = edition.questionnaire(trade_id)
        self.trade = self.questionnaire.trade
        self.survey: list[Row] = []
        self.choices: list[Row] = []
        self.settings: Row = {
            "form_title": f"{edition.title} · {self.trade.title}问卷",
            "form_id": f"edition_{edition.id}_{trade_id}".replace("-", "_"),
            "version": f"{edition.id}.{edition.issued}",
            "default_language": LANGUAGE,
            "instance_name": "${firm_name}",
        }
        self._firm()
        for section in self.questionnaire.sections:
            self._section(section)

    def _firm(self) -> None:
        """Ask whose form it is, and for the processes that switch questions on."""
        self._add("begin group", "about_firm", "企业")
        self._add("text", "firm_name", "企业名称", required="yes")
        self._add("text", "filled_by", "填写人")
        if self.trade.processes:
            words = "本厂有哪些工序或产品？没有勾选的不会问到。"
            self._add("select_multiple processes", "processes", words, required="yes")
            for process in self.trade.processes:
                title = f"{process.group}：{process.title}"
                self.choices.append({"list_name": "processes", "name": process.id, "label": title})
        self._add("end group", "about_firm")

    def _section(self, section: Section) -> None:
        # A section and a question may bear the same word; references here have one space of names.
        group = f"section_{section.id}"
        self._add("begin group", group, section.title, appearance="field-list")
        if section.intro:
            self._add("note", f"intro_{section.id}", section.intro)
        for question in section.questions:
            needed = question.required and not section.optional
            for row in _ROWS[question.kind](question, self._choose):
                self.survey.append(self._complete(row, question, needed))
        self._add("end group", group)

    def _complete(self, row: Row, question: Question, needed: bool) -> Row:
        """Add to a question's row what all kinds share."""
        conditions = [c for c in (self._relevant(question), row.pop("relevant", "")) if c]
        asked = row["type"] != "note"
        row["relevant"] = " and ".join(f"({c})" if len(conditions) > 1 else c for c in conditions)
        row["required"] = "yes" if needed and asked else ""
        row["required_message"] = "本题必填。" if row["required"] else ""
        return row

    def _relevant(self, question: Question) -> str:
        if not self.trade.processes:
            return ""
        return " or ".join(f"selected(${{processes}}, '{process}')" for process in question.needs)

    def _choose(self, name: str, options: list[tuple[str, str]]) -> None:
        self.choices += [{"list_name": name, "name": o, "label": label} for o, label in options]

    def _add(self, kind: str, name: str, label: str = "", **more: str) -> None:
        self.survey.append({"type": kind, "name": name, "label": label} | more)


Choose = Callable[[str, list[tuple[str, str]]], None]
Rows = Iterator[Row]


def _head(question: Question, kind: str, **more: str) -> Row:
    """Return a question's row; the hint is for whoever answers, the guidance for whoever checks."""
    row = {"type": kind, "name": question.id, "label": f"{question.code} {question.text}"}
    row["hint"] = question.help or ""
    row["guidance_hint"] = f"查证：{question.evidence}" if question.evidence else ""
    return row | more


def _aside(question: Question) -> list[tuple[str, str]]:
    return [(ASIDE, "不适用")] if question.not_applicable else []


def _level(question: LevelQuestion, choose: Choose) -> Rows:
    name = f"levels_{question.id}"
    levels = [(str(n), f"{n} 档：{words}") for n, words in enumerate(question.levels)]
    choose(name, levels + _aside(question))
    yield _head(question, f"select_one {name}")


def _choice(question: ChoiceQuestion, choose: Choose) -> Rows:
    name = f"options_{question.id}"
    choose(name, [(o.id, o.text) for o in question.options] + _aside(question))
    yield _head(question, f"select_one {name}")


def _multiple(question: MultipleQuestion, choose: Choose) -> Rows:
    name = f"options_{question.id}"
    choose(name, [(o.id, o.text) for o in question.options] + _aside(question))
    alone = [o.id for o in question.options if o.exclusive]
    alone += [ASIDE] if question.not_applicable else []
    rule = " and ".join(f"not(selected(., '{o}') and count-selected(.) > 1)" for o in alone)
    words = "选了“以上都没有”或“不适用”，就不能再选别的。" if rule else ""
    yield _head(question, f"select_multiple {name}", constraint=rule, constraint_message=words)


def _ratio(question: RatioQuestion, choose: Choose) -> Rows:
    part, whole = f"{question.id}_part", f"{question.id}_whole"
    applies = yield from _applies(question, choose)
    yield {
        "type": "integer",
        "name": whole,
        "label": f"{question.whole}（{question.unit}）",
        "relevant": applies,
        "constraint": f". >= 1 and . <= {LARGEST_COUNT}",
        "constraint_message": "请填不小于 1 的整数。",
    }
    yield {
        "type": "integer",
        "name": part,
        "label": f"{question.part}（{question.unit}）",
        "relevant": applies,
        "constraint": f". >= 0 and . <= ${{{whole}}}",
        "constraint_message": f"不能小于 0，也不能大于“{question.whole}”。",
    }


def _applies(question: Question, choose: Choose) -> Generator[Row, None, str]:
    """Ask whether a question of figures applies, and return the condition for its figures."""
    if not question.not_applicable:
        yield _head(question, "note") | {"name": f"{question.id}_asks"}
        return ""
    name = f"{question.id}_applies"
    choose(name, [("applies", "适用，填数"), *_aside(question)])
    yield _head(question, f"select_one {name}") | {"name": name}
    return f"${{{name}}} = 'applies'"


def _number(question: NumberQuestion, choose: Choose) -> Rows:
    applies = ""
    if question.not_applicable:
        applies = yield from _applies(question, choose)
    label = f"{question.code} {question.text}（{question.unit}）"
    row = _head(question, _numeric(question.decimals), label=label, relevant=applies)
    yield row | _between(question.least, question.most, question.decimals, question.unit)


def _grid(question: GridQuestion, choose: Choose) -> Rows:
    applies = yield from _applies(question, choose)
    for row in question.rows:
        for column in question.columns:
            yield {
                "type": _numeric(question.decimals),
                "name": f"{question.id}_{row.id}_{column.id}",
                "label": f"{row.text}，{column.text}（{question.unit}）",
                "relevant": applies,
            } | _between(Fraction(0), question.most, question.decimals, question.unit)


def _numeric(decimals: int) -> str:
    return "decimal" if decimals else "integer"


def _between(least: Fraction, most: Fraction, decimals: int, unit: str) -> Row:
    low, high = exact_text(least), exact_text(most)
    rule = f". >= {_plain(least)} and . <= {_plain(most)}"
    words = f"应在 {low} 至 {high} {unit}之间"
    if decimals:
        rule += rf" and regex(string(.), '^-?[0-9]+([.][0-9]{{1,{decimals}}})?$')"
        words += f"，最多 {decimals} 位小数"
    return {"constraint": rule, "constraint_message": f"{words}。"}


def _plain(number: Fraction) -> str:
    """Write a number as XPath takes it: a fraction is a division."""
    text = exact_text(number)
    return f"({text.replace('/', ' div ')})" if "/" in text else text


def _text(question: TextQuestion, _choose: Choose) -> Rows:
    yield _head(
        question,
        "text",
        appearance="multiline",
        constraint=f"string-length(.) <= {question.most}",
        constraint_message=f"最多 {question.most} 个字。",
    )


_ROWS: dict[str, Callable[[Any, Choose], Rows]] = {
    "level": _level,
    "ratio": _ratio,
    "number": _number,
    "choice": _choice,
    "multiple": _multiple,
    "text": _text,
    "grid": _grid,
}
