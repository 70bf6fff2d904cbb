"""Form fields that refuse in Chinese what they cannot read."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, IntegerField


class Day(DateField):
    """A day as the browser sends it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("看不懂这个日期，请写成 2026-01-31 这样。") from None


class WholeNumber(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("请填整数。") from None
