"""Other systems are told what happened: each step once by name, at least once by request, to nobody else."""

import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from survey import clock
from survey.jobs import calls
from survey.jobs.webhooks import signature
from survey.jobs.worker import Worker
from survey.lifecycle import deliveries, webhooks
from survey.lifecycle.deliveries import MOST_TRIES
from survey.lifecycle.errors import Stale, WrongState
from survey.lifecycle.step import About, Step
from survey.lifecycle.webhooks import MOST_EARLIER, Wanted
from survey.store import jobs as store_of_jobs
from survey.tables import (
    AuditEntry,
    Delivery,
    DeliveryState,
    Firm,
    Job,
    Webhook,
    WebhookCourse,
    WebhookSecret,
    WebhookState,
)
from survey.words import webhooks as words
from tests.support.patience import joined
from tests.support.people import TESTER, a_firm
from tests.support.receiver import lose, receiving, status

FORK = multiprocessing.get_context("fork")
MINUTE = timedelta(minutes=1)
KINDS = ("firm.added", "firm.changed", "assessment.submitted")


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def config(settings, receiver):
    return receiver.allowed_by(settings)


@pytest.fixture
def step(session):
    return lambda: Step(session, TESTER, clock.utc_now())


@pytest.fixture
def hook(step, config, receiver):
    """A webhook of the receiver: its number, and its secret."""
    return webhooks.add(step(), Wanted("虚构的数据平台", receiver.url, KINDS), config)


@pytest.fixture
def later(monkeypatch):
    """Let the clock of workers stand so many minutes from now."""
    began = clock.utc_now()

    def later(minutes):
        monkeypatch.setattr(clock, "utc_now", lambda: began + minutes * MINUTE)

    return later


@pytest.fixture
def work(session, engine, config):
    """Sweep, as happens every minute, and do what comes of it."""

    def work(config=config):
        session.rollback()
        worker = Worker(config, sessionmaker(engine, expire_on_commit=False))
        with worker._step() as step:
            deliveries.begin(step)
            queued = store_of_jobs.unsent(step.session, step.now)
        for job in queued:
            worker.do(job.id)
        worker.queue.close()
        return len(queued)

    return work


def happens(step, firm, action="edit"):
    """A step about a firm ends."""
    taken = step()
    with taken.writing():
        taken.log(action, firm, after={"contact_name": "王某某"})


def only(session, table=Delivery):
    session.rollback()
    return session.scalars(select(table)).one()


def signed_by(secret, told):
    Verifier(secret).verify(told.body, told.headers)
    return True


# --- what is told ---------------------------------------------------------------------------------


def test_a_step_is_told_with_numbers_and_nothing_of_anybody(session, step, hook, work, receiver):
    firm = a_firm(session, "虚构阀门厂")
    happens(step, firm)

    assert work() == 1

    (told,) = receiver.told
    assert told.said["type"] == "firm.changed"
    assert told.said["data"] == {"firm": firm.id}
    assert set(told.said) == {"type", "timestamp", "data"}
    assert signed_by(hook[1], told)
    assert only(session).state == DeliveryState.TAKEN
    assert work() == 0


def test_what_nobody_chose_and_what_failed_is_not_told(session, step, hook, work, receiver):
    firm = a_firm(session)
    happens(step, firm, "profile_holds")
    taken = step()
    with taken.writing():
        taken.log("edit", firm, succeeded=False)
        taken.log("sign_in", About("user", 1))

    assert work() == 0
    assert receiver.told == []


def test_steps_of_before_it_was_set_up_are_not_told(session, step, config, receiver, work):
    happens(step, a_firm(session))
    webhooks.add(step(), Wanted("平台", receiver.url, KINDS), config)

    assert work() == 0


def test_a_step_that_ends_after_a_later_one_is_told_too(
    session, step, hook, work, receiver, engine
):
    """Numbers of rows are given before their transactions end: the lower one arrives last."""
    firm = a_firm(session)
    entries = [AuditEntry(id=9001 + n, **row_of(firm)) for n in range(2)]
    session.add(entries[1])
    session.commit()
    assert work() == 1
    session.add(entries[0])
    session.commit()
    assert work() == 1

    session.rollback()
    assert sorted(session.scalars(select(Delivery.entry_id))) == [9001, 9002]
    assert len({told.name for told in receiver.told}) == len(receiver.told) == 2


