"""A section as a form: what is typed about each question, and the wire answer it means.

Kinds of question go through one small table: which inputs a kind has, how an answer is shown in
them, and what they mean together. ``questionnaires.answers`` decides what is a good answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from wtforms.fields import Field
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.utils import unset_value

from questionnaires import answers
from questionnaires.model import (
    GridQuestion,
    Question,
)
from survey.lifecycle.errors import Conflict
from survey.lifecycle.typed import whole
from survey.readings.starts import LastTime
from survey.store.answers import KeptAnswer
from survey.tables import AnswerRevision, Evidence
from survey.words import wording

# Question ids are free words ("process", "data"), some of which a form already owns.
PREFIX = "q_"
ASIDE = "not_applicable"
"""The value of the input 不适用, a pick of every kind that allows it."""


@dataclass(frozen=True)
class Typed:
    """What stands in the inputs of one question, good or bad.

    ``picks``: values of its radios or boxes; ``texts``: its other inputs by name (``part``,
    ``whole``, ``row.column`` …).
    """

    picks: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def aside(self) -> bool:
        return ASIDE in self.picks

    @property
    def written(self) -> dict[str, str]:
        """The texts that are not blank."""
        return {name: text for name, text in self.texts.items() if text.strip()}


class Kind(NamedTuple):
    """How one kind of question lives in a form."""

    inputs: Callable[[Any], Sequence[str]]
    show: Callable[[Any], Typed]
    mean: Callable[[Typed], object]


def _no_inputs(_question: Question) -> Sequence[str]:
    return ()


def _show_level(wire: Any) -> Typed:
    return Typed((str(wire),))


def _mean_level(typed: Typed) -> object:
    one = typed.picks[0] if len(typed.picks) == 1 else ""
    return int(one) if len(one) == 1 and one in "01234" else list(typed.picks)


def _mean_choice(typed: Typed) -> object:
    return typed.picks[0] if len(typed.picks) == 1 else list(typed.picks)


def _show_ratio(wire: Any) -> Typed:
    return Typed(texts={"part": str(wire["part"]), "whole": str(wire["whole"])})


def _cell_names(question: GridQuestion) -> Sequence[str]:
    return [f"{row.id}.{column.id}" for row in question.rows for column in question.columns]


def _show_grid(wire: Any) -> Typed:
    cells = {
        f"{row}.{column}": str(a) for row, given in wire.items() for column, a in given.items()
    }
    return Typed(texts=cells)


def _mean_grid(typed: Typed) -> object:
    rows: dict[str, dict[str, str]] = {}
    for name, text in typed.written.items():
        row, _, column = name.partition(".")
        rows.setdefault(row, {})[column] = text
    return rows


KINDS: dict[str, Kind] = {
    "level": Kind(_no_inputs, _show_level, _mean_level),
    "choice": Kind(_no_inputs, lambda wire: Typed((wire,)), _mean_choice),
    "multiple": Kind(_no_inputs, lambda wire: Typed(tuple(wire)), lambda typed: list(typed.picks)),
    "ratio": Kind(lambda _: ("part", "whole"), _show_ratio, lambda typed: dict(typed.texts)),
    "number": Kind(
        lambda _: ("amount",),
        lambda wire: Typed(texts={"amount": wire}),
        lambda typed: typed.texts["amount"],
    ),
    "text": Kind(
        lambda _: ("words",),
        lambda wire: Typed(texts={"words": wire}),
        lambda typed: typed.texts["words"],
    ),
    "grid": Kind(_cell_names, _show_grid, _mean_grid),
}


def shown(question: Question, wire: object) -> Typed:
    """Return what an answer in wire form looks like in the inputs; None is an empty question."""
    kind = KINDS[question.kind]
    blank = dict.fromkeys(kind.inputs(question), "")
    if wire is None:
        return Typed(texts=blank)
    if isinstance(wire, dict) and ASIDE in wire:
        return Typed((ASIDE,), blank)
    typed = kind.show(wire)
    return Typed(typed.picks, blank | dict(typed.texts))


def meant(question: Question, typed: Typed) -> object:
    """Return the wire value that the inputs mean, None for none; nothing is judged or repaired."""
    if not typed.picks and not typed.written:
        return None
    if typed.aside:
        others = [pick for pick in typed.picks if pick != ASIDE]
        beside = {"others": others} if others else {}
        return {ASIDE: True} | beside | typed.written
    return KINDS[question.kind].mean(typed)


@dataclass(frozen=True)
class Shown:
    """One answer as a page showed it when it was made."""

    value: object = None
    remark: str = ""
    verification: str = ""
    reason: str = ""
    finding: str = ""

    @classmethod
    def of(cls, row: KeptAnswer | AnswerRevision | None) -> Shown:
        if row is None:
            return cls()
        return cls(row.value, row.remark, row.verification or "", row.reason, row.finding)


class AnswerField(Field):
    """One question of a section form.

    Attributes:
        TEXTS: What its reader writes beside the answer; the last of them stands with the files.
        kept: The stored answer, or None.
        last: What the question has from the last round; None for nothing.
        showed_last: Whether the page that was posted showed its answer in the inputs.
        typed, texts: What its inputs hold, and the texts beside them by name.
        faults: Refusals by part of the answer ("" for the whole, ``part``, ``row.column`` …).
        text_faults: Refusals of the texts by name.
        conflict: A colleague's answer that this one met, or None.
    """

    TEXTS: ClassVar[tuple[str, ...]] = ("remark",)

    def __init__(self, question: Question, **given: Any) -> None:
        super().__init__(question.short, **given)
        self.question = question
        self.kept: KeptAnswer | None = None
        self.last: LastTime | None = None
        self.showed_last = False
        self.typed = Typed()
        self.texts = dict.fromkeys(self.TEXTS, "")
        self.base_revision = 0
        self.conflict: Conflict | None = None
        self.theirs = False
        self.faults: dict[str, str] = {}
        self.text_faults: dict[str, str] = {}
        self.files: Sequence[Evidence] = ()
        self.file_faults: list[str] = []

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.kept = None if data is unset_value else data
        self.base_revision = self.kept.revision if self.kept else 0
        if formdata is None:
            self.show_kept()
            return
        texts = {
            name: formdata.get(f"{self.name}-{name}", "")
            for name in KINDS[self.question.kind].inputs(self.question)
        }
        picks = tuple(value for value in formdata.getlist(self.name) if value)
        self.typed = Typed(picks, texts)
        self.texts = {
            name: _plain_lines(formdata.get(f"{self.name}-{name}", "")) for name in self.TEXTS
        }
        keep = formdata.get(f"{self.name}-keep", "")
        self.theirs = keep == "theirs"
        base = keep.removeprefix("mine-") if keep else formdata.get(f"{self.name}-base", "")
        self.base_revision = whole(base) or 0
        self.showed_last = f"{self.name}-last" in formdata

    @property
    def begun(self) -> Shown | None:
        """What the inputs show before anybody has answered: last round's answer, where it may stand."""
        if self.last is None or not self.last.stands:
            return None
        return Shown(self.last.value, self.last.remark)

    @property
    def waits(self) -> bool:
        """Whether that is what stands there now."""
        return self.kept is None and self.begun is not None

    @property
    def shown_last(self) -> Shown | None:
        """The same, where the page that was posted showed it."""
        return self.begun if self.showed_last and not self.base_revision else None

    def show_kept(self) -> None:
        """Fill the inputs with the stored answer, or with what the question begins with."""
        kept = (self.begun if self.kept is None else None) or Shown.of(self.kept)
        self.typed = shown(self.question, kept.value)
        self.texts = {name: getattr(kept, name) for name in self.TEXTS}

    @property
    def is_answered(self) -> bool:
        return self.kept is not None and self.kept.value is not None

    @property
    def meaning(self) -> object:
        return meant(self.question, self.typed)

    def differs_from(self, shown: Shown) -> dict[str, object]:
        """Return value and texts as they are typed, where they are not as they were shown."""
        fields: dict[str, object] = {
            name: text for name, text in self.texts.items() if text != getattr(shown, name)
        }
        if _settled(self.question, self.meaning) != shown.value:
            fields["value"] = self.meaning
        return fields

    def touched_since(self, shown: Shown) -> dict[str, object]:
        """Return the fields of a change that the inputs ask for; empty when nobody touched them.

        Raises:
            Invalid: The inputs contradict each other.
        """
        fields = self.differs_from(shown)
        if fields and self.shown_last:
            # Who touches any of it has looked at all of it.
            return {"value": self.meaning} | self.texts
        return fields

    @property
    def unsaved(self) -> str:
        """Read aloud what was typed and is not kept, so that it can be copied; "" for nothing."""
        fields = self.differs_from(self.shown_last or Shown.of(self.kept))
        lines = [said(self.question, fields.pop("value"))] if "value" in fields else []
        return "\n".join([*lines, *(f"{wording.TEXTS[name]}：{fields[name]}" for name in fields)])

    def show_faults(self, fields: Mapping[str, str]) -> None:
        """Keep the refusals of a step beside the inputs they speak of."""
        inputs = KINDS[self.question.kind].inputs(self.question)
        for name, words in fields.items():
            if name in self.TEXTS:
                self.text_faults[name] = words
            else:
                self.faults[name if name in inputs else ""] = words
        self.errors = list(fields.values())

    @property
    def complaints(self) -> list[str]:
        """Everything that kept this question, or a file of it, from being stored."""
        met = (
            [f"已被{self.conflict.current.author}修改，请选择保留哪一份。"] if self.conflict else []
        )
        return [*met, *self.errors, *self.file_faults]

    @property
    def wrong_id(self) -> str:
        """The element a list of faults leads to."""
        return f"question-{self.question.id}"


