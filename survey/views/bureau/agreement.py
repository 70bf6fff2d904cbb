"""How far two consultants agree who judged one firm apart, with the visits behind each figure."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from reports import figures
from reports.agreement import COVERED, DRAWS, LEAST_PAIRS, SMALL_PAIRS
from survey.readings.agreement import Asked, Two, in_agreement
from survey.views.bureau.blueprint import pages
from survey.web import here, lists
from survey.words import agreement as words

PAGE_SIZE = 20


@pages.get("/consultants/agreement")
def agreement() -> ResponseReturnValue:
    """Show agreement overall, by two consultants, and by question with the worst first."""
    it, part = in_agreement(here.session()), lists.part(PAGE_SIZE)
    questions, total = it.questions(part)
    return render_template(
        "bureau/agreement.html",
        it=it,
        questions=questions,
        total=total,
        part=part,
        words=words,
        figures=figures,
        method={
            "draws": DRAWS,
            "covered": round(COVERED * 100),
            "least": LEAST_PAIRS,
            "small": SMALL_PAIRS,
        },
    )


@pages.get("/consultants/agreement/visits")
def agreement_visits() -> ResponseReturnValue:
    """List the visits behind a figure: of two consultants, of one question, or all of them."""
    it = in_agreement(here.session())
    one, other = lists.row("one"), lists.row("other")
    two = Two(one, other) if one is not None and other is not None else None
    asked = _asked()
    found = it.narrowed(two, asked)
    if (two or asked) and not found.judged:
        abort(404)
    return render_template(
        "bureau/agreement_visits.html",
        visits=found.visits(),
        found=found.overall,
        people=found.pairs[0].names if two else None,
        question=found.questions(lists.part(1))[0][0] if asked else None,
        words=words,
        figures=figures,
    )


def _asked() -> Asked | None:
    given = [request.args.get(name, "") for name in ("edition", "trade", "question")]
    return Asked(*given) if any(given) else None
