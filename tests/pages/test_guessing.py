"""Whoever guesses names and passwords is slowed down, and nobody else."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.joining import create_app
from survey.lifecycle import accounts, links, passwords
from survey.lifecycle.errors import Invalid
from survey.lifecycle.step import Step
from survey.tables import AuditEntry, Role, User
from tests.support.people import PASSWORD, TESTER, a_firm, a_user, later, moment, with_password
from tests.support.signing_in import WRONG, try_sign_in


def test_guessing_one_account_is_slowed_down_for_every_process_and_over_a_restart(
    app, session, settings, engine
):
    user = a_user(session)

    answers = [try_sign_in(app, user.username) for _ in range(20)]

    assert [answer.status_code for answer in answers[:5]] == [422] * 5
    assert answers[-1].status_code == 429
    assert "再试" in answers[-1].text
    assert int(answers[-1].headers["Retry-After"]) >= 1
    restarted = create_app(settings, engine)
    restarted.test_client_class = app.test_client_class
    assert try_sign_in(restarted, user.username).status_code == 429
    later(app, minutes=16)
    assert try_sign_in(app, user.username, PASSWORD).status_code == 302


def test_while_an_account_is_slowed_down_even_the_right_password_is_not_looked_at(app, session):
    user = a_user(session)
    for _ in range(5):
        try_sign_in(app, user.username)

    assert try_sign_in(app, user.username, PASSWORD).status_code == 429


def test_an_account_is_one_account_under_each_of_its_names(app, session):
    firm = a_firm(session)
    user = a_user(session, firm=firm)
    for name in (user.username, firm.code, user.username.upper(), firm.code.lower(), firm.code):
        try_sign_in(app, name)

    assert try_sign_in(app, firm.code).status_code == 429
    assert try_sign_in(app, user.username).status_code == 429


def test_one_address_trying_many_accounts_is_slowed_down_and_others_are_not(app, session):
    user = a_user(session)

    answers = [try_sign_in(app, f"nobody{n}", address="203.0.113.9") for n in range(35)]

    assert answers[0].status_code == 422
    assert answers[-1].status_code == 429
    assert try_sign_in(app, user.username, PASSWORD, address="203.0.113.10").status_code == 302


def test_strangers_cannot_lock_somebody_out_of_the_browser_they_know(app, session):
    user = a_user(session)
    known = with_password(app, user)
    known.get("/account")
    known.submit("/sign-out")
    for _ in range(30):
        try_sign_in(app, user.username)

    assert try_sign_in(app, user.username, PASSWORD, client=known).status_code == 302


def test_many_guesses_at_once_are_all_counted(app, session, engine):
    name = a_user(session).username
    clients = [app.test_client() for _ in range(8)]
    for client in clients:
        client.get("/sign-in")

    def guess(client):
        return client.submit("", {"username": name, "password": WRONG})

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(guess, clients))

    assert set(statuses) <= {422, 429}
    with Session(engine) as fresh:
        failures = accounts.store.throttle(fresh, f"account:{name}").failures
    assert failures == statuses.count(422)


def test_a_wrong_name_and_a_wrong_password_look_alike(app, session):
    user = a_user(session)
    disabled = a_user(session, active=False)
    invited = a_user(session, password_hash=None)
    names = [user.username, disabled.username, invited.username, "nobody-here"]

    answers = {name: try_sign_in(app, name) for name in names}

    assert {answer.status_code for answer in answers.values()} == {422}
    texts = {_without_token(answer.text).replace(name, "") for name, answer in answers.items()}
    assert len(texts) == 1


def test_a_wrong_name_costs_as_much_work_as_a_wrong_password(app, session, monkeypatch):
    checked = []

    class Listening(PasswordHasher):
        def verify(self, kept, given):
            checked.append(extract_parameters(kept))
            return super().verify(kept, given)

    monkeypatch.setattr(passwords, "_hasher", Listening())
    user = a_user(session, password_hash=passwords.hashed(PASSWORD))
    passwords._nobody.cache_clear()

    try_sign_in(app, user.username)
    try_sign_in(app, "nobody-here")
    passwords._nobody.cache_clear()

    known, unknown = checked
    assert known == unknown


def _without_token(text):
    return re.sub(r'name="csrf_token"[^>]*>|<code>[0-9a-f]+</code>', "", text)


@pytest.mark.parametrize(
    "name",
    [
        "a\x00b",
        "a\nb 已登录",
        "‮nimda",
        "ＡＤＭＩＮ",
        "\ud800".encode("utf-8", "surrogatepass"),
        "x" * 120,
    ],
)
def test_odd_names_are_just_wrong_and_write_no_lines_into_the_log(app, session, name):
    answer = try_sign_in(app, name)

    assert answer.status_code == (400 if isinstance(name, bytes) else 422)
    for entry in session.scalars(select(AuditEntry)):
        assert not set(entry.after["name"]) & set("\x00\n\r\u2028")


def test_a_name_in_other_letters_is_no_other_account(app, session):
    user = a_user(session, username="kate")

    kelvin = try_sign_in(app, "\u212aate", PASSWORD)
    full_width = try_sign_in(app, "ｋａｔｅ", PASSWORD)

    assert full_width.status_code == 422
    # The Kelvin sign lowers to a plain k: the same account, counted as the same.
    assert kelvin.status_code == 302
    for spelled in ("\u212aate", "KATE", "kate", " kate ", "Kate"):
        try_sign_in(app, spelled)
    assert try_sign_in(app, user.username).status_code == 429


def test_user_names_are_plain_small_letters(app, session):
    for name in (
        "Админ",
        "ａｄｍｉｎ",
        "adm\u200bin",
        "ad min",
        "a",
        "-admin",
        "x" * 41,
        "管理员",
        "a\n",
    ):
        with pytest.raises(Invalid) as refused:
            links.add_and_invite(
                Step(session, TESTER, moment()), username=name, name="虚构人", role=Role.OFFICER
            )
        assert "username" in refused.value.fields
        assert name.strip() in ("a", "admin") or session.scalar(select(func.count(User.id))) == 0
