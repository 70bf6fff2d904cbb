"""A question as the consultant's form: the firm's inputs, and what became of its answer on site."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms.utils import unset_value

from questionnaires.model import Question
from survey.lifecycle.errors import Invalid
from survey.tables import Verdict
from survey.views.forms.answers import AnswerField, Shown


class VisitField(AnswerField):
    """One question on site.

    Attributes:
        verification: confirmed, changed, not_seen; anything else counts as not verified.
    """

    TEXTS: ClassVar[tuple[str, ...]] = ("reason", "finding")

    def __init__(self, question: Question, **given: Any) -> None:
        super().__init__(question, **given)
        self.verification = ""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        if formdata is not None:
            self.verification = formdata.get(f"{self.name}-verification", "")

    def show_kept(self) -> None:
        super().show_kept()
        self.verification = Shown.of(self.kept).verification

    def touched_since(self, shown: Shown) -> dict[str, object]:
        """Return the fields of a change that the inputs ask for; empty when nobody touched them.

        Raises:
            Invalid: What is pressed and what is picked contradict each other.
        """
        fields = self.differs_from(shown)
        pressed = self.verification if self.verification != shown.verification else ""
        if pressed in (Verdict.VERIFIED, Verdict.NOT_SEEN):
            if "value" in fields:
                raise Invalid(
                    {"verification": "答案改过了：要更改请选“更改”，不更改请把答案改回。"}
                )
            fields["verification"] = pressed
        elif pressed == Verdict.CHANGED and "value" not in fields:
            raise Invalid({"verification": "请选现场核验后的答案；和企业自评一样就选“确认”。"})
        return fields
