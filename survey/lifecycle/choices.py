"""A consultant's plan (顾问方案): read from what was typed, kept in rows, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from questionnaires.model import Amounts, LevelQuestion, Package, Questionnaire, RatioQuestion
from reports.facts import Choice
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.store import choices as store
from survey.tables import Assessment, ChoiceRow

MOST = 30
MOST_TITLE, MOST_WORDS, MOST_UNITS, MOST_WEEKS = 60, 1000, 9999, 260
_PERIOD = re.compile(r"20\d\d-(Q[1-4]|0[1-9]|1[0-2])")


@dataclass(frozen=True)
class TypedChoice:
    """One line as a form sends it; nothing of it is believed. ``helps`` are question:level."""

    code: str = ""
    title: str = ""
    what: str = ""
    why: str = ""
    units: str = ""
    low: str = ""
    high: str = ""
    weeks: str = ""
    starts: str = ""
    helps: tuple[str, ...] = ()


def is_counted(package: Package) -> bool:
    """Whether a package is bought by the piece: only then its quantity is asked for."""
    return package.cost.units is not None or package.cost.each != Amounts()


def read(questionnaire: Questionnaire, lines: Sequence[TypedChoice]) -> tuple[Choice, ...]:
    """Read the lines of a plan.

    Raises:
        Invalid: Names every field as choice-POSITION-NAME, counted from 0, with the remedy.
    """
    faults: dict[str, str] = {}
    codes = [line.code for line in lines if line.code]
    if len(lines) > MOST:
        faults["choices"] = f"一份方案最多 {MOST} 项，现在有 {len(lines)} 项，请合并或移出几项。"
    if unknown := [code for code in codes if code not in questionnaire.package_by_code]:
        faults["choices"] = f"没有这些改造场景：{'、'.join(unknown)}。请移出后重选。"
    elif len(set(codes)) < len(codes):
        faults["choices"] = "同一个改造场景列了两次，请移出一项。"
    if faults:
        raise Invalid(faults)
    found = [_Reader(questionnaire, n, line, faults).choice() for n, line in enumerate(lines)]
    if faults:
        raise Invalid(faults)
    return tuple(found)


@dataclass(frozen=True)
class _Reader:
    """Reads one line, and notes what is wrong with it instead of stopping."""

    questionnaire: Questionnaire
    position: int
    line: TypedChoice
    faults: dict[str, str]

    def choice(self) -> Choice:
        line = self.line
        package = self.questionnaire.package_by_code.get(line.code)
        own = package is None
        low, high = self.price()
        return Choice(
            code=line.code,
            title=self.title() if own else "",
            what=self.words("what"),
            why=self.words("why"),
            units=self.units(package) if package else None,
            low=low,
            high=high,
            weeks=self.whole("weeks", "周数", MOST_WEEKS) if own else None,
            starts=self.starts(),
            helps=self.helps() if own else {},
        )

    def wrong(self, name: str, says: str) -> None:
        self.faults[f"choice-{self.position}-{name}"] = says

    def words(self, name: str) -> str:
        try:
            return typed.text(name, getattr(self.line, name), MOST_WORDS)
        except Invalid as error:
            self.wrong(name, error.fields[name])
            return ""

    def title(self) -> str:
        title = typed.line(self.line.title)
        if not title:
            self.wrong("title", "请给自拟措施起个名称，或者移出这一项。")
        elif len(title) > MOST_TITLE:
            self.wrong("title", f"名称最多 {MOST_TITLE} 字，现在有 {len(title)} 字，请删减。")
        return title

    def whole(self, name: str, called: str, most: int) -> int | None:
        given = typed.plain(getattr(self.line, name))
        number = typed.whole(given)
        if given and (number is None or not 1 <= number <= most):
            self.wrong(name, f"{called}请填 1–{most} 的整数，只写数字。")
        return number

    def units(self, package: Package) -> int | None:
        if typed.plain(self.line.units) and not is_counted(package):
            self.wrong("units", "这个场景按整个项目计，不用填数量，请清空。")
        return self.whole("units", f"数量（{package.cost.per}）", MOST_UNITS)

    def price(self) -> tuple[int | None, int | None]:
        """Return both ends; one alone stands for both."""
        low, high = self.money("low"), self.money("high")
        if low is not None and high is not None and low > high:
            self.wrong("high", "最高价低于最低价，请核对两个数。")
        return low if low is not None else high, high if high is not None else low

    def money(self, name: str) -> int | None:
        try:
            return typed.money(name, getattr(self.line, name))
        except Invalid as error:
            self.wrong(name, error.fields[name])
            return None

    def starts(self) -> str:
        if self.line.starts and not _PERIOD.fullmatch(self.line.starts):
            self.wrong("starts", "请在列表里选一个月份或季度，也可以不选。")
        return self.line.starts

    def helps(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for given in filter(None, self.line.helps):
            question_id, _, level = given.partition(":")
            question = self.questionnaire.questions.get(question_id)
            reached = typed.whole(level)
            if not isinstance(question, LevelQuestion | RatioQuestion) or reached not in range(
                1, 5
            ):
                self.wrong("helps", "请在列表里选题目和做到的档，也可以不选。")
            elif question_id in found:
                self.wrong("helps", f"{question.code} 选了两次，请只留一次。")
            else:
                found[question_id] = reached or 0
        return found


def choices_of(session: Session, assessment: Assessment) -> tuple[Choice, ...] | None:
    """Return the consultant's plan; None while the computed advice stands."""
    if assessment.planned_at is None:
        return None
    return tuple(map(_choice, store.choices(session, assessment.id)))


def _choice(row: ChoiceRow) -> Choice:
    return Choice(
        row.code, row.title, row.what, row.why, row.units, row.low, row.high, row.weeks,
        row.starts, row.helps,
    )  # fmt: skip


def keep(session: Session, assessment_id: int, choices: Sequence[Choice]) -> None:
    """Keep a plan in place of the one before, inside the caller's transaction."""
    store.forget(session, assessment_id)
    session.add_all(
        ChoiceRow(assessment_id=assessment_id, position=position, **asdict(choice))
        for position, choice in enumerate(choices)
    )


def plain(choices: Sequence[Choice] | None) -> list[dict[str, Any]] | None:
    """Return a plan as JSON keeps it."""
    return None if choices is None else [asdict(choice) for choice in choices]


def parsed(kept: Sequence[dict[str, Any]] | None) -> tuple[Choice, ...] | None:
    """Return what ``plain`` wrote."""
    return None if kept is None else tuple(Choice(**line) for line in kept)
