"""What is known of the firm, for itself (我的档案)."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.tables import Firm, Outlook
from survey.views import firm_file
from survey.views.firm.pages import pages
from survey.web import here


def _mine() -> tuple[Firm, Outlook]:
    """Return the reader's firm, and what of it they see."""
    who = here.reader()
    firm = here.session().get_one(Firm, who.firm_id or 0)
    return firm, Outlook.OWNER if who.owner else Outlook.FIRM


@pages.get("/file")
def file() -> ResponseReturnValue:
    """Show the firm's own file."""
    return render_template("firm/file.html", **firm_file.shown(*_mine()))


@pages.post("/file/bundle")
def request_bundle() -> ResponseReturnValue:
    """Ask for it as a ZIP."""
    firm_file.request(*_mine())
    return redirect(url_for(".file", _anchor="bundle"))


@pages.get("/file/bundle/state")
def bundle_state() -> ResponseReturnValue:
    """Say how far the ZIP is."""
    firm, outlook = _mine()
    return firm_file.state(firm.id, outlook)


@pages.get("/file.zip")
def bundle() -> ResponseReturnValue:
    """Hand the ZIP out."""
    return firm_file.handed_out(*_mine())
