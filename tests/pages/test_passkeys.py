"""Passkeys as the second factor, against false pages, copies, replays, and other people's devices."""

import json
from dataclasses import replace

import cbor2
import pytest
from sqlalchemy import func, select
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

from survey.joining import create_app
from survey.lifecycle import erasing
from survey.lifecycle.passkeys import MOST
from survey.lifecycle.step import Step
from survey.store import second_factors as store
from survey.tables import AuditEntry, Passkey, RecoveryCode, Role, UserSession
from tests.support.factors import codes_on, with_factor
from tests.support.passkeys import PRESENT, Device, added, to_make, to_show
from tests.support.people import TESTER, a_user, later, signed_in, with_password


@pytest.fixture
def user(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def owner(app, session, user):
    """A browser of somebody who has just added a passkey, and no app."""
    return signed_in(app, session, user)


@pytest.fixture
def device(owner):
    return added(owner)


def at_the_door(app, user):
    client = with_password(app, user)
    client.get("/second-factor?next=/bureau/firms")
    return client


def show(client, said, path="/second-factor/passkey?next=/bureau/firms"):
    return client.post(path, data={"csrf_token": client.token, "passkey": said})


def last_of(session, action):
    session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == action)
    return session.scalars(query.order_by(AuditEntry.id.desc())).first()


def kept(session):
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Passkey).order_by(Passkey.id)))


# --- adding ------------------------------------------------------------------------------------------


def test_a_first_passkey_brings_recovery_codes_and_ends_what_knew_the_password_alone(
    app, session, user, owner
):
    elsewhere = signed_in(app, session, user)
    owner.get("/account/passkeys")

    answer = owner.submit("", {"name": "办公室电脑", "passkey": Device().made(to_make(owner))})

    assert len(codes_on(answer.text)) == 10
    assert elsewhere.get("/account").status_code == 302
    page = owner.get("/account").text
    assert "办公室电脑" in page
    assert "还没有用过" in page
    assert last_of(session, "passkey_add").after == {"passkey": "办公室电脑"}


def test_whoever_must_have_a_factor_may_begin_with_a_passkey(settings, engine, app, session, user):
    strict = create_app(replace(settings, second_factor=frozenset({"officer"})), engine)
    strict.test_client_class = app.test_client_class
    client = signed_in(strict, session, user)
    assert "/account/passkeys" in client.get("/account/second-factor").text

    added(client)

    assert client.get("/bureau/firms").status_code == 200
    assert store.who_lack(session, [Role.OFFICER]) == []
    assert store.who_have(session, [user.id]) == {user.id}


def test_an_app_and_several_passkeys_stand_beside_each_other_with_one_set_of_codes(
    app, session, user
):
    client, _, codes = with_factor(app, session, user)

    added(client, name="手机")
    added(client, name="安全密钥")

    assert [one.name for one in kept(session)] == ["手机", "安全密钥"]
    assert store.codes_left(session, user.id) == len(codes)


def test_an_app_is_added_beside_a_passkey_only_after_the_passkey_was_shown(app, user, device):
    thief = with_password(app, user)

    for path in ("/account/second-factor", "/account/passkeys"):
        assert thief.get(path).location.startswith("/second-factor?next=")
        answer = thief.post(path, data={"csrf_token": thief.token, "code": "000000"})
        assert answer.location.startswith("/second-factor")
    headers = {"Accept": "application/json"}
    asked = thief.post(
        "/account/passkeys/challenge", data={"csrf_token": thief.token}, headers=headers
    )
    assert asked.status_code == 401


def test_a_passkey_is_added_only_soon_after_a_factor_was_shown(app, owner, device):
    assert owner.get("/account/passkeys").status_code == 200
    later(app, minutes=11)
    assert owner.get("/account/passkeys").location == "/second-factor?next=/account/passkeys"


