"""What every operation of the interface shares: its description, its models, its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache, wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, Request, current_app, g, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from spectree import Response, SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from spectree.plugins.base import Context
from spectree.plugins.flask_plugin import FlaskPlugin
from spectree.utils import get_multidict_items

from survey.lifecycle.errors import Doubtful
from survey.tables import SheetKind
from survey.views.api.models import MOST_ID, Event, Fault
from survey.views.changes import object_of, refusal
from survey.web import errors, here, tokens
from survey.words import api as words
from survey.words import webhooks
from survey.words.wording import DOUBTS

View = Callable[..., ResponseReturnValue]
pages = Blueprint("api", __name__, url_prefix=tokens.PREFIX.rstrip("/"))
TAKES_FILE, BYTES = f"{pages.name}.attach_evidence", "application/octet-stream"
"""The one operation whose body is a file, and the type by which any is sent."""
WRITING = frozenset({"POST", "PUT", "PATCH"})
REFUSALS = (400, 401, 403, 404, 422, 429, 503)
"""Of any operation; those that write may answer 409, 413 and 415 besides."""
PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "row": {"type": "integer", "minimum": 1, "maximum": MOST_ID},
    "sheet": {"type": "string", "enum": list(SheetKind)},
}
"""What the converters of our own take in an address."""


class Plugin(FlaskPlugin):
    """The library's, that knows our converters as well."""

    def parse_path(
        self, route: Any, path_parameter_descriptions: Mapping[str, str] | None
    ) -> tuple[str, list[dict[str, Any]]]:
        path, parameters = super().parse_path(route, path_parameter_descriptions)
        kinds = _kinds(str(route))
        for one in parameters:
            one["schema"] = one["schema"] or dict(PARAMETERS[kinds[one["name"]]])
        return path, parameters

    def request_validation(
        self, request: Request, query: Any, json: Any, form: Any, headers: Any, cookies: Any
    ) -> None:
        """Validate what stands behind the question mark, and the body as it was read, once."""
        asked = get_multidict_items(request.args, query)
        validated = self.model_adapter.validate_obj
        cast("Any", request).context = Context(
            query=validated(query, asked) if query else None,
            json=validated(json, g.sent) if json else None,
            form=None,
            headers=None,
            cookies=None,
        )


def _kinds(rule: str) -> dict[str, str]:
    """Return the converter of each variable of a route, as it is written."""
    pieces = [piece.partition(">")[0].rpartition(":") for piece in rule.split("<")[1:]]
    return {name: kind for kind, _, name in pieces}


def _refuse(_request: Any, _answer: Any, fault: Any, *_more: Any) -> None:
    if fault is not None:
        raise refusal(fault)


described = SpecTree(
    "flask",
    Plugin,
    before=_refuse,
    validation_error_model=Fault,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    title="数智阶梯数据接口",
    version="1.0",
    security_schemes=[
        SecurityScheme(
            name="token",
            data=SecuritySchemeData(
                type=SecureType.HTTP, scheme="bearer", description=words.NEEDS_BEARER
            ),
        )
    ],
)
pages.record(lambda state: setattr(described.backend, "blueprint_state", state))


def operation(
    tag: str, gives: type[BaseModel] | None, *others: int, status: int = 200
) -> Callable[[Callable[..., Any]], View]:
    """Make a view an operation: what it takes stands in its ``query`` and ``json``.

    Args:
        gives: The model of its answer; None where it is a file.
        others: Refusals it knows beside those of all.
    """

    def decorate(view: Callable[..., Any]) -> View:
        answers: dict[str, Any] = {f"HTTP_{status}": (gives, words.STATUSES[status])}
        too_large = {413} if 415 in others else set()  # whatever takes a body may be sent too much
        for code in sorted({*REFUSALS, *others, *too_large}):
            answers[f"HTTP_{code}"] = (Fault, words.STATUSES[code])
        scope = tokens.SCOPES[f"{pages.name}.{view.__name__}"]
        described_view: View = described.validate(
            resp=Response(**answers),
            tags=(tag,),
            security={"token": [scope] if scope else []},
            operation_id=view.__name__,
        )(view)
        return described_view if gives else _as_it_is(described_view, view)

    return decorate


def _as_it_is(described_view: View, view: View) -> View:
    """A described view whose answer is a file: the library would read it whole, so it is not asked."""

    @wraps(described_view)
    def sent(*given: Any, **named: Any) -> ResponseReturnValue:
        return view(*given, **named)

    return sent


@pages.url_value_preprocessor
def _room_for_a_file(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body.
    if endpoint == TAKES_FILE:
        request.max_content_length = current_app.config["SURVEY"].most_upload_bytes


@pages.before_request
def _read_body() -> None:
    """See that what is sent is one JSON object, before any of it is looked at; or a file, as it is."""
    if request.endpoint == TAKES_FILE:
        if request.mimetype != BYTES:
            here.refuse(415, words.ONLY_BYTES)
    elif request.method in WRITING:
        if request.mimetype != "application/json":
            here.refuse(415, words.ONLY_JSON)
        g.sent = object_of(request)
        _require_letters(g.sent)


def _require_letters(sent: Mapping[str, Any]) -> None:
    """Refuse halves of letters (``\\ud800`` alone): no database keeps them, nor could a refusal say them."""
    try:
        json.dumps(sent, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        here.refuse(400, words.HALF_LETTERS)


@pages.errorhandler(Doubtful)
def _doubtful(error: Doubtful) -> Any:
    doubts = "".join(DOUBTS[doubt] for doubt in error.doubts)
    return errors.answer(error.status, doubts, fields={"sure": "确认无误请填 true。"})


@cache
def description() -> Mapping[str, Any]:
    """Return the interface as OpenAPI 3.1 describes it, in the words of its readers."""
    told: dict[str, Any] = deepcopy(described.spec)
    for tag in told["tags"]:
        tag["description"] = words.TAGS[tag["name"]]
    for at_path in told["paths"].values():
        for one in at_path.values():
            name = one["operationId"]
            one["summary"], one["description"] = words.OPERATIONS[name], ""
            if kinds := words.FILES.get(name):
                one["responses"]["200"]["content"] = {kind: {} for kind in kinds}
            if name == TAKES_FILE.partition(".")[2]:
                one["requestBody"] = {"required": True, "content": {BYTES: {}}}
    return told | {"webhooks": _told_by_us(told["components"]["schemas"])}


def _told_by_us(schemas: dict[str, Any]) -> dict[str, Any]:
    """Describe the requests by which other systems are told what happened; add their models."""
    model = Event.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= model.pop("$defs") | {"Event": model}
    heads = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        | {"description": said}
        for name, said in words.HEADERS.items()
    ]
    sent = {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}}
    return {
        kind: {
            "post": {
                "operationId": kind,
                "summary": said,
                "parameters": heads,
                "requestBody": {"required": True, "content": sent},
                "responses": {"2XX": {"description": words.TAKEN}},
                "security": [],
            }
        }
        for kind, said in webhooks.EVENTS.items()
    }


Item = TypeVar("Item")


def paged(
    found: Sequence[Item], limit: int, key: Callable[[Item], int]
) -> tuple[list[Item], int | None]:
    """Cut what was read, one more than asked, to a page; return where the next begins."""
    shown = list(found[:limit])
    return shown, key(shown[-1]) if len(found) > limit else None
