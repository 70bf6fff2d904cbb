"""Signing in and staying signed in, against people who guess, replay, forge and race."""

import hashlib
import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from http.cookies import SimpleCookie
from urllib.parse import quote, urljoin, urlsplit

import pytest
from argon2 import PasswordHasher, extract_parameters
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.clock import LOCAL
from survey.files import breached
from survey.joining import create_app
from survey.lifecycle import accounts, links, passwords
from survey.lifecycle.errors import Invalid
from survey.lifecycle.step import Step
from survey.tables import AuditEntry, Firm, OneTimeLink, Role, Table, User, UserSession
from survey.workdays import Calendar, SpecialDay
from tests.support.people import (
    PASSWORD,
    TESTER,
    a_firm,
    a_user,
    begun,
    later,
    moment,
    signed_in,
    with_password,
)

WRONG = "不对的密码 123"
NEW_PASSWORD = "另一句更长的话 2026"
LEAKED = ("别处已经泄露过的一句话", "别处已经泄露过的又一句话")


def try_sign_in(app, username, password=WRONG, address="198.51.100.7", client=None):
    client = client or app.test_client()
    client.get("/sign-in", environ_base={"REMOTE_ADDR": address})
    return client.submit(
        "",
        {"username": username, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )


def is_signed_in(client):
    return client.get("/account").status_code == 200


# --- guessing ------------------------------------------------------------------------------------


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


# --- sessions ------------------------------------------------------------------------------------


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, session):
    user = a_user(session)
    client = with_password(app, user)
    stolen = client.get_cookie("survey").value
    client.get("/account")
    client.submit("/sign-out")

    thief = app.test_client()
    thief.set_cookie("survey", stolen)

    assert thief.get("/account").status_code == 302
    assert thief.get("/account", headers={"Accept": "application/json"}).status_code == 401


def test_signing_out_tells_the_browser_to_forget(app, session):
    client = signed_in(app, session, a_user(session))

    answer = client.submit("/sign-out")

    assert answer.status_code == 302
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_signing_out_everywhere_ends_every_device(app, session):
    user = a_user(session)
    others = [signed_in(app, session, user) for _ in range(3)]
    colleague = signed_in(app, session, a_user(session))

    others[0].submit("/account/sign-out-everywhere")

    assert not any(is_signed_in(client) for client in others)
    assert is_signed_in(colleague)


def test_a_new_password_ends_the_other_sessions(app, session):
    user = a_user(session)
    here, elsewhere = signed_in(app, session, user), signed_in(app, session, user)

    answer = here.submit("", {"old": PASSWORD, "new": NEW_PASSWORD})

    assert answer.status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    with_password(app, user, NEW_PASSWORD)


def test_guessing_the_present_password_on_an_open_account_is_slowed_down_too(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)

    answers = []
    for attempt in range(12):
        client.get("/account")
        answers.append(
            client.submit(
                "",
                {"old": f"猜一个 {attempt}", "new": NEW_PASSWORD},
            ).status_code
        )

    assert answers[0] == 422
    assert answers[-1] == 429


def test_a_disabled_account_is_out_at_its_next_click(app, session):
    admin = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    user = a_user(session)
    client = signed_in(app, session, user)

    post(admin, f"/admin/users/{user.id}/active", {"active": "no"})

    assert client.get("/account").status_code == 302
    assert try_sign_in(app, user.username, PASSWORD).status_code == 422


def test_a_changed_role_is_in_force_at_the_next_click(app, session):
    admin = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    user = a_user(session, Role.ADMINISTRATOR)
    client = signed_in(app, session, user)
    assert client.get("/admin/users").status_code == 200

    post(admin, f"/admin/users/{user.id}/role", {"role": Role.CONSULTANT})

    assert client.get("/admin/users").status_code == 403
    assert client.get("/visits").status_code == 200


def post(client, address, data):
    return client.post(address, data=data | {"csrf_token": client.token})


