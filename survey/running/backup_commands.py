"""What an operator types about backups: make one, look at one, restore one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from survey import priority
from survey.clock import utc_now
from survey.config import Config
from survey.files.backups import locks
from survey.files.backups.members import BadBackup
from survey.lifecycle import backups as steps
from survey.lifecycle.step import Actor, Step
from survey.readings import backups as readings
from survey.running import serving
from survey.web import here
from survey.words import backups as words

OPERATOR = Actor(None, "命令行")
KEY = click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file with the secret key of a locked backup.",
)
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@contextmanager
def _spoken() -> Iterator[None]:
    """Tell an operator in words what is wrong with a backup, a key, or the place for it."""
    try:
        yield
    except BadBackup as error:
        raise click.ClickException(words.fault(error.what, error.values)) from error
    except locks.NoKey as error:
        raise click.ClickException(words.NO_KEY) from error
    except steps.NotEmpty as error:
        said = words.NOT_EMPTY.format(count=len(error.tables))
        raise click.ClickException(said) from error


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--to", default="", help="A public key (age1…) the backup is locked to.")
@with_appcontext
def backup(file: Path, to: str) -> None:
    """Write database, contents and keys of this instance, as they are at one moment, into FILE."""
    config: Config = current_app.config["SURVEY"]
    session, now = here.session(), utc_now()
    priority.step_back()
    public_key = to or config.backup_key
    if public_key and not locks.is_public_key(public_key):
        raise click.ClickException(words.NO_PUBLIC_KEY)
    try:
        engine = current_app.extensions["survey_engine"]
        done = readings.write(file, engine, config, here.contents(), now, public_key=public_key)
    except FileExistsError as error:
        raise click.ClickException(f"{file} 已经有了，没有覆盖。") from error
    except OSError as error:
        raise click.ClickException(f"没有写成：{error}。原来的内容没有变。") from error
    steps.note(Step(session, OPERATOR, utc_now()), file.name, done)
    click.echo(words.held(done))


@click.command("verify-backup")
@FILE
@KEY
@with_appcontext
def verify_backup(file: Path, key: Path | None) -> None:
    """Read FILE to its end and say whether it can be restored: 0 for yes, 1 for no."""
    priority.step_back()
    with _spoken():
        click.echo(words.held(readings.look_at(file, key)))
    click.echo("备份完整，可以恢复。")


@click.command("restore")
@FILE
@KEY
@with_appcontext
def restore(file: Path, key: Path | None) -> None:
    """Fill this empty instance with what FILE holds, all of it or nothing."""
    priority.step_back()
    config: Config = current_app.config["SURVEY"]
    serving.migrate(config)
    step = Step(here.session(), OPERATOR, utc_now())
    with _spoken(), file.open("rb") as opened, locks.unlocked(opened, key) as source:
        try:
            done = steps.restore(step, config, here.contents(), source)
        except (OSError, OperationalError) as error:
            why = getattr(error, "orig", error)
            raise click.ClickException(words.NOT_RESTORED.format(why=why)) from error
    click.echo(words.held(done.backup))
    for remark in done.remarks:
        click.echo(f"注意：{words.REMARKS[remark]}")
    click.echo("已恢复。请用 flask verify-log 和 flask stray 核对，再启动系统。")


@click.command("backup-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_key(file: Path) -> None:
    """Make a key to lock backups with: the secret one into FILE, the public one is printed."""
    secret, public = locks.new_key()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.ClickException(f"{file} 已经有了，没有覆盖。") from error
    except OSError as error:
        raise click.ClickException(f"没有写成：{error}。请换一个写得进去的文件夹。") from error
    with os.fdopen(handle, "w", encoding="ascii") as kept:
        kept.write(f"# public key: {public}\n{secret}\n")
    click.echo(f"公钥：{public}")
    click.echo(f"私钥写在 {file}，请移到别处保存：没有它，加密的备份谁也打不开。")


COMMANDS = (backup, verify_backup, restore, backup_key)
