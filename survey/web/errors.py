"""Turn whatever went wrong into a Chinese page or JSON with the right status code."""

from __future__ import annotations

import errno
import re
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from questionnaires.library import UnknownEdition
from questionnaires.loading import BadEdition
from survey.clock import local
from survey.db import DatabaseMissing
from survey.files.contents import Unreachable
from survey.lifecycle.errors import (
    AnswerNow,
    Conflict,
    Contradicted,
    ForTheLead,
    Incomplete,
    Invalid,
    JobEnded,
    Locked,
    NoteConflict,
    NoteNow,
    Refusal,
    SheetFinished,
    Unsettled,
)
from survey.tables import NOTE
from survey.web import access, here, tokens
from survey.words import contact, wording

RETRY_SECONDS = 30
_SECRET = re.compile(r"(?<=/link/).*|[A-Za-z0-9_=-]{32,}", re.DOTALL)
"""What of an address may be the living word of a one-time link, also of one that was mistyped."""
FULL = (errno.ENOSPC, errno.EDQUOT)


def init_app(app: Flask) -> None:
    """Handle every kind of failure in one place."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _wrong_host)
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(BadEdition, _edition)
    app.register_error_handler(UnknownEdition, _edition)
    app.register_error_handler(DatabaseMissing, _busy)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(Unreachable, _files_away)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(Exception, _unexpected)


def answer(status: int, message: str = "", *, plain: bool = False, **more: Any) -> Response:
    """Return the error page, or its JSON for a script, with the request's number.

    Args:
        plain: The frame of the pages cannot be drawn: it needs the database and known addresses.
    """
    title, remedy = wording.ERRORS.get(status, wording.ERRORS[500])
    message = message or remedy
    if plain or access.wants_json():
        message = _with_contact(message, plain=plain)
    number = g.get("request_id", "")
    # %r: an address may hold line ends, and the log is read line by line.
    path = _SECRET.sub("…", request.path)
    current_app.logger.info("answered %s: %s %r [%s]", status, request.method, path, number)
    if access.wants_json():
        body = {"status": status, "message": message, "request_id": number}
        response = jsonify(body | more)
    else:
        values = {"status": status, "title": title, "message": message, "request_id": number}
        values |= {"back": access.came_from(), "posted": request.method == "POST"}
        response = make_response(
            current_app.jinja_env.get_template("errors/plain.html").render(values, styles=_styles())
            if plain
            else render_template("errors/error.html", fields=more.get("fields", {}), **values)
        )
    response.status_code = status
    if status == 401 and tokens.is_meant():
        response.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    if status in (429, 503):
        response.headers.setdefault("Retry-After", str(more.get("retry_after", RETRY_SECONDS)))
    return response


def _styles() -> list[str]:
    """Return the addresses of the plain page's styles, also where a request has none to go by."""
    routes = current_app.url_map.bind("")
    names = ("css/tokens.css", "css/plain.css")
    return [routes.build("static", {"filename": name}) for name in names]


def _with_contact(message: str, *, plain: bool) -> str:
    """Say whom to ask; nobody by name where the settings cannot be read."""
    if contact.BUREAU not in message:
        return message
    return contact.said(message) if plain else here.asked(message)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    response = answer(status, error.words if isinstance(error, here.Spoken) else "")
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _wrong_host(_error: SecurityError) -> ResponseReturnValue:
    return answer(400, "请求的网址不属于本系统，请检查地址栏里的网址。", plain=True)


ANSWERED = ("value", "remark", "verification", "reason", "finding")
"""What a script shows of an answer that stands on the server, beside its revision."""


def _refusal(error: Refusal) -> ResponseReturnValue:
    match error:
        case SheetFinished(state=state):
            return answer(409, wording.SHEET_FINISHED, state=state)
        case ForTheLead():
            return answer(403, wording.FOR_THE_LEAD)
        case Unsettled(need=need, questions=questions):
            return answer(422, wording.PAIR_NEEDS[need], questions=questions)
        case Locked(state=state):
            return answer(409, wording.LOCKED.get(state, ""), state=state)
        case Invalid(fields=fields):
            return answer(error.status, "；".join(fields.values()), fields=fields)
        case Incomplete(missing=missing):
            return answer(
                422,
                f"还有 {len(missing)} 题需要处理。",
                fields={id: wording.needed(needs) for id, needs in missing.items()},
                needs=missing,
            )
        case Contradicted(checks=checks):
            message = f"还有 {len(checks)} 条矛盾提示没有处理，请改正答案或写明原因。"
            return answer(422, message, checks=checks)
        case Conflict(question_id=question_id, current=now_, yours=yours):
            return answer(
                409,
                f"该题已被{now_.author}于 {local(now_.saved_at, '%H:%M')} 修改，请选择保留哪一份。",
                question=question_id,
                current=_stored(now_, *ANSWERED),
                yours=yours,
            )
        case NoteConflict(current=now_):
            return answer(
                409,
                f"这条记录已被{now_.author}于 {local(now_.saved_at, '%H:%M')} "
                f"{'删除' if now_.fields is None else '修改'}，请选择保留哪一份。",
                question=f"{NOTE}{now_.item_id}",
                current=_stored(now_, "fields"),
            )
        case JobEnded():
            return answer(409, "任务已经结束，或正在进行。请刷新页面查看。")
    return answer(error.status)


def _stored(now_: AnswerNow | NoteNow, *names: str) -> dict[str, Any]:
    """Return what stands on the server, for a script that shows it beside what it wanted to save."""
    kept = {name: getattr(now_, name) for name in (*names, "revision", "author")}
    return kept | {"saved_at": now_.saved_at.isoformat()}


def _edition(error: BadEdition | UnknownEdition) -> ResponseReturnValue:
    """A published edition whose files changed or went: nothing is scored by guesses."""
    current_app.logger.error("edition unusable: %s [%s]", error, g.get("request_id"))
    return answer(
        503,
        "这份问卷年版的文件缺失，或在发布后被改动，相关页面暂时打不开；已填写的答卷没有受影响。"
        "请管理员在“问卷年版”页面查看，并从备份恢复文件。",
    )


def _busy(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("database away: %s [%s]", error, g.get("request_id"))
    return answer(503, plain=True)


def _database(error: DBAPIError) -> ResponseReturnValue:
    current_app.logger.exception("database refused [%s]", g.get("request_id"))
    said = str(error.orig)
    if "disk is full" in said or "No space left" in said:
        return answer(507, plain=True)
    if isinstance(error, IntegrityError):  # somebody else was faster by a moment
        return answer(409, plain=True)
    if isinstance(error, DataError):
        return answer(422, "内容里有无法保存的字符或数值，请修改后重新提交。", plain=True)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return answer(503, plain=True)
    return answer(500, plain=True)


def _files_away(error: Unreachable) -> ResponseReturnValue:
    current_app.logger.error("contents away: %s [%s]", error, g.get("request_id"))
    return answer(503, "文件库暂时连不上，请稍后再试；已填写的内容没有受影响。")


def _disk(error: OSError) -> ResponseReturnValue:
    """The machine fails, not the program: a line says what and where, a trace would say no more."""
    if error.errno is None:
        return _unexpected(error)
    current_app.logger.error("machine: %r %r [%s]", error, error.filename, g.get("request_id"))
    if error.errno in FULL:
        return answer(507, plain=True)
    return answer(
        503, "服务器的磁盘读写出错，没有保存。请稍后重试；仍不行请告诉{bureau}。", plain=True
    )


def _unexpected(_error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unexpected [%s]", g.get("request_id"))
    return answer(500, plain=True)
