"""Many at once: nothing acknowledged is lost, nothing half is kept."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from survey import db
from survey.clock import utc_now
from survey.files.uploads import Stored
from survey.lifecycle import (
    assessments,
    evidence,
    firms,
    introductions,
    needs,
    samples,
    second_factor,
)
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.errors import Conflict, Invalid, Locked, Refusal, Stale, TooManyTries
from survey.lifecycle.needs import Heard
from survey.lifecycle.states import NEED
from survey.lifecycle.step import Actor, Step
from survey.store.accounts import hashed
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    AuditEntry,
    Evidence,
    Firm,
    FirmNeed,
    Introduction,
    NeedEntry,
    NeedState,
    NeedWord,
    Rating,
    Sample,
    SampleConsent,
    SampleState,
    SheetKind,
    SheetRow,
    UserSession,
)
from tests.support.bureau import logged
from tests.support.desk import QUESTION, Desk, revisions
from tests.support.factors import a_factor
from tests.support.needs import a_need, given
from tests.support.patience import PATIENCE_SECONDS
from tests.support.people import EDITION, TESTER, a_firm, a_round, a_user, filled, moment, signed_in
from tests.support.providers import PACKAGE, a_provider
from tests.support.samples import a_sample, a_typed_card


@pytest.fixture
def desk(app, session):
    return Desk(app, session)


# --- somebody else holds the lock ----------------------------------------------------------------


@contextmanager
def outside(url, *statements):
    """Another program on the same database, in a transaction until the block ends."""
    if url.startswith("sqlite"):
        # The library that the application loaded: closing a file in one of two copies of SQLite
        # drops the locks that the other holds for the same process.
        connection = db.sqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        statements = ("BEGIN IMMEDIATE",)
    else:
        connection = psycopg.connect(url)
    try:
        for statement in statements:
            connection.execute(statement)
        yield
    finally:
        connection.rollback()
        connection.close()


def impatient(engine, milliseconds=300):
    """Let every connection give up on a lock sooner than its fifteen seconds."""

    @event.listens_for(engine, "checkout")
    def _hurry(raw, _record, _proxy):
        if engine.dialect.name == "sqlite":
            raw.execute(f"PRAGMA busy_timeout={milliseconds}")
        else:
            raw.execute(f"SET lock_timeout={milliseconds}")
            raw.commit()


LOCK_ANSWERS = "LOCK TABLE answers, answer_revisions IN EXCLUSIVE MODE"


def test_a_save_waits_for_whoever_writes_for_a_moment(desk, engine, settings):
    with ThreadPoolExecutor(1) as pool:
        with outside(settings.database_url, LOCK_ANSWERS):
            waiting = pool.submit(desk.save, 1)
            time.sleep(1.5)
            assert not waiting.done()
        answer = waiting.result()
    assert answer.status_code == 200
    assert revisions(engine) == 1


def test_a_save_that_waits_too_long_is_told_to_come_back_and_does(desk, engine, settings):
    impatient(engine)

    with outside(settings.database_url, LOCK_ANSWERS):
        refused = desk.save(1)

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert "仍在本机" in refused.json["message"]
    assert revisions(engine) == 0
    assert desk.save(1).status_code == 200


def test_noting_when_somebody_was_last_seen_is_not_worth_failing_a_page_for(
    app, desk, engine, settings
):
    impatient(engine)
    later = utc_now() + timedelta(minutes=5)
    app.config["CLOCK"] = lambda: later

    with outside(settings.database_url, "LOCK TABLE user_sessions IN EXCLUSIVE MODE"):
        assert desk.client.get("/account").status_code == 200


# --- read, change, write, six processes at a time --------------------------------------------------

PROCESSES, TIMES = 6, 15


def _count_up(url, assessment, by, number, acknowledged):
    engine = db.engine_for(url)
    with Session(engine, expire_on_commit=False) as session:
        for turn in range(TIMES):
            while True:
                session.expire_all()
                row = session.scalar(select(AnswerRow))
                said, base = (row.remark, row.revision) if row else ("0", 0)
                session.rollback()
                # Two who mean the same do not collide, so each says who it is.
                remark = f"{int(said.split()[0]) + 1} from {number}"
                change = Change(QUESTION, f"p{number}.{turn}-{base}", base, remark=remark)
                try:
                    save_answer(Step(session, by, utc_now()), assessment, SheetKind.SELF, change)
                except (Conflict, Invalid):
                    continue
                with acknowledged.get_lock():
                    acknowledged.value += 1
                break
    engine.dispose()


def test_what_is_read_changed_and_written_back_is_never_lost(desk, engine, settings):
    fork = multiprocessing.get_context("fork")
    acknowledged = fork.Value("i", 0)
    engine.dispose()
    given = (settings.database_url, desk.assessment, desk.by)
    children = [
        fork.Process(target=_count_up, args=(*given, number, acknowledged))
        for number in range(PROCESSES)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
        assert child.exitcode == 0

    with Session(engine) as session:
        row = session.scalar(select(AnswerRow))
        numbers = session.scalars(
            select(AnswerRevision.revision).order_by(AnswerRevision.revision)
        ).all()
    assert acknowledged.value == PROCESSES * TIMES
    assert row.remark.split()[0] == str(acknowledged.value)
    assert numbers == list(range(1, acknowledged.value + 1))


def test_a_firm_that_begins_many_times_at_once_begins_once(session, engine):
    firm, round_ = a_firm(session).id, a_round(session).id
    session.rollback()

    def begin(_):
        with Session(engine, expire_on_commit=False) as own:
            return assessments.begin(Step(own, TESTER, utc_now()), firm, round_).id

    with ThreadPoolExecutor(6) as pool:
        begun_ = set(pool.map(begin, range(6)))

    assert len(begun_) == 1
    with Session(engine) as fresh:
        assert fresh.scalar(select(func.count()).select_from(SheetRow)) == 1


def test_needs_registered_at_once_have_numbers_without_a_gap_and_the_same_is_one(session, engine):
    firm = a_firm(session).id
    a_need(session, firm, "第一件")
    session.rollback()

    def register(number):
        with Session(engine, expire_on_commit=False) as own:
            step = Step(own, TESTER, utc_now())
            return needs.register(step, firm, given(f"第 {number % 4} 件")).number

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(register, range(8)))

    assert sorted(number[-4:] for number in found) == ["0002", "0003", "0004", "0005"]


def test_of_many_who_change_a_profile_at_once_one_does_and_the_others_are_told(session, engine):
    firm = a_firm(session)
    number, version = firm.id, firm.version
    session.rollback()
    edition = SHIPPED.load(EDITION)

    def change(place):
        names = firms.Profile.__dataclass_fields__
        wanted = firms.Profile(
            **dict.fromkeys(names)
            | {"trade": "valve", "processes": (), "lacking": {}, "address": f"{place} 号"}
        )
        with Session(engine, expire_on_commit=False) as own:
            try:
                firms.update_profile(
                    Step(own, TESTER, utc_now()), number, wanted, edition, base_version=version
                )
            except Stale:
                return None
        return f"{place} 号"

    with ThreadPoolExecutor(6) as pool:
        kept = [address for address in pool.map(change, range(6)) if address]

    assert len(kept) == 1
    with Session(engine) as fresh:
        assert fresh.scalar(select(Firm.address)) == kept[0]


def at_once(engine, *steps):
    """Take steps in sessions of their own at the same moment; return what each raised, or None."""
    ready = Barrier(len(steps), timeout=PATIENCE_SECONDS)

    def take(step):
        with Session(engine, expire_on_commit=False) as own:
            ready.wait()
            try:
                step(own)
            except Refusal as refusal:
                return refusal
        return None

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(take, steps))


@pytest.fixture
def two_owners(session):
    """A firm with two owners, as plain numbers: (firm, step of the first, step of the second)."""
    first = a_user(session)
    second = a_user(session, firm=session.get_one(Firm, first.firm_id))
    people = [Actor(user.id, user.name) for user in (first, second)]
    firm = first.firm_id
    session.rollback()
    return firm, *(lambda own, by=by: Step(own, by, utc_now()) for by in people)


def test_two_owners_who_let_their_firm_be_named_at_once_agree_once(session, engine, two_owners):
    firm, first, second = two_owners
    provider = a_provider(session).id
    session.rollback()

    raised = at_once(
        engine,
        *(
            lambda own, step=step: introductions.agree(step(own), firm, provider, PACKAGE)
            for step in (first, second, first, second)
        ),
    )

    assert raised == [None] * 4
    assert session.scalar(select(func.count()).select_from(Introduction)) == 1
    assert len(logged(session, "agree_introduction")) == 1


def test_of_two_owners_who_agree_to_a_card_and_decline_it_at_once_one_is_heard(
    session, engine, two_owners
):
    firm, first, second = two_owners
    card = a_sample(session, session.get_one(Firm, firm), SampleState.ASKED).id
    session.rollback()

    raised = at_once(
        engine,
        lambda own: samples.agree(first(own), firm, card, masked=False, revision=1),
        lambda own: samples.decline(second(own), firm, card, reason="价格不对。", revision=1),
    )

    row = session.get_one(Sample, card)
    consents = session.scalar(select(func.count()).select_from(SampleConsent))
    assert [one is None for one in raised].count(True) == 1
    agreed = raised[0] is None
    assert (row.state, consents) == (
        (SampleState.PUBLISHED, 1) if agreed else (SampleState.DRAFT, 0)
    )


def test_a_card_that_is_changed_while_its_firm_agrees_is_not_published_with_other_words(
    session, engine, two_owners
):
    firm, first, _second = two_owners
    row = a_sample(session, session.get_one(Firm, firm), SampleState.ASKED)
    card, version = row.id, row.version
    session.rollback()

    raised = at_once(
        engine,
        lambda own: samples.agree(first(own), firm, card, masked=False, revision=1),
        lambda own: samples.edit(
            Step(own, TESTER, utc_now()), card, a_typed_card(problem="改了。"), base_version=version
        ),
    )

    row = session.get_one(Sample, card)
    agreed = session.scalars(select(SampleConsent)).all()
    assert [one is None for one in raised].count(True) == 1
    if raised[0] is None:
        assert (row.state, agreed[0].card) == (SampleState.PUBLISHED, row.card)
    else:
        assert (row.state, agreed) == (SampleState.DRAFT, [])


ROUNDS = 50


def test_of_an_owner_and_a_colleague_who_answer_a_call_back_at_once_one_is_heard(
    session, engine, two_owners
):
    firm, first, second = two_owners
    solved, not_solved = Heard(True, Rating.GOOD, "办好了。"), Heard(False, Rating.POOR, "没办好。")

    for turn in range(ROUNDS):
        need = a_need(session, firm, f"第 {turn} 件", state=NeedState.ANSWERED)
        number, version = need.id, need.version

        raised = at_once(
            engine,
            lambda own, at=(number, version): needs.call_back(first(own), *at, solved),
            lambda own, at=(number, version): needs.call_back(second(own), *at, not_solved),
        )

        won = solved if raised[0] is None else not_solved
        action = "need_solved" if won.solved else "need_unsolved"
        assert [type(one) for one in raised if one] == [Stale]
        assert _heard(engine, number) == (version + 1, NEED[action].leads, [action], [won.says])


def _heard(engine, number):
    """Return of a need its version, its state, how often it was called back and what was said."""
    # In a session of its own: the test's may hold the row as it was before the race.
    with Session(engine) as fresh:
        row = fresh.get_one(FirmNeed, number)
        steps = select(AuditEntry.action).where(
            AuditEntry.subject == "need",
            AuditEntry.subject_id == str(number),
            AuditEntry.action.in_(("need_solved", "need_unsolved")),
        )
        said = select(NeedEntry.says).where(
            NeedEntry.need_id == number, NeedEntry.kind == NeedWord.CALL_BACK
        )
        return row.version, row.state, list(fresh.scalars(steps)), list(fresh.scalars(said))


def test_nothing_is_attached_after_the_sheet_is_handed_in(app, session, engine):
    user = a_user(session)
    number = filled(session, user).id
    client = signed_in(app, session, user)
    by = Actor(user.id, "虚构人")
    session.rollback()
    limits = evidence.Limits(100, 10**9)

    def attach(place):
        stored = Stored(f"{place}.pdf", f"{place:064x}", "application/pdf", 9, False)
        with Session(engine, expire_on_commit=False) as own:
            try:
                evidence.attach(
                    Step(own, by, utc_now()),
                    number,
                    SheetKind.SELF,
                    QUESTION,
                    stored,
                    limits=limits,
                )
            except Locked:
                return 0
        return 1

    def hand_in():
        data = {"csrf_token": client.token, "agreed": "y", "declared_by": "虚构人"}
        return client.post(f"/firm/assessments/{number}/review", data=data)

    with ThreadPoolExecutor(7) as pool:
        attached = [pool.submit(attach, place) for place in range(6)]
        submitted = pool.submit(hand_in)
        kept = sum(future.result() for future in attached)

    assert submitted.result().status_code == 302
    with Session(engine) as fresh:
        assert fresh.scalar(select(func.count(Evidence.id))) == kept
        after = select(AuditEntry.id).where(AuditEntry.action == "submit")
        late = select(func.count(AuditEntry.id)).where(
            AuditEntry.action == "attach_evidence", AuditEntry.id > after.scalar_subquery()
        )
        assert fresh.scalar(late) == 0
        assert attach(99) == 0


def test_a_limit_on_files_holds_for_many_at_once(desk, engine):
    limits = evidence.Limits(3, 10**9)

    def attach(place):
        stored = Stored(f"{place}.pdf", f"{place:064x}", "application/pdf", 9, False)
        with Session(engine, expire_on_commit=False) as own:
            try:
                evidence.attach(
                    Step(own, desk.by, utc_now()),
                    desk.assessment,
                    SheetKind.SELF,
                    QUESTION,
                    stored,
                    limits=limits,
                )
            except Invalid:
                return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        kept = sum(pool.map(attach, range(8)))

    assert kept == 3
    with Session(engine) as fresh:
        assert fresh.scalar(select(func.count(Evidence.id))) == 3


def test_one_code_shown_in_many_browsers_at_once_lets_one_in(session, engine):
    user = a_user(session)
    words = [f"word-{number}" for number in range(6)]
    with db.writing(session):
        for word in words:
            session.add(a_session(user, word))
    phone = a_factor(session, user, words[0], ("key",))
    with db.writing(session):  # setting it up ended the others
        for word in words:
            session.add(a_session(user, word))
    number, code = user.id, phone.code(utc_now())
    session.rollback()

    def show(word):
        with Session(engine, expire_on_commit=False) as own:
            step = Step(own, TESTER, utc_now())
            try:
                second_factor.show(step, number, code, sign_in=hashed(word), keys=("key",))
            except (Invalid, TooManyTries):
                return 0
            return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(show, words)) == 1


def a_session(user, word):
    about = {"address": "127.0.0.1", "agent": "测试", "created_at": moment(), "seen_at": moment()}
    return UserSession(token_hash=hashed(word), user_id=user.id, **about)
