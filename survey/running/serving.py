"""Prepare an instance, then run the web server and the job worker together until told to stop."""

from __future__ import annotations

import ctypes
import ipaddress
import os
import signal
import subprocess
import sys
from pathlib import Path

from flask import Flask

from survey import clock, db, migrations
from survey.config import Config
from survey.files.folder import Folder
from survey.files.moving import take_over
from survey.jobs import consumer
from survey.lifecycle import editions, links
from survey.lifecycle.scores import tell_scores_again
from survey.lifecycle.step import Actor, Step
from survey.store import accounts as accounts_store
from survey.store.settings import read
from survey.tables import Role
from survey.views.links import link_url

SIGN_INS = "sign-ins.txt"
STOP_SECONDS = 20
WEB_WORKERS, WEB_THREADS = 2, 8
# Checking a password takes 19 MB for a moment. Left to itself, the C library keeps that for each
# thread that ever did so; told so, it gives large pieces back (glibc; elsewhere nothing).
GIVE_BACK = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}
PR_SET_PDEATHSIG = 1


def serve(app: Flask, *, host: str, port: int, demo: bool) -> int:
    """Run until stopped; return the exit code.

    The demonstration answers on this machine only: its sign-ins stand in a file.
    """
    config: Config = app.config["SURVEY"]
    migrate(config)
    catch_up(app)
    fresh = demo and load_demonstration(app)
    with app.extensions["survey_sessions"]() as session:
        demonstration = read(session).demonstration
    if demonstration and not _is_loopback(host):
        print("演示数据只在本机（127.0.0.1）提供。正式使用请用 make run DEMO=0 建立空实例。")
        return 2
    print(f"\n  数智阶梯已启动：http://{host}:{port}/\n", flush=True)
    if fresh:
        print(kept_sign_ins(config), flush=True)
    elif demonstration:
        print(f"  登录信息保存在 {config.instance / SIGN_INS}\n", flush=True)
    else:
        greet_first_administrator(app)
    return _run_together(app, host, port)


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
    with app.test_request_context(), app.extensions["survey_sessions"]() as session:
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


def _run_together(app: Flask, host: str, port: int) -> int:
    """Serve pages from a child, do the jobs here; neither goes on without the other."""
    config: Config = app.config["SURVEY"]
    web = subprocess.Popen(
        web_command(host, port),
        env=os.environ | GIVE_BACK | {"INSTANCE": str(config.instance), "PORT": str(port)},
        # Ctrl-C reaches this process alone, which then lets the pages finish what they are at.
        start_new_session=True,
        preexec_fn=_end_with_parent,  # no thread runs yet
    )
    sessions = app.extensions["survey_sessions"]
    consumer.run(config, sessions, until=lambda: web.poll() is not None)
    failed = web.poll() not in (None, 0)
    web.send_signal(signal.SIGTERM)
    try:
        web.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        web.kill()
        web.wait()
    print("\n  已停止。", flush=True)
    return 1 if failed else 0


def _end_with_parent() -> None:
    """Have the kernel stop the child when this process is killed (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def web_command(host: str, port: int, application: str = "wsgi:app") -> list[str]:
    """Return what starts the web server; the benchmarks start their bare programs by it too."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        application,
        f"--bind={host}:{port}",
        f"--workers={WEB_WORKERS}",
        f"--threads={WEB_THREADS}",
        "--worker-class=gthread",
        "--preload",
        "--timeout=60",
        "--graceful-timeout=15",
        "--log-level=warning",
        f"--chdir={Path(__file__).parents[2]}",
        "--no-control-socket",
    ]
