"""What ``STRICT=1`` asks of people beyond the usual, each row of ``asvs.yaml`` that rests on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from survey.joining import create_app
from survey.tables import Role
from tests.support.people import a_user, signed_in


@pytest.fixture
def strict(settings, engine, app):
    """The application where the standard goes before convenience, at an address passkeys can be made for."""
    made = create_app(
        replace(settings, strict=True, base_url="https://szjt.example.test"),
        engine,
    )
    made.test_client_class = app.test_client_class
    made.extensions["tests_session"] = app.extensions.get("tests_session")
    return made


@pytest.mark.parametrize("role", Role)
def test_everybody_needs_a_second_factor(strict, session, role):
    client = signed_in(strict, session, a_user(session, role))

    answer = client.get("/account")

    assert answer.status_code == 302
    assert answer.location.startswith("/account/second-factor")
