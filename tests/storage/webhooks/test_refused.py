"""A receiver that fails is asked again, later each time, and holds up no other."""

from sqlalchemy import select

from survey.jobs import calls
from survey.lifecycle import webhooks
from survey.lifecycle.deliveries import MOST_TRIES
from survey.tables import AuditEntry, Delivery, DeliveryState, Webhook, WebhookCourse, WebhookState
from tests.support.people import a_firm
from tests.support.receiver import lose, status
from tests.support.webhooks import MINUTE, happens, only, signed_by


def test_a_lost_answer_is_sent_again_under_the_same_name(
    session, step, hook, work, later, receiver
):
    happens(step, a_firm(session))
    receiver.answers.append(lose)
    work()
    assert only(session).fault == "broken"
    assert work() == 0, "it is left alone for a while"
    later(2)
    work()

    first, again = receiver.told
    assert (first.name, first.body) == (again.name, again.body)
    assert signed_by(hook[1], first)
    assert only(session).state == DeliveryState.TAKEN


def test_a_refusal_is_put_off_longer_each_time_and_given_up_in_the_end(
    session, step, hook, work, later, receiver
):
    happens(step, a_firm(session))
    receiver.always = status(500)
    pauses, at = [], 0
    for _ in range(MOST_TRIES):
        work()
        row = only(session)
        pauses.append(round((row.due_at - row.tried_at) / MINUTE))
        at += pauses[-1] + 1
        later(at)

    assert pauses[:-1] == [1, 5, 30, 120, 300, 600, 600]
    assert (row.state, row.status, row.tries) == (DeliveryState.GIVEN_UP, 500, MOST_TRIES)
    assert len({told.name for told in receiver.told}) == 1
    assert len(receiver.told) == MOST_TRIES
    given_up = select(AuditEntry).where(AuditEntry.action == "webhook_give_up")
    assert session.scalars(given_up).one().succeeded is False


def test_one_event_that_is_refused_holds_up_no_other(session, step, hook, work, receiver):
    firm = a_firm(session)
    for _ in range(3):
        happens(step, firm)
    receiver.answers.append(status(500))
    work()

    session.rollback()
    states = session.scalars(select(Delivery.state).order_by(Delivery.id)).all()
    assert states == [DeliveryState.WAITING, DeliveryState.TAKEN, DeliveryState.TAKEN]


def test_a_slow_receiver_is_let_go_however_its_answer_drips(
    session, step, hook, work, receiver, monkeypatch
):
    monkeypatch.setattr(calls, "SECONDS", 0.3)

    def drip(handler):
        try:
            for _ in range(1000):
                handler.wfile.write(b"H")
                handler.connection.settimeout(0.05)
                try:
                    handler.connection.recv(1)
                    return
                except TimeoutError:
                    pass
        except OSError:
            pass

    receiver.always = drip
    for _ in range(2):
        happens(step, a_firm(session))
    work()

    session.rollback()
    tried = session.scalars(select(Delivery).where(Delivery.tries > 0)).one()
    assert tried.fault == "slow"
    assert len(receiver.told) == 1, "a silent receiver is asked no more in this turn"
    assert only(session, WebhookCourse).rest_until is not None


def test_a_redirect_is_an_answer_and_is_not_followed(session, step, hook, work, receiver):
    happens(step, a_firm(session))
    receiver.answers.append(status(302, Location="http://127.0.0.1/elsewhere"))
    work()

    assert only(session).status == 302
    assert [told.path for told in receiver.told] == ["/events"]


def test_a_receiver_that_is_gone_is_told_no_more(session, step, hook, work, later, receiver):
    happens(step, a_firm(session))
    receiver.always = status(410)
    work()

    assert only(session, Webhook).state == WebhookState.FAILED
    later(10)
    assert work() == 0
    assert len(receiver.told) == 1


def test_a_receiver_that_fails_for_three_days_is_switched_off_and_told_all_once_it_is_back(
    session, step, hook, work, later, receiver
):
    firm = a_firm(session)
    receiver.always = status(503)
    for hour in range(0, 75, 6):
        later(hour * 60)
        happens(step, firm)
        work()
        if only(session, Webhook).state == WebhookState.FAILED:
            break
    assert hour >= 72
    happens(step, firm)
    assert work() == 0

    receiver.always = status(204)
    receiver.told.clear()
    webhooks.switch(step(), hook[0], on=True)
    later(75 * 60)
    work()
    session.rollback()
    waiting = select(Delivery).where(Delivery.state == DeliveryState.WAITING)
    assert session.scalars(waiting).all() == []
    assert "firm.changed" in {told.said["type"] for told in receiver.told}


def test_a_failure_of_last_week_is_not_counted_to_this_weeks(
    session, step, hook, work, later, receiver
):
    firm = a_firm(session)
    receiver.always = status(500)
    for days in (0, 4, 8):
        later(days * 24 * 60)
        happens(step, firm)
        work()
    assert only(session, Webhook).state == WebhookState.ON
