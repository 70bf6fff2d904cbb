"""The second factor, against people who know a password, look over a shoulder, replay and guess."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from survey import db
from survey.joining import create_app
from survey.lifecycle import erasing
from survey.lifecycle import second_factor as steps
from survey.lifecycle.step import Step
from survey.store import settings as settings_store
from survey.tables import AuditEntry, RecoveryCode, Role, SecondFactor, UserSession
from survey.views.second_factor import BEING_SET
from survey.web import factor, routes
from survey.words.factors import AGAIN
from tests.support.factors import App, codes_on, with_factor
from tests.support.people import (
    TESTER,
    a_round,
    a_user,
    later,
    signed_in,
    with_password,
)
from tests.support.tokens import page_rules


@pytest.fixture
def strict(settings, engine, app):
    """The application as it is installed: officers and administrators need a factor."""
    made = create_app(
        replace(settings, second_factor=frozenset({"officer", "administrator"})), engine
    )
    made.test_client_class = app.test_client_class
    made.extensions["tests_session"] = app.extensions.get("tests_session")
    return made


def now(app):
    return app.config["CLOCK"]()


def last_of(session, action):
    session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == action)
    return session.scalars(query.order_by(AuditEntry.id.desc())).first()


# --- who must --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "administrator"])
def test_whoever_must_have_a_factor_gets_nowhere_before_it_is_set_up(strict, session, role):
    client = signed_in(strict, session, a_user(session, role))

    for path in ("/account", "/admin/users", "/bureau/", "/bureau/firms"):
        answer = client.get(path)
        assert answer.status_code in (302, 403), path
        if answer.status_code == 302:
            assert answer.location.startswith("/account/second-factor?next="), path
    assert client.get("/account/second-factor").status_code == 200


def test_others_may_have_one_and_need_not(strict, session):
    for role in (Role.FIRM, Role.CONSULTANT, Role.PROVIDER):
        client = signed_in(strict, session, a_user(session, role))
        assert client.get("/account").status_code == 200
        assert client.get("/account/second-factor").status_code == 200


def test_the_demonstration_asks_nobody(strict, session):
    with db.writing(session):
        settings_store.keep(session, replace(settings_store.read(session), demonstration=True))

    client = signed_in(strict, session, a_user(session, Role.ADMINISTRATOR))

    assert client.get("/admin/users").status_code == 200
    assert "演示环境" in client.get("/admin/security").text


def test_a_role_that_is_none_stops_the_application_from_starting(settings, engine):
    with pytest.raises(ValueError, match="officers"):
        create_app(replace(settings, second_factor=frozenset({"officers"})), engine)


# --- setting up --------------------------------------------------------------------------------------


def test_setting_up_leads_from_the_picture_over_the_first_code_to_the_recovery_codes_and_back(
    strict, session
):
    client = signed_in(strict, session, a_user(session, Role.ADMINISTRATOR))
    page = client.get(client.get("/admin/users").location)
    assert re.search(r'<svg[^>]* viewBox="0 0 (\d+) \1"', page.text), (
        "whole in whatever room it has"
    )
    phone = App.scanning(page.text)

    wrong = client.submit("", {"code": "000000"})
    right = client.submit("", {"code": phone.code(now(strict))})

    assert wrong.status_code == 422
    assert "动态码不对" in wrong.text
    assert "恢复码" not in wrong.text, "there is none yet"
    assert len(set(codes_on(right.text))) == 10
    assert "以前的恢复码" not in right.text
    assert 'href="/admin/users">我已保存好' in right.text
    assert client.get("/admin/users").status_code == 200
    assert last_of(session, "factor_set").user_id is not None


def test_the_secret_stays_the_same_while_the_page_is_loaded_again(app, session):
    client = signed_in(app, session, a_user(session))

    first, second = (client.get("/account/second-factor").text for _ in range(2))

    at = now(app)
    assert App.scanning(first).code(at) == App.scanning(second).code(at)


def test_what_is_kept_holds_neither_secret_nor_codes(app, session):
    user = a_user(session)
    client = signed_in(app, session, user)
    client.get("/account/second-factor")
    with client.session_transaction() as kept:
        secret = kept[BEING_SET]
    answer = client.submit("", {"code": App(secret).code(now(app))})

    row = session.get(SecondFactor, user.id)
    hashes = set(session.scalars(select(RecoveryCode.code_hash)))
    assert secret not in row.sealed
    assert len(hashes) == 10
    assert not hashes & {code.replace("-", "") for code in codes_on(answer.text)}
    with client.session_transaction() as kept:
        assert BEING_SET not in kept


def test_setting_up_ends_the_sessions_that_know_the_password_alone(app, session):
    user = a_user(session)
    elsewhere = signed_in(app, session, user)

    here, _, _ = with_factor(app, session, user)

    assert elsewhere.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_a_factor_is_not_set_up_over_one_that_stands(app, session):
    user = a_user(session)
    client, _, _ = with_factor(app, session, user)

    assert client.get("/account/second-factor").status_code == 302
    with client.session_transaction() as kept:
        kept[BEING_SET] = steps.drawn()
        mine = kept[BEING_SET]
    before = session.get(SecondFactor, user.id).sealed
    client.post(
        "/account/second-factor",
        data={"csrf_token": client.token, "code": App(mine).code(now(app))},
    )
    session.expire_all()
    assert session.get(SecondFactor, user.id).sealed == before


# --- at the door -------------------------------------------------------------------------------------


def test_a_password_alone_opens_nothing_of_somebody_who_has_a_factor(app, session):
    user = a_user(session, Role.OFFICER)
    with_factor(app, session, user)

    thief = with_password(app, user)

    assert thief.get("/bureau/firms").location == "/second-factor?next=/bureau/firms"
    assert thief.get("/account").status_code == 302
    assert thief.get("/account/second-factor").status_code == 302, "no second app beside the first"
    asked = thief.get("/bureau/firms", headers={"Accept": "application/json"})
    assert asked.status_code == 401


def test_no_route_but_those_for_it_opens_before_the_factor_was_shown(app, session):
    user = a_user(session, Role.ADMINISTRATOR)
    with_factor(app, session, user)
    thief = with_password(app, user)

    for rule in page_rules(app):
        roles = routes.ROUTES[rule.endpoint]
        if routes.ANYONE in roles or rule.endpoint in factor.BEFORE or rule.arguments:
            continue
        for method in rule.methods & {"GET", "POST"}:
            answer = thief.open(rule.rule, method=method, data={"csrf_token": thief.token})
            assert answer.status_code in (302, 403), f"{method} {rule.rule}"
            if answer.status_code == 302:
                assert answer.location.startswith("/second-factor"), f"{method} {rule.rule}"


def test_the_code_lets_in_and_leads_to_where_one_wanted(app, session):
    user = a_user(session, Role.OFFICER)
    _, phone, _ = with_factor(app, session, user)
    client = with_password(app, user)
    client.get(client.get("/bureau/firms").location)

    answer = client.submit("", {"code": phone.code(now(app), periods=1)})

    assert answer.location == "/bureau/firms"
    assert client.get("/bureau/firms").status_code == 200
    assert last_of(session, "factor_show").after == {"shown_by": "app"}


def test_a_code_is_taken_in_any_writing_and_from_a_clock_half_a_minute_off(app, session):
    user = a_user(session)
    _, phone, _ = with_factor(app, session, user)
    for periods, write in ((1, "１２３４５６"), (2, "123 456"), (3, " 123-456 ")):
        later(app, minutes=2)
        code = phone.code(now(app), periods=1 if periods != 2 else -1)
        wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        said = {1: wide, 2: f"{code[:3]} {code[3:]}", 3: f" {code[:3]}-{code[3:]} "}[periods]
        client = with_password(app, user)
        client.get("/second-factor")
        assert client.submit("", {"code": said}).status_code == 302, write


def test_a_code_opens_once_and_earlier_ones_never_after_it(app, session):
    user = a_user(session)
    _, phone, _ = with_factor(app, session, user)
    later(app, minutes=2)
    code, earlier = phone.code(now(app)), phone.code(now(app), periods=-1)
    first = with_password(app, user)
    first.get("/second-factor")
    assert first.submit("", {"code": code}).status_code == 302

    second = with_password(app, user)
    second.get("/second-factor")
    for tried in (code, earlier):
        assert second.submit("", {"code": tried}).status_code == 422
    assert second.get("/account").status_code == 302


def test_the_word_of_before_the_factor_opens_nothing_after_it(app, session):
    user = a_user(session)
    _, phone, _ = with_factor(app, session, user)
    client = with_password(app, user)
    with client.session_transaction() as kept:
        before = kept["sid"]
    client.get("/second-factor")
    client.submit("", {"code": phone.code(now(app), periods=1)})

    with client.session_transaction() as kept:
        assert kept["sid"] != before
        kept["sid"] = before
    assert client.get("/account").location.startswith("/sign-in")


def test_guessing_codes_is_slowed_down_whatever_session_they_come_from(app, session):
    user = a_user(session)
    _, phone, _ = with_factor(app, session, user)
    answers = []
    for _ in range(4):
        client = with_password(app, user)
        client.get("/second-factor")
        for guess in ("000000", "000001", "000002"):
            sent = {"csrf_token": client.token, "code": guess}
            answers.append(client.post("/second-factor", data=sent).status_code)

    assert answers[:5] == [422] * 5
    assert answers[-1] == 429
    client = with_password(app, user)
    client.get("/second-factor")
    right = client.submit("", {"code": phone.code(now(app), periods=1)})
    assert right.status_code == 429, "while it waits, even the right one is not looked at"
    assert last_of(session, "factor_show").succeeded is False


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "ⅠⅡⅢⅣⅤⅥ", "一二三四五六", "0" * 60, "²²²²²²"]
)
def test_what_is_no_code_is_refused_in_words(app, session, code):
    user = a_user(session)
    with_factor(app, session, user)
    client = with_password(app, user)
    client.get("/second-factor")

    answer = client.submit("", {"code": code})

    assert answer.status_code == 422
    assert "动态码" in answer.text


def test_the_factor_page_leads_nowhere_but_here(app, session):
    user = a_user(session)
    _, phone, _ = with_factor(app, session, user)
    client = with_password(app, user)
    client.get("/second-factor?next=//evil.example/")

    answer = client.submit("/second-factor", {"code": phone.code(now(app), periods=1)})

    assert answer.location == "/"


def test_a_tab_that_still_asks_goes_on_once_another_has_shown_the_code(app, session):
    user = a_user(session, Role.OFFICER)
    client, _, _ = with_factor(app, session, user)

    assert client.get("/second-factor?next=/bureau/firms").location == "/bureau/firms"
    later(app, minutes=11)
    assert client.get("/second-factor?next=/bureau/firms").status_code == 200


# --- recovery ----------------------------------------------------------------------------------------


def test_a_recovery_code_lets_in_once_however_it_is_written(app, session):
    user = a_user(session)
    _, _, codes = with_factor(app, session, user)
    client = with_password(app, user)
    client.get("/second-factor")
    assert client.submit("", {"code": codes[0].lower().replace("-", " ")}).status_code == 302
    assert "还剩 9 个" in client.get("/account").text

    again = with_password(app, user)
    again.get("/second-factor")
    assert again.submit("", {"code": codes[0]}).status_code == 422
    assert last_of(session, "factor_show").after is None


def test_new_recovery_codes_take_the_place_of_the_old(app, session):
    user = a_user(session)
    client, _, old = with_factor(app, session, user)
    client.get("/account")

    page = client.submit("/account/second-factor/codes").text

    new = codes_on(page)
    assert "以前的恢复码已经失效" in page
    assert len(new) == 10
    assert not set(new) & set(old)
    other = with_password(app, user)
    other.get("/second-factor")
    assert other.submit("", {"code": old[3]}).status_code == 422
    assert other.submit("", {"code": new[3]}).status_code == 302


def test_a_recovery_code_of_somebody_else_opens_nothing(app, session):
    _, _, codes = with_factor(app, session, a_user(session))
    user = a_user(session)
    with_factor(app, session, user)
    client = with_password(app, user)
    client.get("/second-factor")

    assert client.submit("", {"code": codes[0]}).status_code == 422


def test_a_lost_factor_is_reset_by_a_second_administrator_never_by_oneself(app, session):
    lost, helper = a_user(session, Role.ADMINISTRATOR), a_user(session, Role.ADMINISTRATOR)
    theirs, _, codes = with_factor(app, session, lost)
    client, _, _ = with_factor(app, session, helper)
    own = theirs.post(f"/admin/users/{lost.id}/second-factor", data={"csrf_token": theirs.token})
    assert own.status_code == 422
    assert "另一位管理员" in own.text

    client.get("/admin/users")
    assert client.submit(f"/admin/users/{lost.id}/second-factor").status_code == 302

    session.expire_all()
    assert session.get(SecondFactor, lost.id) is None
    assert theirs.get("/admin/users").location.startswith("/sign-in"), (
        "the thief's session ends too"
    )
    again = with_password(app, lost)
    assert again.get("/account").status_code == 200
    assert session.scalar(select(func.count()).where(RecoveryCode.user_id == lost.id)) == 0
    assert len(codes) == 10


def test_resetting_somebody_without_a_factor_says_so(app, session):
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    user = a_user(session, Role.OFFICER)
    answer = client.post(
        f"/admin/users/{user.id}/second-factor",
        data={"csrf_token": client.token},
        follow_redirects=True,
    )
    assert "没有设置两步验证" in answer.text


def test_a_new_password_by_a_link_does_not_lead_past_the_factor(app, session):
    user = a_user(session, Role.OFFICER)
    with_factor(app, session, user)
    admin = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    admin.get("/admin/users")
    page = admin.submit(f"/admin/users/{user.id}/link").text
    link = page.split("/link/")[1][:43]
    client = app.test_client()
    client.get(f"/link/{link}")

    client.submit("", {"password": "另一句更长的话 2026"})

    assert client.get("/bureau/firms").location.startswith("/second-factor")


def test_a_secret_that_the_key_does_not_open_says_who_can_help_and_lets_nobody_in(
    settings, engine, app, session
):
    user = a_user(session)
    _, phone, _ = with_factor(app, session, user)
    changed = create_app(replace(settings, secret_key="another-" + "1" * 32), engine)
    changed.test_client_class = app.test_client_class
    client = with_password(changed, user)
    client.get("/second-factor")

    answer = client.submit("", {"code": phone.code(now(app), periods=1)})

    assert answer.status_code == 422
    assert "密钥换过" in answer.text
    rotated = replace(
        settings,
        secret_key="another-" + "1" * 32,
        secret_key_fallbacks=(settings.secret_key,),
    )
    kept = create_app(rotated, engine)
    kept.test_client_class = app.test_client_class
    client = with_password(kept, user)
    client.get("/second-factor")
    assert client.submit("", {"code": phone.code(now(app), periods=1)}).status_code == 302


# --- once more before destructive steps --------------------------------------------------------------


def a_deletable_round(session):
    return a_round(session, title="虚构轮次").id


def test_a_destructive_step_wants_the_factor_again_after_ten_minutes(app, session):
    client, phone, _ = with_factor(app, session, a_user(session, Role.OFFICER))
    number = a_deletable_round(session)
    path = f"/bureau/rounds/{number}/delete"
    later(app, minutes=11)
    page = f"/bureau/rounds/{number}"
    client.get(page)

    sent = client.post(
        path, data={"csrf_token": client.token}, headers={"Referer": f"http://localhost{page}"}
    )

    assert sent.location == f"/second-factor?next={page}"
    assert client.get(page).status_code == 200, "nothing was deleted"
    assert "再验证一次" in client.get(sent.location).text
    answer = client.submit("", {"code": phone.code(now(app))})
    assert answer.location == page
    assert "请再按一次" in client.get(page).text
    client.post(path, data={"csrf_token": client.token})
    assert client.get(page).status_code == 404


def test_while_it_is_fresh_or_for_whoever_has_none_nothing_is_asked(app, session):
    for client in (
        with_factor(app, session, a_user(session, Role.OFFICER))[0],
        signed_in(app, session, a_user(session, Role.OFFICER)),
    ):
        number = a_deletable_round(session)
        client.get(f"/bureau/rounds/{number}")
        client.post(f"/bureau/rounds/{number}/delete", data={"csrf_token": client.token})
        assert client.get(f"/bureau/rounds/{number}").status_code == 404


def test_which_steps_want_it_again_is_chosen_and_the_choice_itself_always_wants_it(app, session):
    admin, phone, _ = with_factor(app, session, a_user(session, Role.ADMINISTRATOR))
    assert all(words in admin.get("/admin/security").text for words in AGAIN.values())
    admin.submit("", {"again": ["revoke"]})
    assert last_of(session, "factor_again").after == {"again": ["revoke"]}
    later(app, minutes=11)

    admin.get("/admin/security")
    sent = admin.submit("", {"again": []})

    assert sent.location.startswith("/second-factor")
    officer, _, _ = with_factor(app, session, a_user(session, Role.OFFICER))
    later(app, minutes=11)
    number = a_deletable_round(session)
    officer.get(f"/bureau/rounds/{number}")
    answer = officer.post(f"/bureau/rounds/{number}/delete", data={"csrf_token": officer.token})
    assert answer.location == "/bureau/rounds", "deleting was not chosen"
    assert phone is not None


def test_a_kind_nobody_knows_is_not_kept(app, session):
    admin, _, _ = with_factor(app, session, a_user(session, Role.ADMINISTRATOR))
    admin.get("/admin/security")
    admin.post(
        "/admin/security",
        data={"csrf_token": admin.token, "again": ["erase", "nonsense", "<b>"]},
    )
    assert last_of(session, "factor_again").after == {"again": ["erase"]}


def test_every_destructive_step_is_a_route_of_a_kind_that_has_words(app):
    assert set(factor.KINDS) <= set(routes.ROUTES)
    assert set(routes.ROUTES) >= factor.ALWAYS
    assert set(factor.KINDS.values()) == set(steps.AGAIN) == set(AGAIN)


# --- one's own sessions ------------------------------------------------------------------------------


def test_everybody_sees_their_sign_ins_and_ends_one_session_of_their_own(app, session):
    user, stranger = a_user(session), a_user(session)
    here, there = with_password(app, user), with_password(app, user)
    other = signed_in(app, session, stranger)
    page = here.get("/account").text
    assert page.count("密码正确") == 2
    (forms,) = [
        [dict(form.values)["session"] for form in here.page.forms if form.action.endswith("/end")]
    ]
    assert len(forms) == 1, "the present one has no button"

    foreign = session.scalar(
        select(UserSession.token_hash).where(UserSession.user_id == stranger.id)
    )
    for given in (foreign, "nobody's", ""):
        here.post("/account/sessions/end", data={"csrf_token": here.token, "session": given})
    assert other.get("/account").status_code == 200
    here.post("/account/sessions/end", data={"csrf_token": here.token, "session": forms[0]})

    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_going_without_it_is_for_whoever_may_and_others_begin_anew(app, strict, session):
    client, _, _ = with_factor(app, session, a_user(session))
    client.get("/account")
    assert client.submit("/account/second-factor/leave").location == "/account"
    assert "设置两步验证" in client.get("/account").text

    officer, _, _ = with_factor(strict, session, a_user(session, Role.OFFICER))
    officer.get("/account")
    assert officer.submit("/account/second-factor/leave").location == "/account/second-factor"
    assert officer.get("/bureau/firms").location.startswith("/account/second-factor")


def test_an_erased_user_leaves_no_factor_behind(app, session):
    user = a_user(session, Role.OFFICER)
    with_factor(app, session, user)

    erasing.erase_user(Step(session, TESTER, now(app)), user.id, reason="本人提出")

    assert session.get(SecondFactor, user.id) is None
    assert session.scalar(select(func.count(RecoveryCode.code_hash))) == 0
