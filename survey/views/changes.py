"""Read one autosave request: strict JSON in, a change to keep out. Nothing is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from flask import Request

from survey.lifecycle.answers import KEEP, Change
from survey.lifecycle.errors import Invalid
from survey.web.here import Spoken

DAMAGED = "提交的内容不完整或格式不对，没有保存。请刷新页面后重试。"
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
QUESTION_ID = re.compile(r"[A-Za-z0-9_]{1,60}", re.ASCII)
ALWAYS = ("question", "request_id", "base_revision")
LONGEST_INTEGER = 15
"""More digits are no whole number anybody meant; they stay text and are refused as such."""
LARGEST_REVISION = 10**9


def read(request: Request, texts: Collection[str] = ("remark",)) -> Change:
    """Read the change a script of ours asks for.

    Args:
        texts: Which text fields this page may change besides ``value``.

    Raises:
        Spoken: No JSON object (400).
        Invalid: Unknown, missing or mistyped keys (422).
    """
    body = _object(request)
    if strange := set(body) - {*ALWAYS, "value", *texts}:
        raise Invalid({name: f"不认识的字段“{name}”。" for name in sorted(strange)})
    faults = {name: "缺少这个字段。" for name in ALWAYS if name not in body}
    faults |= {name: "应为文字。" for name in texts if not isinstance(body.get(name, ""), str)}
    if not {"value", *texts} & set(body):
        faults["value"] = "没有要保存的内容。"
    if faults:
        raise Invalid(faults)
    return Change(
        question_id=_question_id(body["question"]),
        request_id=_request_id(body["request_id"]),
        base_revision=_revision(body["base_revision"]),
        value=body.get("value", KEEP),
        **{name: body[name] for name in texts if name in body},
    )


def _object(request: Request) -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise Spoken(400, DAMAGED)
    try:
        body = json.loads(
            request.get_data().decode("utf-8"), parse_int=_integer, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as error:
        raise Spoken(400, DAMAGED) from error
    if not isinstance(body, dict) or not body:
        raise Spoken(400, DAMAGED)
    return body


def _integer(digits: str) -> int | str:
    # Python reads -0 as a plain 0 and spends quadratic time on very long numbers.
    return digits if digits == "-0" or len(digits) > LONGEST_INTEGER else int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("a key is given twice")
    return body


def _question_id(given: object) -> str:
    if not isinstance(given, str) or not QUESTION_ID.fullmatch(given):
        raise Invalid({"question": "应为题目的编号。"})
    return given


def _request_id(given: object) -> str:
    if not isinstance(given, str) or not REQUEST_ID.fullmatch(given):
        raise Invalid({"request_id": "应为 1 至 64 个字母、数字、点或短横。"})
    return given


def _revision(given: object) -> int:
    if type(given) is not int or not 0 <= given <= LARGEST_REVISION:
        raise Invalid({"base_revision": "应为不小于 0 的整数。"})
    return given