def row_of(firm):
    return {
        "at": clock.utc_now(),
        "who": "测试",
        "address": "",
        "request_id": "",
        "action": "edit",
        "subject": "firm",
        "subject_id": str(firm.id),
        "firm_id": firm.id,
        "reason": "",
    }


def test_rows_of_two_hours_ago_are_not_looked_at_again(session, step, hook, work, later, receiver):
    happens(step, a_firm(session))
    work()
    first = only(session, WebhookCourse).cursor
    later(180)
    happens(step, session.scalars(select(Firm)).one())
    work()

    assert only(session, WebhookCourse).cursor > first
    assert len(receiver.told) == 2


def test_a_cursor_does_not_stay_behind_where_nothing_is_told_for_long(
    session, step, hook, work, later, monkeypatch
):
    firm = a_firm(session)
    for _ in range(5):
        happens(step, firm, "profile_holds")
    first = only(session, WebhookCourse).cursor
    monkeypatch.setattr(deliveries, "FAR", 2)
    later(180)

    assert work() == 0
    assert only(session, WebhookCourse).cursor >= first + 5


def test_a_deleted_row_is_told_of_by_what_the_log_keeps(session, step, config, receiver, work):
    webhooks.add(step(), Wanted("平台", receiver.url, ("document.withdrawn",)), config)
    taken = step()
    with taken.writing():
        taken.log("document_withdraw", About("report", "SZ-2026-000001", None), reason="写错")
    work()

    assert receiver.told[0].said["data"] == {"number": "SZ-2026-000001"}


def test_a_list_that_is_imported_is_told_once_whoever_stands_in_it(
    session, step, config, receiver, work
):
    webhooks.add(step(), Wanted("平台", receiver.url, ("firms.imported",)), config)
    taken = step()
    with taken.writing():
        taken.log("roster_imported", About("roster", 3), after={"rows": 500})
    work()

    assert receiver.told[0].said["data"] == {"list": 3}


def test_every_kind_is_read_from_steps_the_log_knows():
    from survey.lifecycle.webhook_events import EVENTS
    from survey.words.log_actions import ACTIONS
    from survey.words.log_names import SUBJECTS
    from survey.words.webhooks import EVENTS as WORDS

    assert EVENTS.keys() | {"test"} == WORDS.keys()
    for source in EVENTS.values():
        assert source.subject in SUBJECTS
        assert source.actions <= ACTIONS.keys()


# --- answers that fail ----------------------------------------------------------------------------


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


# --- by whom it is signed -------------------------------------------------------------------------


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


# --- who may be reached ---------------------------------------------------------------------------


def test_a_host_that_is_no_longer_allowed_is_sent_nothing(
    session, step, hook, work, receiver, config
):
    happens(step, a_firm(session))
    work(replace(config, webhook_hosts=frozenset({"example.com"})))
    assert receiver.told == []
    assert only(session).fault == "address"


def test_a_name_that_leads_to_a_machine_inside_is_sent_nothing(
    session, step, hook, work, receiver, config
):
    """The host is allowed; where it leads is not."""
    happens(step, a_firm(session))
    work(replace(config, webhook_networks=()))
    assert receiver.told == []
    assert only(session).fault == "address"


# --- over a lifetime ------------------------------------------------------------------------------


def test_a_worker_killed_before_it_noted_the_answer_sends_the_same_again(
    session, step, hook, work, later, receiver, config, engine
):
    """kill -9 between the receiver's word and ours."""
    happens(step, a_firm(session))
    (job_id,) = deliveries.begin(step())
    session.rollback()
    child = FORK.Process(target=die_over, args=(config, job_id))
    child.start()
    joined(child)
    assert child.exitcode == -signal.SIGKILL
    assert len(receiver.told) == 1
    assert only(session).state == DeliveryState.WAITING

    later(10)
    worker = Worker(config, sessionmaker(engine, expire_on_commit=False))
    worker.sweep()
    later(11)
    worker.do(job_id)
    worker.queue.close()

    first, again = receiver.told
    assert (first.name, first.body) == (again.name, again.body)
    row = only(session)
    assert (row.state, row.tries) == (DeliveryState.TAKEN, 2)


