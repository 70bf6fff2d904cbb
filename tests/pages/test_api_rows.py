"""Every operation on rows that are theirs, others' and nobody's: no firm meets another's through a token."""

from __future__ import annotations

import json

import pytest

from survey.tables import Role
from survey.web import routes
from tests.pages.test_access import foreign, own
from tests.support.tokens import operation_rules
from tests.support.world import QUESTION, World, contents

WORDS = {"kind": "self", "question": QUESTION, "listed": "pool", "ending": "json"}
BODIES = {
    "api.add_firm": {"code": "x", "name": "x", "trade": "valve", "person": "x"},
    "api.change_firm": {"version": 0, "name": "虚构改名厂"},
    "api.open_round": {"title": "虚构", "edition": "none", "opens_on": "2026-01-01"},
    "api.invite": {"firms": [999_999]},
    "api.begin": {"round": 999_999},
    "api.save_answer": {"request_id": "x.1", "base_revision": 0, "value": 1},
    "api.submit": {"declared_by": ""},
    "api.request_report": {"assessment": 999_999, "kind": "self"},
    "api.enter_pool": {
        "assessment": 999_999,
        "step": "admit",
        "target_rung": "none",
        "reason": "理由",
    },
    "api.raise_target": {"target_rung": "none", "reason": "理由", "version": 0},
    "api.withdraw": {"reason": "理由", "version": 0},
}
"""What each operation that writes is sent here: well formed, and nothing that would be done."""
READERS = (Role.FIRM, Role.CONSULTANT, Role.OFFICER)


@pytest.fixture
def world(session, settings):
    return World(session, settings)


def ask(app, world, role, rule, ids):
    """Send one operation as the reader of this role does; return where, and what came back."""
    where = rule.rule
    for name, value in {**ids, **WORDS}.items():
        for kind in ("row:", "sheet:", "any(firms, assessments, pool):", "any(csv, json):", ""):
            where = where.replace(f"<{kind}{name}>", str(value))
    method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
    headers = {"Authorization": f"Bearer {world.words[world.reader(role).id]}"}
    answer = app.test_client().open(
        where, method=method, headers=headers, json=BODIES.get(rule.endpoint)
    )
    said = answer.get_data()
    answer.close()
    return where, answer.status_code, said


@pytest.mark.parametrize("role", READERS)
def test_an_operation_of_ones_own_rows_is_answered(app, session, world, role):
    for rule in operation_rules(app):
        if role in routes.ROUTES[rule.endpoint]:
            where, status, said = ask(app, world, role, rule, own(rule, role, world.a))
            asked_for_it = rule.endpoint != "api.job"  # a job is whose who asked for it
            if asked_for_it and rule.endpoint not in BODIES:
                assert status == 200, (where, said)


@pytest.mark.parametrize("role", READERS)
def test_anothers_row_is_as_absent_as_one_that_never_was(app, session, world, role):
    me = next(rule for rule in operation_rules(app) if rule.endpoint == "api.me")
    ask(app, world, role, me, {})  # the first use of a token is noted beside it
    before, tried = contents(session), 0
    for rule in operation_rules(app):
        if role not in routes.ROUTES[rule.endpoint] or "<row:" not in rule.rule:
            continue
        for ids in [*foreign(rule, role, world), dict.fromkeys(own(rule, role, world.a), 999_999)]:
            where, status, said = ask(app, world, role, rule, ids)
            assert status in (404, 422), (where, status, said)
            tried += 1
    assert tried >= 5
    assert contents(session) == before


@pytest.mark.parametrize("role", [Role.FIRM, Role.CONSULTANT])
def test_nothing_of_one_firm_reaches_the_other_through_a_token(app, session, world, role):
    for rule in operation_rules(app):
        if role in routes.ROUTES[rule.endpoint]:
            for side in world.sides:
                where, _status, said = ask(app, world, role, rule, own(rule, role, side))
                assert world.b.word not in _unfolded(said), where


def _unfolded(said: bytes) -> str:
    """What an answer says, its JSON without escapes."""
    text = said.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text