def test_what_a_browser_held_before_signing_in_is_worthless_after(app, session):
    user = a_user(session)
    client = app.test_client()
    client.get("/sign-in")
    planted = client.get_cookie("survey").value
    client.submit("", {"username": user.username, "password": PASSWORD})
    assert client.get_cookie("survey").value != planted

    attacker = app.test_client()
    attacker.set_cookie("survey", planted)

    assert not is_signed_in(attacker)


def test_signing_in_again_opens_another_session(app, session):
    user = a_user(session)
    with_password(app, user)
    with_password(app, user)

    hashes = session.scalars(select(UserSession.token_hash)).all()

    assert len(set(hashes)) == 2
    assert all(len(kept) == 64 for kept in hashes)


def test_an_idle_session_ends_and_leads_back_to_the_question(app, session):
    user = a_user(session)
    assessment = begun(session, session.get(Firm, user.firm_id))
    client = signed_in(app, session, user)
    page = f"/firm/assessments/{assessment.id}/sections/production"
    assert client.get(page).status_code == 200
    later(app, minutes=61)

    saved = client.send(f"/firm/assessments/{assessment.id}/answers", {"question": "scheduling"})
    posted = client.post(
        page, data={"q_scheduling": "3"}, headers={"Referer": f"http://localhost{page}"}
    )

    assert saved.status_code == 401
    assert "重新登录" in saved.json["message"]
    assert posted.status_code == 302
    assert posted.location == f"/sign-in?next={quote(page)}"
    client.get(posted.location)
    back = client.submit(
        "",
        {"username": user.username, "password": PASSWORD},
        query_string={"next": page},
    )
    assert back.location == page


def test_a_session_ends_after_half_a_day_however_busy(app, session):
    client = signed_in(app, session, a_user(session))
    for _ in range(15):
        later(app, minutes=50)
        last = client.get("/account").status_code

    assert last == 302


def test_asking_every_minute_keeps_a_session(app, session):
    client = signed_in(app, session, a_user(session))
    for _ in range(4):
        later(app, minutes=45)
        assert client.get("/account").status_code == 200


def test_a_page_open_for_seventy_minutes_still_saves(app, session, monkeypatch):
    user = a_user(session)
    client = signed_in(app, session, user)
    tab = app.test_client()
    tab.set_cookie("survey", client.get_cookie("survey").value)
    for _ in range(2):  # another tab keeps the session alive
        later(app, minutes=40)
        assert is_signed_in(tab)
    then = time.time() + 80 * 60
    monkeypatch.setattr(time, "time", lambda: then)

    answer = client.submit("", {"old": PASSWORD, "new": NEW_PASSWORD})

    assert answer.status_code == 302


def test_forged_and_broken_cookies_are_nobody(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)
    good = client.get_cookie("survey").value
    other_key = URLSafeTimedSerializer("another key", salt="cookie-session")
    other_use = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token")
    with client.session_transaction() as kept:
        word = kept["sid"]
    broken = {
        "truncated": good[:-5],
        "resigned": other_key.dumps({"sid": word}),
        "signed for another use": other_use.dumps({"sid": word}),
        "unsigned": good.partition(".")[0],
        "long": "x" * 8192,
        "empty": "",
        "not utf-8": "\xff\xfe\xfd",
        "nul": "%00",
        "numbers": str(2**63),
    }
    for name, value in broken.items():
        answer = app.test_client().get(
            "/account", headers={"Cookie": f"survey={value}; survey-device={value}"}
        )
        assert answer.status_code == 302, name


def test_a_cookie_as_the_next_release_will_sign_it_is_read_and_one_of_another_digest_is_not(
    app, session
):
    client = signed_in(app, session, a_user(session))
    with client.session_transaction() as kept:
        held = dict(kept)

    for digest, status in ((hashlib.sha256, 200), (hashlib.sha512, 302)):
        signing = URLSafeTimedSerializer(
            app.secret_key,
            salt="cookie-session",
            serializer=app.session_interface.serializer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": digest},
        )
        other = app.test_client()
        other.set_cookie("survey", signing.dumps(held))
        assert other.get("/account").status_code == status


