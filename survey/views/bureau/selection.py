"""What was ticked in a list: which rows, as they were shown, and the list to go back to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from flask import request, url_for
from sqlalchemy.orm import Session

from survey.lifecycle import typed
from survey.lifecycle.errors import Interested, Invalid, Locked, Refusal
from survey.lifecycle.selections import Seen, Whole, mark
from survey.web import here, lists
from survey.web.access import safe_next
from survey.words.interests import said
from survey.words.selections import CHANGED, NOT_SENT, TOO_MANY


def seen() -> list[Seen]:
    """Return the rows a form acts on, each with the version its page showed.

    A row no page of ours could have sent answers 400.
    """
    found = []
    for value in request.form.getlist("chosen"):
        row, _, version = value.partition("-")
        at, shown = typed.whole(row), typed.whole(version)
        if at is None or shown is None:
            here.refuse(400, "选中的企业不正确，请回到列表重新勾选。")
        found.append(Seen(at, shown))
    if len(found) > lists.MOST_CHOSEN:
        here.refuse(400, f"一次最多选 {lists.MOST_CHOSEN} 家，请分几次办理。")
    return list({one.id: one for one in found}.values())


class Shown(NamedTuple):
    """A whole filter as its page carries it: where its form goes, and the mark of the rows shown."""

    action: str
    mark: str


Row = TypeVar("Row")


class Numbered(Protocol):
    """A row of a list, at the version at which it is shown."""

    @property
    def id(self) -> int: ...
    @property
    def version(self) -> int: ...


def shown(rows: Sequence[Numbered], left: object = None) -> Shown | None:
    """Return how a page carries the whole filter; None where rows were ticked, or some were left."""
    if not lists.whole() or left:
        return None
    asked = lists.arguments() | {"whole": "yes"}
    found = mark([Seen(row.id, row.version) for row in rows])
    return Shown(url_for(request.endpoint or "", **asked), found)


def whole(find: Callable[[Session], Sequence[Seen]]) -> Whole:
    """Return the whole filter a form acts on, with the mark its page showed."""
    return Whole(find, request.form.get("whole", ""))


def not_too_many(rows: list[Row], total: int) -> list[Row]:
    """Return all the rows a filter finds; more than one step takes answer 400."""
    if total > len(rows):
        here.refuse(400, TOO_MANY.format(total=total, most=lists.MOST_WHOLE))
    return rows


def back(listed: str, *others: str) -> str:
    """Return the list a selection was made in, with its filters; ``listed`` where none is named.

    Args:
        listed: The bare address of the list.
        others: Those of other lists of the same rows.
    """
    asked = request.values.get("back", "")
    found = safe_next(asked)
    return found if found and found.partition("?")[0] in (listed, *others) else listed


def why_not(refusal: Refusal) -> str:
    """Say why one firm of a selection was left."""
    match refusal:
        case Locked(state=state):
            return NOT_SENT[state]
        case Interested(found=found):
            return "".join(f"{said(held)}。" for held in found)
        case Invalid(fields=fields):
            return "".join(fields.values())
    return CHANGED
