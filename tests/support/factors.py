"""Second factors: an app of one's own, and people who have one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape

import pyotp
from flask import Flask
from sqlalchemy.orm import Session

from survey.lifecycle import second_factor as steps
from survey.lifecycle.step import Step
from survey.store.accounts import hashed
from survey.tables import User
from tests.support.client import CheckingClient
from tests.support.people import TESTER, moment, signed_in


class App:
    """An authenticator app that holds one secret."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)

    @classmethod
    def scanning(cls, page: str) -> App:
        """An app that was given the secret a page shows."""
        found = re.search(r'factor-secret">([A-Z2-7 ]+)<', unescape(page))
        assert found, "no secret on the page"
        return cls(found[1].replace(" ", ""))

    def code(self, at: datetime, periods: int = 0) -> str:
        return self._totp.at(at + timedelta(seconds=30 * periods))


def with_factor(app: Flask, session: Session, user: User) -> tuple[CheckingClient, App, list[str]]:
    """A browser in which a user has just set the factor up, their app, and their recovery codes."""
    client = signed_in(app, session, user)
    phone = App.scanning(client.get("/account/second-factor").text)
    answer = client.submit("", {"code": phone.code(app.config["CLOCK"]())})
    assert answer.status_code == 200, answer.text
    return client, phone, codes_on(answer.text)


def codes_on(page: str) -> list[str]:
    """Return the recovery codes a page shows."""
    return re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){6}", page)


def a_factor(session: Session, user: User, word: str, keys: tuple[str, ...]) -> App:
    """A factor set up without a page, in a session of this secret word."""
    secret = steps.drawn()
    app, now = App(secret), moment()
    step = Step(session, TESTER, now - timedelta(minutes=5))
    code = app.code(step.now)
    steps.begin(step, user.id, secret, code, sign_in=hashed(word), keys=keys)
    return app
