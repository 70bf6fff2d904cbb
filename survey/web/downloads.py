"""Hand out files as they are: to be saved, or looked at apart from our pages."""

from __future__ import annotations

from collections.abc import Iterator
from io import SEEK_END
from itertools import chain
from typing import IO
from urllib.parse import quote

from flask import Response, current_app, g, send_file

from survey.files.contents import Contents, Damaged, Missing
from survey.web import errors, scanning
from survey.web.headers import DOWNLOAD_POLICY
from survey.words import uploads as words

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 64 * 1024
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def picture(contents: Contents, name: str) -> Response:
    """Show a picture drawn by us."""
    return _sent(contents, name, "image/jpeg")


def attachment(
    contents: Contents,
    sha256: str,
    *,
    media_type: str,
    name: str,
    plain_name: str,
    shown: bool = False,
) -> Response:
    """Send a file to be saved.

    Args:
        name: What its reader will call it.
        plain_name: The same for programs that read ASCII only.
        shown: To be looked at instead, in a sandbox of its own. Only for kinds that run nothing
            (``Kind.is_shown``): the browser is told never to guess another.
    """
    response = _sent(contents, sha256, media_type)
    if response.status_code == 200:
        response.headers["Content-Disposition"] = disposition(name, plain_name, shown=shown)
    return response


def disposition(name: str, plain_name: str, *, shown: bool = False) -> str:
    """Return the header that names a file to be saved, or shown (RFC 6266)."""
    how = "inline" if shown else "attachment"
    return (
        f"{how}; filename={plain_name}; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    )


def sent_workbook(stream: IO[bytes], name: str, plain_name: str) -> Response:
    """Send a workbook made for this request."""
    return _made(stream, WORKBOOK, name, plain_name)


def sent_table(stream: IO[bytes], name: str, plain_name: str) -> Response:
    """Send a table made for this request as text."""
    return _made(stream, "text/csv", name, plain_name)


def in_pieces(stream: IO[bytes], media_type: str) -> Response:
    """Send a file of the moment, a piece at a time; it is closed with its last."""
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    response = Response(_pieces(stream), mimetype=media_type)
    response.content_length = size
    response.call_on_close(stream.close)
    return response


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(PIECE):
            yield piece


def _made(stream: IO[bytes], media_type: str, name: str, plain_name: str) -> Response:
    response = send_file(stream, mimetype=media_type)
    response.headers["Content-Disposition"] = disposition(name, plain_name)
    return response


def _sent(contents: Contents, name: str, media_type: str) -> Response:
    if (instead := scanning.refused(name)) is not None:
        return instead
    try:
        opened = contents.open(name)
        first = next(opened.pieces)
    except (Missing, Damaged) as error:
        current_app.logger.error("content %s: %r [%s]", name, error, g.get("request_id"))
        lost = isinstance(error, Missing)
        return errors.answer(404, words.MISSING if lost else words.DAMAGED)
    response = Response(chain((first,), opened.pieces), mimetype=media_type)
    response.content_length = opened.size
    response.call_on_close(opened.close)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response
