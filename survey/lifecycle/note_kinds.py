"""What each kind of note holds, and how its fields are read from what was typed.

A form and a device send every field as text; what is kept is plain JSON. One table serves the form,
the reading and the page, so that no door takes what another refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from questionnaires.model import Questionnaire
from reports.visit import DRILLS, clock_text
from survey.clock import LOCAL
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.tables import DrillOutcome, NoteKind, Severity
from survey.words.notes import label

LONGEST_STAY = timedelta(hours=48)
LONGEST_DRILL = 24 * 3600
MOST_THINGS = 1_000_000
_CLOCK = re.compile(r"(?:(\d{1,2})[:：])?(\d{1,3})[:：](\d{1,2})")


class Shape(StrEnum):
    """How a form asks for a field."""

    LINE = "line"
    TEXT = "text"
    PHONE = "phone"
    NUMBER = "number"
    MOMENT = "moment"
    CLOCK = "clock"
    CHOICE = "choice"
    ABOUT = "about"


@dataclass(frozen=True)
class Field:
    """One field of a note: at most so many letters, or one of some codes."""

    name: str
    shape: Shape = Shape.LINE
    most: int = 60
    needed: bool = False
    codes: tuple[str, ...] = ()


FIELDS: Mapping[NoteKind, tuple[Field, ...]] = {
    NoteKind.STAY: (Field("began", Shape.MOMENT, needed=True), Field("ended", Shape.MOMENT)),
    NoteKind.MEMBER: (Field("name", needed=True), Field("post")),
    NoteKind.PERSON: (
        Field("name", needed=True),
        Field("post"),
        Field("phone", Shape.PHONE, most=30),
    ),
    NoteKind.PLACE: (Field("name", needed=True), Field("seen", Shape.TEXT, most=1000)),
    NoteKind.SAMPLE: (
        Field("what", needed=True, most=100),
        Field("drawn", Shape.NUMBER, needed=True),
        Field("whole", Shape.NUMBER),
        Field("result", Shape.TEXT, most=500, needed=True),
        Field("note", Shape.TEXT, most=500),
    ),
    NoteKind.FINDING: (
        Field("stands", Shape.TEXT, most=1000, needed=True),
        Field("gap", Shape.TEXT, most=1000, needed=True),
        Field("severity", Shape.CHOICE, needed=True, codes=tuple(Severity)),
        Field("about", Shape.ABOUT),
        Field("action", Shape.TEXT, most=1000),
    ),
    NoteKind.DRILL: (
        Field("drill", Shape.CHOICE, needed=True, codes=tuple(DRILLS)),
        Field("traced", needed=True, most=200),
        Field("seconds", Shape.CLOCK, needed=True),
        Field("outcome", Shape.CHOICE, needed=True, codes=tuple(DrillOutcome)),
        Field("note", Shape.TEXT, most=500),
    ),
}


def read(
    kind: NoteKind, given: Mapping[str, object], questionnaire: Questionnaire
) -> dict[str, Any]:
    """Read the fields of a note as they are kept.

    Raises:
        Invalid: Names every field at fault, and what to do.
    """
    found, faults = dict[str, Any](), dict[str, str]()
    for field in FIELDS[kind]:
        try:
            found[field.name] = _read(kind, field, given.get(field.name, ""), questionnaire)
        except Invalid as error:
            faults |= error.fields
    if unknown := given.keys() - {field.name for field in FIELDS[kind]}:
        faults |= dict.fromkeys(sorted(unknown), "没有这一项，请刷新页面后重试。")
    if faults := faults or _together(found):
        raise Invalid(faults)
    return found


def as_typed(kind: NoteKind, content: Mapping[str, Any]) -> dict[str, str]:
    """Return a note's fields as a form holds them: what ``read`` reads back."""
    return {field.name: _typed(field, content.get(field.name)) for field in FIELDS[kind]}


