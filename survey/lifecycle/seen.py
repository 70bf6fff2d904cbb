"""What was looked at comes into the log: lines that the web's processes have kept, taken over once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from survey.clock import LOCAL
from survey.lifecycle import introductions
from survey.lifecycle.introductions import Shown
from survey.lifecycle.step import About, Actor, Step
from survey.store import seals
from survey.store import seen as store

KNOWN = timedelta(days=30)
"""How long a file could lie that was taken over and not taken away."""
SHOWN = "shown"
"""What only lines about providers hold: package, provider and whether it stood first, of each."""
SUBJECTS = {
    "evidence_id": "evidence",
    "signature_id": "signature",
    "assessment_id": "assessment",
    "entry_id": "pool",
    "need_id": "need",
    "firm_id": "firm",
    "user_id": "user",
    "round_id": "round",
    "roster_id": "roster",
    "document_id": "report",
}
"""What a page is about, by the first of these that stands in its address."""


@dataclass(frozen=True)
class View:
    """Somebody looked at a page, or at a file, once or more often within a minute."""

    user_id: int
    role: str
    address: str
    action: str
    page: str
    subject: str
    subject_id: str


def take_over(step: Step, name: str, lines: Sequence[Mapping[str, Any]]) -> int:
    """Add what one file holds to the log, unless it was; return how many rows that came to."""
    with step.writing() as session:
        if store.is_taken(session, name):
            return 0
        store.note_taken(session, name, step.now)
        views = _together([line for line in lines if SHOWN not in line])
        people = store.people(session, {line["user_id"] for line in lines})
        firms = _firms(step, views)
        sealed_until = seals.last_block(session).until
        for view, seen in views.items():
            who = people.get(view.user_id)
            firm = firms.get((view.subject, view.subject_id)) or (who and who.firm_id)
            _log(step, view, seen, who, firm, sealed_until)
        showings = [_note_showing(step, line, people, sealed_until) for line in lines]
        return len(views) + sum(map(bool, showings))


def forget_taken(step: Step) -> None:
    """Forget names of files that were taken over long ago, inside a transaction."""
    store.forget_taken(step.session, step.now - KNOWN)


def _together(lines: Sequence[Mapping[str, Any]]) -> dict[View, list[Mapping[str, Any]]]:
    found = defaultdict[View, list[Mapping[str, Any]]](list)
    for line in lines:
        told = {name: line[name] for name in ("user_id", "role", "address", "action", "page")}
        subject, subject_id = _about(line["page"], line["args"])
        found[View(**told, subject=subject, subject_id=subject_id)].append(line)
    return found


def _about(page: str, args: Mapping[str, Any]) -> tuple[str, str]:
    for name, subject in SUBJECTS.items():
        if args.get(name) is not None:
            return subject, str(args[name])
    return "page", page


def _firms(step: Step, views: Mapping[View, object]) -> dict[tuple[str, str], int]:
    asked = defaultdict[str, set[int]](set)
    for view in views:
        if view.subject_id.isdigit():
            asked[view.subject].add(int(view.subject_id))
    return {
        (subject, str(id)): firm
        for subject, ids in asked.items()
        for id, firm in store.firms_of(step.session, subject, ids).items()
    }


def _note_showing(
    step: Step,
    line: Mapping[str, Any],
    people: Mapping[int, store.Person],
    sealed_until: datetime,
) -> int:
    """Note the providers a line says a firm was shown; return how many were new on that day."""
    at, firm_id = datetime.fromisoformat(line["at"]), line["args"].get("firm_id")
    if SHOWN not in line or not store.firms_of(step.session, "firm", [firm_id]):
        return 0
    by = _actor(line["user_id"], people.get(line["user_id"]), line)
    shown = [Shown(*one) for one in line[SHOWN]]
    day = at.astimezone(LOCAL).date()
    return introductions.show(replace(step, by=by, now=max(at, sealed_until)), firm_id, shown, day)


def _actor(user_id: int, who: store.Person | None, line: Mapping[str, Any]) -> Actor:
    name = f"{who.name}（{who.username}）" if who else f"用户 {user_id}"
    known = user_id if who else None
    return Actor(known, name, line["address"], line["request_id"], role=line["role"])


def _log(
    step: Step,
    view: View,
    seen: Sequence[Mapping[str, Any]],
    who: store.Person | None,
    firm_id: int | None,
    sealed_until: datetime,
) -> None:
    """Add one row. A view that comes after its hour was sealed stands at that hour's end."""
    first, last = (datetime.fromisoformat(line["at"]) for line in (seen[0], seen[-1]))
    by = _actor(view.user_id, who, seen[0])
    after = {"page": view.page, "times": len(seen), "last": last, "came_late": first}
    told = {"page"} | ({"times", "last"} if len(seen) > 1 else set())
    told |= {"came_late"} if first < sealed_until else set()
    replace(step, by=by, now=max(first, sealed_until)).log(
        view.action,
        About(view.subject, view.subject_id, firm_id),
        after={key: value for key, value in after.items() if key in told},
    )
