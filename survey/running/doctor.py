"""``flask doctor``: how this installation stands, and what to do about it."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.clock import utc_now
from survey.readings.condition import Around, examine
from survey.web import here
from survey.words import condition as words

STATUS = {"good": 0, "bad": 1, "watch": 3}
"""The exit status of the worst that was found; 2 is a command that was typed wrongly."""


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at this installation: 0 where all is good, 1 where something is bad, 3 for a look."""
    around = Around(here.session(), current_app.config["SURVEY"], here.contents(), utc_now())
    found = examine(around)
    for one in found:
        said, remedy = words.of(one.check, one.code, one.values)
        click.echo(f"{words.GRADES[one.grade]}\t{words.TITLES[one.check]}：{said}")
        if remedy:
            click.echo(f"\t{remedy}")
    raise SystemExit(STATUS[words.worst(one.grade for one in found)])
