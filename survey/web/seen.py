"""Whoever looks at personal data or evidence is noted before the answer leaves.

The note is one line in a file of this process (``files.spool``): no statement, no lock, no waiting.
Where it cannot be written nothing is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, current_app, g, request

from survey.files.spool import FOLDER, Spool
from survey.web import here, routes

SHOWN = frozenset({200, 206, 304, 422})
"""Answers that hold what was asked for; the browser has it already, the form comes back."""


def init_app(app: Flask) -> None:
    app.extensions["survey_seen"] = Spool(app.config["SURVEY"].instance / FOLDER)

    @app.after_request
    def _note(response: Response) -> Response:
        chosen = routes.PERSON if g.get("shows_persons") else None
        action = routes.SHOWS.get(request.endpoint or "", chosen)
        who = here.current()
        if action is None or who is None or response.status_code not in SHOWN:
            return response
        try:
            _append(action, who)
        except OSError as error:
            response.close()
            return app.make_response(app.handle_user_exception(error))
        return response


def note_shown(firm_id: int, shown: Sequence[tuple[str, int, bool]]) -> None:
    """Note whom a page is about to show a firm; where that fails, nothing is shown.

    Raises:
        OSError: It cannot be written.
    """
    _append("show_providers", here.reader(), args={"firm_id": firm_id}, shown=shown)


def _append(action: str, who: here.Reader, **more: object) -> None:
    spool: Spool = current_app.extensions["survey_seen"]
    spool.append(
        {
            "at": here.now().isoformat(),
            "user_id": who.id,
            "role": who.role,
            "address": request.remote_addr or "",
            "request_id": g.get("request_id", ""),
            "action": action,
            "page": request.endpoint,
            "args": request.view_args or {},
            **more,
        }
    )
