"""Whether a document is genuine and what it is worth today: a page for whoever holds one, signed in or not."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from questionnaires.loading import SEAL
from reports import proof, readd
from survey import library
from survey.lifecycle import patience
from survey.lifecycle.errors import TooManyTries
from survey.store import documents as store
from survey.store.documents import Verified
from survey.views import account
from survey.web import downloads, here
from survey.web.headers import DOWNLOAD_POLICY
from survey.words import verification as words

pages = Blueprint("verify", __name__)
pages.register_error_handler(TooManyTries, account.too_many_tries)
WORD = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def found(word: str) -> Verified | None:
    """Return the document of a secret word; what cannot be one is asked for all the same."""
    patience.look(here.step())
    return store.verified(here.session(), word if WORD.fullmatch(word) else "")


@pages.get("/verify/<word>")
def page(word: str) -> ResponseReturnValue:
    """Say what a document is worth today, and let its holder compare their file with it."""
    it = found(word)
    rendered = render_template("verify.html", it=it, word=word, words=words)
    response = current_app.make_response((rendered, 200 if it else 404))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@pages.get("/verify/<word>/score-rules.json")
def rules(word: str) -> ResponseReturnValue:
    """Hand out what a report's edition says of worth, as its proof names it."""
    it = found(word)
    if it is None or it.assessment is None:
        abort(404)
    edition = library.edition_of(it.assessment)
    file = library.of(here.session()).folder_of(edition.id) / SEAL
    seal = file.read_text("utf-8").strip() if file.is_file() else ""
    content = proof.rules_of(edition.questionnaire(it.assessment.trade), seal)
    return _to_keep(content, "application/json", proof.RULES_NAME)


@pages.get("/verify/readd.py")
def script() -> ResponseReturnValue:
    """Hand out the program that adds a score up again without us."""
    return _to_keep(Path(readd.__file__).read_bytes(), "text/plain; charset=utf-8", "readd.py")


def _to_keep(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = downloads.disposition(name, name)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response
