"""Read requests strictly: a body that is no form is refused, and HEAD is never taken for POST."""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, Request, request
from werkzeug.formparser import FormDataParser

from survey.web.here import Spoken

DAMAGED = "提交的内容不完整或格式不对，没有保存。请返回上一页，刷新后重试。"

URLENCODED = "application/x-www-form-urlencoded"
FORMS = frozenset({URLENCODED, "multipart/form-data"})
SCRIPTS = frozenset({"firm.save_answer", "consultant.save_answer"})
"""Routes that read JSON, strictly, by themselves. To every other route only forms are posted."""


def init_app(app: Flask) -> None:
    """Refuse a body of another kind: a form would read JSON as its fields, numbers and lists too."""

    @app.before_request
    def _require_form() -> None:
        sent = request.mimetype or request.content_length
        if sent and request.mimetype not in FORMS and request.endpoint not in SCRIPTS:
            raise Spoken(400, DAMAGED)


class StrictFormParser(FormDataParser):
    """Answers 400 to a broken multipart body and to bytes that are no UTF-8.

    The framework would go on with an empty form, or with the letters ``%FF`` in a text.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.silent = False

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        try:
            if mimetype == URLENCODED:
                return stream, self.cls(_pairs(stream.read())), self.cls()
            return super().parse(stream, mimetype, content_length, options)
        except ValueError as error:
            raise Spoken(400, DAMAGED) from error


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form, in order; ValueError where anything in them is no UTF-8."""
    return parse_qsl(body.decode(), keep_blank_values=True, errors="strict")


class StrictRequest(Request):
    """A request whose form is whole or refused.

    HEAD is a GET whose answer nobody reads, for views as well: one that asked only whether the
    method is GET would take it for a POST, and no token protects it.
    """

    form_data_parser_class = StrictFormParser

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self.method == "HEAD":
            self.method = "GET"

    @property
    def want_form_data_parsed(self) -> bool:
        """Only a form is read as one: looking for the token of a save in JSON would try, too."""
        return self.mimetype in FORMS
