"""Read requests strictly: a body that is cut or no form is refused, and HEAD is never taken for POST."""

from __future__ import annotations

import io
from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, Request, request
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import File

from survey.web import tokens
from survey.web.here import Spoken

DAMAGED = "提交的内容不完整或格式不对，没有保存。请回到刚才的页面，核对填写的内容后再提交一次。"

PACKED = "提交的内容被压缩过，本系统不接受，没有保存。请用浏览器直接提交。"

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
FORMS = frozenset({URLENCODED, MULTIPART})
SCRIPTS = frozenset(
    {
        *("firm.save_answer", "consultant.save_answer", "consultant.save_note"),
        *("consultant.begin_photo", "consultant.add_part", "consultant.finish_photo"),
    }
)
"""Routes that read JSON or bytes, strictly, by themselves. To all others only forms are posted."""


def init_app(app: Flask) -> None:
    """Refuse a body of another kind: a form would read JSON as its fields, numbers and lists too."""

    @app.before_request
    def _require_form() -> None:
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Spoken(415, PACKED)
        if tokens.is_meant():
            return
        sent = request.mimetype or request.content_length
        if sent and request.mimetype not in FORMS and request.endpoint not in SCRIPTS:
            raise Spoken(400, DAMAGED)


class Body(io.RawIOBase):
    """What comes of a request, whole: an end before its time and pieces that do not fit answer 400.

    A web server that ends bodies itself hands a cut one on as if it were all, so it is counted here.

    Args:
        length: How many bytes were announced; None where the pieces say it (chunked).
    """

    def __init__(self, stream: IO[bytes], length: int | None) -> None:
        self._stream = stream
        self._missing = length or 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        try:
            piece = self._stream.read(len(into))
        except Exception as error:  # servers have no common name for what went wrong on the line
            raise Spoken(400, DAMAGED) from error
        self._missing -= len(piece)
        if not piece and len(into) and self._missing > 0:
            raise Spoken(400, DAMAGED)
        into[: len(piece)] = piece
        return len(piece)


LOST = "\ufffd"
"""What the framework puts for bytes that it cannot read."""
EVERY_BYTE = "iso-8859-1"
"""A charset that loses none, so that a text can be read again, strictly."""


class StrictPartParser(MultiPartParser):
    """Reads a form in parts: every name and every text is UTF-8, or ValueError is raised.

    The framework would put U+FFFD for each byte it cannot read, and take another charset's word.
    """

    def get_part_charset(self, headers: Headers) -> str:
        _require_names(headers)
        return EVERY_BYTE

    def start_file_streaming(self, event: File, total_content_length: int | None) -> IO[bytes]:
        _require_names(event.headers)
        self._begun.append(super().start_file_streaming(event, total_content_length))
        return self._begun[-1]

    def parse(self, stream: IO[bytes], boundary: bytes, content_length: int | None) -> Any:
        self._begun: list[IO[bytes]] = []
        try:
            form, files = super().parse(stream, boundary, content_length)
            return self.cls([(name, _reread(text)) for name, text in form.items(multi=True)]), files
        except Exception:
            for file in self._begun:
                file.close()
            raise


def _reread(text: str) -> str:
    return text.encode(EVERY_BYTE).decode()


def _require_names(headers: Headers) -> None:
    """Refuse a part without a name, and names in percent form that hold no UTF-8.

    Bytes in a plain header have been read strictly before this is asked.
    """
    disposition = headers["content-disposition"]
    names = parse_options_header(disposition)[1]
    if "name" not in names:
        raise ValueError("a part has no name")
    if LOST not in disposition and any(LOST in name for name in names.values()):
        raise ValueError("a name is no UTF-8")


class StrictFormParser(FormDataParser):
    """Answers 400 to a broken multipart body and to bytes that are no UTF-8.

    The framework would go on with an empty form, or with the letters ``%FF`` in a text.
    """

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
            if mimetype == MULTIPART:
                return stream, *self._parts(stream, content_length, options or {})
            return super().parse(stream, mimetype, content_length, options)
        except ValueError as error:
            raise Spoken(400, DAMAGED) from error

    def _parts(
        self, stream: IO[bytes], content_length: int | None, options: dict[str, str]
    ) -> tuple[MultiDict[str, Any], MultiDict[str, Any]]:
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("the parts have no boundary")
        parser = StrictPartParser(
            stream_factory=self.stream_factory,
            max_form_memory_size=self.max_form_memory_size,
            max_form_parts=self.max_form_parts,
            cls=self.cls,
        )
        form, files = parser.parse(stream, boundary, content_length)
        return form, files


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
        self.environ["wsgi.input"] = Body(self.environ["wsgi.input"], self.content_length)
        if self.method == "HEAD":
            self.method = "GET"

    @property
    def want_form_data_parsed(self) -> bool:
        """Only a form is read as one: looking for the token of a save in JSON would try, too."""
        return self.mimetype in FORMS