def test_a_signed_cookie_of_another_shape_is_nobody(app):
    for sid in (None, 5, ["x"], {"a": 1}, "", "x" * 5000, "\x00", "汉字"):
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["sid"] = sid
        assert client.get("/account").status_code == 302


def test_cookies_are_kept_from_scripts_and_other_sites(app, session):
    client = app.test_client()
    client.get("/sign-in")
    answer = client.submit("", {"username": a_user(session).username, "password": PASSWORD})

    cookies = answer.headers.getlist("Set-Cookie")

    assert len(cookies) == 2
    for text in cookies:
        morsel = next(iter(SimpleCookie(text).values()))
        assert morsel["httponly"]
        assert morsel["samesite"] == "Lax"
        assert morsel["path"] == "/"
        assert not morsel["domain"]


# --- forgery -------------------------------------------------------------------------------------


def test_without_a_token_nothing_is_written(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)
    before = session.scalar(select(func.count(AuditEntry.id)))

    for address in ("/sign-out", "/account/sign-out-everywhere", "/account"):
        answer = client.post(address, data={"old": PASSWORD, "new": NEW_PASSWORD})
        assert answer.status_code == 400
        assert "页面已过期" in answer.text

    assert is_signed_in(client)
    assert session.scalar(select(func.count(AuditEntry.id))) == before


def test_another_users_token_is_no_token(app, session):
    mine = signed_in(app, session, a_user(session))
    theirs = signed_in(app, session, a_user(session))

    answer = mine.post("/sign-out", data={"csrf_token": theirs.token})

    assert answer.status_code == 400
    assert is_signed_in(mine)


def test_json_sent_as_text_from_another_page_is_refused(app, session):
    user = a_user(session)
    assessment = begun(session, session.get(Firm, user.firm_id))
    client = signed_in(app, session, user)

    answer = client.post(
        f"/firm/assessments/{assessment.id}/answers",
        data='{"question": "scheduling", "request_id": "a.1", "base_revision": 0, "value": 3}',
        headers={"Content-Type": "text/plain", "Origin": "https://evil.example"},
    )

    assert answer.status_code == 400


def test_a_sign_in_without_its_token_is_refused(app, session):
    client = app.test_client()

    answer = client.post(
        "/sign-in", data={"username": a_user(session).username, "password": PASSWORD}
    )

    assert answer.status_code in (400, 422)
    assert not is_signed_in(client)


ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/%0d%0aSet-Cookie:a=b",
    "javascript:alert(1)",
    " //evil.example",
    "/ /evil.example",
    "http:evil.example",
    "/account/../\\evil.example",
    "//user@evil.example/",
    "/.//evil.example",
    "/..//evil.example",
    "/\x00",
    "/\u2028/evil",
]


def test_after_signing_in_nobody_is_led_to_another_place(app, session):
    user = a_user(session)
    for target in ELSEWHERE:
        client = app.test_client()
        client.get("/sign-in", query_string={"next": target})

        answer = client.submit(
            "",
            {"username": user.username, "password": PASSWORD},
            query_string={"next": target},
        )

        assert answer.status_code == 302, target
        location = answer.headers["Location"]
        assert location.startswith("/"), target
        assert not location.startswith(("//", "/\\")), target
        assert not any(ord(character) < 33 for character in location), target
        landed = urlsplit(urljoin("http://localhost/sign-in", location.replace("\\", "/")))
        assert landed.netloc == "localhost", target


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil"])
def test_a_forged_host_is_refused_in_chinese(app, session, host):
    answer = app.test_client().get("/sign-in", headers={"Host": host})

    assert answer.status_code == 400
    assert "请求" in answer.text
    assert "evil" not in answer.text


