"""Steps over several entries that no minutes are needed for: who sees to them, what is proposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.lifecycle import decisions, typed
from survey.lifecycle.errors import NotTogether, Refusal, Shifted
from survey.lifecycle.selections import Chosen, Seen, Whole
from survey.lifecycle.stages import Proposal
from survey.readings.ledger import proposals
from survey.store import pool as store
from survey.store import stages as stage_store
from survey.store.lists import Slice, Wanted
from survey.store.pool import PoolLine
from survey.tables import Ladder
from survey.views.bureau import choices, filters, ledger_page, selection
from survey.views.bureau.blueprint import pages
from survey.views.bureau.ledger_forms import GiveForm
from survey.views.bureau.steps import StepForm
from survey.web import here, lists
from survey.words.selections import SHIFTED


@dataclass(frozen=True)
class Together:
    """One step over a selection: its page's words, its form, what it does, and whom it fits."""

    page: str
    title: str
    lead: str
    done: str
    form: Callable[[bool], StepForm]
    take: Callable[[Chosen, Any], None]
    needs_proposal: bool = False


@pages.route("/pool/give", methods=["GET", "POST"])
def give_entries() -> ResponseReturnValue:
    """Say who sees to the firms that were ticked, or to all a filter finds."""
    return _together(GIVE)


@pages.route("/pool/proposals", methods=["GET", "POST"])
def take_stage_proposals() -> ResponseReturnValue:
    """Take over the stages that are proposed for several firms, each its own."""
    return _together(PROPOSALS)


def _together(of: Together) -> ResponseReturnValue:
    if request.method != "POST":
        lines = _found() if lists.whole() else _lines(lists.chosen())
        return _page(of, lines, of.form(False))
    chosen: Chosen = selection.whole(_fitting(of)) if lists.whole() else selection.seen()
    form = of.form(True)
    lines = _asked(chosen)
    if not (form.validate() and lines):
        return _page(of, lines, form, status=422)
    try:
        of.take(chosen, form)
    except NotTogether as error:
        why = {at: selection.why_not(refusal) for at, refusal in error.why.items()}
        return _page(of, _asked(chosen), form, why, status=error.status)
    except Shifted as error:
        form.form_errors.append(SHIFTED.format(now=error.now))
        return _page(of, _asked(chosen), form, status=error.status)
    except Refusal as error:
        return _page(of, lines, form, status=form.show_refusal(error))
    meant = len(_fit(of, lines)) if isinstance(chosen, Whole) else len(chosen)
    flash(of.done.format(meant), "good")
    return redirect(_list())


def _asked(chosen: Chosen) -> list[PoolLine]:
    return _found() if isinstance(chosen, Whole) else _lines([one.id for one in chosen])


def _found() -> list[PoolLine]:
    """Return everything the filters find, in the order of firms; more than a step takes answers 400."""
    wanted = replace(filters.of_pool(choices.frame(), store.POOL_SORTS).wanted(), sort="firm")
    found, total = store.pool(here.session(), wanted, Slice(1, lists.MOST_WHOLE))
    return selection.not_too_many(found, total)


def _lines(chosen: Sequence[int]) -> list[PoolLine]:
    """Return the rows that were ticked; one that is not there answers 404."""
    found, total = store.pool(here.session(), Wanted(only=tuple(chosen), sort="firm"))
    return found if total == len(chosen) else abort(404)


def _fitting(of: Together) -> Callable[[Session], list[Seen]]:
    return lambda _session: [Seen(line.id, line.version) for line in _fit(of, _found())]


def _fit(of: Together, found: Sequence[PoolLine]) -> list[PoolLine]:
    known = _proposals(found) if of.needs_proposal else {}
    return [line for line in found if not of.needs_proposal or line.id in known]


def _proposals(found: Sequence[PoolLine]) -> dict[int, Proposal]:
    return proposals(here.session(), here.district().stages, found, _ladder())


def _ladder() -> Ladder:
    """Return of which ladder proposals are taken over; the two are never taken together."""
    return Ladder.NATION if request.values.get("ladder") == Ladder.NATION else Ladder.PROVINCE


def _page(
    of: Together,
    found: Sequence[PoolLine],
    form: StepForm,
    why: Mapping[int, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    known = _proposals(found)
    fit = [line for line in found if not of.needs_proposal or line.id in known]
    stages = stage_store.titles(here.district().stages, _ladder())
    return (
        render_template(
            "bureau/together.html",
            of=of,
            lines=fit,
            whole=selection.shown(fit),
            others=[line for line in found if line not in fit],
            proposals=known if of.needs_proposal else {},
            stages=stages,
            ladder=_ladder(),
            of_nation=_ladder() == Ladder.NATION,
            form=form,
            why=why or {},
            back=_list(),
        ),
        status,
    )


def _list() -> str:
    return selection.back(url_for(".pool"))


# --- the steps --------------------------------------------------------------------------------------


def _give(chosen: Chosen, form: Any) -> None:
    decisions.give(here.step(), chosen, int(form.responsible.data), form.department.data or "")


def _take(chosen: Chosen, _form: Any) -> None:
    decisions.take_proposals(here.step(), chosen, _shown_stages())


def _shown_stages() -> dict[int, str]:
    """Return the stage that the page showed for each entry; what no page of ours says answers 400."""
    found: dict[int, str] = {}
    for pair in filter(None, request.form.get("proposed", "").split(",")):
        row, _, stage = pair.partition(":")
        at = typed.whole(row)
        if at is None or not stage:
            here.refuse(400, "阶段建议不正确，请回到列表重新勾选。")
        found[at] = stage
    return found


GIVE = Together(
    "bureau.give_entries",
    "指定责任人",
    "责任人负责催办和更新台账，会写在台账里。",
    "已给 {} 家企业指定责任人。",
    lambda posted: GiveForm("give", ledger_page.officers(), posted=posted),
    _give,
)
PROPOSALS = Together(
    "bureau.take_stage_proposals",
    "采纳阶段建议",
    "每家企业按系统知道的事实改到建议的阶段，理由写进台账。不想采纳的，去掉勾选。",
    "已采纳 {} 家企业的阶段建议。",
    lambda posted: StepForm("proposals", posted=posted),
    _take,
    needs_proposal=True,
)
