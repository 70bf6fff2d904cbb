"""What a receiver is told is signed by secrets it may have, and by nobody else's."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from standardwebhooks import WebhookVerificationError

from survey.jobs.webhooks import signature
from survey.lifecycle import deliveries, webhooks
from survey.lifecycle.errors import WrongState
from survey.lifecycle.webhooks import MOST_EARLIER
from survey.tables import Firm, Webhook, WebhookCourse, WebhookSecret
from survey.words import webhooks as words
from tests.support.people import a_firm
from tests.support.webhooks import happens, only, signed_by


def test_a_signature_is_that_of_the_standards_own_example():
    said = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert signature(secret, said) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_for_a_day_both_secrets_sign_and_then_the_new_one_alone(
    session, step, hook, work, later, receiver, config
):
    new = webhooks.rotate(step(), hook[0], config)
    happens(step, a_firm(session))
    work()
    assert signed_by(hook[1], receiver.told[0])
    assert signed_by(new, receiver.told[0])

    later(25 * 60)
    happens(step, session.scalars(select(Firm)).one())
    work()
    told = receiver.told[1]
    said = f"{told.name}.{told.headers['webhook-timestamp']}.".encode() + told.body
    mine = told.headers["webhook-signature"].split(" ")
    assert mine == [signature(new, said)]


def test_a_second_change_within_the_day_drops_none_that_a_receiver_may_have(
    session, step, hook, work, later, receiver, config
):
    """The second is drawn because the first was lost, or was given to the receiver an hour ago."""
    firm = a_firm(session)
    new = webhooks.rotate(step(), hook[0], config)
    later(60)
    newest = webhooks.rotate(step(), hook[0], config)
    for minutes, signing in ((61, [newest, new, hook[1]]), (24 * 60 + 30, [newest, new])):
        later(minutes)
        happens(step, firm)
        work()
        told = receiver.told[-1]
        said = f"{told.name}.{told.headers['webhook-timestamp']}.".encode() + told.body
        mine = told.headers["webhook-signature"].split(" ")
        assert mine == [signature(one, said) for one in signing]


def test_no_more_secrets_sign_at_once_than_a_request_has_room_for(session, step, hook, config):
    for _ in range(MOST_EARLIER):
        webhooks.rotate(step(), hook[0], config)
    kept = only(session, Webhook).sealed
    session.rollback()

    with pytest.raises(WrongState):
        webhooks.rotate(step(), hook[0], config)

    assert only(session, Webhook).sealed == kept
    assert len(session.scalars(select(WebhookSecret)).all()) == MOST_EARLIER


def test_whoever_changes_a_body_or_sends_it_later_is_found_out(session, step, hook, work, receiver):
    happens(step, a_firm(session))
    work()
    (told,) = receiver.told
    seconds = int(told.headers["webhook-timestamp"])
    forged = [
        replace(told, body=told.body.replace(b"firm.changed", b"firm.added")),
        replace(told, headers=told.headers | {"webhook-id": "evt_other"}),
        replace(told, headers=told.headers | {"webhook-timestamp": str(seconds - 600)}),
    ]
    for one in forged:
        with pytest.raises(WebhookVerificationError):
            signed_by(hook[1], one)


def test_a_receiver_finds_out_that_our_clock_is_wrong(session, step, hook, work, later, receiver):
    happens(step, a_firm(session))
    later(60)
    work()
    with pytest.raises(WebhookVerificationError, match="too new"):
        signed_by(hook[1], receiver.told[0])


def test_a_secret_is_kept_under_the_instances_key_and_opens_with_an_older_one(
    session, step, hook, work, receiver, config
):
    row = only(session, Webhook)
    assert hook[1] not in str(vars(row))
    happens(step, a_firm(session))
    moved = replace(config, secret_key="new-" + "2" * 32, secret_key_fallbacks=(config.secret_key,))
    work(moved)
    assert signed_by(hook[1], receiver.told[0])


def test_what_no_key_opens_any_more_is_not_sent_unsigned_and_says_so(
    session, step, hook, work, receiver, config
):
    happens(step, a_firm(session))
    work(replace(config, secret_key="new-" + "2" * 32))

    assert receiver.told == []
    assert only(session).fault == "key"
    assert "换签名密钥" in words.answered(only(session))
    assert only(session, WebhookCourse).failing_since is not None

    moved = replace(config, secret_key="new-" + "2" * 32)
    word = webhooks.rotate(step(), hook[0], moved)
    deliveries.send_again(step(), hook[0], only(session).id)
    work(moved)
    assert signed_by(word, receiver.told[0])
