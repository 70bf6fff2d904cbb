"""Who may do what: every request against the routes' roles, and every row with its owner."""

from __future__ import annotations

from functools import partial, wraps
from typing import NoReturn, Protocol
from urllib.parse import quote, urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wsgi import get_host

from survey.store import assessments as store
from survey.store import log
from survey.tables import Assessment, AssessmentState, Role
from survey.web import factor, here, sessions, tokens
from survey.web.here import Reader
from survey.web.routes import ANYONE, GIVEN, OWNERS, ROUTES, SAVES
from survey.words import api as api_words
from survey.words.wording import NOTHING_KEPT, RETURNED, VISIT_PAUSED, VISIT_RETURNED, VISIT_TAKEN


def init_app(app: Flask) -> None:
    """Check every route of the application against the table, and every request against it."""

    @app.before_request
    def _guard() -> ResponseReturnValue | None:
        if tokens.is_meant():
            g.reader = tokens.reader()
            guard_operation()
            return None
        saves = request.endpoint in SAVES
        g.reader = sessions.signed_in_lately() if saves else sessions.signed_in()
        return guard()


def require_declared_routes(app: Flask) -> None:
    """Refuse to start with a route nobody decided on, or a decision about no route.

    Raises:
        LookupError: Names the endpoints.
    """
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    if strange := endpoints.symmetric_difference(ROUTES):
        raise LookupError(f"routes and the access table differ: {', '.join(sorted(strange))}")


def guard() -> ResponseReturnValue | None:
    """Let the reader through, send them to sign in, or refuse the function."""
    if request.endpoint is None:
        return None
    allowed = ROUTES[request.endpoint]
    if ANYONE in allowed:
        return None
    who = here.current()
    if who is None:
        if wants_json():
            abort(401)
        return redirect(url_for("account.sign_in", next=_where_to_return()))
    if who.role not in allowed:
        abort(403)
    if not may_open(who, request.endpoint):
        here.refuse(403, "这一页由企业负责人办理。如有需要，请联系本企业负责人。")
    if way := factor.missing(who, request.endpoint, request.method):
        if wants_json():
            abort(401)
        return redirect(url_for(way, next=_where_to_return()))
    if request.endpoint not in SAVES:
        here.rest_on(partial(sessions.require_unchanged, who))
    return None


def guard_operation() -> None:
    """Let another system through that shows a good token for the operation, or refuse it."""
    if request.endpoint is None or ANYONE in ROUTES[request.endpoint]:
        return
    who = here.current()
    if who is None:
        here.refuse(401, api_words.NEEDS_BEARER)
    if who.role not in ROUTES[request.endpoint] or not may_open(who, request.endpoint):
        abort(403)
    tokens.require_scope(who, tokens.SCOPES[request.endpoint])
    here.rest_on(partial(tokens.require_unchanged, who))


def may_open(reader: Reader, endpoint: str) -> bool:
    """Whether a route is a reader's by role, and in a firm by what its owner gave them."""
    if reader.role not in ROUTES[endpoint]:
        return False
    if endpoint in OWNERS:
        return reader.owner
    return reader.sections is None or endpoint in GIVEN


def wants_json() -> bool:
    """Whether the client is a program rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return tokens.is_meant() or request.is_json or best == "application/json"


def safe_next(target: str | None) -> str | None:
    """Return a path of this application, or None: never another host, never a scheme."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target):
        return None
    return target


def _where_to_return() -> str:
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    return came_from() or "/"


MOST_QUERY = 3_000
"""Bytes of a query that is taken along: it stands quoted in another address, and must fit a line."""


def came_from() -> str | None:
    """Return the page of ours that the browser came from, as it can be opened again.

    What was chosen on it stands in its query. A page that answered a POST has its form one or more
    steps further up: what cannot be opened is climbed from.
    """
    before = urlsplit(request.referrer or "")
    path = safe_next(before.path) if before.netloc == get_host(request.environ) else None
    if path and _opens(path):
        query = before.query if len(quote(before.query)) <= MOST_QUERY else ""
        return f"{path}?{query}" if query else path
    while path and not _opens(path):
        path = path.rpartition("/")[0]
    return path or None


