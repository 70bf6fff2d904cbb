"""A test client that reads every page it opens and fails on what no page may do."""

from __future__ import annotations

import hashlib
import re
import threading
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.pagecheck import Form, Page

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
_SOUND: set[bytes] = set()
"""Digests of pages that were read and found sound; most sweeps open one page hundreds of times."""


def _but_for(text: str, *varying: str | None) -> bytes:
    """A page's digest without what is another each time: its request's number and its token."""
    for each in filter(None, varying):
        text = text.replace(each, "varying")
    return hashlib.sha256(text.encode()).digest()


class NoSuchForm(LookupError):
    """The page last opened has no form with this address."""


class CheckingClient(FlaskClient):
    """Opens pages as a browser does: it keeps the last page, its forms and its token."""

    token: str = ""
    _text: str | None = None
    _page: Page | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; check the answer when it is a page of ours."""
        self._stop_looking()
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data:
            self._read(response)
        return response

    def _stop_looking(self) -> None:
        """End the test's own look at rows: on SQLite an open read keeps writers waiting.

        A row touched after it expired is such a look. Threads of a test look after themselves.
        """
        session = self.application.extensions.get("tests_session")
        if session is not None and threading.current_thread() is threading.main_thread():
            session.rollback()

    def submit(
        self, action: str = "", data: dict[str, Any] | None = None, **kwargs: Any
    ) -> TestResponse:
        """Send a form of the page last opened, with ``data`` over what it already holds.

        ``action``: its path; "" for the page's own address, or for the only POST form of its content.
        Of a filter and a form with one path it is the form that posts.
        """
        form = self._form(action)
        values: dict[str, Any] = {}
        for name, value in form.values:
            values.setdefault(name, []).append(value)
        values.update(data or {})
        target = form.action or self._address
        values = {name: value for name, value in values.items() if value is not None}
        if form.method == "post":
            return self.post(target, data=values, **kwargs)
        return self.get(target, query_string=values, **kwargs)

    def send(
        self, address: str, value: object, method: str = "POST", **kwargs: Any
    ) -> TestResponse:
        """Send JSON as our scripts do, with the token of the last page."""
        headers = {"X-CSRFToken": self.token, "Accept": "application/json"}
        headers |= kwargs.pop("headers", {})
        return self.open(address, method=method, json=value, headers=headers, **kwargs)

    @property
    def page(self) -> Page | None:
        """The page last opened."""
        if self._page is None and self._text is not None:
            self._page = Page(self._text)
        return self._page

    @page.setter
    def page(self, page: Page | None) -> None:
        self._page = page

    def _read(self, response: TestResponse) -> None:
        self._text, self._page = response.get_data(as_text=True), None
        self._address = response.request.path
        if token := TOKEN.search(self._text):
            self.token = token[1]
        known = _but_for(self._text, response.headers.get("X-Request-ID"), token and token[1])
        if known not in _SOUND:
            self._page = Page(self._text)
            faults = "; ".join(self._page.faults)
            assert not faults, f"{self._address} ({response.status_code}): {faults}"
            _SOUND.add(known)

    def _form(self, action: str) -> Form:
        forms = self.page.forms if self.page else []
        own = [form for form in forms if urlsplit(form.action).path == action]
        others = [form for form in forms if "sign-out" not in form.action]
        if not own and not action and len(others) == 1:
            own = others
        if not own:
            raise NoSuchForm(f"{action}; there are: {[form.action for form in forms]}")
        return next((form for form in own if form.method == "post"), own[0])
