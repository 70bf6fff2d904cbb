"""What an officer keeps of a list: views under a name with an address that stays, columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import views as life
from survey.lifecycle.errors import Invalid
from survey.store import views as store
from survey.tables import SavedView
from survey.views.bureau import selection
from survey.views.bureau.blueprint import pages
from survey.web import here, lists

LISTS = {
    "assessments": "bureau.assessments",
    "pool": "bureau.pool",
    "firms": "bureau.firms",
    "needs": "bureau.needs",
    "candidates": "bureau.candidates",
    "providers": "bureau.providers",
    "projects": "bureau.projects",
    "samples": "bureau.samples",
    "introductions": "bureau.introductions",
}
WAYS = {"up": -1, "down": 1}
MOST_VALUE = 2_000
"""Letters of one filter's value; no page of ours asks longer."""


class Offered(NamedTuple):
    """One view in a list's menu."""

    view: SavedView
    owner: str
    mine: bool
    opened: bool
    """Whether the list stands as the view says."""


def shown(listed: str) -> list[Offered]:
    """Return the views of a list for its menu."""
    asked = lists.arguments()
    found = store.views_of(here.session(), here.reader().id, listed)
    return [Offered(*known, opened=known.view.asked == asked) for known in found]


@pages.get("/views/<row:view_id>")
def view(view_id: int) -> ResponseReturnValue:
    """Open a list as a view says; somebody else's own view is answered like one that is not there."""
    kept = store.view(here.session(), view_id, here.reader().id) or abort(404)
    return redirect(url_for(LISTS[kept.listed], **kept.asked))


@pages.post("/views/<listed>")
def keep_view(listed: str) -> ResponseReturnValue:
    """Keep how a list stands under a name, with the columns this officer sees and their order."""
    asked = _asked(_back(listed))
    if own := store.columns_of(here.session(), here.reader().id, listed):
        asked.setdefault("columns", ".".join(own)[:MOST_VALUE])
    title, shared = request.form.get("title", ""), request.form.get("shared") == "yes"
    try:
        kept = life.keep_view(here.step(), listed, title, asked, shared=shared)
    except Invalid as error:
        here.refuse(422, "".join(error.fields.values()))
    flash(f"已保存视图“{kept.title}”。", "good")
    return redirect(url_for(".view", view_id=kept.id))


@pages.post("/views/<row:view_id>/delete")
def forget_view(view_id: int) -> ResponseReturnValue:
    """Forget a view of one's own."""
    listed = life.forget_view(here.step(), view_id)
    flash("视图已删除。", "good")
    return redirect(_back(listed))


@pages.post("/columns/<listed>")
def keep_columns(listed: str) -> ResponseReturnValue:
    """Remember the columns this officer wants to see of a list, in their order; none: the usual.

    One that was moved (``move``: ``up.KEY`` or ``down.KEY``) leaves the choice open.
    """
    asked = _asked(_back(listed))
    asked.pop("columns", None)
    chosen = [key[:40] for key in request.form.getlist("columns")][:100]
    if move := request.form.get("move", "")[:50]:
        way, _, key = move.partition(".")
        life.keep_columns(here.step(), listed, _moved(chosen, key, WAYS.get(way, 0)))
        return redirect(url_for(LISTS[listed], **asked, open="columns", _anchor=f"move-{move}"))
    life.keep_columns(here.step(), listed, [] if "usual" in request.form else chosen)
    return redirect(url_for(LISTS[listed], **asked))


def _moved(keys: Sequence[str], key: str, places: int) -> list[str]:
    """Return the keys with one of them moved; it stops at either end."""
    others = [one for one in keys if one != key]
    if len(others) < len(keys):
        others.insert(max(0, keys.index(key) + places), key)
    return others


def _back(listed: str) -> str:
    if listed not in LISTS:
        abort(404)
    return selection.back(url_for(LISTS[listed]))


def _asked(address: str) -> dict[str, Any]:
    """Read what a list's address asks, as its links say it."""
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(urlsplit(address).query):
        if name not in lists.NO_FILTERS and not name.startswith("_"):
            given.setdefault(name, []).append(value[:MOST_VALUE])
    return {
        name: lists.joined(values)[:MOST_VALUE] if name in lists.BOXED else values[-1]
        for name, values in given.items()
    }