def test_a_reset_link_names_the_configured_address_whatever_the_request_says(app, session):
    admin = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    user = a_user(session)

    answer = admin.post(
        f"/admin/users/{user.id}/link",
        data={"csrf_token": admin.token},
        headers={
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "https",
            "Forwarded": "host=evil.example",
        },
    )

    assert answer.status_code == 200
    assert "http://localhost/link/" in answer.text
    assert "evil" not in answer.text


# --- passwords and links -------------------------------------------------------------------------


def a_link(session, user):
    return links.issue_link(Step(session, TESTER, moment()), user.id).token


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple " * 2 + "and eighty bytes more",
        "虚构的密码很长很长" * 7 + "终",
        "  前面有两个空格 12",
        "😀🔧🏭👩‍🔬😎 factory",
        "0123456789abcdef" * 8,
        "tab\tand nul\x01 inside 密",
    ],
)
def test_a_password_is_kept_whole(app, session, password):
    user = a_user(session, password_hash=None)
    client = app.test_client()
    address = f"/link/{a_link(session, user)}"
    client.get(address)

    answer = client.submit("", {"password": password})

    assert answer.status_code == 302
    assert try_sign_in(app, user.username, password[:-1]).status_code == 422
    assert try_sign_in(app, user.username, password.strip() + " ").status_code == 422
    assert try_sign_in(app, user.username, password).status_code == 302


@pytest.mark.parametrize(
    "password", ["0123456789abcdef" * 8 + "x", "short 12", "password123", "1111111111"]
)
def test_a_password_too_long_too_short_or_too_common_is_refused_with_the_reason(
    app, session, password
):
    user = a_user(session, password_hash=None)
    client = app.test_client()
    client.get(f"/link/{a_link(session, user)}")

    answer = client.submit("", {"password": password})

    assert answer.status_code == 422
    assert "密码" in answer.text
    assert session.scalar(select(OneTimeLink.used_at)) is None


def test_a_password_that_leaked_somewhere_is_refused_where_the_settings_name_a_list(
    app, session, settings, engine, tmp_path
):
    (leaked := tmp_path / "list").write_text(
        "\n".join(sorted(f"{breached.listed_as(one).decode()}:9" for one in LEAKED))
    )
    made = create_app(replace(settings, breached_passwords=leaked), engine)
    made.test_client_class = app.test_client_class
    user = a_user(session)
    client = with_password(made, user)
    client.get("/account")

    refused = client.submit("", {"old": PASSWORD, "new": LEAKED[1]})
    taken = client.submit("", {"old": PASSWORD, "new": NEW_PASSWORD})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert "在公开的泄露名单里" in refused.text
    invited = made.test_client()
    invited.get(f"/link/{a_link(session, a_user(session, password_hash=None))}")
    assert invited.submit("", {"password": LEAKED[0]}).status_code == 422


def test_a_password_stays_good_however_old_it_is(app, session):
    user = a_user(session)
    later(app, days=5 * 365)

    assert try_sign_in(app, user.username, PASSWORD).status_code == 302


def test_a_firms_users_are_invited_by_a_random_word_that_works_once_and_ends(app, session):
    firm = a_firm(session)
    user = a_user(session, firm=firm, password_hash=None)
    words = [a_link(session, user) for _ in range(3)]
    assert len(set(words)) == 3
    assert all(len(word) >= 40 for word in words)
    assert firm.code not in "".join(words)

    client = app.test_client()
    assert client.get(f"/link/{words[0]}").status_code == 404  # only the newest works
    client.get(f"/link/{words[2]}")
    good = {"password": NEW_PASSWORD}
    assert client.submit("", good).status_code == 302
    assert client.get(f"/link/{words[2]}").status_code == 404

    late = a_link(session, user)
    later(app, days=10)
    assert app.test_client().get(f"/link/{late}").status_code == 404


def test_a_link_is_used_once_also_by_two_at_the_same_moment(app, session):
    user = a_user(session, password_hash=None)
    address = f"/link/{a_link(session, user)}"
    clients = [app.test_client() for _ in range(4)]
    for client in clients:
        client.get(address)

    def use(pair):
        number, client = pair
        password = f"第 {number} 个人的新密码"
        return client.submit("", {"password": password}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(use, enumerate(clients)))

    assert statuses == [302, 404, 404, 404]


