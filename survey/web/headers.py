"""Headers every response carries, errors, redirects and downloads included."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from survey.web import here

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": POLICY,
}

OPENING = ("/link/", "/verify/")
"""Addresses that are secrets: what a page there is drawn with, and whoever logs that, need not know them."""
KEPT = frozenset({"static", "calendar.feed", "profiles.logo", "profiles.colours"})
"""Routes that say themselves how long an answer of theirs may be kept."""


def init_app(app: Flask) -> None:
    """Number every request and set the headers on whatever answers it."""

    @app.before_request
    def _number() -> None:
        g.request_id = secrets.token_hex(6)

    @app.after_request
    def _headers(response: Response) -> Response:
        if request.path.startswith(OPENING):
            response.headers["Referrer-Policy"] = "strict-origin"
        said = {name.lower() for name, _ in response.headers}
        for name, value in HEADERS.items():
            if name.lower() not in said:
                response.headers.add(name, value)
        if 300 <= response.status_code < 400 and not response.direct_passthrough:
            response.set_data(b"")  # the framework's own words are English, and nobody reads them
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if who := here.current():  # a device tells by it whose it is by now
            response.headers["Survey-Reader"] = str(who.id)
        if request.endpoint not in KEPT or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response
