"""What the application signs for its own readers to bring back: by HMAC with SHA-256.

By that with SHA-1, the parts' own choice, while the release before may run beside this one, which reads
nothing else (``store.together``); read under both. Where the standard goes first, never by SHA-1: whoever
was signed in by the release before signs in again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.exc import DBAPIError

from survey.store import together

UNTIL = "survey_together"
"""Where an application remembers until when the release before may run."""


def is_alone(app: Flask) -> bool:
    """Whether no older release runs any more; not, while the database cannot say so."""
    if app.config["SURVEY"].strict:
        return True
    if UNTIL not in app.extensions:
        try:
            with app.extensions["survey_sessions"]() as reading:
                app.extensions[UNTIL] = together.ends(reading)
        except DBAPIError:
            return False
    last = app.extensions[UNTIL]
    return last is None or bool(last <= app.config["CLOCK"]())


def digested(older: Mapping[str, Any], *, alone: bool, strict: bool) -> dict[str, Any]:
    """Return how a serializer signs and reads, as its arguments; ``older`` is how it did before."""
    newer = {**older, "digest_method": hashlib.sha256}
    if strict:
        return {"signer_kwargs": newer, "fallback_signers": []}
    first, second = (newer, older) if alone else (older, newer)
    return {"signer_kwargs": first, "fallback_signers": [second]}


def serializer(salt: str) -> URLSafeTimedSerializer:
    """Return what signs for one purpose, under the newest key and as its own age is known."""
    config = current_app.config
    keys = [*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]]
    how = digested({}, alone=is_alone(current_app), strict=config["SURVEY"].strict)
    return URLSafeTimedSerializer(keys, salt, **how)
