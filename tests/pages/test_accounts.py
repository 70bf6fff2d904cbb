"""Passwords and the links that set them, phone numbers, what administrators do with accounts, the log."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.clock import LOCAL
from survey.files import breached
from survey.joining import create_app
from survey.lifecycle import accounts, links
from survey.lifecycle.step import Step
from survey.tables import AuditEntry, OneTimeLink, Role, Table, User
from survey.workdays import Calendar, SpecialDay
from tests.support.people import (
    PASSWORD,
    TESTER,
    a_firm,
    a_user,
    later,
    moment,
    signed_in,
    with_password,
)
from tests.support.signing_in import NEW_PASSWORD, WRONG, is_signed_in, post, try_sign_in

LEAKED = ("别处已经泄露过的一句话", "别处已经泄露过的又一句话")


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


def test_a_link_that_lies_about_sets_no_other_password_once_its_owner_has_changed_it(app, session):
    user = a_user(session)
    word = a_link(session, user)
    client = signed_in(app, session, user)
    client.get("/account")

    changed = client.submit("", {"old": PASSWORD, "new": NEW_PASSWORD})

    assert changed.status_code == 302
    assert app.test_client().get(f"/link/{word}").status_code == 404


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
