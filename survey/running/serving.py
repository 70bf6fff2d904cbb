"""Prepare an instance, then run the web server and the job worker together until told to stop."""

from __future__ import annotations

import ipaddress

from flask import Flask

from survey import clock, db, migrations
from survey.config import Config
from survey.files.folder import Folder
from survey.files.moving import take_over
from survey.jobs import consumer
from survey.lifecycle import editions, links
from survey.lifecycle.scores import tell_scores_again
from survey.lifecycle.step import Actor, Step
from survey.running import metrics
from survey.running.web_server import WebServer
from survey.store import accounts as accounts_store
from survey.store.settings import read
from survey.tables import Role
from survey.views.links import link_url

SIGN_INS = "sign-ins.txt"
STOP_SECONDS = 20


def serve(app: Flask, *, host: str, port: int, socket: str = "", demo: bool) -> int:
    """Run until stopped; return the exit code.

    The demonstration answers on this machine only: its sign-ins stand in a file.

    Args:
        socket: A path at which it listens in place of host and port, for a proxy on this machine.
    """
    tls = None if socket else app.config["SURVEY"].tls_folder
    web = WebServer(app, f"unix:{socket}" if socket else f"{host}:{port}", tls)
    where = socket or f"{'https' if tls else 'http'}://{host}:{port}/"
    try:
        migrate(app.config["SURVEY"])
        catch_up(app)
        fresh = demo and load_demonstration(app)
        if _is_demonstration(app) and not (socket or _is_loopback(host)):
            print("演示数据只在本机（127.0.0.1）提供。正式使用请用 make run DEMO=0 建立空实例。")
            return 2
        metrics.begin_anew(app.config["SURVEY"])
        metrics.serve(app.config["SURVEY"], app.extensions["survey_sessions"])
        print(f"\n  数智阶梯已启动：{where}\n", flush=True)
        _greet(app, fresh=fresh)
        return _run_together(app, web)
    finally:
        web.stop(STOP_SECONDS)


def _greet(app: Flask, *, fresh: bool) -> None:
    """Say how one signs in."""
    config: Config = app.config["SURVEY"]
    if fresh:
        print(kept_sign_ins(config), flush=True)
    elif _is_demonstration(app):
        print(f"  登录信息保存在 {config.instance / SIGN_INS}\n", flush=True)
    else:
        greet_first_administrator(app)


def _is_demonstration(app: Flask) -> bool:
    with app.extensions["survey_sessions"]() as session:
        return read(session).demonstration


def _run_together(app: Flask, web: WebServer) -> int:
    """Serve pages from the child, do the jobs here; neither goes on without the other."""
    sessions = app.extensions["survey_sessions"]
    consumer.run(app.config["SURVEY"], sessions, until=lambda: not web.is_running, ready=web.begin)
    failed = not web.is_running and web.exit_code != 0
    web.stop(STOP_SECONDS)
    print("\n  已停止。", flush=True)
    return 1 if failed else 0


def migrate(config: Config) -> None:
    """Create the database where there is none, and bring it and the files up to date."""
    engine = db.engine_for(config.database_url, create=True)
    try:
        migrations.migrate(engine, config.instance)
    finally:
        engine.dispose()
    take_over(config.instance, Folder(config.contents))


def catch_up(app: Flask) -> None:
    """Give what an older release kept the form this one reads."""
    config: Config = app.config["SURVEY"]
    with app.extensions["survey_sessions"]() as session:
        step = Step(session, Actor(None, "升级"), clock.utc_now())
        if (home := config.instance / "editions").is_dir():
            editions.adopt(step, home)
        tell_scores_again(step)


def load_demonstration(app: Flask) -> bool:
    """Fill an empty instance with the demonstration district; say whether it was empty."""
    from survey.running.demonstration import load

    return load(app)


def kept_sign_ins(config: Config) -> str:
    return (config.instance / SIGN_INS).read_text(encoding="utf-8")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def greet_first_administrator(app: Flask) -> None:
    """Print the one-time link of the first administrator while nobody has used one."""
    with app.app_context(), app.extensions["survey_sessions"]() as session:
        first = accounts_store.first_administrator(session)
        if first is not None and first.password_hash:
            return
        by, now = Actor(None, "首次启动"), clock.utc_now()
        if first is None:
            link = links.add_and_invite(
                Step(session, by, now), username="admin", name="管理员", role=Role.ADMINISTRATOR
            )
        else:
            link = links.issue_link(Step(session, by, now), first.id)
        print(
            f"  首位管理员（用户名 admin）请用一次性链接设置密码：\n  {link_url(link.token)}\n",
            flush=True,
        )