def die_over(config, job_id):
    """Be a worker that is killed the moment the receiver has answered."""
    from survey import db
    from survey.jobs import webhooks as work

    answered = work.send

    def send(*given):
        answered(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    work.send = send
    engine = db.engine_for(config.database_url)
    Worker(config, sessionmaker(engine, expire_on_commit=False)).do(job_id)


def test_two_machines_that_sweep_at_once_ask_for_one_job(session, step, hook, engine):
    happens(step, a_firm(session))
    asked = deliveries.begin(step()) + deliveries.begin(step())
    assert len(asked) == 1


def test_what_a_restored_instance_sends_again_has_its_old_name(session, step, hook, work, receiver):
    happens(step, a_firm(session))
    work()
    session.rollback()
    session.execute(Delivery.__table__.delete())  # as a backup of a minute before has it
    session.commit()
    work()

    first, again = receiver.told
    assert (first.name, first.body) == (again.name, again.body)


def test_chosen_otherwise_it_is_told_of_new_kinds_from_then_on(
    session, step, hook, work, receiver, config
):
    firm = a_firm(session)
    happens(step, firm, "create")
    wanted = Wanted("虚构的数据平台", receiver.url, ("firm.changed", "pool.left"))
    taken = step()
    with taken.writing():
        taken.log("withdraw", About("pool", 7, firm.id))
    webhooks.change(step(), hook[0], wanted, config, version=0)
    happens(step, firm)
    work()

    assert [told.said["type"] for told in receiver.told] == ["firm.added", "firm.changed"]
    with pytest.raises(Stale):
        webhooks.change(step(), hook[0], wanted, config, version=0)


def test_a_kind_chosen_later_takes_no_step_of_the_others_that_ends_late(
    session, step, hook, work, receiver, config
):
    """Rows of both kinds were begun before the change and arrive after it."""
    firm = a_firm(session)
    old, new = AuditEntry(**row_of(firm)), AuditEntry(**row_of(firm) | {"action": "create"})
    webhooks.change(step(), hook[0], Wanted("平台", receiver.url, KINDS[1:]), config, version=0)
    webhooks.change(step(), hook[0], Wanted("平台", receiver.url, KINDS), config, version=1)
    session.add_all([old, new])
    session.commit()
    happens(step, firm, "create")
    work()

    assert [told.said["type"] for told in receiver.told] == ["firm.changed", "firm.added"]


def test_an_address_that_changes_loses_no_step_that_ends_late(
    session, step, hook, work, receiver, config
):
    firm = a_firm(session)
    late = AuditEntry(**row_of(firm))
    webhooks.change(step(), hook[0], Wanted("平台", receiver.url, KINDS), config, version=0)
    session.add(late)
    session.commit()

    assert work() == 1
    assert [told.said["type"] for told in receiver.told] == ["firm.changed"]


def test_a_test_arrives_once_and_is_not_tried_again(session, step, hook, work, receiver):
    receiver.always = status(500)
    deliveries.try_out(step(), hook[0])
    work()

    assert receiver.told[0].said["type"] == "test"
    assert only(session).state == DeliveryState.GIVEN_UP


def test_what_was_given_up_is_sent_again_at_an_administrators_word(
    session, step, hook, work, receiver
):
    happens(step, a_firm(session))
    work()
    row = only(session)
    job_id = deliveries.send_again(step(), hook[0], row.id)
    assert session.get(Job, job_id).kind == "webhook"
    work()
    assert len({told.name for told in receiver.told}) == 1
    assert len(receiver.told) == 2

    webhooks.switch(step(), hook[0], on=False)
    with pytest.raises(WrongState):
        deliveries.send_again(step(), hook[0], row.id)


def test_one_that_is_removed_leaves_nothing_behind(session, step, hook, work, config):
    happens(step, a_firm(session))
    webhooks.rotate(step(), hook[0], config)
    deliveries.begin(step())
    webhooks.remove(step(), hook[0])
    session.rollback()
    for table in (Webhook, WebhookCourse, WebhookSecret, Delivery):
        assert session.scalars(select(table)).all() == []
    assert work() == 0


def test_a_month_later_what_was_sent_is_forgotten_and_not_sent_again(
    session, step, hook, work, later, receiver
):
    happens(step, a_firm(session))
    work()
    later(31 * 24 * 60)
    deliveries.forget(step())
    session.rollback()
    assert len(session.scalars(select(Delivery)).all()) == 1, "the cursor stands before it"
    happens(step, session.scalars(select(Firm)).one())
    work()
    while deliveries.forget(step()):
        pass
    session.rollback()
    assert len(session.scalars(select(Delivery)).all()) == 1
    work()
    assert len(receiver.told) == 2
