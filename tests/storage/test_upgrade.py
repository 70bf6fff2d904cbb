"""An upgrade without down time: the release before goes on reading and writing over the new schema."""

import base64
import copy
import hashlib
import json
from datetime import timedelta

import pyotp
import pytest
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Column, MetaData, Table, create_engine, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from survey import db
from survey.lifecycle import accounts, resealing, second_factor
from survey.lifecycle.sealed import NEWEST, Box
from survey.lifecycle.step import Step
from survey.store import settings as settings_store
from survey.store import together
from survey.tables import SecondFactor, UserSession
from survey.tables.base import ENUMERATIONS
from tests.support.people import TESTER, a_user, moment
from tests.support.schemas import BEFORE, broken, of_database


@pytest.fixture
def before():
    return json.loads(BEFORE.read_text("utf-8"))


def test_every_migration_leaves_what_the_release_before_uses(engine, before):
    assert len(before["tables"]) > 80

    assert broken(before, of_database(engine)) == []


def test_every_word_the_release_before_writes_is_known(before):
    known = {one.__name__: set(one) for one in ENUMERATIONS}

    assert len(before["words"]) > 40
    for name, words in before["words"].items():
        assert set(words) - known[name] == set(), name


def test_every_row_is_read_by_the_names_the_release_before_knows(engine, world, before):
    read = 0
    with engine.connect() as connection:
        for name, columns in before["tables"].items():
            old = Table(name, MetaData(), *(Column(column) for column in columns))
            read += len(connection.execute(select(old)).all())

    assert read > 500


def test_rows_are_added_by_the_names_the_release_before_knows(engine, world, before):
    """A row of each table is taken out and put in again as the release before would write it."""
    there = set(inspect(engine).get_table_names())

    added = set()
    for name, columns in before["tables"].items():
        old = Table(name, MetaData(), *(Column(column) for column in columns))
        with engine.connect() as connection, connection.begin() as transaction:
            if connection.execute(select(old).limit(1)).first() is not None:
                _again(connection, old)
                added.add(name)
            transaction.rollback()

    assert added <= there
    assert len(added) > 30


def _again(connection, table):
    """Put a row in once more; that its key is taken is all the database may say against it."""
    try:
        names = table.columns.keys()
        connection.execute(insert(table).from_select(names, select(table).limit(1)))
    except IntegrityError as error:
        said = str(error.orig)
        assert "NOT NULL" not in said.upper().replace("NOT-NULL", "NOT NULL"), said


# --- what is kept in words of its own -------------------------------------------------------------

KEY = "a key of the instance " + "7" * 40


@pytest.fixture
def upgraded(session):
    """Say how long ago the database, in use by then, came to this release."""

    def upgraded(days):
        session.rollback()
        with db.writing(session):
            at = (moment() - timedelta(days=days)).isoformat()
            settings_store.keep_beside(session, together.KEY, at)

    return upgraded


def set_up(session, user):
    """Set a factor up and return its secret and what is kept of it."""
    secret = second_factor.drawn()
    code = pyotp.TOTP(secret).at(moment())
    with db.writing(session):
        accounts.opened(Step(session, TESTER, moment()), user, "", "")
    word = session.scalars(select(UserSession.token_hash)).one()
    step = Step(session, TESTER, moment())
    second_factor.begin(step, user.id, secret, code, sign_in=word, keys=(KEY,))
    return secret, session.get_one(SecondFactor, user.id).sealed


def opened_before(kept):
    """Open a factor's secret as the release before does, word for word."""
    word = hashlib.sha256(f"second factor:{KEY}".encode()).digest()
    return MultiFernet([Fernet(base64.urlsafe_b64encode(word))]).decrypt(kept.encode()).decode()


def test_a_factor_set_up_on_this_release_is_read_by_the_one_before_while_both_may_run(
    session, upgraded
):
    upgraded(days=0)

    secret, kept = set_up(session, a_user(session))

    assert opened_before(kept) == secret


def test_once_the_release_before_is_gone_it_is_locked_anew_at_night(session, upgraded):
    upgraded(days=0)
    user = a_user(session)
    secret, kept = set_up(session, user)

    def night():
        step = Step(session, TESTER, moment())
        with step.writing():
            resealing.renew(step, (KEY,))
        return session.get_one(SecondFactor, user.id, populate_existing=True).sealed

    assert night() == kept
    upgraded(days=together.TOGETHER.days)
    later = night()
    assert later != kept
    assert Box([KEY], second_factor.PURPOSE).open(later, user.id) == secret
    with pytest.raises(InvalidToken):
        opened_before(later)


def test_an_instance_that_no_older_release_ever_used_locks_by_the_newest_from_the_first_day(
    session,
):
    _, kept = set_up(session, a_user(session))

    assert kept.startswith(f"{NEWEST}:")


def test_what_would_break_the_release_before_is_named(before):
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE firms (id INTEGER PRIMARY KEY, name VARCHAR(10) NOT NULL)")
        )
        connection.execute(
            text("CREATE TABLE jobs (id INTEGER PRIMARY KEY, kind VARCHAR(20) NOT NULL)")
        )
    used = {
        "firms": {"id": {"most": None, "empty": False}, "name": {"most": 10, "empty": False}},
        "jobs": {"id": {"most": None, "empty": False}, "kind": {"most": 20, "empty": False}},
    }
    now = of_database(engine)
    assert broken({"tables": used}, now) == []

    def after(change):
        later = copy.deepcopy(now)
        change(later)
        return broken({"tables": used}, later)

    new = {"most": None, "empty": False, "default": False}
    assert after(lambda it: it.pop("jobs")) == ["jobs: is gone"]
    assert after(lambda it: it["firms"].pop("name")) == ["firms.name: is gone"]
    assert after(lambda it: it["firms"]["name"].update(most=5)) == [
        "firms.name: holds 5 letters, not 10"
    ]
    assert after(lambda it: it["firms"].update(size=new)) == [
        "firms.size: must be filled, and the release before does not know it"
    ]
    assert after(lambda it: it["firms"].update(size=new | {"default": True})) == []
    assert after(lambda it: it["firms"].update(size=new | {"empty": True})) == []
    used["jobs"]["kind"]["empty"] = True
    assert after(lambda it: None) == ["jobs.kind: may not be empty any more"]
