"""Versions of a sheet, for everyone who may read its assessment: all of them, one, and two compared."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.readings.versions import Version, compare, version, versions_of
from survey.tables import Assessment, SheetKind
from survey.views import results
from survey.web import access, here

pages = Blueprint("versions", __name__, url_prefix="/assessments/<row:assessment_id>/versions")


@pages.get("")
def all_of(assessment_id: int) -> ResponseReturnValue:
    """List what was handed in and what was confirmed, each with who, when, rung and share."""
    assessment, found = _found(assessment_id)
    return render_template(
        "results/versions.html", assessment=assessment, versions=found, earlier=_earlier(found)
    )


@pages.get("/<sheet:kind>/<row:number>")
def one(assessment_id: int, kind: SheetKind, number: int) -> ResponseReturnValue:
    """Show the result of one version; the one that counts has a page of its own."""
    assessment, found = _found(assessment_id)
    wanted = version(found, kind, number)
    if wanted.stands:
        return redirect(url_for("results.result", assessment_id=assessment_id, kind=kind))
    return results.shown(assessment, kind, wanted)


@pages.get("/compare")
def between(assessment_id: int) -> ResponseReturnValue:
    """Say question by question what changed from one version to another; unasked, at the end."""
    assessment, found = _found(assessment_id)
    if not request.args:
        return _last_change(assessment_id, found)
    before, after = (_named(found, request.args.get(name, "")) for name in ("before", "after"))
    return render_template(
        "results/compared.html",
        assessment=assessment,
        versions=found,
        it=compare(here.session(), before, after, here.reader().sections),
    )


def _last_change(assessment_id: int, versions: Sequence[Version]) -> ResponseReturnValue:
    after = next(iter(versions), None)
    before = _earlier(versions).get((after.kind, after.number)) if after else None
    if after is None or before is None:
        return redirect(url_for(".all_of", assessment_id=assessment_id))
    return redirect(
        url_for(".between", assessment_id=assessment_id, before=_name(before), after=_name(after))
    )


def _name(version: Version) -> str:
    return f"{version.kind}-{version.number}"


def _found(assessment_id: int) -> tuple[Assessment, tuple[Version, ...]]:
    assessment = access.known_assessment(assessment_id)
    return assessment, versions_of(here.session(), assessment)


def _named(versions: Sequence[Version], name: str) -> Version:
    """Return the version that a form names, such as self-1."""
    return next((v for v in versions if name == _name(v)), None) or abort(404)


def _earlier(versions: Sequence[Version]) -> dict[tuple[SheetKind, int], Version]:
    """Return what each version is first compared with: the one of its kind before, or the firm's."""
    found: dict[tuple[SheetKind, int], Version] = {}
    for one in versions:
        before = [v for v in versions if v.kind == one.kind and v.number == one.number - 1]
        own = [v for v in versions if v.kind == SheetKind.SELF and v.at <= one.at]
        for other in (before or (own if one.kind == SheetKind.ONSITE else []))[:1]:
            found[one.kind, one.number] = other
    return found
