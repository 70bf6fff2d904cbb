"""Every night what an older algorithm or key locked is locked anew, and opens as before."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select

from survey import db
from survey.lifecycle import resealing, second_factor, webhooks
from survey.lifecycle.sealed import Box, OfFernet
from survey.lifecycle.step import Step
from survey.tables import AuditEntry, SecondFactor, Webhook, WebhookSecret
from tests.support.people import TESTER, a_user, moment
from tests.support.webhooks import a_webhook

OLD, NEW = "old-key-" + "3" * 40, "new-key-" + "4" * 40


def locked_before(purpose, secret):
    return OfFernet(OLD, purpose).lock(secret.encode(), b"").decode()


def renew(session):
    step = Step(session, TESTER, moment())
    with step.writing():
        return resealing.renew(step, (NEW, OLD))


def test_secrets_of_an_older_algorithm_and_key_are_locked_anew_once(session, settings):
    user, hook = a_user(session), a_webhook(session, replace(settings, secret_key=OLD))
    with db.writing(session):
        kept = locked_before(second_factor.PURPOSE, "AAAA")
        session.add(SecondFactor(user_id=user.id, sealed=kept, last_counter=0, set_at=moment()))
        row = session.get_one(Webhook, hook)
        row.sealed = locked_before(webhooks.PURPOSE, "whsec_new")
        old = locked_before(webhooks.PURPOSE, "whsec_old")
        session.add(WebhookSecret(webhook_id=hook, sealed=old, until=moment()))

    assert (renew(session), renew(session)) == (3, 0)

    session.rollback()
    factor = session.get_one(SecondFactor, user.id, populate_existing=True)
    row = session.get_one(Webhook, hook, populate_existing=True)
    assert Box([NEW], second_factor.PURPOSE).open(factor.sealed, user.id) == "AAAA"
    box = Box([NEW], webhooks.PURPOSE)
    earlier = session.scalars(select(WebhookSecret)).one()
    assert [box.open(one.sealed, hook) for one in (row, earlier)] == ["whsec_new", "whsec_old"]
    told = select(func.count()).where(AuditEntry.action == "secrets_renew")
    assert session.scalar(told) == 1


def test_a_secret_no_key_opens_stays_for_the_day_its_key_is_named_again(session, settings):
    hook = a_webhook(session, replace(settings, secret_key="a lost key " + "5" * 40))
    before = session.get_one(Webhook, hook).sealed
    session.rollback()

    assert renew(session) == 0
    assert session.get_one(Webhook, hook, populate_existing=True).sealed == before
