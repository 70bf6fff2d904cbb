"""The district's profile: taken in and handed out by the administrator, and what it dresses pages in."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from questionnaires.reading import Fault
from reports.contrast import WHITE, mixed
from survey.lifecycle import profiles as steps
from survey.lifecycle.errors import Faulty
from survey.store.settings import District, read_logo
from survey.web import here
from survey.web.downloads import disposition

pages = Blueprint("profiles", __name__)
FILE = "district.yaml"
KEPT_SECONDS = 365 * 24 * 3600
COLOURS = """\
:root {{ --brand: {main}; --brand-deep: {deep}; --brand-soft: {soft}; --brand-line: {line}; }}
"""


@pages.get("/admin/district/profile")
def profile() -> ResponseReturnValue:
    """Say what a profile is, and offer the present one."""
    return _page()


@pages.post("/admin/district/profile")
def load() -> ResponseReturnValue:
    """Make the installation the district of a profile."""
    given = request.files.get("profile")
    if given is None or not given.filename:
        return _page(422, refused="请先选择一个区县档案文件（district.yaml）。")
    try:
        taken = steps.load(here.step(), given.read(), FILE)
    except Faulty as error:
        return _page(422, faults=error.faults)
    flash(f"已载入{taken.name}的档案，全部设置以它为准。", "good")
    return redirect(url_for("administrator.district_settings"))


def _page(
    status: int = 200, refused: str = "", faults: tuple[Fault, ...] = ()
) -> ResponseReturnValue:
    page = render_template("administrator/profile.html", refused=refused, faults=faults, file=FILE)
    return page, status


@pages.get("/admin/district/profile/district.yaml")
def present() -> ResponseReturnValue:
    """Send the present settings as a profile."""
    district = here.district()
    answer = Response(
        steps.written(here.session(), district), content_type="application/yaml; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = disposition(f"{district.name}档案.yaml", FILE)
    return answer


# --- what pages wear ----------------------------------------------------------------------------


def dressed_in(district: District) -> str:
    """Name the district's colours, so that another pair has another address; empty for our own."""
    return "".join((district.main_colour, district.deep_colour)).replace("#", "")


@pages.get("/district/<digest>/logo.png")
def logo(digest: str) -> ResponseReturnValue:
    """Send the district's logo; an earlier one's address is not there any more."""
    if not digest or digest != here.district().logo:
        abort(404)
    return _kept(Response(read_logo(here.session()), mimetype="image/png"))


@pages.get("/district/<digest>/colours.css")
def colours(digest: str) -> ResponseReturnValue:
    """Send the district's colours in place of our tokens."""
    district = here.district()
    if not digest or digest != dressed_in(district):
        abort(404)
    main = district.main_colour
    words = COLOURS.format(
        main=main,
        deep=district.deep_colour,
        soft=mixed(main, WHITE, steps.SOFT),
        line=mixed(main, WHITE, 0.55),
    )
    return _kept(Response(words, mimetype="text/css"))


def _kept(answer: Response) -> Response:
    answer.cache_control.public, answer.cache_control.immutable = True, True
    answer.cache_control.max_age = KEPT_SECONDS
    return answer
