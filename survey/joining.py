"""The web: where settings, database, access, pages and static files are joined."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import timedelta
from functools import cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from flask import Flask, abort, request
from flask.templating import Environment
from jinja2 import StrictUndefined
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter
from whitenoise import WhiteNoise

from reports.figures import difference, money_text, period_text
from reports.visit import length_text
from survey import clock, db, library
from survey.config import TLS_FILES, Config, from_environment
from survey.files import breached, clamd
from survey.files.stores import contents_of
from survey.jobs import syslog
from survey.jobs.queue import Queue
from survey.readings.condition import outgoing
from survey.tables import ENUMERATIONS, Need, PairNeed, SecondState, SheetKind
from survey.views import BLUEPRINTS, profiles
from survey.web import (
    access,
    bodies,
    errors,
    factor,
    form_tokens,
    headers,
    here,
    issuer,
    lanes,
    navigation,
    proxies,
    rates,
    scanning,
    seen,
    sessions,
    tokens,
    watching,
)
from survey.web.bodies import StrictRequest
from survey.words import links, wording

STATIC = Path(__file__).parent.parent / "static"


class Kind(BaseConverter):
    """Which of an assessment's sheets an address is about."""

    regex = "|".join(SheetKind)

    def to_python(self, value: str) -> SheetKind:
        return SheetKind(value)


class RowId(BaseConverter):
    """The number of a row: plain digits, no sign, no other script's digits, within a column."""

    regex = r"[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)


class Templates(Environment):
    """Templates that know the globals as they stood when each was first read: none come later.

    Jinja's chain of mappings is asked some hundred times a page, in Python.
    """

    def make_globals(self, d: Mapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def create_app(config: Config | None = None, engine: Engine | None = None) -> Flask:
    """Join the parts. Nothing is created or migrated here: ``survey.serving`` prepares."""
    config = config or from_environment()
    _require_good(config)
    app = Flask("survey", root_path=str(Path(__file__).parent), static_folder=None)
    app.request_class, app.jinja_environment = StrictRequest, Templates
    app.session_interface = sessions.Cookies()
    app.config.update(_settings(config))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.converters |= {"row": RowId, "sheet": Kind}
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.logger.setLevel(logging.INFO)

    installed = library.Installed(config.instance / library.FOLDER, contents_of(config))
    carried: dict[str, object] = {library.INSTALLED: installed}
    carried[breached.NAMED] = config.breached_passwords
    here.init_app(app, engine or db.engine_for(config.database_url), carried)
    app.extensions["survey_queue"] = Queue(config)
    headers.init_app(app)
    access.init_app(app)
    rates.init_app(app, config)
    seen.init_app(app)
    bodies.init_app(app)
    proxies.init_app(app)
    factor.init_app(app)
    issuer.init_app(app)
    form_tokens.init_app(app)
    errors.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    watching.init_app(app)
    app.wsgi_app = lanes.Lanes(app.wsgi_app)  # type: ignore[method-assign]
    _static(app)
    _templates(app)
    access.require_declared_routes(app)
    tokens.require_declared_scopes(app)
    if config.proxies:
        hops = config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    return app


def _require_good(config: Config) -> None:
    """Refuse settings with which the installation would not do what they say.

    Raises:
        ValueError: Names the setting and how it reads.
    """
    if config.clamd:
        clamd.require_address(config.clamd)
    if config.syslog:
        syslog.require_address(config.syslog)
    if config.encrypted_only:
        outgoing.require_guarded(config)
    if config.tls_folder:
        for name in TLS_FILES:
            if not (config.tls_folder / name).is_file():
                raise ValueError(f"TLS_FOLDER={config.tls_folder}: there is no {name}")


def _settings(config: Config) -> dict[str, Any]:
    """Return what Flask itself is told."""
    return {
        "SURVEY": config,
        "CLOCK": clock.utc_now,
        "SECRET_KEY": config.secret_key,
        "SECRET_KEY_FALLBACKS": list(config.secret_key_fallbacks),
        "SESSION_COOKIE_NAME": "__Host-survey" if config.secure_cookies else "survey",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=config.session_hours),
        "MAX_CONTENT_LENGTH": config.most_request_bytes,
        "MAX_FORM_MEMORY_SIZE": config.most_request_bytes,
        "TRUSTED_HOSTS": list(config.trusted_hosts),
        "TESTING": config.testing,
        "PROPAGATE_EXCEPTIONS": False,
        "PROVIDE_AUTOMATIC_OPTIONS": False,
    }


def _static(app: Flask) -> None:
    """Serve ``static/`` under a name that changes with its contents, so browsers keep it for ever."""
    prefix = f"static/{_digest(STATIC)}"
    noise = WhiteNoise(
        app.wsgi_app,
        immutable_file_test=lambda _path, url: url.startswith(f"/{prefix}/"),
        add_headers_function=_static_headers,
        allow_all_origins=False,
    )
    noise.add_files(str(STATIC), prefix=prefix)
    app.wsgi_app = noise  # type: ignore[method-assign]
    app.add_url_rule(f"/{prefix}/<path:filename>", "static", lambda filename: abort(404))


def _static_headers(sent: Any, _path: str, _url: str) -> None:
    for name, value in headers.HEADERS.items():
        sent[name] = value


def _digest(folder: Path) -> str:
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".br", ".gz", ".ttf"):
            seen.update(str(path.relative_to(folder)).encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()[:12]


def _addresses(app: Flask) -> Callable[..., str]:
    """``url_for`` that remembers static files: every page names a dozen, always the same."""
    static = cache(lambda filename: app.url_for("static", filename=filename))

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint == "static" and len(values) == 1:
            return static(values["filename"])
        return app.url_for(endpoint, **values)

    return url_for


def in_groups(values: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Group values as they come: Jinja's own ``groupby`` puts the groups into code point order."""
    return [(key, list(group)) for key, group in groupby(values, attrgetter(attribute))]


def _templates(app: Flask) -> None:
    app.jinja_env.globals["url_for"] = _addresses(app)
    app.add_template_filter(clock.local, "local")
    app.add_template_filter(in_groups)
    app.add_template_filter(period_text, "period")
    app.add_template_filter(difference, "moved")
    app.add_template_filter(length_text, "lasting")
    app.add_template_filter(money_text, "money")
    app.add_template_filter(links.login_name, "login_name")
    app.add_template_filter(links.last_moment, "last_moment")
    app.jinja_env.globals["wording"] = wording
    app.jinja_env.globals["quarantined_files"] = scanning.quarantined
    app.jinja_env.globals |= {kind.__name__: kind for kind in ENUMERATIONS}
    app.jinja_env.globals |= {kind.__name__: kind for kind in (Need, PairNeed, SecondState)}

    @app.context_processor
    def _site() -> dict[str, Any]:
        district = here.district()
        return {
            "site": {
                "name": "数智阶梯",
                "district": district.name,
                "bureau": district.bureau,
                "contact": district.contact,
                "contact_name": district.contact_name,
                "contact_phone": district.contact_phone,
                "demonstration": district.demonstration,
                "logo": district.logo,
                "purpose_version": district.purpose_version,
                "colours": profiles.dressed_in(district),
                "strict": here.is_strict(),
            },
            "current_user": here.current(),
            "nav": navigation.entries(here.current(), request.path),
        }
