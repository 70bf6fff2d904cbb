"""To be watched from outside: alive, ready, how much was asked of it, and log lines for machines.

Counts go to files of the instance that all its processes share (``prometheus_client``), and are read
from an address of their own (``survey.running.metrics``), never from the site's.
"""

from __future__ import annotations

import json
import logging
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, jsonify, request
from flask.logging import default_handler
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from survey import db
from survey.config import Config
from survey.files import refusals
from survey.web import here
from survey.web.routes import SAVES

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Upper ends in seconds of what a request's time is sorted into."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REFUSED = frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429})
SIGNS_IN = frozenset({"account.sign_in", "second_factor.ask", "second_factor.password"})
UNWANTED = REFUSED - {409, 422}
"""What nobody meets often who uses the pages: not the faults of what they typed."""


def init_app(app: Flask) -> None:
    """Add the two pages of health; count requests and write a line for each where that is wished."""
    config: Config = app.config["SURVEY"]
    app.add_url_rule("/health/live", "health.live", live)
    app.add_url_rule("/health/ready", "health.ready", ready)
    _note_refusals(app, config)
    if config.metrics or config.log_lines:
        app.before_request(_begin)
    if config.metrics:
        _count(app, config)
    if config.log_lines:
        _write_lines(app)


def live() -> ResponseReturnValue:
    """Say that this process answers; it asks nothing of anybody."""
    return Response("ok\n", mimetype="text/plain")


def ready() -> ResponseReturnValue:
    """Say whether this process could answer a page: database there, contents there; 503 if not."""
    asked = {"database": _database_answers, "contents": _contents_are_there}
    found = {name: "ok" if ask() else "away" for name, ask in asked.items()}
    whole = set(found.values()) == {"ok"}
    response = jsonify(found)
    response.status_code = 200 if whole else 503
    if not whole:
        response.headers["Retry-After"] = "5"
    return response


def _database_answers() -> bool:
    try:
        db.require_answer(here.session())
    except (SQLAlchemyError, db.DatabaseMissing):
        return False
    return True


def _contents_are_there() -> bool:
    config: Config = current_app.config["SURVEY"]
    if (
        config.content_url
    ):  # a bucket is asked when something of it is wanted, not every few seconds
        return True
    return config.instance.is_dir() and os.access(config.instance, os.W_OK)


def _count(app: Flask, config: Config) -> None:
    """Count what is asked and what became of it; the library is loaded only where it is wished."""
    config.counts.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(config.counts)  # read when the library is loaded
    from prometheus_client import CollectorRegistry, Counter, Histogram

    own = CollectorRegistry()  # what is read comes from the files
    asked = Counter("survey_requests", "Requests.", ["route", "method", "status"], registry=own)
    took = Histogram(
        "survey_request_seconds", "How long they took.", ["method"], registry=own, buckets=BUCKETS
    )
    saves = Counter("survey_saves", "Answers sent by pages.", ["outcome"], registry=own)
    refusals = Counter("survey_refusals", "Requests refused.", ["status"], registry=own)
    sign_ins = Counter("survey_sign_ins", "Tries to sign in.", ["outcome"], registry=own)

    @app.after_request
    def _end(response: Response) -> Response:
        route, status = request.endpoint or "none", response.status_code
        method = counted_as(request.method)
        asked.labels(route, method, status).inc()
        took.labels(method).observe(_seconds())
        if status in REFUSED:
            refusals.labels(status).inc()
        if route in SAVES:
            saves.labels(_outcome(status)).inc()
        if route in SIGNS_IN and request.method == "POST":
            sign_ins.labels(_outcome(status)).inc()
        return response


def counted_as(method: str) -> str:
    """Return the name under which a method is counted: a stranger's inventions have one together."""
    return method if method in METHODS else "other"


def _note_refusals(app: Flask, config: Config) -> None:
    """Count what is refused, for whoever watches for floods (``readings.condition``)."""
    folder = config.instance / refusals.FOLDER

    @app.after_request
    def _end(response: Response) -> Response:
        if response.status_code in UNWANTED:
            with suppress(OSError):  # a full disk must not refuse anybody's refusal
                refusals.note(folder, here.now())
        return response


def _begin() -> None:
    g.began = time.perf_counter()


def _seconds() -> float:
    """Return for how long this request has been worked at; 0 where it was refused before that began."""
    now = time.perf_counter()
    return now - float(g.get("began", now))


def _outcome(status: int) -> str:
    """Return in one word what became of a request: kept, refused, slowed down, or failed."""
    if status < 400:
        return "kept"
    return "failed" if status >= 500 else "slowed" if status == 429 else "refused"


def _write_lines(app: Flask) -> None:
    """Have the whole process say what it says as lines of JSON, and a line of every request."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    app.logger.removeHandler(default_handler)
    logging.getLogger().addHandler(handler)

    @app.after_request
    def _end(response: Response) -> Response:
        about: dict[str, object] = {"route": request.endpoint, "method": request.method}
        about |= {"status": response.status_code, "milliseconds": round(_seconds() * 1000, 1)}
        app.logger.info("request", extra={"about": about})
        return response


class JsonLines(logging.Formatter):
    """One JSON object a line: when, how grave, who says so, what, and which request it belongs to.

    Names, codes, phone numbers and addresses are in none: routes stand by their names, and the
    database's errors without what was sent to it (``hide_parameters``).
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context() and (number := g.get("request_id")):
            line["request"] = number
        line |= getattr(record, "about", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
