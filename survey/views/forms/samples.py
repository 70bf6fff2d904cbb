"""The forms of samples: the card as it is typed, the firm's answer, and what a firm copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from reports.samples import Card
from survey.lifecycle.sample_cards import (
    CHOSEN,
    NEEDED,
    TEXTS,
    TypedCard,
    TypedFigure,
    TypedItem,
)
from survey.lifecycle.sample_copies import MOST_REASON
from survey.lifecycle.typed import whole
from survey.readings.projects import spent_of
from survey.tables import Project, ProjectFigure, ProjectPackage
from survey.views.bureau.steps import StepForm
from survey.views.fields import Choice
from survey.views.forms.projects import written
from survey.words.samples import FIELDS

SPARE = 2
"""Empty lines that a form offers; more come when it was saved."""
MOST_LINES = 30
PLAIN = ("title", *TEXTS, "accepted_by", "accepted_on")
ITEM = tuple(TypedItem.__dataclass_fields__)
FIGURE = tuple(TypedFigure.__dataclass_fields__)
Line = TypeVar("Line", TypedItem, TypedFigure)


@dataclass(frozen=True)
class CardDraft:
    """What stands on the page: the card as typed, and the version it is of."""

    card: TypedCard
    version: int = 0

    @property
    def items(self) -> list[TypedItem]:
        return [*self.card.items, *[TypedItem()] * SPARE]

    @property
    def figures(self) -> list[TypedFigure]:
        return [*self.card.figures, *[TypedFigure()] * SPARE]


def posted(form: MultiDict[str, str]) -> CardDraft:
    """Read the page as it was sent; lines in which nothing stands are left out."""
    card = TypedCard(
        {name: form.get(name, "") for name in PLAIN},
        _lines(form, "item", ITEM, TypedItem),
        _lines(form, "figure", FIGURE, TypedFigure),
    )
    return CardDraft(card, whole(form.get("version")) or 0)


def _lines(
    form: MultiDict[str, str], kind: str, names: Sequence[str], make: type[Line]
) -> tuple[Line, ...]:
    found = (
        make(**{name: form.get(f"{kind}-{n}-{name}", "").strip() for name in names})
        for n in range(MOST_LINES)
    )
    return tuple(line for line in found if any(astuple(line)))


def stored(card: Card, version: int) -> CardDraft:
    """Return the page as it was kept."""
    words = {name: _said(getattr(card, name)) for name in PLAIN}
    items = tuple(
        TypedItem(
            one.package,
            NEEDED if one.needed else CHOSEN,
            str(one.quantity),
            written(one.price),
            written(one.yearly),
            _said(one.weeks),
            one.provider,
            one.acceptance,
        )
        for one in card.items
    )
    figures = tuple(TypedFigure(*map(_said, astuple(one))) for one in card.figures)
    return CardDraft(TypedCard(words, items, figures), version)


def _said(value: object) -> str:
    return "" if value is None else str(value)


def proposed(
    projects: Sequence[Project],
    packages: Mapping[int, Mapping[str, ProjectPackage]],
    figures: Iterable[ProjectFigure],
    bureau: str,
) -> CardDraft:
    """Return the page as accepted projects fill it; what they do not say is left to be typed."""
    last = max((one.accepted_on for one in projects if one.accepted_on), default=None)
    words = dict.fromkeys(PLAIN, "")
    words |= {"accepted_by": bureau, "accepted_on": _said(last)} if projects else {}
    items = tuple(
        _item(project, part, len(packages[project.id]))
        for project in projects
        for part in packages[project.id].values()
    )
    lines = tuple(
        TypedFigure(
            one.title,
            one.unit,
            _said(one.before),
            _said(one.before_on),
            _said(one.after),
            _said(one.after_on),
        )
        for one in figures
    )
    return CardDraft(TypedCard(words, items, lines))


def _item(project: Project, part: ProjectPackage, parts: int) -> TypedItem:
    alone = parts == 1
    once = sum(
        getattr(project, f"price_{kind}") or 0
        for kind in ("equipment", "software", "services", "building")
    )
    return TypedItem(
        part.package,
        NEEDED,
        str(part.quantity),
        written(once if alone and part.price is None else part.price),
        written(project.price_yearly if alone else None),
        _said(spent_of(project).weeks),
        project.provider_name,
        part.finding,
    )


def anchored(faults: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Return faults with the element each is about, and the line where it is in one."""
    return [(name, _placed(name, words)) for name, words in faults.items()]


def _placed(name: str, words: str) -> str:
    kind, _, rest = name.partition("-")
    number, _, part = rest.partition("-")
    place = whole(number)
    if place is not None and kind in FIELDS:
        return f"{FIELDS[kind]}第 {place + 1} 条，{FIELDS.get(part, '')}：{words}"
    return f"{FIELDS[name]}：{words}" if name in FIELDS else words


# --- the firm's answer ----------------------------------------------------------------------------


class ConsentForm(StepForm):
    """Whether the firm's name is told."""

    masked = Choice(
        "企业名称怎样显示",
        [InputRequired("请选一项。")],
        choices=[
            SelectChoice("", "请选择"),
            SelectChoice("named", "公开企业名称"),
            SelectChoice("masked", "不公开名称，只写行业和规模"),
        ],
    )

    @property
    def is_masked(self) -> bool:
        return self.masked.data != "named"


class WhyForm(StepForm):
    """Why something is so, in a sentence."""

    reason = TextAreaField(
        "原因",
        [
            InputRequired("请写明原因。"),
            Length(max=MOST_REASON, message=f"最多 {MOST_REASON} 字，请删减。"),
        ],
    )

    def __init__(self, step: str, label: str, hint: str, **values: Any) -> None:
        super().__init__(step, **values)
        self.reason.label.text, self.reason.description = label, hint
