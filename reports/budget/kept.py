"""Terms and answers as values that JSON keeps, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from reports.budget.answering import Answer
from reports.budget.firms import FirmGoals
from reports.budget.floors import Hopeless
from reports.budget.terms import Terms

_TERMS = TypeAdapter(Terms)
_ANSWER = TypeAdapter(Answer)
_HOPELESS = TypeAdapter(Hopeless)
_FIRM = TypeAdapter(FirmGoals)
ANSWER, HOPELESS = "answer", "hopeless"


def terms_kept(terms: Terms) -> dict[str, Any]:
    return dict(_TERMS.dump_python(terms, mode="json"))


def terms_of(kept: dict[str, Any]) -> Terms:
    return _TERMS.validate_python(kept)


def answer_kept(found: Answer | Hopeless) -> dict[str, Any]:
    if isinstance(found, Answer):
        return {ANSWER: _ANSWER.dump_python(found, mode="json")}
    return {HOPELESS: _HOPELESS.dump_python(found, mode="json")}


def answer_of(kept: dict[str, Any]) -> Answer | Hopeless:
    if ANSWER in kept:
        return _ANSWER.validate_python(kept[ANSWER])
    return _HOPELESS.validate_python(kept[HOPELESS])


def digest(firms: Iterable[FirmGoals]) -> str:
    """Return what firms and goals are known by: the same SHA-256 whatever their order."""
    told = hashlib.sha256()
    for firm in sorted(firms, key=lambda it: it.id):
        data = _FIRM.dump_python(firm, mode="python")
        told.update(repr(data | {"titles": sorted(firm.titles)}).encode())
    return told.hexdigest()