def _opens(path: str) -> bool:
    routes = current_app.url_map.bind("")
    try:
        return routes.match(path, method="GET")[0] != "static"
    except RequestRedirect:
        return True
    except HTTPException:
        return False


class Find(Protocol):
    """Looks for an assessment of the signed-in reader's; ``lock`` holds off other writers."""

    def __call__(self, assessment_id: int, *, lock: bool = False) -> Assessment: ...


def to_be_kept() -> None:
    """Refuse what is handed out for a browser to keep, where browsers keep nothing of anybody."""
    if here.is_strict():
        here.refuse(403, NOTHING_KEPT)


def own_assessment(assessment_id: int) -> Assessment:
    """Return an assessment of the signed-in firm; anybody else's is simply not there.

    An assessment never changes its firm, so nothing is asked again when a step begins.
    """
    assessment = store.assessment(here.session(), assessment_id)
    if assessment is None or assessment.firm_id != here.reader().firm_id:
        abort(404)
    return assessment


def require_given(section_id: str) -> None:
    """Answer 404 unless a firm's reader was given this module; the rest is simply not there."""
    given = here.reader().sections
    if given is not None and section_id not in given:
        abort(404)


def _asked_again(find: Find) -> Find:
    """Have what may be taken from a reader looked for again when a step of theirs begins."""

    @wraps(find)
    def found(assessment_id: int, *, lock: bool = False) -> Assessment:
        assessment = find(assessment_id, lock=lock)
        here.rest_on(partial(find, assessment_id, lock=True))
        return assessment

    return found


@_asked_again
def visited_assessment(assessment_id: int, *, lock: bool = False) -> Assessment:
    """Return an assessment this consultant is assigned to, alone or as one of a pair.

    It is theirs while the visit runs and after it. What is sent from a page of before a return is
    answered by what happened meanwhile.
    """
    assessment = store.assessment(here.session(), assessment_id, lock=lock)
    if assessment is None or here.reader().id not in assessment.visitors:
        _refuse_visit(assessment_id)
    if assessment.state not in (AssessmentState.VISITING, AssessmentState.CONFIRMED):
        if request.method == "POST" and not wants_json():
            here.refuse(409, VISIT_RETURNED)
        here.refuse(404, VISIT_PAUSED)
    return assessment


def _refuse_visit(assessment_id: int) -> NoReturn:
    """Answer that nothing is there; only who was once sent to that firm is told what became of it."""
    if log.was_sent(here.session(), assessment_id, here.reader().username):
        here.refuse(404, VISIT_TAKEN)
    abort(404)


@_asked_again
def handed_in_assessment(assessment_id: int, *, lock: bool = False) -> Assessment:
    """Return an assessment an officer may read: drafts stay with the firm.

    A step asked for on a page from before the return is answered by what happened meanwhile.
    """
    assessment = store.assessment(here.session(), assessment_id, lock=lock)
    if assessment is None or assessment.state == AssessmentState.DRAFT:
        if assessment and assessment.submitted_at and request.method == "POST":
            here.refuse(409, RETURNED)
        abort(404)
    return assessment


def known_assessment(assessment_id: int) -> Assessment:
    """Return an assessment of whose handed-in versions the reader may know, whatever its state.

    Its own firm, the consultants who are assigned, officers once it was handed in; a firm's colleague
    sees in it what was given.
    """
    who, assessment = here.reader(), store.assessment(here.session(), assessment_id)
    if assessment is None:
        abort(404)
    knows = {
        Role.FIRM: assessment.firm_id == who.firm_id,
        Role.CONSULTANT: who.id in assessment.visitors,
        Role.OFFICER: assessment.submitted_at is not None,
    }
    if who.role == Role.CONSULTANT and not knows[who.role]:
        _refuse_visit(assessment_id)
    if not knows.get(who.role):
        abort(404)
    return assessment


READABLE_BY = {
    Role.FIRM: own_assessment,
    Role.CONSULTANT: visited_assessment,
    Role.OFFICER: handed_in_assessment,
}


def readable_assessment(assessment_id: int) -> Assessment:
    """Return an assessment the signed-in reader may read, by the rule of their role."""
    find = READABLE_BY.get(here.reader().role)
    return find(assessment_id) if find else abort(404)