def test_a_link_of_a_disabled_user_is_dead(app, session):
    user = a_user(session, password_hash=None)
    word = a_link(session, user)
    accounts.set_active(Step(session, TESTER, moment()), user.id, False)
    accounts.set_active(Step(session, TESTER, moment()), user.id, True)

    assert app.test_client().get(f"/link/{word}").status_code == 404


def test_a_reset_ends_what_was_open_and_says_nothing_about_the_user_to_strangers(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)
    word = a_link(session, user)
    stranger = app.test_client()
    stranger.get(f"/link/{word}")
    stranger.submit("", {"password": NEW_PASSWORD})

    assert not is_signed_in(client)
    assert try_sign_in(app, user.username, PASSWORD).status_code == 422
    assert try_sign_in(app, user.username, NEW_PASSWORD).status_code == 302


def test_a_link_ends_with_the_office_after_as_many_days_as_are_set_on_a_working_day():
    """A weekend and the free Tuesday are passed over; the Saturday that is worked for it is not."""
    monday = datetime(2026, 11, 23, 8, 0, tzinfo=LOCAL)
    special = (
        SpecialDay(date(2026, 11, 24), False, "虚构节"),
        SpecialDay(date(2026, 11, 28), True, "补班"),
    )

    ends = [links.expiry(monday, days, Calendar()) for days in (1, 4, 5, 6, 7)]
    made_up = [links.expiry(monday, days, Calendar({2026: special})).day for days in (1, 5, 6)]

    assert made_up == [25, 28, 30]

    assert [f"{e:%m-%d %H:%M}" for e in ends] == [
        "11-24 18:00",
        "11-27 18:00",
        "11-30 18:00",
        "11-30 18:00",
        "11-30 18:00",
    ]
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert links.expiry(late, 1, Calendar()).day == 25  # Tuesday here


def test_whoever_only_looks_at_a_link_uses_nothing_up(app, session):
    user = a_user(session, password_hash=None)
    address = f"/link/{a_link(session, user)}"
    for agent in ("MicroMessenger preview", "curl/8"):
        assert app.test_client().get(address, headers={"User-Agent": agent}).status_code == 200
        assert app.test_client().head(address).status_code == 200

    client = app.test_client()
    client.get(address)
    assert client.submit("", {"password": NEW_PASSWORD}).status_code == 302


