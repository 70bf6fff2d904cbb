"""What ``STRICT=1`` asks of people beyond the usual, each row of ``asvs.yaml`` that rests on it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from itsdangerous import URLSafeTimedSerializer

from survey.files.stores import contents_of
from survey.joining import create_app
from survey.lifecycle import calendars
from survey.lifecycle.step import Step
from survey.readings.condition import CHECKS, Around, examine
from survey.tables import Role
from survey.words.wording import NOTHING_KEPT
from tests.support.factors import with_factor
from tests.support.passkeys import OlderDevice, added, to_make, to_show
from tests.support.people import TESTER, a_user, moment, signed_in, with_password

ADDING = "/account/passkeys"


@pytest.fixture
def strictly(settings):
    return replace(settings, strict=True)


@pytest.fixture
def strict(strictly, engine, app):
    """The application where the standard goes before convenience."""
    made = create_app(strictly, engine)
    made.test_client_class = app.test_client_class
    made.extensions["tests_session"] = app.extensions.get("tests_session")
    return made


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


# --- factors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_everybody_needs_a_second_factor(strict, session, role):
    client = signed_in(strict, session, a_user(session, role))
    assert client.get("/account").location.startswith("/account/second-factor")

    added(client)

    assert client.get("/account").status_code == 200


def test_no_app_is_set_up_whatever_is_sent(strict, session, officer):
    client = signed_in(strict, session, officer)

    assert client.get("/account/second-factor").location == ADDING
    page = client.get(ADDING).text
    assert "动态码" not in page
    sent = client.post("/account/second-factor", data={"csrf_token": client.token, "code": "1"})
    assert sent.location == ADDING


def test_a_code_of_an_app_from_before_opens_nothing(app, strict, session, officer):
    _, phone, codes = with_factor(app, session, officer)
    client = with_password(strict, officer)
    assert "不收应用里的动态码" in client.get("/second-factor").text

    refused = client.submit("", {"code": phone.code(strict.config["CLOCK"](), 1)})

    assert refused.status_code == 422
    assert "恢复码不对" in refused.text
    assert client.get("/bureau/firms").location.startswith("/second-factor")
    assert client.submit("/second-factor", {"code": codes[0]}).status_code == 302


def test_a_recovery_code_of_an_app_leads_to_a_passkey_and_nowhere_else(
    app, strict, session, officer
):
    codes = with_factor(app, session, officer)[2]
    client = with_password(strict, officer)
    client.get("/second-factor")
    client.submit("", {"code": codes[0]})
    for path in ("/account", "/bureau/firms", "/account/second-factor"):
        assert client.get(path).location.startswith(ADDING)

    answer = client.get(ADDING)
    assert answer.status_code == 200
    added(client)

    assert client.get("/bureau/firms").status_code == 200
    assert "手机上的那一项可以删掉" in client.get("/account").text


def test_who_has_an_app_alone_lacks_a_factor(app, strictly, session, officer):
    with_factor(app, session, officer)
    session.rollback()
    (check,) = [one for one in CHECKS if one.name == "factors"]
    around = Around(session, strictly, contents_of(strictly), app.config["CLOCK"]())

    assert examine(around, [check])[0].code == "lacking"


def test_a_passkey_is_made_by_what_is_approved_alone(strict, session, officer):
    client = signed_in(strict, session, officer)
    client.get(ADDING)
    options = to_make(client)
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-8, -7]

    refused = client.submit("", {"name": "旧电脑", "passkey": OlderDevice().made(options)})

    assert refused.status_code == 422
    assert "没有添加" in refused.text


def test_a_passkey_from_before_that_signs_with_pkcs_opens_nothing(app, strict, session, officer):
    older = OlderDevice()
    added(signed_in(app, session, officer), older)
    client = with_password(app, officer)
    client.get("/second-factor")
    said = {"csrf_token": client.token, "passkey": older.signed(to_show(client))}
    assert client.post("/second-factor/passkey", data=said).status_code == 302

    client = with_password(strict, officer)
    client.get("/second-factor")
    said = {"csrf_token": client.token, "passkey": older.signed(to_show(client))}
    refused = client.post("/second-factor/passkey", data=said)

    assert refused.status_code == 422
    assert "签名算法（RS256）本系统不收" in refused.text
    assert "动态码" not in refused.text
    assert client.get("/bureau/firms").location.startswith("/second-factor")


def test_what_was_signed_with_sha1_is_read_no_more(strict, session, officer):
    client = signed_in(strict, session, officer)
    added(client)
    with client.session_transaction() as kept:
        held = dict(kept)

    for digest, status in ((hashlib.sha1, 302), (hashlib.sha256, 200)):
        other = strict.test_client()
        cookie = signed_by(strict, "cookie-session", digest, "hmac").dumps(held)
        other.set_cookie("survey", cookie)
        assert other.get("/account").status_code == status

    for digest, status in ((hashlib.sha1, 400), (hashlib.sha256, 302)):
        token = signed_by(strict, "wtf-csrf-token", digest).dumps(held["csrf_token"])
        sent = {"csrf_token": token, "session": "x"}
        assert client.post("/account/sessions/end", data=sent).status_code == status


def signed_by(app, salt, digest, derivation=None):
    how = {"digest_method": digest} | ({"key_derivation": derivation} if derivation else {})
    serializer = app.session_interface.serializer if derivation else None
    return URLSafeTimedSerializer(app.secret_key, salt, serializer=serializer, signer_kwargs=how)


# --- addresses and browsers ------------------------------------------------------------------------


def test_no_address_opens_a_calendar(app, strict, session, officer):
    word = calendars.renew(Step(session, TESTER, moment()), officer.id)
    assert app.test_client().get(f"/calendar/{word}.ics").status_code == 200

    assert strict.test_client().get(f"/calendar/{word}.ics").status_code == 404
    client = signed_in(strict, session, officer)
    added(client)
    page = client.get("/account").text
    assert "不提供日历订阅" in page
    assert "生成订阅地址" not in page
    sent = client.post("/account/calendar", data={"csrf_token": client.token})
    assert sent.status_code == 409
    assert "没有生成地址" in sent.text


def test_it_does_not_start_where_no_browser_makes_a_passkey(settings, engine):
    for address in ("http://szjt.example.test", "https://10.0.0.8"):
        with pytest.raises(ValueError, match=r"STRICT=1.*BASE_URL"):
            create_app(replace(settings, strict=True, base_url=address), engine)


# --- browsers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/worker.js", "/offline", "/visits/device", "/visits/device-file"]
)
def test_nothing_is_handed_out_for_a_browser_to_keep(strict, session, path):
    client = signed_in(strict, session, a_user(session, Role.CONSULTANT))
    added(client)

    answer = client.get(path)

    assert answer.status_code == 403
    assert NOTHING_KEPT in answer.text
