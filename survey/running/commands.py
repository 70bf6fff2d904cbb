"""What an operator types: ``flask --app wsgi …``."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, pass_script_info, with_appcontext

from questionnaires.library import UnknownEdition
from survey import library
from survey.clock import utc_now
from survey.config import Config
from survey.files import moving
from survey.files.folder import Folder
from survey.jobs import consumer
from survey.lifecycle import editions, links, profiles, second_factor
from survey.lifecycle.contents import clear
from survey.lifecycle.errors import Faulty, Invalid, NotDraft, NotThere, Stale
from survey.lifecycle.step import Actor, Step
from survey.migrations import SchemaTooNew
from survey.readings import sealing as log_check
from survey.readings import stray as disagreement
from survey.running import backup_commands, doctor, outgoing, serving
from survey.store import accounts as store
from survey.store import documents
from survey.store.settings import read
from survey.tables import Role, User
from survey.views.links import link_url
from survey.web import here
from survey.words import sealing
from survey.words import verification as verification_words
from survey.words.uploads import size_words

OPERATOR = Actor(None, "命令行")


def init_app(app: Flask) -> None:
    """Add the commands."""
    known = (
        serve,
        work,
        migrate,
        create_admin,
        reset_password,
        reset_factor,
        load_demo,
        verify_log,
    )
    for command in (
        *known,
        *backup_commands.COMMANDS,
        doctor.doctor,
        outgoing.outgoing,
        verify,
        district_profile,
        edition_out,
        edition_in,
        stray,
        move_contents,
    ):
        app.cli.add_command(command)


def _config() -> Config:
    config: Config = current_app.config["SURVEY"]
    return config


MOST_SOCKET = 107
"""Bytes of a socket's path (unix(7))."""


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", envvar="PORT", default=8000, type=int)
@click.option("--socket", envvar="SOCKET", default="", help="A socket's path in place of both.")
@click.option("--demo/--no-demo", envvar="DEMO", default=True, help="Fill an empty instance.")
@pass_script_info
def serve(info: ScriptInfo, host: str, port: int, socket: str, demo: bool) -> None:
    """Prepare the instance, then run the web server and the job worker together."""
    if len(os.fsencode(socket)) > MOST_SOCKET:
        raise click.ClickException(
            f"SOCKET 的路径太长（最多 {MOST_SOCKET} 字节），请换短一些的目录。"
        )
    with _spoken():
        raise SystemExit(
            serving.serve(info.load_app(), host=host, port=port, socket=socket, demo=demo)
        )


@contextmanager
def _spoken() -> Iterator[None]:
    """Tell an operator in words why this release cannot use the database."""
    try:
        yield
    except SchemaTooNew as error:
        raise click.ClickException(
            f"数据库的结构版本是 {error}，比本程序新。请改用新版程序，或恢复升级前的备份。"
        ) from error


@click.command("work")
@with_appcontext
def work() -> None:
    """Run the job worker alone."""
    consumer.run(_config(), current_app.extensions["survey_sessions"])


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Create or bring up to date the database."""
    with _spoken():
        serving.migrate(_config())
        serving.catch_up(current_app)
    click.echo("数据库已是最新。")


@click.command("create-admin")
@click.argument("username")
@click.option("--name", default="管理员", help="姓名。")
@with_appcontext
def create_admin(username: str, name: str) -> None:
    """Add an administrator and print their one-time link."""
    _add(username, name, Role.ADMINISTRATOR)


def _add(username: str, name: str, role: str) -> None:
    try:
        link = links.add_and_invite(
            Step(here.session(), OPERATOR, utc_now()),
            username=username,
            name=name,
            role=role if role in list(Role) else Role.ADMINISTRATOR,
        )
    except Invalid as error:
        raise click.ClickException("；".join(error.fields.values())) from error
    click.echo(link_url(link.token))


@click.command("reset-password")
@click.argument("username")
@with_appcontext
def reset_password(username: str) -> None:
    """Print a one-time link with which a user sets a new password."""
    link = links.issue_link(Step(here.session(), OPERATOR, utc_now()), _user(username).id)
    click.echo(link_url(link.token))


def _user(username: str) -> User:
    user = store.user_who_types(here.session(), username)
    if user is None:
        raise click.ClickException(f"没有用户“{username}”。")
    return user


@click.command("reset-factor")
@click.argument("username")
@with_appcontext
def reset_factor(username: str) -> None:
    """Take away the second factor of a user who lost it, where no other administrator can."""
    try:
        second_factor.reset(Step(here.session(), OPERATOR, utc_now()), _user(username).id)
    except Stale:
        raise click.ClickException(f"用户“{username}”没有设置两步验证。") from None
    click.echo("已重置。下次登录时会重新设置两步验证。")


@click.command("load-demo")
@with_appcontext
def load_demo() -> None:
    """Load the demonstration district into an empty instance."""
    if not serving.load_demonstration(current_app):
        raise click.ClickException("这个实例里已有数据，演示数据只能载入空实例。")
    click.echo(serving.kept_sign_ins(_config()))


@click.command("district-profile")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@with_appcontext
def district_profile(file: Path | None) -> None:
    """Make this installation the district of FILE; without one, print the present profile."""
    if file is None:
        click.echo(profiles.written(here.session(), read(here.session())))
        return
    try:
        step = Step(here.session(), OPERATOR, utc_now())
        taken = profiles.load(step, file.read_bytes(), file.name)
    except Faulty as error:
        raise click.ClickException("\n".join(str(fault) for fault in error.faults)) from error
    click.echo(f"已载入{taken.name}的档案。")


@click.command("edition-out")
@click.argument("edition_id")
@click.argument("into", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def edition_out(edition_id: str, into: Path) -> None:
    """Write an edition's data files into a new folder of its name inside INTO."""
    try:
        folder = library.of(here.session()).folder_of(edition_id)
    except UnknownEdition as error:
        raise click.ClickException(f"没有年版“{edition_id}”。") from error
    if (into / edition_id).exists():
        raise click.ClickException(f"{into / edition_id} 已经有了，没有覆盖。")
    shutil.copytree(folder, into / edition_id)
    click.echo(into / edition_id)


