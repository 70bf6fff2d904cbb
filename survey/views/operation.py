"""How the installation runs: its checks and its backups, for whoever keeps it running."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey.config import Config
from survey.lifecycle import backups as steps
from survey.readings.backup_state import backup_state
from survey.readings.condition import Around, Grade, bounds, examine
from survey.store import alerts
from survey.views import jobs
from survey.web import here
from survey.words import backups as words
from survey.words import condition
from survey.words import jobs as job_words
from survey.words.uploads import size_words

TONES = {Grade.GOOD: "good", Grade.WATCH: "warn", Grade.BAD: "bad"}
LOOKED_BACK = timedelta(days=30)
"""For how long an alert that is over still stands on the page."""
pages = Blueprint("operation", __name__, url_prefix="/admin/operation")


@pages.get("")
def home() -> ResponseReturnValue:
    """Show how it stands."""
    config: Config = current_app.config["SURVEY"]
    found = examine(Around(here.session(), config, here.contents(), here.now()))
    return render_template(
        "administrator/operation.html",
        config=config,
        open=[
            (one, condition.of(one.about, one.code, one.values))
            for one in alerts.open_alerts(here.session())
        ],
        ended=alerts.ended_alerts(here.session(), here.now() - LOOKED_BACK),
        findings=[(one, condition.of(one.check, one.code, one.values)) for one in found],
        bounds=condition.bounds(bounds()),
        worst=condition.worst(one.grade for one in found),
        condition=condition,
        tones=TONES,
        backup=backup_state(here.session(), config),
        words=words,
        job_words=job_words,
        size_words=size_words,
    )


@pages.post("/backup")
def back_up() -> ResponseReturnValue:
    """Ask for a backup now."""
    jobs.send(steps.ask(here.step(), current_app.config["SURVEY"]))
    flash("已开始备份。写完并核对后，结果显示在这一页。", "good")
    return redirect(url_for(".home"))
