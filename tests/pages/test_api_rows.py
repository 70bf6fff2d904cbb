"""Every operation on rows that are theirs, others' and nobody's: no firm meets another's through a token."""

from __future__ import annotations

import json
import sys

import pytest
from sqlalchemy import select

from survey.lifecycle import pool
from survey.lifecycle.step import Step
from survey.tables import Assessment, Role
from survey.views.api.operations import BYTES, TAKES_FILE
from survey.web import routes
from tests.pages.test_access import foreign, own
from tests.support.people import TESTER, a_firm, a_round, a_user, confirmed, moment
from tests.support.portions import by_twos
from tests.support.tokens import Program, a_token, operation_rules
from tests.support.world import QUESTION, contents

WORDS = {
    "kind": "self",
    "question": QUESTION,
    "listed": "pool",
    "ending": "json",
    "check_id": "integration_without_codes",
}
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
    "api.change_round": {"version": 0, "opens_on": "2026-01-01", "closes_on": "2025-01-01"},
    "api.send_back": {"reason": "理由", "questions": ["none"]},
    "api.reopen": {"reason": "\u200b"},
    "api.assign": {"consultant": 999_999, "version": 0},
    "api.unassign": {"reason": "\u200b"},
    "api.explain": {"says": ""},
    "api.confirm": {"content": "0" * 64},
    "api.withdraw_document": {"reason": "\u200b"},
    "api.withdraw": {"reason": "理由", "version": 0},
    "api.attach_evidence": None,
    "api.remove_evidence": None,
}
"""What each operation that writes is sent here: well formed, and nothing that would be done."""
READERS = (Role.FIRM, Role.CONSULTANT, Role.OFFICER)


def ask(app, world, role, rule, ids):
    """Send one operation as the reader of this role does; return where, and what came back."""
    where = rule.rule
    for name, value in {**ids, **WORDS}.items():
        for kind in ("row:", "sheet:", "any(firms, assessments, pool):", "any(csv, json):", ""):
            where = where.replace(f"<{kind}{name}>", str(value))
    method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
    headers = {"Authorization": f"Bearer {world.words[world.reader(role).id]}"}
    sent: dict[str, object] = {"json": BODIES.get(rule.endpoint)}
    if rule.endpoint == TAKES_FILE:
        sent = {"data": b"x", "content_type": BYTES, "query_string": {"name": "x.jpg"}}
    answer = app.test_client().open(where, method=method, headers=headers, **sent)
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


FEEDS = [
    f"feeds/{listed}.{kind}"
    for listed in ("firms", "assessments", "pool")
    for kind in ("csv", "json")
]


def test_a_feed_holds_some_of_a_list_at_a_time_and_is_the_same(app, session, monkeypatch):
    officer = a_user(session, Role.OFFICER)
    bureau = Program(app.test_client(), a_token(session, officer))
    consultant = a_user(session, Role.CONSULTANT)
    for number in range(5):
        user = a_user(session, firm=a_firm(session, f"虚构厂{number}"))
        one = confirmed(session, user, consultant)
        step = Step(session, TESTER, moment())
        pool.admit(step, one.id, target_rung="line", reason="成长快", sure=True, base_version=0)
    whole = {path: bureau.get(path).get_data() for path in FEEDS}
    held = by_twos(monkeypatch)
    for path, before in whole.items():
        assert "虚构厂4" in before.decode(), path
        assert bureau.get(path).get_data() == before, path
    assert held == [2, 2, 1] * len(FEEDS)


@pytest.mark.parametrize(
    "body",
    [
        b'{"round": 1, "round": 1}',
        b'{"round": -0}',
        b'{"round": 1.0}',
        b'{"round": 1e0}',
        b'{"round": 9999999999999999999}',
        b'{"round": "1"}',
        b'{"round": true}',
        b'{"round": 1, "more": 1}',
        b'{"round": NaN}',
    ],
)
def test_a_body_is_what_was_read_once_and_strictly(app, session, body):
    """``-0``, or a key given twice, is not taken for something else by a second reader."""
    a_round(session)
    owner = Program(app.test_client(), a_token(session, a_user(session)))
    answer = owner.open("POST", "assessments", data=body, content_type="application/json")
    assert answer.status_code in (400, 422), answer.text
    assert session.scalars(select(Assessment)).all() == []


def test_a_body_nested_as_deep_as_can_just_be_read_is_refused_like_deeper_ones(app, session):
    """Reading, looking for broken letters and saying what is wrong each have a limit of their own."""
    bureau = Program(app.test_client(), a_token(session, a_user(session, Role.OFFICER)))
    most = sys.getrecursionlimit()
    for depth in range(most - 130, most + 1):
        body = '{"code": ' + "[" * depth + "]" * depth + "}"
        answer = bureau.open("POST", "firms", data=body, content_type="application/json")
        assert answer.status_code in (400, 422), depth