def test_one_press_sets_the_password_and_signs_in_where_it_was_pressed(app, session):
    user = a_user(session, password_hash=None)
    client = app.test_client()
    client.get(f"/link/{a_link(session, user)}")

    answer = client.submit("", {"password": NEW_PASSWORD, "phone": "138 0000-1234"})

    assert answer.status_code == 302
    assert is_signed_in(client)
    session.refresh(user)
    assert user.phone == "13800001234"
    told = [row.action for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert told[-4:] == ["phone", "password_invite", "agree", "sign_in"]


def test_a_link_page_refuses_what_is_no_phone_number_and_keeps_the_link(app, session):
    user = a_user(session, password_hash=None)
    client = app.test_client()
    client.get(f"/link/{a_link(session, user)}")

    answer = client.submit("", {"password": NEW_PASSWORD, "phone": "0578-2090000"})

    assert answer.status_code == 422
    assert "11 位手机号" in answer.text
    assert client.submit("", {"password": NEW_PASSWORD, "phone": ""}).status_code == 302


def test_a_reset_neither_shows_nor_changes_the_phone_number(app, session):
    user = a_user(session, phone="13800001234")
    client = app.test_client()

    page = client.get(f"/link/{a_link(session, user)}").text
    answer = client.submit("", {"password": NEW_PASSWORD, "phone": "13900005678"})

    assert "13800001234" not in page
    assert answer.status_code == 302
    session.refresh(user)
    assert user.phone == "13800001234"


def test_a_phone_number_opens_the_account_of_its_owner_however_it_is_typed(app, session):
    user = a_user(session, phone="13800001234")

    for said in ("13800001234", "138 0000 1234", "+86 138-0000-1234", "１３８００００１２３４"):
        assert try_sign_in(app, said, PASSWORD).status_code == 302
    assert try_sign_in(app, "13800001234", WRONG).status_code == 422
    assert user.phone


def test_a_phone_number_claimed_twice_opens_neither_account_and_the_name_does(app, session):
    first, _ = a_user(session, phone="13800001234"), a_user(session, phone="13800001234")

    answer = try_sign_in(app, "13800001234", PASSWORD)

    assert answer.status_code == 422
    assert "请改填用户名" in answer.text
    assert try_sign_in(app, first.username, PASSWORD).status_code == 302


def test_only_who_knows_the_password_changes_the_phone_number(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)
    client.get("/account")

    refused = client.submit(
        "/account/phone", {"phone-phone": "13800001234", "phone-password": WRONG}
    )
    client.get("/account")
    taken = client.submit(
        "/account/phone", {"phone-phone": "13800001234", "phone-password": PASSWORD}
    )

    assert (refused.status_code, taken.status_code) == (422, 302)
    session.refresh(user)
    assert user.phone == "13800001234"
    row = session.scalars(select(AuditEntry).where(AuditEntry.action == "phone")).all()[-1]
    assert row.after == {"phone": "138****1234"}


@pytest.mark.parametrize(
    "word", ["x", "x" * 4000, "%00", "..%2f..%2f", "汉字", "%ff%fe", "' OR 1=1--"]
)
def test_invented_links_are_not_there(app, word):
    assert app.test_client().get(f"/link/{word}").status_code == 404


# --- administrators ------------------------------------------------------------------------------


def test_the_last_administrator_cannot_be_shut_out(app, session, engine):
    first, second = a_user(session, Role.ADMINISTRATOR), a_user(session, Role.ADMINISTRATOR)
    clients = [signed_in(app, session, user) for user in (first, second)]
    targets = [second.id, first.id]
    session.rollback()

    def disable(pair):
        client, target = pair
        return post(client, f"/admin/users/{target}/active", {"active": "no"}).status_code

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(disable, zip(clients, targets, strict=True)))

    with Session(engine) as fresh:
        active = select(func.count(User.id)).where(User.role == Role.ADMINISTRATOR, User.active)
        assert fresh.scalar(active) == 1


def test_administrators_cannot_lower_each_other_at_the_same_moment(app, session, engine):
    first, second = a_user(session, Role.ADMINISTRATOR), a_user(session, Role.ADMINISTRATOR)
    clients = [signed_in(app, session, user) for user in (first, second)]
    targets = [second.id, first.id]
    session.rollback()

    def lower(pair):
        client, target = pair
        return post(client, f"/admin/users/{target}/role", {"role": Role.OFFICER}).status_code

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lower, zip(clients, targets, strict=True)))

    with Session(engine) as fresh:
        active = select(func.count(User.id)).where(User.role == Role.ADMINISTRATOR, User.active)
        assert fresh.scalar(active) == 1


def test_nobody_disables_or_changes_themselves(app, session):
    admin = a_user(session, Role.ADMINISTRATOR)
    a_user(session, Role.ADMINISTRATOR)
    client = signed_in(app, session, admin)

    assert post(client, f"/admin/users/{admin.id}/active", {"active": "no"}).status_code == 422
    assert post(client, f"/admin/users/{admin.id}/role", {"role": Role.OFFICER}).status_code == 422
    assert is_signed_in(client)


def test_whoever_gets_a_reset_link_need_not_wait_for_what_was_guessed(app, session):
    user = a_user(session)
    for _ in range(12):
        try_sign_in(app, user.username)
    word = a_link(session, user)
    client = app.test_client()
    client.get(f"/link/{word}")

    client.submit("", {"password": NEW_PASSWORD})

    assert try_sign_in(app, user.username, NEW_PASSWORD).status_code == 302


