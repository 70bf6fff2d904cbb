"""Every operation of the interface is sent what its description allows, and what it does not, by every
role: nothing breaks, and what is answered is what the description says."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from survey.tables import Role
from survey.views.api.operations import description
from tests.support.people import a_consultant, a_round, a_user, confirmed, handed_in
from tests.support.tokens import a_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 4
"""Of each operation, for each role and each way; the seed stands, so that a fault comes again."""


@pytest.fixture
def words(session):
    """A token of each role, over rows whose small numbers are soon hit."""
    user, consultant = a_user(session), a_consultant(session)
    handed_in(session, user)
    confirmed(session, a_user(session), consultant)
    a_round(session)
    readers = {
        Role.FIRM: user,
        Role.CONSULTANT: consultant,
        Role.OFFICER: a_user(session, Role.OFFICER),
    }
    return {role: a_token(session, reader) for role, reader in readers.items()}


def _aim(case):
    """Bring numbers of rows near those that are there; what is no number stays what it is."""
    for name, value in case.path_parameters.items():
        if name.endswith("_id") and str(value).isdecimal():
            case.path_parameters[name] = 1 + int(value) % 4
    body = case.body if isinstance(case.body, dict) else {}
    for name in ("assessment", "round"):
        if type(body.get(name)) is int and body[name] > 0:
            body[name] = 1 + body[name] % 4


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", [Role.FIRM, Role.CONSULTANT, Role.OFFICER])
def test_no_operation_breaks_or_answers_what_it_does_not_say(app, words, role, mode):
    with app.app_context():
        told = description()
    schema = schemathesis.openapi.from_dict(dict(told))
    schema.app = app
    headers = {"Authorization": f"Bearer {words[role]}"}
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @seed(20261127)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case):
            nonlocal tried
            tried += 1
            _aim(case)
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS, headers=headers)

        send()
    assert tried >= len(told["paths"])