@pytest.mark.parametrize(
    "behaves",
    [
        {"origin": "http://localhost.evil.example"},
        {"origin": "https://localhost"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"credential": b"x" * 1023 * 2},
    ],
    ids=["origin", "scheme", "host", "unverified", "long"],
)
def test_what_was_made_elsewhere_or_for_nobody_in_particular_is_not_kept(session, owner, behaves):
    owner.get("/account/passkeys")

    answer = owner.submit("", {"name": "假的", "passkey": Device(**behaves).made(to_make(owner))})

    assert answer.status_code == 422
    assert "没有添加" in answer.text
    assert kept(session) == []
    assert last_of(session, "passkey_add").succeeded is False


def test_a_device_that_is_known_already_is_not_kept_twice_by_anybody(app, session, owner, device):
    other = signed_in(app, session, a_user(session, Role.OFFICER))
    for client in (owner, other):
        client.get("/account/passkeys")
        answer = client.submit("", {"name": "又一个", "passkey": device.made(to_make(client))})
        assert answer.status_code == 422
    assert len(kept(session)) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"fmt": "android-safetynet", "attStmt": {"ver": "1", "response": 5}},
        {"fmt": "packed", "attStmt": {"alg": -7, "sig": b"x", "x5c": [b"x"]}},
        {"fmt": "tpm", "attStmt": {"ver": "2.0", "alg": -7, "sig": b"x", "x5c": []}},
        {"fmt": "apple", "attStmt": {"x5c": [5]}},
    ],
    ids=lambda said: said["fmt"],
)
def test_a_device_that_vouches_for_itself_in_a_broken_way_is_refused(session, owner, said):
    owner.get("/account/passkeys")
    made = json.loads(Device().made(to_make(owner)))
    attested = cbor2.loads(base64url_to_bytes(made["response"]["attestationObject"])) | said
    made["response"]["attestationObject"] = bytes_to_base64url(cbor2.dumps(attested))

    answer = owner.submit("", {"name": "手机", "passkey": json.dumps(made)})

    assert answer.status_code == 422
    assert kept(session) == []


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "名" * 41])
def test_a_passkey_has_a_name(session, owner, name):
    owner.get("/account/passkeys")

    answer = owner.submit("", {"name": name, "passkey": Device().made(to_make(owner))})

    assert answer.status_code == 422
    assert "名字" in answer.text
    assert kept(session) == []


def test_html_in_a_name_stays_text(owner):
    added(owner, name="<b>粗</b>")
    assert "&lt;b&gt;粗&lt;/b&gt;" in owner.get("/account").text


def test_nobody_has_more_than_some(owner):
    for number in range(MOST):
        added(owner, name=f"第 {number + 1} 个")
    owner.get("/account/passkeys")

    answer = owner.submit("", {"name": "再一个", "passkey": Device().made(to_make(owner))})

    assert answer.status_code == 422
    assert f"最多 {MOST} 个" in answer.text


# --- at the door -------------------------------------------------------------------------------------


def test_a_passkey_lets_in_and_leads_to_where_one_wanted(app, session, user, device):
    client = at_the_door(app, user)
    assert client.get("/bureau/firms").status_code == 302

    answer = show(client, device.signed(to_show(client)))

    assert answer.location == "/bureau/firms"
    assert client.get("/bureau/firms").status_code == 200
    assert last_of(session, "factor_show").after == {
        "shown_by": "passkey",
        "passkey": "办公室电脑",
    }
    assert kept(session)[0].sign_count == device.count


def test_the_page_says_without_script_what_to_use_instead(app, session, user):
    client, _, _ = with_factor(app, session, user)
    added(client)

    page = at_the_door(app, user).get("/second-factor").text

    assert "通行密钥要浏览器允许运行脚本才能用，请在下面填动态码或恢复码" in page
    assert 'id="code"' in page


def test_a_recovery_code_stands_in_for_a_passkey(app, user, owner):
    owner.get("/account/passkeys")
    page = owner.submit("", {"name": "手机", "passkey": Device().made(to_make(owner))}).text
    client = at_the_door(app, user)

    assert client.submit("/second-factor", {"code": "000000"}).status_code == 422
    assert client.submit("/second-factor", {"code": codes_on(page)[0]}).status_code == 302
    assert client.get("/account").status_code == 200


