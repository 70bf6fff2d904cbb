"""The token of every form: only a page of ours has it, so no other site presses in a reader's name (CSRF).

A word drawn for the session, signed. Written and read as Flask-WTF does, which the release before does it
by, but for the digest: Flask-WTF can sign by HMAC with SHA-1 alone.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, g, request, session
from itsdangerous import BadData

from survey.web import here, signing, tokens

FIELD, HEADER = "csrf_token", "X-CSRFToken"
SALT = "wtf-csrf-token"
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
EXPIRED = "页面已过期，没有保存。请回到刚才的页面，核对填写的内容后再提交一次。"


def init_app(app: Flask) -> None:
    """Ask every request that changes something for the token of its session."""
    app.jinja_env.globals["csrf_token"] = token
    app.config["WTF_CSRF_ENABLED"] = False  # no form brings, or looks at, another one

    @app.before_request
    def _require() -> None:
        # No cookie opens an operation of other systems: nobody's browser carries anything there.
        asked = request.endpoint is not None and not tokens.is_ours(request.endpoint)
        if asked and request.method in CHANGES and not (_is_ours(_brought()) and _came_from_here()):
            here.refuse(400, EXPIRED)


def _brought() -> str:
    return request.form.get(FIELD) or request.headers.get(HEADER, "")


def token() -> str:
    """Return the token of this session, for a page that is being made."""
    if FIELD not in g:
        if not isinstance(session.get(FIELD), str):
            session[FIELD] = secrets.token_urlsafe(32)
        setattr(g, FIELD, signing.serializer(SALT).dumps(session[FIELD]))
    made: str = getattr(g, FIELD)
    return made


def _is_ours(said: str) -> bool:
    word = session.get(FIELD)
    try:
        held = signing.serializer(SALT).loads(said)
    except BadData:
        return False
    if not isinstance(word, str) or not isinstance(held, str):
        return False
    return secrets.compare_digest(word.encode(), held.encode())


def _came_from_here() -> bool:
    """Whether the browser names a page of ours, as all do where the line is encrypted."""
    before = urlsplit(request.referrer or "")
    return not request.is_secure or (before.scheme, before.netloc) == ("https", request.host)
