"""What a browser keeps to open a visit without a network: the worker, and the page for all others."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, url_for

from survey.web import access

pages = Blueprint("worker", __name__)

PARTS = (
    "vendor/workbox/workbox-core.prod.js",
    "vendor/workbox/workbox-routing.prod.js",
    "vendor/workbox/workbox-strategies.prod.js",
    "vendor/idb/umd.js",
    "js/offline/worker.js",
)
SHELL = ("css/*.css", "img/*.svg", "js/**/*.js", "vendor/bootstrap/*.css", "vendor/idb/index.js")
"""What the pages of a visit are drawn and driven with; never a page of somebody's."""


@pages.get("/worker.js")
def script() -> Response:
    """Hand out the worker: one address for ever, its parts and the shell under this release's."""
    access.to_be_kept()
    own = url_for("static", filename=PARTS[-1])
    about = {
        "RELEASE": own.split("/")[2],
        "SHELL": [url_for("static", filename=name) for name in _shell(current_app.root_path)],
        "AWAY": url_for("worker.away"),
    }
    lines = [f"self.{name} = {json.dumps(value)};" for name, value in about.items()]
    lines.append(f"importScripts(...{json.dumps([url_for('static', filename=p) for p in PARTS])});")
    return Response("\n".join(lines) + "\n", mimetype="text/javascript")


@cache
def _shell(root: str) -> tuple[str, ...]:
    static = Path(root).parent / "static"
    found = {path.relative_to(static).as_posix() for name in SHELL for path in static.glob(name)}
    return tuple(sorted(found))


@pages.get("/offline")
def away() -> str:
    """Show what can be opened without a network; nobody's in particular, so browsers may keep it."""
    access.to_be_kept()
    return render_template("consultant/away.html")