def test_an_answer_opens_once(app, user, device):
    first, second = at_the_door(app, user), at_the_door(app, user)
    said = device.signed(to_show(first))
    assert show(first, said).status_code == 302

    to_show(second)
    assert show(second, said).status_code == 422, "what another session asked"
    with first.session_transaction() as cookie, second.session_transaction() as stolen:
        stolen["sid"] = cookie["sid"]
    later(app, minutes=11)
    assert show(second, said).status_code == 422, "and in the same session once more"


def test_a_challenge_is_taken_away_by_the_first_try(app, session, user, device):
    client = at_the_door(app, user)
    said = device.signed(to_show(client))
    assert show(client, "{}").status_code == 422
    assert session.scalar(select(func.count(UserSession.challenge))) == 0

    assert show(client, said).status_code == 422
    assert client.get("/bureau/firms").status_code == 302


def test_of_two_tabs_the_one_asked_last_is_answered(app, user, device):
    client = at_the_door(app, user)
    first, second = to_show(client), to_show(client)

    assert show(client, device.signed(first)).status_code == 422
    third = to_show(client)
    assert show(client, device.signed(third)).status_code == 302
    again = show(client, device.signed(second))
    assert client.get(again.location).location == "/bureau/firms", "shown meanwhile"


def test_an_answer_may_take_some_minutes_and_no_more(app, user, device):
    client = at_the_door(app, user)
    options = to_show(client)
    later(app, minutes=6)

    assert show(client, device.signed(options)).status_code == 422


@pytest.mark.parametrize(
    "behaves",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:8000"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
        {"key": Device().key},
        {"credential": b"another" * 5},
        {"count": 0},
    ],
    ids=["origin", "port", "host", "unverified", "absent", "key", "credential", "copy"],
)
def test_what_is_not_this_passkey_on_this_site_in_its_owners_hand_opens_nothing(
    app, session, user, device, behaves
):
    client = at_the_door(app, user)
    false = device.copied(**behaves)

    answer = show(client, false.signed(to_show(client)))

    assert answer.status_code == 422
    assert "没有通过" in answer.text
    assert client.get("/bureau/firms").status_code == 302
    assert last_of(session, "factor_show").succeeded is False


def test_a_copy_that_counts_for_itself_is_found_out(app, user, device):
    copy = device.copied()
    for _ in range(3):
        client = at_the_door(app, user)
        assert show(client, device.signed(to_show(client))).status_code == 302

    client = at_the_door(app, user)
    assert show(client, copy.signed(to_show(client))).status_code == 422


def test_a_device_that_does_not_count_is_taken_all_the_same(app, session, user, owner):
    class Uncounting(Device):
        def signed(self, options):
            self.count = -1
            return super().signed(options)

    device = added(owner, Uncounting(count=0))
    for _ in range(2):
        client = at_the_door(app, user)
        assert show(client, device.signed(to_show(client))).status_code == 302
    assert kept(session)[0].sign_count == 0


def test_somebody_elses_passkey_opens_nothing(app, session, user, device):
    other = a_user(session, Role.OFFICER)
    theirs = added(signed_in(app, session, other))
    client = at_the_door(app, user)
    options = to_show(client)
    assert [one["id"] for one in options["allowCredentials"]] == [kept(session)[0].credential]

    assert show(client, theirs.signed(options)).status_code == 422


@pytest.mark.parametrize(
    "said",
    ["", "{}", "[]", "null", "nonsense", "[" * 5000, "x" * 9000, '{"id": 5}', "\x00"],
)
def test_what_is_no_answer_is_refused_in_words(app, user, device, said):
    client = at_the_door(app, user)
    to_show(client)

    answer = show(client, said)

    assert answer.status_code == 422
    assert "再按一次按钮" in answer.text


def test_an_answer_with_broken_parts_is_refused(app, user, device):
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for broken in ("", "AA", "not base64!", "e30", "W1tbW1s"):
            client = at_the_door(app, user)
            said = json.loads(device.signed(to_show(client)))
            said["response"][part] = broken
            answer = show(client, json.dumps(said))
            assert answer.status_code in (422, 429), (part, broken)


