"""Which page of a list a request asks for."""

from __future__ import annotations

from flask import request

from survey.web import here

LAST = 10_000


def page_number() -> int:
    """Return the page asked for, 1 by default; anything that is no page number answers 400."""
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 9):
        here.refuse(400, "页码不正确，请从列表下方的翻页按钮进入。")
    return min(max(int(asked), 1), LAST)
