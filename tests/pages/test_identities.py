"""Signing in by an issuer: a real one on loopback, against false answers, other browsers and replays."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from survey.config import Issuer, from_environment
from survey.joining import create_app
from survey.lifecycle import erasing, identities
from survey.lifecycle.step import Step
from survey.tables import AuditEntry, Identity, Role, UserSession
from tests.support.factors import with_factor
from tests.support.issuer import CLIENT, SECRET, an_issuer
from tests.support.people import PASSWORD, TESTER, a_user, signed_in
from tests.support.servers import free_port


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    with an_issuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running


@pytest.fixture(autouse=True)
def _well_behaved(issuer):
    issuer.behave()


@pytest.fixture
def made(settings, engine, app):
    """Make the application over with other settings of its issuer."""

    def make(**changes):
        kept = replace(settings, **changes)
        other = create_app(kept, engine)
        other.test_client_class = app.test_client_class
        other.extensions["tests_session"] = app.extensions["tests_session"]
        other.config["CLOCK"] = lambda: datetime.now(UTC)
        return other

    return make


@pytest.fixture
def joined(made, issuer):
    return made(issuer=issuer.settings)


@pytest.fixture
def user(session):
    return a_user(session)


@pytest.fixture
def tied(session, issuer, user):
    identities.tie_for(a_step(session), user.username, issuer.url, "person-1")
    return user


def a_step(session):
    return Step(session, TESTER, datetime.now(UTC))


def gone(client, issuer, path="/sign-in/identity"):
    """Go to the issuer; return where it sends the browser back to."""
    away = client.get(path)
    assert away.status_code == 302, away.text
    return issuer.back_from(away.location)


def last_sign_in(session):
    session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == "sign_in")
    return session.scalars(query.order_by(AuditEntry.id.desc())).first()


def is_in(client):
    return client.get("/account").status_code == 200


# --- in --------------------------------------------------------------------------------------------


def test_somebody_tied_signs_in_and_comes_to_where_they_wanted(joined, session, issuer, tied):
    client = joined.test_client()
    page = client.get("/sign-in?next=/account%23identity").text
    assert "用虚构统一认证登录" in page
    way = re.search(r'href="(/sign-in/identity[^"]*)"', page)[1].replace("&amp;", "&")

    answer = client.get(gone(client, issuer, way))

    assert answer.location == "/account#identity"
    assert is_in(client)
    assert last_sign_in(session).after == {"signed_by": "identity"}
    assert session.scalar(select(Identity.used_at)) is not None


def test_what_goes_out_asks_for_a_code_with_a_proof_and_nothing_it_does_not_need(joined):
    client = joined.test_client()
    asked = parse_qs(urlsplit(client.get("/sign-in/identity").location).query)

    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid profile"]
    assert asked["redirect_uri"] == ["http://localhost/sign-in/identity/back"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert SECRET not in client.get("/sign-in/identity").location


def test_nobody_is_made_an_account(joined, session, issuer):
    client = joined.test_client()

    answer = client.get(gone(client, issuer))

    assert answer.status_code == 403
    assert "还没有关联账号" in answer.text
    assert not is_in(client)
    assert last_sign_in(session).succeeded is False


def test_a_disabled_account_stays_shut(joined, session, issuer, tied):
    tied.active = False
    session.commit()
    client = joined.test_client()

    assert client.get(gone(client, issuer)).status_code == 403
    assert not is_in(client)


def test_an_account_is_known_by_its_subject_not_by_what_it_is_called(joined, issuer, tied):
    issuer.behave({"sub": "person-2", "preferred_username": tied.username})
    client = joined.test_client()

    assert client.get(gone(client, issuer)).status_code == 403


def test_the_same_subject_of_another_issuer_opens_nothing(joined, session, issuer, user):
    identities.tie_for(a_step(session), user.username, "https://other.example", "person-1")
    client = joined.test_client()

    assert client.get(gone(client, issuer)).status_code == 403


# --- not believed ------------------------------------------------------------------------------------

LONG_AGO = int(time.time()) - 4000


@pytest.mark.parametrize(
    "behaves",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": [CLIENT, "another-client"], "azp": CLIENT}},
        {"claims": {"azp": "another-client"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": LONG_AGO + 60, "iat": LONG_AGO}},
        {"claims": {"exp": None}},
        {"claims": {"iat": int(time.time()) + 4000}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": 5}},
        {"claims": {"sub": "x" * 300}},
        {"claims": {"sub": "person-1\0"}},
        {"claims": {"amr": "mfa"}},
        {"claims": {"auth_time": 1e30}},
        {"signs": "nothing"},
        {"signs": "with the secret"},
        {"signs": "with another key"},
        {"signs": "with a key it brings along"},
        {"mute": True},
        {"answers_as": "https://evil.example"},
    ],
    ids=lambda behaves: re.sub(r"[^a-z_-]+", " ", str(behaves))[:40].strip(),
)
def test_what_is_not_said_to_us_by_our_issuer_now_opens_nothing(
    joined, session, issuer, tied, behaves
):
    issuer.behave(**behaves)
    client = joined.test_client()

    answer = client.get(gone(client, issuer))

    assert answer.status_code == 403, answer.text
    assert "登录没有完成" in answer.text
    assert not is_in(client)
    assert last_sign_in(session).succeeded is False


def test_an_issuer_that_names_itself_otherwise_is_not_believed(made, issuer, tied):
    issuer.behave(names_itself="https://evil.example")
    client = made(issuer=issuer.settings).test_client()

    assert client.get("/sign-in/identity").status_code == 503


def test_an_issuer_that_sends_us_elsewhere_is_not_followed(made, issuer, tied):
    issuer.behave(leads_away=f"{issuer.url}/elsewhere")
    client = made(issuer=issuer.settings).test_client()

    assert client.get("/sign-in/identity").status_code == 503
    issuer.behave()
    assert client.get("/sign-in/identity").status_code == 302


def test_a_secret_is_not_sent_where_anybody_on_the_way_could_read_it(made, issuer, tied):
    issuer.behave(token_at="http://evil.example/token")
    client = made(issuer=issuer.settings).test_client()

    assert client.get("/sign-in/identity").status_code == 503


def test_an_issuer_whose_pages_lie_elsewhere_is_not_called_there(made, issuer, tied):
    there = issuer.url.replace("127.0.0.1", "localhost") + "/token"
    issuer.behave(token_at=there)
    named = replace(issuer.settings, hosts=frozenset({"localhost"}))

    assert made(issuer=issuer.settings).test_client().get("/sign-in/identity").status_code == 503
    assert made(issuer=named).test_client().get("/sign-in/identity").status_code == 302


def test_an_issuer_may_change_its_key(joined, issuer, tied):
    client = joined.test_client()
    client.get(gone(client, issuer))
    issuer.behave(new_key=True)

    client = joined.test_client()
    assert client.get(gone(client, issuer)).status_code == 302
    assert is_in(client)


def test_where_the_standard_goes_first_nobody_is_believed_who_signs_with_pkcs(
    made, session, issuer, tied
):
    client = made(issuer=issuer.settings, strict=True).test_client()

    refused = client.get(gone(client, issuer))
    assert (refused.status_code, last_sign_in(session).succeeded) == (403, False)

    issuer.behave(signs="by Ed25519")
    assert client.get(gone(client, issuer)).status_code == 302
    assert last_sign_in(session).succeeded


def test_an_issuer_may_sign_by_the_name_that_took_the_place_of_eddsa(joined, issuer, tied):
    issuer.behave(signs="by Ed25519")
    client = joined.test_client()

    client.get(gone(client, issuer))

    assert is_in(client)


# --- browsers, replays, time ------------------------------------------------------------------------


def test_an_answer_opens_no_other_browser(joined, issuer, tied):
    mine, theirs = joined.test_client(), joined.test_client()
    back = gone(mine, issuer)
    gone(theirs, issuer)

    for client in (theirs, joined.test_client()):
        answer = client.get(back)
        assert answer.status_code == 403
        assert "不是从这个浏览器" in answer.text
        assert not is_in(client)


def test_an_answer_is_taken_once(joined, issuer, tied):
    client = joined.test_client()
    back = gone(client, issuer)
    with client.session_transaction() as cookie:
        asked = dict(cookie)
    assert client.get(back).status_code == 302

    assert client.get(back).status_code == 403, "the browser has nothing to be answered any more"
    thief = joined.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(asked)
    answer = thief.get(back)
    assert answer.status_code == 403, "and the issuer knows its code is spent"
    assert not is_in(thief)


def test_of_two_tabs_the_one_sent_off_last_is_answered(joined, issuer, tied):
    client = joined.test_client()
    first, second = gone(client, issuer), gone(client, issuer)

    assert client.get(first).status_code == 403
    assert client.get(second).status_code == 403, "a wrong answer takes the question away"
    assert client.get(gone(client, issuer)).status_code == 302


def test_whoever_is_away_too_long_begins_again(joined, issuer, tied):
    client = joined.test_client()
    back = gone(client, issuer)
    joined.config["CLOCK"] = lambda: datetime.now(UTC) + timedelta(minutes=11)

    assert client.get(back).status_code == 403


@pytest.mark.parametrize("query", ["", "?state=", "?state=%E4%B8%80&code=x", "?code=x", "?error=x"])
def test_an_answer_to_no_question_is_refused(joined, tied, query):
    client = joined.test_client()
    client.get("/sign-in/identity")
    assert client.get(f"/sign-in/identity/back{query}").status_code == 403


def test_whoever_is_declined_there_is_told_so(joined, issuer, tied):
    issuer.behave(declines=True)
    client = joined.test_client()

    answer = client.get(gone(client, issuer))

    assert answer.status_code == 403
    assert "没有放行" in answer.text


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_it_leads_nowhere_but_here(joined, issuer, tied, target):
    client = joined.test_client()

    answer = client.get(gone(client, issuer, f"/sign-in/identity?next={target}"))

    assert answer.location == "/"


def test_an_issuer_that_is_down_is_said_to_be_and_the_password_remains(made):
    nowhere = Issuer(f"http://127.0.0.1:{free_port()}", CLIENT, SECRET, name="虚构统一认证")
    client = made(issuer=nowhere).test_client()

    answer = client.get("/sign-in/identity")

    assert answer.status_code == 503
    assert "暂时连不上虚构统一认证" in answer.text
    assert client.get("/sign-in").status_code == 200


def test_an_issuer_that_goes_down_on_the_way_is_said_to_be(made, tmp_path, tied):
    with an_issuer(tmp_path) as short:
        client = made(issuer=short.settings).test_client()
        back = gone(client, short)

    answer = client.get(back)

    assert answer.status_code == 503
    assert not is_in(client)


def test_many_strangers_from_one_address_are_slowed_down(joined, issuer):
    answers = []
    for _ in range(33):
        client = joined.test_client()
        answers.append(client.get(gone(client, issuer)).status_code)

    assert answers[0] == 403
    assert answers[-1] == 429


def test_strangers_from_one_address_keep_out_nobody_the_issuer_vouches_for(joined, issuer, tied):
    issuer.behave({"sub": "person-9"})
    for _ in range(33):
        client = joined.test_client()
        last = client.get(gone(client, issuer))
    assert last.status_code == 429
    issuer.behave()

    client = joined.test_client()
    client.get(gone(client, issuer))

    assert is_in(client)


# --- the second factor -------------------------------------------------------------------------------


def test_the_issuer_takes_the_place_of_the_password_alone(made, session, issuer):
    issuer.behave({"amr": ["pwd", "mfa"], "acr": "loa3"})
    officer = a_user(session, Role.OFFICER)
    identities.tie_for(a_step(session), officer.username, issuer.url, "person-1")
    strict = made(issuer=issuer.settings, second_factor=frozenset({"officer"}))
    client = strict.test_client()

    client.get(gone(client, issuer))

    assert client.get("/bureau/firms").location.startswith("/account/second-factor")


def come_back_saying(made, session, issuer, said):
    """An officer at an issuer whose word ``mfa`` is trusted, and what it says of them."""
    issuer.behave(said)
    officer = a_user(session, Role.OFFICER)
    identities.tie_for(a_step(session), officer.username, issuer.url, "person-1")
    trusting = replace(issuer.settings, factor=frozenset({"mfa"}))
    client = made(issuer=trusting, second_factor=frozenset({"officer"})).test_client()
    client.get(gone(client, issuer))
    return client


@pytest.mark.parametrize("said", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}])
def test_a_factor_shown_there_counts_where_the_setting_says_so(made, session, issuer, said):
    client = come_back_saying(made, session, issuer, said)

    assert client.get("/bureau/firms").status_code == 200


@pytest.mark.parametrize("said", [{"amr": ["pwd"]}, {}, {"amr": [5, None, "MFA"], "acr": "0"}])
def test_what_does_not_say_so_does_not_count(made, session, issuer, said):
    client = come_back_saying(made, session, issuer, said)

    assert client.get("/bureau/firms").location.startswith("/account/second-factor")


@pytest.mark.parametrize("when", [LONG_AGO, None], ids=["long ago", "nobody knows"])
def test_a_factor_shown_there_long_ago_or_nobody_knows_when_serves_no_destructive_step(
    made, session, issuer, when
):
    issuer.behave({"amr": ["mfa"], "auth_time": when})
    administrator = a_user(session, Role.ADMINISTRATOR)
    identities.tie_for(a_step(session), administrator.username, issuer.url, "person-1")
    trusting = replace(issuer.settings, factor=frozenset({"mfa"}))
    strict = made(issuer=trusting, second_factor=frozenset({"administrator"}))
    client = strict.test_client()
    client.get(gone(client, issuer))
    client.get("/admin/users")

    answer = client.post("/admin/security", data={"csrf_token": client.token})

    assert answer.location.startswith("/account/second-factor")


# --- tying and untying -------------------------------------------------------------------------------


def tie_oneself(client, issuer):
    shown = client.get(gone(client, issuer))
    assert shown.location == "/account/identity"
    page = client.get("/account/identity").text
    return page, client.submit("/account/identity", {"password": PASSWORD})


def test_one_ties_ones_own_account_after_seeing_whom_one_came_back_as(
    joined, session, issuer, user
):
    client = signed_in(joined, session, user)
    page, answer = tie_oneself(client, issuer)

    assert "虚构人" in page
    assert "person-1" in page
    assert answer.location == "/account"
    assert "已关联" in client.get("/account").text
    fresh = joined.test_client()
    assert fresh.get(gone(fresh, issuer)).location == "/"
    assert is_in(fresh)


UNNAMED = {"preferred_username": None}


def test_whom_the_token_does_not_name_is_asked_after_before_anything_is_tied(
    joined, session, issuer, user
):
    """So does an issuer that keeps to the letter: names are told to whoever shows the access token."""
    told = {"sub": "person-1", "name": "虚构 陈"}
    issuer.behave(claims=UNNAMED, says_of_them=told)

    page, answer = tie_oneself(signed_in(joined, session, user), issuer)

    assert "虚构 陈" in page
    assert answer.location == "/account"


@pytest.mark.parametrize(
    "behaves",
    [
        {"says_of_them": {"sub": "person-2", "name": "虚构 王"}},
        {"says_of_them": "虚构 王"},
        {"tells_at": "http://evil.example/userinfo"},
        {"tells_at": None},
    ],
    ids=["of another", "no object", "elsewhere", "nowhere"],
)
def test_what_is_not_said_of_them_names_nobody_and_the_number_remains(
    joined, session, issuer, user, behaves
):
    issuer.behave(claims=UNNAMED, **behaves)

    page, answer = tie_oneself(signed_in(joined, session, user), issuer)

    assert "虚构 王" not in page
    assert "称呼" not in page
    assert "person-1" in page
    assert answer.location == "/account"


def test_an_issuer_that_reads_no_head_is_shown_the_secret_in_the_body(joined, issuer, tied):
    issuer.behave(knows_us_by=["client_secret_post"])
    client = joined.test_client()

    client.get(gone(client, issuer))

    assert is_in(client)


def test_nothing_is_tied_by_coming_back_alone(joined, session, issuer, user):
    client = signed_in(joined, session, user)
    client.get(gone(client, issuer))

    session.rollback()
    assert session.scalars(select(Identity)).all() == []


def test_whoever_finds_a_screen_left_open_ties_nothing(joined, session, issuer, user):
    client = signed_in(joined, session, user)
    client.get(gone(client, issuer))
    client.get("/account/identity")

    answers = [client.submit("/account/identity", {"password": said}) for said in ("", *"abcdef")]

    assert [answer.status_code for answer in answers] == [422] * 6 + [429]
    assert "密码不对" in answers[1].text
    session.rollback()
    assert session.scalars(select(Identity)).all() == []


def test_what_was_begun_in_one_session_ties_nothing_in_another(joined, session, issuer, user):
    client = signed_in(joined, session, user)
    back = gone(client, issuer)
    other = signed_in(joined, session, a_user(session))
    with client.session_transaction() as mine, other.session_transaction() as theirs:
        theirs["identity_asked"] = mine["identity_asked"]

    assert other.get(back).status_code == 403


def test_tying_wants_the_factor_lately(app, made, session, issuer, user):
    client, _, _ = with_factor(app, session, user)
    client.application = joined = made(issuer=issuer.settings)
    client.get(gone(client, issuer))
    joined.config["CLOCK"] = lambda: datetime.now(UTC) + timedelta(minutes=11)
    with client.session_transaction() as cookie:
        cookie["identity_shown"]["at"] += 660

    sent = client.post("/account/identity", data={"csrf_token": client.token})

    assert sent.location.startswith("/second-factor")
    session.rollback()
    assert session.scalars(select(Identity)).all() == []


def test_an_identity_is_tied_to_one_account_and_an_account_to_one_identity(
    joined, session, issuer, tied
):
    other = signed_in(joined, session, a_user(session))
    _, answer = tie_oneself(other, issuer)
    assert answer.status_code == 422
    assert "已经关联了别的账号" in answer.text

    issuer.behave({"sub": "person-2"})
    own = signed_in(joined, session, tied)
    _, answer = tie_oneself(own, issuer)
    assert answer.status_code == 422
    assert "已经关联了统一登录" in answer.text


def test_untied_it_opens_nothing_and_what_came_that_way_ends(joined, session, issuer, tied):
    there = joined.test_client()
    there.get(gone(there, issuer))
    client = signed_in(joined, session, tied)
    client.get("/account")

    assert client.submit("/account/identity/untie").location == "/account"

    assert is_in(client)
    assert not is_in(there)
    assert there.get(gone(there, issuer)).status_code == 403
    again = client.post("/account/identity/untie", data={"csrf_token": client.token})
    assert again.location == "/account", "twice is once"


def test_an_administrator_ties_and_unties_others_and_never_themselves(
    joined, session, issuer, user
):
    admin = a_user(session, Role.ADMINISTRATOR)
    client = signed_in(joined, session, admin)
    client.get("/admin/identities")
    for name, subject, said in (
        ("nobody", "person-1", "没有这个用户名"),
        (admin.username, "person-1", "自己的请在"),
        (user.username, " ", "编号"),
        (user.username, "x" * 256, "255"),
    ):
        answer = client.submit("", {"username": name, "subject": subject})
        assert answer.status_code == 422, (name, subject)
        assert said in answer.text

    assert client.submit("", {"username": user.username, "subject": "person-1"}).status_code == 302

    page = client.get("/admin/identities").text
    assert user.name in page
    assert "管理员关联" in page
    theirs = joined.test_client()
    theirs.get(gone(theirs, issuer))
    assert is_in(theirs)
    client.submit("/admin/identities/untie", {"username": user.username})
    assert not is_in(theirs)
    assert session.scalar(select(UserSession.user_id).where(UserSession.user_id == user.id)) is None


def test_an_erased_user_leaves_no_identity_behind(joined, session, issuer, tied):
    erasing.erase_user(a_step(session), tied.id, reason="本人提出")

    assert session.scalars(select(Identity)).all() == []


# --- not set, and set wrongly ------------------------------------------------------------------------


def test_without_the_setting_nothing_of_it_is_offered(app, session, user):
    client = signed_in(app, session, user)
    assert "统一登录" not in client.get("/account").text
    assert "identity" not in app.test_client().get("/sign-in").text
    for path in ("/sign-in/identity", "/sign-in/identity/back?state=x&code=y"):
        assert app.test_client().get(path).location == "/sign-in"
    admin = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    assert "没有设置统一登录" in admin.get("/admin/identities").text


def test_a_setting_in_part_or_in_the_clear_stops_the_application_from_starting(tmp_path):
    whole = {"INSTANCE": str(tmp_path), "OIDC_ISSUER": "https://sso.example", "OIDC_CLIENT_ID": "a"}
    (tmp_path / "secret").write_text("hidden\n")
    read = from_environment(
        whole | {"OIDC_SECRET_FILE": str(tmp_path / "secret"), "OIDC_FACTOR": "mfa, hwk"}
    )

    assert read.issuer.secret == "hidden"
    assert read.issuer.factor == {"mfa", "hwk"}
    assert "hidden" not in repr(read)
    with pytest.raises(ValueError, match="OIDC_SECRET"):
        from_environment(whole)
    with pytest.raises(ValueError, match="https"):
        from_environment(whole | {"OIDC_ISSUER": "http://sso.example", "OIDC_SECRET": "a"})
