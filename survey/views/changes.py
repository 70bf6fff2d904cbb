"""Read one autosave request: strict JSON in, a change to keep out. Nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Annotated, Any, TypeVar

from flask import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails

from questionnaires.reading import MISSING, fault_and_remedy
from survey.lifecycle.answers import KEEP, Change
from survey.lifecycle.errors import Invalid
from survey.web.here import Spoken

DAMAGED = "提交的内容不完整或格式不对，没有保存。请刷新页面后重试。"
LONGEST_INTEGER = 15
"""More digits are no whole number anybody meant; they stay text and are refused as such."""
MOST_NESTED = 20
"""Far more than anything here is nested; whatever reads a value or says it has a limit of its own."""
MEANT = {
    "question": "应为题目的编号。",
    "request_id": "应为 1 至 64 个字母、数字、点或短横。",
    "base_revision": "应为不小于 0 的整数。",
    "item": "应为 1 至 40 个字母、数字或短横。",
    "kind": "没有这种记录，请刷新页面。",
    "sha256": "应为 64 个小写十六进制字符。",
    "size": "应为大于 0 的整数。",
}
"""What a field should hold, whatever is wrong with what it does; of the others pydantic speaks."""


Model = TypeVar("Model", bound=BaseModel)


class Sent(BaseModel):
    """What every change says; a page's own text fields and the value come besides."""

    model_config = ConfigDict(strict=True, extra="forbid")

    question: Annotated[str, Field(pattern=r"\A[A-Za-z0-9_]{1,60}\z")]
    request_id: Annotated[str, Field(pattern=r"\A[A-Za-z0-9._-]{1,64}\z")]
    base_revision: Annotated[int, Field(ge=0, le=10**9)]
    value: Any = KEEP


def read(request: Request, texts: Sequence[str] = ("remark",)) -> Change:
    """Read the change a script of ours asks for.

    Args:
        texts: Which text fields this page may change besides ``value``.

    Raises:
        Spoken: No JSON object (400).
        Invalid: Unknown, missing or mistyped keys, or nothing to keep (422).
    """
    sent = parsed(_model(tuple(texts)), request)
    kept = sent.model_dump(include={"value", *texts}, exclude_unset=True)
    if not kept:
        raise Invalid({"value": "没有要保存的内容。"})
    return Change(sent.question, sent.request_id, sent.base_revision, **kept)


def parsed(model: type[Model], request: Request) -> Model:
    """Read a JSON object as ``model`` describes it.

    Raises:
        Spoken: No JSON object (400).
        Invalid: Unknown, missing or mistyped keys (422).
    """
    body = object_of(request)
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise refusal(error) from error


def refusal(error: ValidationError) -> Invalid:
    """Say in Chinese what is wrong with which field of what a program sent."""
    return Invalid(dict(map(_fault, error.errors(include_url=False))))


@cache
def _model(texts: tuple[str, ...]) -> type[Sent]:
    fields: dict[str, Any] = dict.fromkeys(texts, (str, KEEP))
    return create_model("SentHere", __base__=Sent, **fields)


def _fault(detail: ErrorDetails) -> tuple[str, str]:
    name = str(detail["loc"][0]) if detail["loc"] else "body"
    if name in MEANT and detail["type"] != MISSING:
        return name, MEANT[name]
    fault, _ = fault_and_remedy(detail)
    return name, f"{fault}。"


def object_of(request: Request) -> dict[str, Any]:
    """Return the JSON object a program sent, each key once.

    Raises:
        Spoken: There is none (400).
    """
    if request.mimetype != "application/json":
        raise Spoken(400, DAMAGED)
    try:
        body = json.loads(
            request.get_data().decode("utf-8"), parse_int=_integer, object_pairs_hook=_once
        )
        _require_flat(body)
    except (ValueError, RecursionError) as error:
        raise Spoken(400, DAMAGED) from error
    if not isinstance(body, dict) or not body:
        raise Spoken(400, DAMAGED)
    return body


def _require_flat(body: Any) -> None:
    level = [body]
    for _ in range(MOST_NESTED):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise ValueError("nested too deep")


def _inside(one: Any) -> Iterable[Any]:
    match one:
        case dict():
            return one.values()
        case list():
            return one
    return ()


def _integer(digits: str) -> int | str:
    # Python reads -0 as a plain 0 and spends quadratic time on very long numbers.
    return digits if digits == "-0" or len(digits) > LONGEST_INTEGER else int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    "".join(body).encode()  # half a letter is no key, nor could the refusal say it
    if len(body) != len(pairs):
        raise ValueError("a key is given twice")
    return body
