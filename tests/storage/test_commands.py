"""What an operator types: administrators, resets, migration, the demonstration."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db
from survey.joining import create_app
from survey.running import commands, serving
from survey.store import settings
from survey.tables import Role, SecondFactor, User
from tests.support.factors import with_factor
from tests.support.people import PASSWORD, a_user


def _type(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


def test_an_administrator_is_made_with_a_link_and_no_password(app: Flask, session: Session, client):
    code, said = _type(app, "create-admin", "chief", "--name", "虚构人")

    assert code == 0
    link = re.search(r"http://localhost(/link/[\w-]+)", said)
    assert link
    user = session.scalars(select(User)).one()
    assert (user.role, user.password_hash) == (Role.ADMINISTRATOR, None)
    session.rollback()
    client.get(link[1])
    assert client.submit("", {"password": PASSWORD, "again": PASSWORD}).status_code == 302


def test_links_are_printed_for_the_site_s_own_name_even_where_it_answers_to_no_other(
    settings, engine, capsys
):
    named = replace(settings, base_url="https://szjt.example", trusted_hosts=("szjt.example",))
    app = create_app(named, engine)
    commands.init_app(app)

    serving.greet_first_administrator(app)
    code, said = _type(app, "reset-password", "admin")

    assert "https://szjt.example/link/" in capsys.readouterr().out
    assert (code, "https://szjt.example/link/" in said) == (0, True), said


def test_a_name_that_cannot_be_one_is_refused_in_chinese(app: Flask):
    code, said = _type(app, "create-admin", "A B")
    assert code != 0
    assert "用户名" in said


def test_a_reset_prints_a_link_and_leaves_the_password_until_it_is_used(
    app: Flask, session: Session
):
    user = a_user(session, Role.OFFICER)
    kept = user.password_hash

    code, said = _type(app, "reset-password", user.username)

    assert code == 0
    assert "/link/" in said
    session.rollback()
    assert session.get_one(User, user.id).password_hash == kept


def test_a_reset_for_nobody_says_so(app: Flask):
    code, said = _type(app, "reset-password", "nobody")
    assert code != 0
    assert "没有用户" in said


def test_a_lost_factor_is_taken_away_on_the_server_once(app: Flask, session: Session):
    user = a_user(session, Role.ADMINISTRATOR)
    with_factor(app, session, user)

    code, _ = _type(app, "reset-factor", user.username)
    assert code == 0
    session.rollback()
    assert session.get(SecondFactor, user.id) is None

    for name, words in ((user.username, "没有设置两步验证"), ("nobody", "没有用户")):
        code, said = _type(app, "reset-factor", name)
        assert code != 0
        assert words in said


def test_migrating_twice_changes_nothing(app: Flask):
    assert _type(app, "migrate")[0] == 0
    assert _type(app, "migrate")[0] == 0


def test_the_demonstration_is_refused_where_there_is_anything(app: Flask, session: Session):
    a_user(session, Role.OFFICER)
    code, said = _type(app, "load-demo")
    assert code != 0
    assert "空实例" in said


def test_the_demonstration_answers_on_this_machine_only(app: Flask, session: Session, capsys):
    with db.writing(session):
        settings.keep(session, replace(settings.read(session), demonstration=True))

    assert serving.serve(app, host="0.0.0.0", port=0, demo=False) == 2  # noqa: S104

    assert "127.0.0.1" in capsys.readouterr().out


def test_an_empty_instance_greets_its_first_administrator_until_they_have_a_password(
    app: Flask, session: Session, capsys
):
    for _ in range(2):
        serving.greet_first_administrator(app)
        said = capsys.readouterr().out
        assert len(re.findall(r"/link/[\w-]+", said)) == 1
    user = session.scalars(select(User)).one()
    assert user.role == Role.ADMINISTRATOR


def test_a_socket_whose_path_is_longer_than_any_can_be_is_refused_in_words(app: Flask):
    code, said = _type(app, "serve", f"--socket=/{'x' * 107}")

    assert (code, "SOCKET 的路径太长" in said) == (1, True), said
