"""A webhook over its lifetime: killed workers, restored instances, another choice, its end."""

import multiprocessing
import os
import signal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from survey.jobs.worker import Worker
from survey.lifecycle import deliveries, webhooks
from survey.lifecycle.errors import Stale, WrongState
from survey.lifecycle.step import About
from survey.lifecycle.webhooks import Wanted
from survey.tables import (
    AuditEntry,
    Delivery,
    DeliveryState,
    Firm,
    Job,
    Webhook,
    WebhookCourse,
    WebhookSecret,
)
from tests.support.patience import joined
from tests.support.people import a_firm
from tests.support.receiver import status
from tests.support.webhooks import KINDS, happens, only, row_of

FORK = multiprocessing.get_context("fork")


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
