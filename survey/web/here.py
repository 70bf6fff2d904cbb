"""This request: its database session, its moment, its district, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NoReturn

from flask import Flask, abort, before_render_template, current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import HTTPException

from survey.clock import LOCAL
from survey.config import Config
from survey.files.contents import Contents
from survey.files.stores import contents_of
from survey.lifecycle.step import Actor, Step
from survey.store import settings
from survey.store.settings import District
from survey.tables import Role
from survey.words import contact


class Spoken(HTTPException):
    """A refusal of a page in our own Chinese words, to be shown as they are."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.code, self.words = status, words


def refuse(status: int, words: str) -> NoReturn:
    """End this request with a status and a sentence that names the remedy."""
    raise Spoken(status, words)


@dataclass(frozen=True)
class Reader:
    """Who is signed in, as this request found them."""

    id: int
    username: str
    name: str
    role: Role
    firm_id: int | None
    provider_id: int | None
    token_hash: str
    owner: bool
    sections: frozenset[str] | None
    """The modules a firm's colleague was given; None for everything."""
    agreed: int = field(default=0, compare=False)
    """The version of what is kept of them that they agreed to; no right rests on it."""
    factor_at: datetime | None = field(default=None, compare=False)
    """When this session showed a second factor last."""
    has_app: bool = field(default=False, compare=False)
    """Whether an authenticator app is their second factor."""
    has_passkey: bool = field(default=False, compare=False)
    """Whether a passkey is; either is enough."""
    began: datetime | None = field(default=None, compare=False)
    """When this session began, by a password or an issuer."""
    token: str = ""
    """What the token is for that they came with (``survey.web.tokens``); empty for a browser."""
    scopes: frozenset[str] = frozenset()
    """What that token may."""

    @property
    def has_factor(self) -> bool:
        return self.has_app or self.has_passkey


def init_app(app: Flask, engine: Engine, info: dict[str, object]) -> None:
    """Give every request its session, closed (and rolled back) at the end.

    Args:
        info: What every session of this application carries.
    """
    app.extensions["survey_engine"] = engine
    app.extensions["survey_sessions"] = sessionmaker(engine, expire_on_commit=False, info=info)

    @before_render_template.connect_via(app)
    def _done_reading(_app: Flask, **_about: object) -> None:
        # Without WAL a reader keeps writers from committing: what a page shows has been read by
        # now, so it is drawn outside the transaction. Nothing is expired, nothing is written.
        if (session := g.get("db_session")) is not None:
            session.commit()

    @app.teardown_appcontext
    def _close(_error: BaseException | None) -> None:
        if (session := g.pop("db_session", None)) is not None:
            session.close()


def session() -> Session:
    """Return this request's session; reading needs nothing more, writing goes through a step."""
    if "db_session" not in g:
        g.db_session = current_app.extensions["survey_sessions"]()
    found: Session = g.db_session
    return found


def now() -> datetime:
    """Return the moment of this request, in UTC: everything in it happens at one moment."""
    if "now" not in g:
        g.now = current_app.config["CLOCK"]()
    moment: datetime = g.now
    return moment


def today() -> date:
    """Return the local date of this request."""
    return now().astimezone(LOCAL).date()


def district() -> District:
    """Return the district's settings, read once per request."""
    if "district" not in g:
        g.district = settings.read(session())
    found: District = g.district
    return found


def asked(text: str) -> str:
    """Put the bureau's contact into a sentence that sends its reader there."""
    place = district()
    return contact.said(text, place.bureau, place.contact)


def current() -> Reader | None:
    """Return who is signed in, if anyone."""
    found: Reader | None = g.get("reader")
    return found


def reader() -> Reader:
    """Return who is signed in; a page that needs somebody and finds nobody answers 401."""
    return current() or abort(401)


def actor() -> Actor:
    """Return what the audit log says about this request."""
    who = current()
    return Actor(
        user_id=who.id if who else None,
        name=_called(who) if who else "未登录",
        address=request.remote_addr or "",
        request_id=g.get("request_id", ""),
        sign_in=who.token_hash if who and not who.token else "",
        role=who.role if who else None,
    )


def _called(who: Reader) -> str:
    by = f"，接口令牌“{who.token}”" if who.token else ""
    return f"{who.name}（{who.username}{by}）"


def shows_persons() -> None:
    """Say that this page shows how people are reached, where its route alone does not."""
    g.shows_persons = True


def contents() -> Contents:
    """Return where this installation's files lie."""
    return contents_of(current_app.config["SURVEY"])


def step() -> Step:
    """Return what a step of the life cycle is handed by this request."""
    return Step(session(), actor(), now(), _ask_again, mails=by_mail())


def by_mail() -> bool:
    """Whether this installation can send mail."""
    config: Config = current_app.config["SURVEY"]
    return bool(config.mail_url)


def is_strict() -> bool:
    """Whether this installation puts the standard before convenience (``STRICT=1``)."""
    config: Config = current_app.config["SURVEY"]
    return config.strict


def rest_on(check: Callable[[], object]) -> None:
    """Have a check of this request asked again where a step begins, under the lock.

    Between a view's look and its step an upload may arrive for minutes, or another writer be
    waited for; what the reader may do is decided when it is done.
    """
    g.setdefault("rests_on", []).append(check)


def _ask_again() -> None:
    for check in g.get("rests_on", ()):
        check()
