"""A section as the consultant's form: the firm's inputs, and what became of each answer on site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.utils import unset_value

from questionnaires.model import Question
from survey.lifecycle.errors import Invalid
from survey.tables import AnswerRevision, AnswerRow, Verdict
from survey.views.forms import answers as forms
from survey.views.forms.answers import PREFIX, AnswerField
from survey.words import wording

TEXTS = ("reason", "finding")
"""What a consultant writes beside an answer."""


@dataclass(frozen=True)
class Shown:
    """One answer as a page showed it when it was made."""

    value: object = None
    verification: str = ""
    reason: str = ""
    finding: str = ""

    @classmethod
    def of(cls, row: AnswerRow | AnswerRevision | None) -> Shown:
        if row is None:
            return cls()
        return cls(row.value, row.verification or "", row.reason, row.finding)


class VisitField(AnswerField):
    """One question on site.

    Attributes:
        verification: confirmed, changed, not_seen; anything else counts as not verified.
        reason, finding: What the consultant wrote.
        text_faults: Refusals of the two by name.
    """

    def __init__(self, question: Question, **given: Any) -> None:
        super().__init__(question, **given)
        self.verification = self.reason = self.finding = ""
        self.text_faults: dict[str, str] = {}

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        if formdata is not None:
            self.verification = formdata.get(f"{self.name}-verification", "")
            for name in TEXTS:
                setattr(self, name, _tidy(formdata.get(f"{self.name}-{name}", "")))

    def show_kept(self) -> None:
        super().show_kept()
        kept = Shown.of(self.kept)
        self.verification, self.reason, self.finding = kept.verification, kept.reason, kept.finding

    def touched_since(self, shown: Shown) -> dict[str, object]:
        """Return the fields of a change that the inputs ask for; empty when nobody touched them.

        Raises:
            Invalid: What is pressed and what is picked contradict each other.
        """
        fields: dict[str, object] = {
            name: getattr(self, name)
            for name in TEXTS
            if getattr(self, name) != getattr(shown, name)
        }
        answered = self.change_from(shown.value, self.remark)
        pressed = self.verification if self.verification != shown.verification else ""
        if pressed in (Verdict.VERIFIED, Verdict.NOT_SEEN):
            if answered:
                raise Invalid(
                    {"verification": "答案改过了：要更改请选“更改”，不更改请把答案改回。"}
                )
            fields["verification"] = pressed
        elif answered:
            fields |= answered.fields
        elif pressed == Verdict.CHANGED:
            raise Invalid({"verification": "请选现场核验后的答案；和企业自评一样就选“确认”。"})
        return fields

    @property
    def as_words(self) -> str:
        """Read what was typed aloud where it differs from what is kept, so that it can be copied."""
        kept = Shown.of(self.kept)
        said = [
            f"{wording.TEXTS[name]}：{getattr(self, name)}"
            for name in TEXTS
            if getattr(self, name) != getattr(kept, name)
        ]
        if self.change_from(kept.value, self.remark):
            said.insert(0, forms.said(self.question, self.meaning))
        return "\n".join(said)

    def show_faults(self, fields: Mapping[str, str]) -> None:
        """Keep the refusals of a step beside the inputs they speak of."""
        super().show_faults({name: words for name, words in fields.items() if name not in TEXTS})
        self.text_faults = {name: fields[name] for name in TEXTS if name in fields}
        self.errors = list(fields.values())


class VisitForm(BaseForm):
    """The questions of one section, in order."""

    def __init__(self, questions: Iterable[Question]) -> None:
        fields = {question.id: UnboundField(VisitField, question) for question in questions}
        super().__init__(fields, prefix=PREFIX, meta=DefaultMeta())


def visit_form(
    questions: Iterable[Question], kept: Mapping[str, AnswerRow], typed: Any = None
) -> VisitForm:
    """Make the form of one page: what is kept, or what was typed into the questions it showed."""
    if typed is not None:
        questions = [q for q in questions if f"{PREFIX}{q.id}-base" in typed]
    form = VisitForm(questions)
    form.process(typed, data=kept)
    return form


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
