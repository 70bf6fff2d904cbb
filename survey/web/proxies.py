"""Notice a proxy that nobody set up: behind it all strangers share one address, and one counter."""

from __future__ import annotations

from flask import Flask, current_app, request

HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
_SAID = "survey_proxy_said"


def init_app(app: Flask) -> None:
    """Say once in the log of each process that a request came through an untold proxy."""

    @app.before_request
    def _say() -> None:
        if is_untold() and not app.extensions.get(_SAID):
            app.extensions[_SAID] = True
            app.logger.warning(
                "a request names a proxy, but PROXIES is 0: everybody behind it counts as one address"
            )


def is_untold() -> bool:
    """Whether this request came through a proxy that the settings do not speak of."""
    return current_app.config["SURVEY"].proxies == 0 and any(
        name in request.headers for name in HEADERS
    )
