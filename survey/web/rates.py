"""How often other systems may ask: one token so many times a minute."""

from __future__ import annotations

from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded

from survey.config import Config
from survey.store.accounts import hashed
from survey.web import errors, tokens
from survey.words import api as words


def init_app(app: Flask, config: Config) -> None:
    """Count what is asked of the interface, and answer 429 beyond the rate.

    Counted in the queue's Redis where there is one, else by each process for itself.
    """
    shared = config.queue_url if config.queue_url.startswith(("redis://", "rediss://")) else ""
    limiter = Limiter(
        _token,
        app=app,
        default_limits=[config.api_rate],
        storage_uri=shared or "memory://",
        strategy="fixed-window",
        headers_enabled=True,
        swallow_errors=True,
    )
    limiter.request_filter(lambda: not tokens.is_meant())
    app.register_error_handler(RateLimitExceeded, _too_often)


def _token() -> str:
    """Return whom a request is counted for: its token, however it is shown, else its address."""
    return hashed(tokens.word() or request.remote_addr or "")


def _too_often(_error: RateLimitExceeded) -> ResponseReturnValue:
    return errors.answer(429, words.TOO_OFTEN)
