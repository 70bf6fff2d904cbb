"""A browser without a window: it keeps cookies and the token, opens pages and sends forms."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One reader's way through the application at ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.page = ""
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    @property
    def cookies(self) -> str:
        """The header that says who this is."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    @property
    def token(self) -> str:
        """The token of the page last opened."""
        found = TOKEN.search(self.page)
        if found is None:
            raise LookupError("the page holds no form with a token")
        return found[1]

    def open(self, path: str) -> str:
        """Open a page; one that is refused raises ``urllib.error.HTTPError``."""
        with self._opener.open(self.url + path) as answer:
            self.page = answer.read().decode()
        return self.page

    def send(self, path: str, **fields: str) -> None:
        """Send a form with the token of the page last opened, and follow where it leads."""
        form = urllib.parse.urlencode({"csrf_token": self.token} | fields).encode()
        with self._opener.open(self.url + path, form) as answer:
            self.page = answer.read().decode(errors="replace")

    def sign_in(self, username: str, password: str) -> None:
        """Come in by the front door."""
        self.open("/sign-in")
        self.send("/sign-in", username=username, password=password)