def test_an_administrator_ends_all_sessions_of_a_user(app, session):
    user = a_user(session)
    theirs = [signed_in(app, session, user) for _ in range(2)]
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    client.get("/admin/users")

    client.submit(f"/admin/users/{user.id}/sign-out")

    assert not any(is_signed_in(one) for one in theirs)
    assert is_signed_in(client)


def test_an_account_is_disabled_only_by_saying_so(app, session):
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    user = a_user(session, Role.OFFICER)

    for said in ({}, {"active": ""}, {"active": "0"}, {"active": "maybe"}):
        assert post(client, f"/admin/users/{user.id}/active", said).status_code == 422
    session.rollback()
    assert session.get(User, user.id, populate_existing=True).active


@pytest.mark.parametrize("role", ["", "root", Role.FIRM, "administrator' OR 1=1", "ADMINISTRATOR"])
def test_only_known_roles_of_staff_can_be_given(app, session, role):
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    user = a_user(session, Role.CONSULTANT)

    answer = post(client, f"/admin/users/{user.id}/role", {"role": role})

    assert answer.status_code == 422
    session.rollback()
    assert session.get(User, user.id, populate_existing=True).role == Role.CONSULTANT


def test_a_firms_user_never_becomes_staff(app, session):
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    user = a_user(session)

    assert post(client, f"/admin/users/{user.id}/role", {"role": Role.OFFICER}).status_code == 422


def test_fields_nobody_asked_for_change_nothing(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)

    client.submit(
        "",
        {
            "old": PASSWORD,
            "new": NEW_PASSWORD,
            "again": NEW_PASSWORD,
            "role": Role.ADMINISTRATOR,
            "firm_id": "1",
            "active": "no",
            "user_id": "1",
            "username": "root",
        },
    )

    session.rollback()
    kept = session.get(User, user.id, populate_existing=True)
    assert (kept.role, kept.firm_id, kept.active, kept.username) == (
        Role.FIRM,
        user.firm_id,
        True,
        user.username,
    )


def test_every_sign_in_good_or_bad_stands_in_the_log(app, session):
    user = a_user(session)
    try_sign_in(app, user.username)
    try_sign_in(app, user.username, PASSWORD)

    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "sign_in").order_by(AuditEntry.id)
    ).all()

    assert [entry.succeeded for entry in entries] == [False, True]
    assert {entry.address for entry in entries} == {"198.51.100.7"}
    assert all(entry.request_id for entry in entries)
    assert not any(PASSWORD in str(entry.after) for entry in entries)


def test_the_word_of_a_link_and_a_password_in_the_wrong_field_are_written_nowhere(
    app, session, caplog
):
    caplog.set_level(logging.DEBUG, logger="survey")
    user = a_user(session, password_hash=None)
    word = a_link(session, user)
    client = app.test_client()
    page = client.get(f"/link/{word}")

    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert client.post(f"/link/{word}", data={"password": PASSWORD}).status_code == 400
    client.get(f"/link/{word}")
    assert client.submit("", {"password": "short"}).status_code == 422
    for where in (
        f"/link/{word}。",
        f"/link/{word}/",
        f"/link/x{word}",
        f"/{word}",
        f"/link//{word}",
    ):
        assert client.post(where).status_code in (308, 400, 404), where
        client.put(where, headers={"Accept": "application/json"})
    client.get("/sign-in")
    for typed in (PASSWORD, f"http://localhost/link/{word}"):
        client.submit("", {"username": typed, "password": "x"})

    session.rollback()
    rows = [
        str(tuple(row))
        for table in Table.metadata.sorted_tables
        for row in session.execute(select(table))
    ]
    for written in (*rows, *(record.getMessage() for record in caplog.records)):
        assert word not in written, written
        assert PASSWORD not in written, written
