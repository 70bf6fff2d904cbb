"""Packages beside what came of them (场景实效): what the catalogue says, what finished projects tell."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from questionnaires.words import CONFIDENCE
from reports import outcome_tables, outcomes
from survey.lifecycle import editions
from survey.lifecycle.errors import AlreadyThere, Faulty, Stale, Unused
from survey.readings import outcomes as reading
from survey.readings.outcomes import PackageSeen
from survey.views.bureau import choices
from survey.views.bureau.blueprint import pages
from survey.web import here


@pages.get("/projects/packages")
def packages() -> ResponseReturnValue:
    """List the catalogue's packages with how often each was finished."""
    frame = choices.frame()
    return render_template(
        "bureau/packages.html",
        frame=frame,
        packages=reading.counted(here.session(), frame.edition),
        said=outcome_tables.said,
        fewest=outcomes.FEWEST,
    )


@pages.get("/projects/packages/<package_code>")
def package(package_code: str) -> ResponseReturnValue:
    """Show one package: what was promised beside what was reached, and what a draft would say."""
    it = _seen(package_code)
    return render_template(
        "bureau/package.html",
        frame=choices.frame(),
        it=it,
        package=it.told.package,
        tables=outcome_tables.tables(it.told, it.names),
        moved=outcomes.moved(it.told, here.today()),
        said=outcome_tables.said,
        lowered=outcome_tables.lowered,
        confidence=CONFIDENCE,
        fewest=outcomes.FEWEST,
    )


def _seen(code: str) -> PackageSeen:
    return reading.seen(here.session(), choices.frame().edition, code) or abort(404)


@pages.post("/projects/packages/<package_code>/draft")
def move_package(package_code: str) -> ResponseReturnValue:
    """Write price, weeks and levels as they were reached into the edition's draft."""
    edition = choices.frame().edition.id
    moved = outcomes.moved(_seen(package_code).told, here.today())
    if moved is None:
        here.refuse(409, "没有可以调整的：完工的企业不满 5 家，或者实际和目录一样。")
    try:
        editions.move_ranges(here.step(), edition, moved)
    except Unused:
        here.refuse(409, "年版草稿里已经是这样，或者草稿里没有这个场景，没有改动。")
    except Faulty:
        here.refuse(409, "年版草稿的文件有问题，读不出来。请管理员先在“年版”里改好，再来调整。")
    except (AlreadyThere, Stale):
        here.refuse(409, "年版草稿刚被别人改过，没有改动。请回到上一页看看再按一次。")
    flash("已写进年版草稿，由管理员看过差别以后发布。", "good")
    return redirect(url_for(".package", package_code=package_code, edition=edition))
