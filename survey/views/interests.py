"""A consultant's interests in firms, as the consultant and as an officer declare and end them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import interests as steps
from survey.lifecycle.errors import Invalid
from survey.store import accounts
from survey.store import interests as store
from survey.tables import Role, User
from survey.views.forms.interests import InterestForm
from survey.web import here
from survey.words import interests as words

pages = Blueprint("interests", __name__, url_prefix="/interests")


@pages.route("/<row:user_id>", methods=["GET", "POST"])
def home(user_id: int) -> ResponseReturnValue:
    """Show the firms a consultant has an interest in, or keep one more."""
    who, form = _consultant(user_id), InterestForm()
    if not form.is_submitted():
        return _page(who, form)
    if not form.validate():
        return _page(who, form), 422
    demonstration = here.district().demonstration
    try:
        steps.declare(here.step(), user_id, form.declared(), demonstration=demonstration)
    except Invalid as error:
        form.show(error)
        return _page(who, form), error.status
    flash("已登记。指派到这家企业时，主管部门会看到提醒。", "good")
    return redirect(url_for(".home", user_id=user_id))


@pages.post("/<row:user_id>/<row:interest_id>/end")
def end(user_id: int, interest_id: int) -> ResponseReturnValue:
    """Say that an interest holds no more."""
    _consultant(user_id)
    own = here.reader().role == Role.CONSULTANT
    try:
        steps.end(here.step(), user_id, interest_id, own=own)
    except Invalid as error:
        flash("".join(error.fields.values()), "bad")
    else:
        flash("已标为不再有关系，记录保留。", "good")
    return redirect(url_for(".home", user_id=user_id))


def _consultant(user_id: int) -> User:
    """Return a consultant: an officer may look at each, a consultant at themselves."""
    reader, who = here.reader(), accounts.user(here.session(), user_id)
    if reader.role == Role.CONSULTANT and reader.id != user_id:
        abort(404)
    if who is None or who.role != Role.CONSULTANT:
        abort(404)
    return who


def _page(who: User, form: InterestForm) -> str:
    return render_template(
        "interests.html",
        who=who,
        form=form,
        interests=store.of_user(here.session(), who.id),
        kind=words.kind,
    )
