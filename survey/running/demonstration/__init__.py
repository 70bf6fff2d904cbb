"""The demonstration district: invented firms with complete sheets, so that every page shows something.

It can only be loaded into an empty instance, and marks that instance as a demonstration for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from survey import db
from survey.clock import LOCAL
from survey.config import Config
from survey.files.stores import contents_of
from survey.lifecycle import benchmarks
from survey.lifecycle.step import About, Step
from survey.running.demonstration.annual import report_year
from survey.running.demonstration.batches import make_reports
from survey.running.demonstration.budgets import ask_budgets
from survey.running.demonstration.deciding import meet
from survey.running.demonstration.firms import make_firm, make_rounds, rows_of, set_district
from survey.running.demonstration.ledger import keep_ledger
from survey.running.demonstration.lists import keep_lists
from survey.running.demonstration.lives import (
    begin_second_round,
    declare_ties,
    hand_in_next,
    live,
    take_trials,
)
from survey.running.demonstration.needs import keep_needs
from survey.running.demonstration.notices import call_for_applications
from survey.running.demonstration.onsite import brought
from survey.running.demonstration.people import (
    PARTNER,
    SELLER,
    SIGN_INS,
    actor,
    keep_sign_ins,
    make_users,
    sign_ins,
)
from survey.running.demonstration.privacy import keep_privacy
from survey.running.demonstration.projects import run_projects
from survey.running.demonstration.providers import bring_providers, claim_for, know_sellers
from survey.running.demonstration.rosters import bring_lists
from survey.running.demonstration.rounds import remind, run_round
from survey.running.demonstration.samples import show_samples
from survey.running.demonstration.story import BEGAN, DEMO, EDITION
from survey.tables import Role, User


def load(app: Flask) -> bool:
    """Fill an empty instance; return whether it was empty. Sign-ins are written to one file."""
    config: Config = app.config["SURVEY"]
    with app.extensions["survey_sessions"]() as session:
        if session.scalar(select(User.id).limit(1)) is not None:
            return False
        session.rollback()
        hashes, words = sign_ins()
        with db.writing(session):
            set_district(session)
            now = datetime.now(UTC)
            rounds = make_rounds(session, now.astimezone(LOCAL).date())
            firms = [make_firm(session, row) for row in rows_of("firms.yaml")["firms"]]
            users = make_users(session, hashes, firms)
            Step(session, DEMO, BEGAN).log("load_demo", About("district", "demonstration"))
        contents = contents_of(config)
        take_trials(session, firms, users, contents)
        for number, (firm, row) in enumerate(firms):
            what = brought(contents, row)
            live(session, firm, row, rounds[0], users, what, _arrival(number))
        meet(session, firms, users[Role.OFFICER])
        declare_ties(session, firms, users[PARTNER])
        run_round(session, config, rounds, users[Role.OFFICER], now)
        begin_second_round(session, firms, rounds[1], users)
        for firm, row in firms:
            if "again" in row:
                hand_in_next(session, firm, row, rounds[1], users, brought(contents, row).photo)
        remind(session, now)
        rows, officer = [firm for firm, _ in firms], users[Role.OFFICER]
        bring_lists(session, config, rows, officer, now)
        keep_ledger(session, officer, now)
        run_projects(session, contents, firms, officer)
        bring_providers(session, rows, users, hashes[SELLER[0]], now)
        show_samples(session, firms, officer)
        know_sellers(session)
        claim_for(session, officer, now)
        tell_of_groups(Step(session, actor(officer), now))
        keep_lists(session, contents, Step(session, actor(officer), now))
        keep_needs(session, firms, officer, now)
        call_for_applications(session, config, officer, now)
        keep_privacy(session, rows, now)
        make_reports(session, config, officer, now)
        ask_budgets(Step(session, actor(officer), now))
        report_year(session, Step(session, actor(officer), now), rounds[0])
    keep_sign_ins(config.instance / SIGN_INS, words, config.base_url)
    return True


def tell_of_groups(step: Step) -> None:
    """Tell what the nights before would have told: of firms, of prices, of satisfaction."""
    benchmarks.publish(step, EDITION)
    benchmarks.publish_prices(step)
    benchmarks.publish_satisfaction(step)


def _arrival(number: int) -> datetime:
    """Four firms a day, each in working hours."""
    day, turn = divmod(number, 4)
    return BEGAN + timedelta(days=day, minutes=40 * turn)
