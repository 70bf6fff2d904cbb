"""Form fields that refuse in Chinese what they cannot read."""

from __future__ import annotations

from typing import Any

from flask import abort
from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    ValidationError,
)
from wtforms.form import BaseForm
from wtforms.widgets import TextInput

from survey.lifecycle.typed import line, whole

TO_ASCII = str.maketrans("０１２３４５６７８９", "0123456789")


class Day(DateField):
    """A day as the browser sends it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("看不懂这个日期，请写成 2026-01-31 这样。") from None


class Choice(SelectField):
    """One of the choices a page offered."""

    def pre_validate(self, form: BaseForm) -> None:
        try:
            super().pre_validate(form)
        except ValidationError:
            raise ValidationError("请从列出的里面选一个。") from None


class Picked(RadioField):
    """One of the numbers a page offered."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = whole(valuelist[0]) if valuelist else None

    def pre_validate(self, form: BaseForm) -> None:
        if self.data not in [choice.value for choice in self.choices]:
            raise ValidationError("请从列出的里面选一个。")


class Lines(Field):
    """Lines of several boxes that all bear the field's name, as many to each line."""

    def __init__(self, boxes: int, **options: Any) -> None:
        super().__init__("", **options)
        self.boxes = boxes
        self.data: list[tuple[str, ...]] = []

    def process_formdata(self, valuelist: list[Any]) -> None:
        texts, boxes = iter(map(str, valuelist)), self.boxes
        self.data = list(zip(*[texts] * boxes, strict=False))


class WholeNumber(IntegerField):
    """A whole number as people type it: full-width digits and blanks are taken, nothing else."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        given = valuelist[0] if valuelist else ""
        self.data = whole(given.translate(TO_ASCII).strip())
        if self.data is None and line(given):
            raise ValueError("请填不小于 0 的整数，不要带逗号、小数或单位，例如 120。")


def shown_version(field: HiddenField) -> int:
    """Return the version of a row that a page showed; a form without one answers 400."""
    version = whole(field.data)
    return abort(400) if version is None else version