@click.command("edition-in")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def edition_in(folder: Path) -> None:
    """Take a folder of data files as the draft of its name."""
    try:
        taken = editions.take_folder(Step(here.session(), OPERATOR, utc_now()), folder.resolve())
    except NotThere as error:
        raise click.ClickException("文件夹里没有 edition.yaml，或名字不能作年版编号。") from error
    except NotDraft as error:
        raise click.ClickException("已发布的年版不能改，请换一个文件夹名，另立草稿。") from error
    except Stale as error:
        raise click.ClickException("草稿刚被别人改动过，没有收下。请取出后重做。") from error
    click.echo(f"草稿 {taken} 已收下，请在“问卷年版”页面查看检查结果。")


@click.command("stray")
@click.option("--remove", is_flag=True, help="Remove files that no record speaks of.")
@with_appcontext
def stray(remove: bool) -> None:
    """List records whose file is missing, and files no record speaks of; the latter may go."""
    contents, now = here.contents(), utc_now()
    found = disagreement.stray(here.session(), contents, now)
    for sha256 in found.missing:
        click.echo(f"缺失 {sha256}")
    for one in found.unclaimed:
        click.echo(f"无主 {one.name} {size_words(one.size)}")
    click.echo(
        f"有记录而缺文件 {len(found.missing)} 个，有文件而无记录 {len(found.unclaimed)} 个。"
    )
    if remove:
        here.session().rollback()
        removed = clear(Step(here.session(), OPERATOR, now), contents, found.unclaimed)
        halves = contents.forget_half_written(now - disagreement.GRACE)
        click.echo(f"已清理无主文件 {removed} 个，未写完的文件 {halves} 个。")


@click.command("verify-log")
@click.option("--head", default="", help="A digest that was written down earlier.")
@with_appcontext
def verify_log(head: str) -> None:
    """Go through the sealed log: 0 where it is whole, 1 where it was touched, 2 for a strange HEAD."""
    if head and not sealing.DIGEST.fullmatch(head):
        raise click.BadParameter("摘要是 64 位的数字和小写字母，请原样抄写。", param_hint="--head")
    began = time.perf_counter()
    done = log_check.check(here.session(), head)
    pace = int(done.rows / max(time.perf_counter() - began, 0.001))
    click.echo(f"{sealing.seen(done)}每秒 {pace} 条。")
    for fault in done.faults:
        click.echo(sealing.fault(asdict(fault)))
    click.echo(sealing.verdict(done, head))
    raise SystemExit(1 if done.faults else 0)


VERDICTS = {
    "genuine": 0,
    "changed": 1,
    "attachment": 3,
    "superseded": 4,
    "stamped": 4,
    "withdrawn": 5,
    "foreign": 6,
    "unrecorded": 7,
    "not_ours": 8,
    "no_pdf": 9,
    "stripped": 10,
}
"""The exit status of each verdict; 2 is a command that was typed wrongly."""


@click.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def verify(file: Path) -> None:
    """Say whether FILE is a document of ours as it was issued, and what it is worth: 0 for valid.

    Nothing is sent. 1 changed, 3 attachment changed, 4 superseded, 5 withdrawn, 6 issued elsewhere,
    7 signed here but not registered, 8 not ours, 9 no PDF, 10 its signature taken away.
    """
    from survey.readings import verification  # few commands need the signing parts

    session = here.session()
    it = verification.judge(session, file.read_bytes())
    reasons = documents.withdrawals(session, [it.document] if it.document else [])
    click.echo(verification_words.of_file(it.verdict, it, reasons.get(it.number, "")))
    raise SystemExit(VERDICTS[it.verdict])


@click.command("move-contents")
@with_appcontext
def move_contents() -> None:
    """Move this instance's files into the bucket that CONTENT_URL names."""
    if not _config().content_url:
        raise click.ClickException("没有设置 CONTENT_URL，文件就存放在实例文件夹里，不需要搬移。")
    moved = moving.bring(Folder(_config().contents), here.contents())
    click.echo(f"已搬移 {moved} 个文件。")