def _read(kind: NoteKind, field: Field, given: object, questionnaire: Questionnaire) -> Any:
    if not isinstance(given, str):
        raise Invalid({field.name: f"“{label(kind, field.name)}”请填写文字。"})
    if not typed.paragraph(given):
        if field.needed:
            pick = "选择" if field.shape == Shape.CHOICE else "填写"
            raise Invalid({field.name: f"请{pick}“{label(kind, field.name)}”。"})
        return "" if field.shape in _TEXTS else None
    if field.shape == Shape.ABOUT:
        return _about(given, questionnaire)
    return _READERS[field.shape](kind, field, given)


def _line(kind: NoteKind, field: Field, given: str) -> str:
    tidy = typed.paragraph(given) if field.shape == Shape.TEXT else typed.line(given)
    if len(tidy) > field.most:
        said = f"最多 {field.most} 字，现在有 {len(tidy)} 字，请删减。"
        raise Invalid({field.name: f"“{label(kind, field.name)}”{said}"})
    return tidy


def _number(kind: NoteKind, field: Field, given: str) -> int:
    number = typed.whole(typed.plain(given))
    if number is None or not 0 < number <= MOST_THINGS:
        raise Invalid({field.name: f"“{label(kind, field.name)}”请填大于 0 的整数。"})
    return number


def _moment(kind: NoteKind, field: Field, given: str) -> str:
    """Read what a browser's field for date and time sends: local, to the minute."""
    try:
        moment = datetime.fromisoformat(given.strip()) if given.isascii() else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or not 2000 <= moment.year < 2100:
        remedy = "请填日期和时间，例如 2026-03-05 09:30。"
        raise Invalid({field.name: f"“{label(kind, field.name)}”{remedy}"})
    return moment.replace(second=0, microsecond=0, tzinfo=LOCAL).isoformat()


def _clock(kind: NoteKind, field: Field, given: str) -> int:
    """Read a measured time: minutes and seconds, perhaps hours."""
    plain = typed.plain(given)
    found = _CLOCK.fullmatch(plain) if plain.isascii() else None
    if found is None or int(found[3]) > 59:
        raise Invalid({field.name: f"“{label(kind, field.name)}”请填分和秒，例如 5:30。"})
    seconds = int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
    if not 0 < seconds <= LONGEST_DRILL:
        raise Invalid({field.name: f"“{label(kind, field.name)}”应在 1 秒到 24 小时之间。"})
    return seconds


def _choice(kind: NoteKind, field: Field, given: str) -> str:
    if given not in field.codes:
        raise Invalid({field.name: f"请选择“{label(kind, field.name)}”。"})
    return given


def _about(given: str, questionnaire: Questionnaire) -> str:
    if given not in questionnaire.questions and given not in questionnaire.section_by_id:
        raise Invalid({"about": "没有这个模块或这道题，请重新选择。"})
    return given


def _together(found: Mapping[str, Any]) -> dict[str, str]:
    """Return what two fields say against each other."""
    if found.get("ended"):
        began, ended = map(datetime.fromisoformat, (found["began"], found["ended"]))
        if ended <= began:
            return {"ended": "结束应晚于开始，请核对日期和时间。"}
        if ended - began > LONGEST_STAY:
            return {"ended": "一次到场最长 48 小时。分几天去的，请每天记一条。"}
    if found.get("whole") and found["drawn"] > found["whole"]:
        return {"drawn": "抽的件数不能比总件数多，请核对。"}
    return {}


def _typed(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.shape == Shape.MOMENT:
        return datetime.fromisoformat(value).strftime("%Y-%m-%dT%H:%M")
    return clock_text(value) if field.shape == Shape.CLOCK else str(value)


_TEXTS = frozenset({Shape.LINE, Shape.TEXT, Shape.PHONE, Shape.ABOUT})
_READERS: Mapping[Shape, Callable[[NoteKind, Field, str], Any]] = {
    Shape.LINE: _line,
    Shape.TEXT: _line,
    Shape.PHONE: _line,
    Shape.NUMBER: _number,
    Shape.MOMENT: _moment,
    Shape.CLOCK: _clock,
    Shape.CHOICE: _choice,
}
