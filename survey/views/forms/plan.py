"""The conclusion as it is typed: read from the page, and amended line by line without keeping it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from werkzeug.datastructures import MultiDict

from reports.facts import Choice
from reports.figures import amount
from survey.lifecycle.choices import TypedChoice
from survey.lifecycle.typed import whole

WORDS = ("code", "title", "what", "why", "units", "low", "high", "weeks", "starts")
MOST_LINES = 100
"""More lines than a plan may have, so that what is too many is still shown."""


@dataclass(frozen=True)
class Draft:
    """What stands on the page; ``lines`` are None while the computed advice stands."""

    problems: str
    lines: tuple[TypedChoice, ...] | None
    version: int


def posted(form: MultiDict[str, str]) -> Draft:
    """Read the page as it was sent."""
    numbers = [n for given in form.getlist("choice") if (n := whole(given)) is not None]
    lines = tuple(_line(form, n) for n in dict.fromkeys(numbers[:MOST_LINES]))
    return Draft(
        problems=form.get("problems", ""),
        lines=lines if "planned" in form else None,
        version=whole(form.get("version")) or 0,
    )


def _line(form: MultiDict[str, str], number: int) -> TypedChoice:
    said = {name: form.get(f"choice-{number}-{name}", "") for name in WORDS}
    return TypedChoice(**said, helps=tuple(form.getlist(f"choice-{number}-helps")))


def stored(problems: str | None, choices: Sequence[Choice] | None, version: int) -> Draft:
    """Return the page as it was kept."""
    lines = None if choices is None else tuple(map(typed_again, choices))
    return Draft(problems or "", lines, version)


def typed_again(choice: Choice) -> TypedChoice:
    """Return a choice as it would be typed."""
    return TypedChoice(
        code=choice.code,
        title=choice.title,
        what=choice.what,
        why=choice.why,
        units=_number(choice.units),
        low=_money(choice.low),
        high=_money(choice.high),
        weeks=_number(choice.weeks),
        starts=choice.starts,
        helps=tuple(f"{question_id}:{level}" for question_id, level in choice.helps.items()),
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _money(hundredths: int | None) -> str:
    return "" if hundredths is None else amount(Fraction(hundredths, 100))


def amended(draft: Draft, press: str) -> tuple[Draft, int | None]:
    """Return a draft after one press, and the position of the line it was about.

    ``press``: add-CODE, own, drop-N, up-N or down-N; anything else changes nothing.
    """
    what, _, where = press.partition("-")
    lines = list(draft.lines or ())
    place = whole(where)
    if what == "own" or (what == "add" and where not in {line.code for line in lines}):
        lines.append(TypedChoice(code=where))
        place = len(lines) - 1
    elif place is not None and place < len(lines):
        line = lines.pop(place)
        if what != "drop":
            place = max(0, min(len(lines), place + {"up": -1, "down": 1}.get(what, 0)))
            lines.insert(place, line)
    return replace(draft, lines=tuple(lines)), place
