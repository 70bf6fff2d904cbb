"""Tokens of other systems, and requests that show one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey.lifecycle import api_tokens
from survey.lifecycle.step import Step
from survey.tables import User
from survey.web import tokens
from tests.support.people import TESTER, moment


def a_token(
    session: Session, user: User, *scopes: str, days: int = 30, purpose: str = "虚构的数据平台"
) -> str:
    """Make a token of a user, for everything they may give where no scope is named."""
    step = Step(session, TESTER, moment())
    wanted = scopes or api_tokens.offered(user.role, owner=user.owner)
    ends_on = date.fromordinal(step.today.toordinal() + days)
    word = api_tokens.make(step, user.id, purpose, wanted, ends_on)
    session.rollback()
    return word


def page_rules(app: Flask) -> list[Rule]:
    """Every route that a browser opens: operations take a token and are swept for themselves."""
    return [rule for rule in app.url_map.iter_rules() if not tokens.is_ours(rule.endpoint)]


def operation_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if tokens.is_ours(rule.endpoint)]


class Program:
    """Another system: it shows its token and reads JSON."""

    def __init__(self, client: FlaskClient, word: str) -> None:
        self._client, self._word = client, word

    def open(self, method: str, path: str, **given: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self._word}"}
        return self._client.open(f"/api/v1/{path}", method=method, headers=headers, **given)

    def get(self, path: str, **asked: Any) -> TestResponse:
        return self.open("GET", path, query_string=asked)

    def send(self, method: str, path: str, **said: Any) -> TestResponse:
        return self.open(method, path, json=said)
