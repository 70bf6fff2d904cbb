"""Everything known of several firms (一企一档) as one archive: asked for from the list of firms or the pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import batches as steps
from survey.lifecycle.errors import Invalid, Shifted
from survey.lifecycle.selections import Chosen, Seen
from survey.store import batches as store
from survey.store import firms, pool
from survey.store.lists import Slice, Wanted
from survey.tables import BatchKind
from survey.views.bureau import choices, filters, selection
from survey.views.bureau.batches import sent
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import said_filters
from survey.views.bureau.filters import Filters
from survey.views.bureau.steps import StepForm
from survey.web import here, lists
from survey.words import batches as words
from survey.words.selections import SHIFTED, TOO_MANY
from survey.words.uploads import size_words

MOST = steps.MOST[BatchKind.FILES]


class Row(NamedTuple):
    """A row of a list, and the firm it is about. A firm is packed as it stands, whatever it was before."""

    id: int
    firm_id: int
    version: int = 0


@dataclass(frozen=True)
class Listed:
    """A list in which firms are chosen: how it is called and left, what it finds."""

    title: str
    page: str
    filters: Callable[[], Filters]
    rows: Callable[[Wanted, Slice], tuple[list[Row], int]]


@pages.route("/firms/files", methods=["GET", "POST"])
def ask_files() -> ResponseReturnValue:
    """Pack all that is known of the firms that were ticked in the list of firms, or that it finds."""
    return _asked(FIRMS)


@pages.route("/pool/files", methods=["GET", "POST"])
def ask_pool_files() -> ResponseReturnValue:
    """Pack all that is known of the firms whose entries were ticked in the pool, or that it finds."""
    return _asked(ENTRIES)


def _asked(of: Listed) -> ResponseReturnValue:
    rows, total = _meant(of)
    form = StepForm("files", posted=request.method == "POST")
    if request.method != "POST":
        return _page(of, form, rows, total)
    if not form.validate() or not rows:
        return _page(of, form, rows, total, 422)
    chosen: Chosen = [Seen(row.firm_id, row.version) for row in rows]
    if lists.whole():
        chosen = selection.whole(lambda _session: _whole(of))
    try:
        batch, jobs = steps.ask(here.step(), BatchKind.FILES, None, chosen, _scope(of))
    except Shifted as error:
        form.form_errors.append(SHIFTED.format(now=error.now))
        return _page(of, form, *_meant(of), error.status)
    except Invalid as error:
        return _page(of, form, rows, total, form.show_refusal(error))
    return sent(batch.id, jobs)


def _meant(of: Listed) -> tuple[list[Row], int]:
    """Return what was ticked, or the first of what the filters find, and how many that are.

    A row that is not there answers 404.
    """
    if lists.whole():
        return of.rows(of.filters().wanted(), Slice(1, MOST))
    chosen = lists.chosen() or tuple(one.id for one in selection.seen())
    rows, total = of.rows(Wanted(only=chosen), Slice(1, MOST))
    return (rows, total) if total == len(chosen) else abort(404)


def _whole(of: Listed) -> list[Seen]:
    """Return the firms of everything the filters find; more than one archive holds are refused."""
    rows, total = _meant(of)
    if total > MOST:
        raise Invalid({"what": TOO_MANY.format(total=total, most=MOST)})
    return [Seen(row.firm_id, row.version) for row in rows]


def _scope(of: Listed) -> str:
    return said_filters(of.filters().said) if lists.whole() else words.TICKED


def _page(
    of: Listed, form: StepForm, rows: list[Row], total: int, status: int = 200
) -> ResponseReturnValue:
    size = store.weight(here.session(), [row.firm_id for row in rows]) if total <= MOST else 0
    seen = [Seen(row.firm_id, row.version) for row in rows]
    return (
        render_template(
            "bureau/files_ask.html",
            form=form,
            listed=of,
            rows=rows,
            total=total,
            most=MOST,
            size=size_words(size),
            fits=total <= MOST and size <= steps.MOST_BYTES,
            most_size=size_words(steps.MOST_BYTES),
            days=here.district().bundle_days,
            whole=selection.shown(seen),
            scope=_scope(of),
            back=selection.back(url_for(of.page)),
        ),
        status,
    )


def _firms(wanted: Wanted, part: Slice) -> tuple[list[Row], int]:
    lines, total = firms.firms(here.session(), wanted, part)
    return [Row(line.id, line.id) for line in lines], total


def _entries(wanted: Wanted, part: Slice) -> tuple[list[Row], int]:
    lines, total = pool.pool(here.session(), wanted, part)
    return [Row(line.id, line.firm_id) for line in lines], total


FIRMS = Listed(
    "企业",
    "bureau.firms",
    lambda: filters.of_firms(choices.frame().trades, firms.FIRM_SORTS),
    _firms,
)
ENTRIES = Listed(
    "培育库",
    "bureau.pool",
    lambda: filters.of_pool(choices.frame(), pool.POOL_SORTS),
    _entries,
)
