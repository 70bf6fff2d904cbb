"""Who a browser is: the signed-in session behind its cookie, while it lasts."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, NamedTuple

from flask import Flask, abort, current_app, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Row
from sqlalchemy.exc import OperationalError

from survey import db
from survey.store import accounts as store
from survey.web import here, signing
from survey.web.here import Reader

SEEN_EVERY = timedelta(minutes=1)
LATELY_SECONDS = 5.0
MOST_LATELY = 2000
"""Readers remembered; when there are more, all are looked up again."""


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie (``signing``); what signs it is made once, not for every request."""

    def __init__(self) -> None:
        self._signing: dict[tuple[Flask, bool], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        which = app, signing.is_alone(app)
        if which not in self._signing:
            made = self._signing[which] = super().get_signing_serializer(app)
            if made is not None:
                strict = app.config["SURVEY"].strict
                how = signing.digested(made.signer_kwargs, alone=which[1], strict=strict)
                vars(made).update(how)
        return self._signing[which]


def signed_in() -> Reader | None:
    """Return whose cookie came with this request; None when it ended, or nobody's."""
    token = session.get("sid")
    if not isinstance(token, str):
        return None
    row = store.signed_in(here.session(), store.hashed(token))
    if row is None or _is_over(row):
        return None
    if here.now() - row.seen_at > SEEN_EVERY:
        _note_seen(row.token_hash)
    reader = _reader(row)
    _remember(row, reader)
    return reader


def signed_in_lately() -> Reader | None:
    """Return whose cookie came as this process last saw them, without asking the database.

    Only for routes whose work is one step that looks at its writer under the lock, as
    ``save_answer`` does: what has changed since is met there. A save costs one transaction less.
    """
    token = session.get("sid")
    known = _lately().get(store.hashed(token)) if isinstance(token, str) else None
    if known is None or time.monotonic() - known.at > LATELY_SECONDS:
        return signed_in()
    return None if _is_over(known.row) else known.reader


class Known(NamedTuple):
    """A reader as they were met."""

    at: float
    row: Row[Any]
    reader: Reader


def _lately() -> dict[str, Known]:
    found: dict[str, Known] = current_app.extensions.setdefault("survey_lately", {})
    return found


def _remember(row: Row[Any], reader: Reader) -> None:
    lately = _lately()
    if len(lately) >= MOST_LATELY:
        lately.clear()
    lately[reader.token_hash] = Known(time.monotonic(), row, reader)


def require_unchanged(reader: Reader) -> None:
    """Refuse a step of somebody whose session ended, or whose rights changed, since they came."""
    row = store.signed_in(here.session(), reader.token_hash)
    if row is None or _is_over(row):
        abort(401)
    if _reader(row) != reader:
        here.refuse(403, "您的权限刚刚有变动，没有保存。请刷新页面后再试。")


def _is_over(row: Row[Any]) -> bool:
    settings, now = current_app.config["SURVEY"], here.now()
    idle, whole = now - row.seen_at, now - row.created_at
    return idle > timedelta(minutes=settings.idle_minutes) or whole > timedelta(
        hours=settings.session_hours
    )


def _reader(row: Row[Any]) -> Reader:
    given = None if row.sections is None else frozenset(row.sections)
    about = (row.id, row.username, row.name, row.role, row.firm_id, row.provider_id)
    factor = (row.factor_at, row.factor_set_at is not None, bool(row.has_passkey))
    return Reader(
        *about, row.token_hash, row.owner, given, row.agreed_version or 0, *factor, row.created_at
    )


def _note_seen(token_hash: str) -> None:
    try:
        with db.writing(here.session()) as writing:
            store.note_seen(writing, token_hash, here.now())
    except OperationalError:
        current_app.logger.warning("last-seen time not kept: the database is busy")
