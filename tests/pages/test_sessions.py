"""Sessions: who is in, until when, by which cookie, and what other sites may ask in their name."""

import hashlib
import time
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from survey import db
from survey.store import settings, together
from survey.tables import AuditEntry, Firm, Role, UserSession
from tests.support.people import (
    PASSWORD,
    a_round,
    a_user,
    begun,
    later,
    moment,
    signed_in,
    with_password,
)
from tests.support.signing_in import NEW_PASSWORD, is_signed_in, post, try_sign_in


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


def test_of_many_devices_and_sign_ins_the_newest_stand_open(app, session):
    user = a_user(session)
    here = with_password(app, user)
    for _ in range(5):
        with_password(app, user)

    page = here.get("/account").text
    devices, sign_ins = page.split('<h2 class="mt-4">最近的登录</h2>')
    shown, folded = devices.split("还有 3 台设备</summary>")

    assert "本机" in shown
    assert [part.count(">退出这台设备<") for part in (shown, folded)] == [2, 3]
    assert [part.count("密码正确") for part in sign_ins.split("更早的 3 次</summary>")] == [3, 3]


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


def test_whoever_has_to_sign_in_first_comes_back_to_what_was_chosen(app, session):
    client = signed_in(app, session, a_user(session, Role.OFFICER))
    page = "/bureau/assessments/assign?chosen=7-1&chosen=8-1&back=/bureau/assessments"
    answered = f"http://localhost/bureau/rounds/{a_round(session).id}/close"  # by a POST alone
    later(app, minutes=61)

    chosen = client.post(urlsplit(page).path, headers={"Referer": f"http://localhost{page}"})
    above = client.post(urlsplit(answered).path, headers={"Referer": answered})
    foreign = client.post(urlsplit(page).path, headers={"Referer": f"http://elsewhere{page}"})

    assert parse_qs(urlsplit(chosen.location).query)["next"] == [page]
    assert (
        urlsplit(above.location).query
        == f"next={answered[len('http://localhost') : -len('/close')]}"
    )
    assert urlsplit(foreign.location).query == "next=/"


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


def signing_by(app, digest):
    return URLSafeTimedSerializer(
        app.secret_key,
        salt="cookie-session",
        serializer=app.session_interface.serializer,
        signer_kwargs={"key_derivation": "hmac", "digest_method": digest},
    )


def test_a_cookie_is_read_as_this_release_and_the_one_before_sign_it_and_under_no_other_digest(
    app, session
):
    client = signed_in(app, session, a_user(session))
    with client.session_transaction() as kept:
        held = dict(kept)

    for digest, status in ((hashlib.sha1, 200), (hashlib.sha256, 200), (hashlib.sha512, 302)):
        other = app.test_client()
        other.set_cookie("survey", signing_by(app, digest).dumps(held))
        assert other.get("/account").status_code == status


def _upgrade(session, days_ago):
    """Note an upgrade so many days ago; none where None."""
    if days_ago is not None:
        with db.writing(session):
            at = (moment() - timedelta(days=days_ago)).isoformat()
            settings.keep_beside(session, together.KEY, at)


@pytest.mark.parametrize(
    ("upgraded", "digest"), [(None, hashlib.sha256), (6, hashlib.sha1), (8, hashlib.sha256)]
)
def test_cookies_are_signed_with_sha256_unless_the_release_before_may_run_beside(
    app, session, upgraded, digest
):
    _upgrade(session, upgraded)
    client = signed_in(app, session, a_user(session))

    cookie = client.get_cookie("survey").value

    assert signing_by(app, digest).loads(cookie)["sid"]
    assert client.get("/account").status_code == 200


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


def token_by(key, word, digest):
    signing = {"digest_method": digest}
    return URLSafeTimedSerializer(key, "wtf-csrf-token", signer_kwargs=signing).dumps(word)


def test_a_form_s_token_is_read_as_this_release_and_the_one_before_sign_it_and_under_no_other_digest(
    app, session, monkeypatch
):
    client = signed_in(app, session, a_user(session))
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", ["an earlier key"])
    with client.session_transaction() as kept:
        word = kept["csrf_token"]

    for key, digest, status in (
        (app.secret_key, hashlib.sha1, 302),
        (app.secret_key, hashlib.sha256, 302),
        ("an earlier key", hashlib.sha256, 302),
        (app.secret_key, hashlib.sha512, 400),
        ("another key", hashlib.sha256, 400),
    ):
        sent = {"csrf_token": token_by(key, word, digest), "session": "x"}
        assert client.post("/account/sessions/end", data=sent).status_code == status


@pytest.mark.parametrize(
    ("upgraded", "digest"), [(None, hashlib.sha256), (6, hashlib.sha1), (8, hashlib.sha256)]
)
def test_forms_are_signed_with_sha256_unless_the_release_before_may_run_beside(
    app, session, upgraded, digest
):
    _upgrade(session, upgraded)
    client = signed_in(app, session, a_user(session))
    with client.session_transaction() as kept:
        word = kept["csrf_token"]
    reading = {"digest_method": digest}
    signer = URLSafeTimedSerializer(app.secret_key, "wtf-csrf-token", signer_kwargs=reading)

    assert signer.loads(client.token) == word


def test_where_the_line_is_encrypted_a_page_of_another_site_or_of_none_changes_nothing(
    app, session
):
    client = signed_in(app, session, a_user(session))
    sent = {"csrf_token": client.token, "session": "x"}

    for before, status in (
        ("https://localhost/account", 302),
        ("https://evil.example/account", 400),
        ("http://localhost/account", 400),
        ("https://localhost.evil.example/", 400),
        ("", 400),
    ):
        headers = {"Referer": before} if before else {}
        answer = client.post(
            "/account/sessions/end", data=sent, headers=headers, base_url="https://localhost"
        )
        assert answer.status_code == status, before


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
