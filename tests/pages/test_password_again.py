"""Whoever has no second factor shows the password again before what guards the account itself."""

import pytest
from sqlalchemy import select

from survey.store.accounts import hashed
from survey.tables import AuditEntry, Role
from survey.web import factor
from tests.support.factors import with_factor
from tests.support.people import PASSWORD, a_user, later, signed_in
from tests.support.tokens import page_rules


def word_of(client):
    """The secret word of a browser's session."""
    with client.session_transaction() as kept:
        return kept["sid"]


def a_while_ago(app, session, user, minutes=11):
    """A browser whose owner signed in some minutes ago."""
    client = signed_in(app, session, user)
    later(app, minutes=minutes)
    return client


def test_what_guards_the_account_wants_the_password_again_ten_minutes_after_it_was_shown(
    app, session
):
    user = a_user(session, owner=True)
    client, other = signed_in(app, session, user), signed_in(app, session, user)
    theirs = hashed(word_of(other))
    later(app, minutes=11)
    client.get("/account")

    led = client.submit("/account/sessions/end", {"session": theirs})
    assert led.location.startswith("/account/confirm?next=")
    assert other.get("/account").status_code == 200, "nothing was ended"
    page = client.get("/account/confirm?next=/account")
    assert "再输一次密码" in page.text
    wrong = client.submit("", {"password": "猜一个长长的密码"})
    assert (wrong.status_code, "现在的密码不对" in wrong.text) == (422, True)
    right = client.submit("", {"password": PASSWORD})
    assert right.location == "/account"
    assert "请再按一次" in client.get("/account").text

    client.submit("/account/sessions/end", {"session": theirs})

    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    session.rollback()
    shown = select(AuditEntry.succeeded).where(AuditEntry.action == "password_show")
    assert session.scalars(shown.order_by(AuditEntry.id)).all() == [False, True]


@pytest.mark.parametrize("path", ["/account/second-factor", "/account/passkeys"])
def test_a_session_left_open_sets_up_no_factor_for_whoever_finds_it(app, session, path):
    client = a_while_ago(app, session, a_user(session))

    assert client.get(path).location == f"/account/confirm?next={path}"
    answer = client.post(path, data={"csrf_token": client.token, "code": "123456"})
    assert answer.location.startswith("/account/confirm")


def test_every_step_that_guards_an_account_asks_again_whoever_has_no_factor(app, session):
    client = a_while_ago(app, session, a_user(session, Role.ADMINISTRATOR))
    client.get("/account")
    asked = set()
    for rule in page_rules(app):
        guards = rule.endpoint in (factor.ALWAYS | factor.FIRST) - factor.ASKS_ITSELF
        if not guards or "POST" not in rule.methods or rule.arguments:
            continue
        answer = client.post(rule.rule, data={"csrf_token": client.token})
        if answer.status_code != 403:  # another role's
            assert answer.location.startswith("/account/confirm"), rule.rule
            asked.add(rule.endpoint)

    assert {"account.end_session", "account.sign_out_everywhere", "second_factor.begin"} <= asked


def test_the_word_of_before_the_password_opens_nothing_after_it(app, session):
    client = a_while_ago(app, session, a_user(session))
    before = word_of(client)
    client.get("/account/confirm")
    client.submit("", {"password": PASSWORD})

    assert word_of(client) != before
    with client.session_transaction() as kept:
        kept["sid"] = before
    assert client.get("/account").location.startswith("/sign-in")


def test_guessing_the_password_there_is_slowed_down(app, session):
    client = a_while_ago(app, session, a_user(session))
    client.get("/account/confirm")
    sent = {"csrf_token": client.token, "password": "猜一个长长的密码"}

    answers = [client.post("/account/confirm", data=sent).status_code for _ in range(12)]

    assert (answers[0], answers[-1]) == (422, 429)


def test_whoever_has_a_factor_shows_that_and_not_the_password(app, session):
    user = a_user(session)
    client, _, _ = with_factor(app, session, user)
    before = word_of(client)
    later(app, minutes=11)

    assert client.get("/account/confirm").location.startswith("/second-factor")
    answer = client.post(
        "/account/confirm", data={"csrf_token": client.token, "password": PASSWORD}
    )
    assert answer.location.startswith("/second-factor")
    assert word_of(client) == before
    led = client.post("/account/sign-out-everywhere", data={"csrf_token": client.token})
    assert led.location.startswith("/second-factor")


def test_right_after_signing_in_nobody_is_asked(app, session):
    user = a_user(session)
    client, other = signed_in(app, session, user), signed_in(app, session, user)
    client.get("/account")

    assert client.get("/account/confirm").location == "/account"
    assert client.submit("/account/sign-out-everywhere").location.startswith("/sign-in")
    assert other.get("/account").status_code == 302


def test_the_password_page_leads_nowhere_but_here(app, session):
    client = a_while_ago(app, session, a_user(session))
    client.get("/account/confirm?next=//evil.example/")

    sent = {"csrf_token": client.token, "password": PASSWORD}
    answer = client.post("/account/confirm?next=//evil.example/", data=sent)

    assert answer.location == "/account"
