"""A file that a form brought and need not bring again when the form is shown once more."""

from __future__ import annotations

from dataclasses import asdict

from flask import request
from itsdangerous import BadData, URLSafeTimedSerializer

from survey.files.uploads import Stored
from survey.lifecycle.errors import Invalid
from survey.views import files
from survey.web import here, signing

KEPT_SECONDS = 3600
"""How long a form may name what it brought; nobody clears away what is so young."""


def offered(name: str) -> Stored | None:
    """Return the file of a form, or the one it brought before; None where it has none.

    Raises:
        BadUpload: Says what is wrong with the file.
        Invalid: It was brought too long ago.
    """
    file = request.files.get(name)
    if file is not None and file.filename:
        return files.taken(name)
    token = request.form.get(f"{name}_kept", "")
    if not token:
        return None
    try:
        return Stored(**_signer().loads(token, max_age=KEPT_SECONDS))
    except BadData:
        raise Invalid({name: "附件放得太久了，请重新选择。"}) from None


def token_of(stored: Stored | None) -> str:
    """Return the word by which a form names what it brought, signed for this reader.

    Nobody lays hold of a file by its hash alone.
    """
    return _signer().dumps(asdict(stored)) if stored else ""


def _signer() -> URLSafeTimedSerializer:
    return signing.serializer(f"brought-file-{here.reader().id}")
