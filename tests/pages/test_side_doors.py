"""A new password by a link, and what else opens the account: identity, tokens, calendar."""

import re
from collections import Counter
from html import unescape

import pytest
from sqlalchemy import select

from survey.lifecycle import accounts, calendars, colleagues, identities, links, side_doors
from survey.lifecycle.step import Actor, Step
from survey.tables import AuditEntry, Role
from tests.support.people import TESTER, a_firm, a_user, moment
from tests.support.signing_in import NEW_PASSWORD
from tests.support.tokens import a_token

ISSUER = "https://id.example.gov.cn"


def a_step(session):
    return Step(session, TESTER, moment())


def a_reset(app, session, user):
    """A browser that has opened a reset link of a user, with what the page says."""
    step = a_step(session)
    link = links.issue_link(step, user.id)
    session.rollback()
    client = app.test_client()
    return client, unescape(client.get(f"/link/{link.token}").text)


def doors_of(session, user):
    session.expire_all()
    found = side_doors.of_user(a_step(session), user.id)
    session.rollback()
    return (found.identity, found.tokens, found.calendar)


@pytest.fixture
def officer(session):
    """An officer of whom there is everything, and a password."""
    one = a_user(session, Role.OFFICER)
    identities.tie_for(a_step(session), one.username, ISSUER, "sub-officer")
    a_token(session, one)
    a_token(session, one)
    calendars.renew(a_step(session), one.id)
    return one


def test_a_reset_shuts_what_somebody_who_knew_the_old_password_may_have_made(app, session, officer):
    word = a_token(session, officer)
    client, page = a_reset(app, session, officer)
    assert "留着：统一登录的关联、3 个接口令牌、日历订阅的地址" in page

    client.submit("", {"password": NEW_PASSWORD})

    assert doors_of(session, officer) == (False, 0, False)
    answer = app.test_client().get("/api/v1/firms", headers={"Authorization": f"Bearer {word}"})
    assert answer.status_code == 401
    rows = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == str(officer.id)))
    said = Counter(row.action for row in rows)
    assert (said["identity_untie"], said["token_revoke"], said["calendar_shut"]) == (1, 3, 1)


def test_a_reset_leaves_what_its_owner_says_is_theirs(app, session, officer):
    client, _ = a_reset(app, session, officer)

    client.submit("", {"password": NEW_PASSWORD, "keep": "y"})

    assert doors_of(session, officer) == (True, 2, True)


def test_an_account_that_was_disabled_comes_back_without_them(app, session, officer):
    word = a_token(session, officer)
    address = calendars.renew(a_step(session), officer.id)

    accounts.set_active(a_step(session), officer.id, False)
    accounts.set_active(a_step(session), officer.id, True)

    assert doors_of(session, officer) == (False, 0, False)
    stranger = app.test_client()
    me = stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {word}"})
    assert me.status_code == 401
    assert stranger.get(f"/calendar/{address}.ics").status_code == 404
    rows = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == str(officer.id)))
    said = Counter(row.action for row in rows)
    assert (said["identity_untie"], said["token_revoke"], said["calendar_shut"]) == (1, 3, 1)


def test_another_role_ends_what_programs_were_given_for_the_one_before(app, session, officer):
    address = calendars.renew(a_step(session), officer.id)

    accounts.set_role(a_step(session), officer.id, Role.OFFICER)
    assert doors_of(session, officer) == (True, 2, True), "it was no other"
    accounts.set_role(a_step(session), officer.id, Role.CONSULTANT)

    assert doors_of(session, officer) == (True, 0, False)
    assert app.test_client().get(f"/calendar/{address}.ics").status_code == 404


def test_a_colleague_who_was_sent_away_comes_back_without_them(session):
    firm = a_firm(session)
    owner, colleague = a_user(session, firm=firm), a_user(session, firm=firm, owner=False)
    identities.tie_for(a_step(session), colleague.username, ISSUER, "sub-colleague")
    by_owner = Step(session, Actor(owner.id, owner.name), moment())

    colleagues.take_back(by_owner, firm.id, colleague.id)
    colleagues.give(by_owner, firm.id, colleague.id, None)

    assert doors_of(session, colleague) == (False, 0, False)


def test_a_password_that_is_refused_shuts_nothing_and_the_choice_stays(app, session, officer):
    client, _ = a_reset(app, session, officer)

    answer = client.submit("", {"password": "short", "keep": "y"})

    assert answer.status_code == 422
    assert re.search(r'<input[^>]*checked[^>]*name="keep"', answer.text)
    assert doors_of(session, officer) == (True, 2, True)


def test_an_invitation_and_a_reset_of_somebody_with_one_way_in_ask_after_nothing(app, session):
    _, page = a_reset(app, session, a_user(session))
    assert "留着：" not in page

    new = a_user(session, Role.OFFICER, password_hash=None)
    identities.tie_for(a_step(session), new.username, ISSUER, "sub-new")
    client, page = a_reset(app, session, new)
    assert "留着：" not in page
    client.submit("", {"password": NEW_PASSWORD})
    assert doors_of(session, new) == (True, 0, False)