def _settled(question: Question, wire: object) -> object:
    """Return a wire value as it would be stored; a bad one stays as it is and differs from all."""
    if wire is None:
        return None
    try:
        return answers.plain(answers.parse(question, wire))
    except answers.BadAnswer:
        return [wire]


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class SectionForm(BaseForm):
    """The questions of one section, in order, in inputs named ``q_`` and their id."""

    def __init__(self, questions: Iterable[Question], kind: type[AnswerField]) -> None:
        fields = {question.id: UnboundField(kind, question) for question in questions}
        super().__init__(fields, prefix=PREFIX, meta=DefaultMeta())


def section_form(
    questions: Iterable[Question],
    kept: Mapping[str, KeptAnswer],
    typed: Any = None,
    *,
    kind: type[AnswerField] = AnswerField,
) -> SectionForm:
    """Make the form of one page: the ``kept`` answers by question id, or what was ``typed``.

    Args:
        typed: A request's form, or None to show what is kept.
        kind: What its reader makes of a question.
    """
    form = SectionForm(questions, kind)
    form.process(typed, data=kept)
    return form


def said(question: Question, wire: object) -> str:
    """Return a wire value in words; what is no good answer is shown as it was typed."""
    if wire is None:
        return "（未作答）"
    try:
        return answers.describe(question, answers.parse(question, wire))
    except answers.BadAnswer:
        return "；".join(_leaves(wire))


def _leaves(wire: object) -> Iterable[str]:
    if isinstance(wire, dict):
        for inner in wire.values():
            yield from _leaves(inner)
    elif isinstance(wire, list):
        for inner in wire:
            yield from _leaves(inner)
    elif wire is not True:
        yield str(wire)