def test_tries_are_slowed_down_together_with_codes(app, user, device):
    answers = []
    for _ in range(7):
        client = at_the_door(app, user)
        to_show(client)
        answers.append(show(client, "{}").status_code)

    assert answers[:5] == [422] * 5
    assert answers[-1] == 429
    client = at_the_door(app, user)
    assert client.submit("/second-factor", {"code": "000000"}).status_code == 429


def test_where_no_browser_makes_passkeys_none_is_offered_and_a_code_is_asked(
    settings, engine, app, session, user, device
):
    bare = create_app(replace(settings, base_url="http://192.0.2.7"), engine)
    bare.test_client_class = app.test_client_class
    client = with_password(bare, user)

    page = client.get("/second-factor").text

    assert "请填恢复码" in page
    assert "passkey.js" not in page
    headers = {"Accept": "application/json"}
    asked = client.post(
        "/second-factor/passkey/challenge", data={"csrf_token": client.token}, headers=headers
    )
    assert asked.status_code == 409
    fresh = signed_in(bare, session, a_user(session))
    assert "改用通行密钥" not in fresh.get("/account/second-factor").text
    assert "要有域名和 HTTPS" in fresh.get("/account/passkeys").text
    assert (
        fresh.post("/account/passkeys", data={"csrf_token": fresh.token, "name": "x"}).status_code
        == 409
    )


# --- giving up ---------------------------------------------------------------------------------------


def test_the_last_factor_takes_the_recovery_codes_with_it_and_one_of_two_does_not(
    app, session, user
):
    client, _, _ = with_factor(app, session, user)
    added(client)
    client.get("/account")
    assert client.submit("/account/second-factor/leave").location == "/account"
    assert store.codes_left(session, user.id) == 10
    assert client.get("/account").status_code == 200

    (passkey,) = kept(session)
    client.submit("/account/passkeys/remove", {"which": passkey.id})

    assert kept(session) == []
    assert session.scalar(select(func.count(RecoveryCode.code_hash))) == 0
    assert last_of(session, "passkey_remove").before == {"passkey": "办公室电脑"}
    assert with_password(app, user).get("/bureau/firms").status_code == 200


def test_whoever_must_have_a_factor_sets_one_up_anew_after_the_last(
    settings, engine, app, session, user
):
    strict = create_app(replace(settings, second_factor=frozenset({"officer"})), engine)
    strict.test_client_class = app.test_client_class
    client = signed_in(strict, session, user)
    added(client)
    client.get("/account")

    answer = client.submit("/account/passkeys/remove", {"which": kept(session)[0].id})

    assert answer.location == "/account/second-factor"
    assert client.get("/bureau/firms").location.startswith("/account/second-factor")


def test_a_passkey_of_somebody_else_is_not_there_to_be_removed(app, session, user, device):
    client, _, _ = with_factor(app, session, a_user(session, Role.ADMINISTRATOR))

    for given in (kept(session)[0].id, 999_999, "", "-1", "²"):
        sent = {"csrf_token": client.token, "which": given}
        answer = client.post("/account/passkeys/remove", data=sent)
        assert answer.status_code == 422
        assert "没有这个通行密钥" in answer.text
    assert len(kept(session)) == 1


def test_removing_wants_the_factor_lately(app, session, owner, device):
    later(app, minutes=11)
    sent = {"csrf_token": owner.token, "which": kept(session)[0].id}

    assert owner.post("/account/passkeys/remove", data=sent).location.startswith("/second-factor")
    assert len(kept(session)) == 1


def test_a_second_administrator_resets_passkeys_too(app, session, user, device):
    admin, _, _ = with_factor(app, session, a_user(session, Role.ADMINISTRATOR))
    admin.get("/admin/users")
    assert admin.submit(f"/admin/users/{user.id}/second-factor").status_code == 302

    assert kept(session) == []
    assert with_password(app, user).get("/bureau/firms").status_code == 200


def test_an_erased_user_leaves_no_passkey_behind(app, session, user, device):
    erasing.erase_user(Step(session, TESTER, app.config["CLOCK"]()), user.id, reason="本人提出")

    assert kept(session) == []
