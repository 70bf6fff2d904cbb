"""Other systems are told what happened: each step once by name, at least once by request, to nobody else."""

from dataclasses import replace

from sqlalchemy import select

from survey.lifecycle import deliveries, webhooks
from survey.lifecycle.step import About
from survey.lifecycle.webhooks import Wanted
from survey.tables import AuditEntry, Delivery, DeliveryState, Firm, WebhookCourse
from tests.support.people import a_firm
from tests.support.webhooks import KINDS, happens, only, row_of, signed_by


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
