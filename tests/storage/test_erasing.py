"""A person's details go wherever they stand; what was decided and signed stays, and the log is whole."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import String, select

from survey.clock import utc_now
from survey.lifecycle import erasing, sealing
from survey.lifecycle.errors import Invalid, NotThere
from survey.lifecycle.step import Actor, Step
from survey.readings.sealing import check
from survey.readings.signing import signed_of
from survey.store import seals
from survey.tables import Assessment, AuditEntry, Role, ScoreRow, Table, User
from survey.tables.personal import OTHERS, PERSONAL
from tests.support.people import TESTER, a_user

LIKE_A_PERSONS = re.compile(
    r"name|phone|mail|contact|person|author|who|address|post|agent|declared|asked_by|settled_by"
    r"|decided_by|signed$|says|owner_phone"
)


@pytest.fixture
def administrator(world):
    return Actor(world.administrator.id, "虚构管理员", role=Role.ADMINISTRATOR)


def everything(session):
    """All that stands in the database, as text by table."""
    found = {}
    for table in Table.metadata.sorted_tables:
        rows = [tuple(map(str, row)) for row in session.execute(select(table))]
        found[table.name] = json.dumps(rows, ensure_ascii=False)
    session.rollback()
    return found


def holding(session, *words):
    return sorted(
        name for name, text in everything(session).items() if any(word in text for word in words)
    )


def seal_and_erase(session, later=0):
    step = Step(session, TESTER, utc_now() + timedelta(hours=2 + later))
    while sealing.seal(step, step.now - timedelta(hours=1)):
        pass
    while sealing.erase(step):
        pass


def test_contacts_and_accounts_go_everywhere_and_scores_and_signatures_stay(
    session, world, administrator
):
    side, word = world.a, world.a.word
    contacts = [
        f"{word}{what}"
        for what in ("联系人", "职务", "电话", "承诺人", "代表", "签名人", "反映人", "phone")
    ]
    contacts += [f"{word}@example.com"]
    assert len(holding(session, *contacts)) >= 7
    signed = session.get_one(Assessment, side.ids["confirmed"])
    assert [one.stands for one in signed_of(session, signed)] == [True]
    scores = session.execute(select(ScoreRow.share, ScoreRow.rung)).all()
    session.rollback()

    step = Step(session, administrator, utc_now())
    with pytest.raises(Invalid, match="reason"):
        erasing.erase_contact(step, side.ids["firm"], reason=" ")
    erasing.erase_contact(step, side.ids["firm"], reason="2026 年 3 月 1 日本人书面提出")

    assert holding(session, *contacts) == ["audit_log"]
    seal_and_erase(session)
    assert holding(session, *contacts) == []
    assert holding(session, f"{world.b.word}联系人")
    assert session.execute(select(ScoreRow.share, ScoreRow.rung)).all() == scores
    assert [(s.name, s.stands) for s in signed_of(session, signed)] == [(sealing.GONE, True)]
    session.rollback()
    result = check(session)
    assert result.faults == []
    assert result.erased

    # Then somebody with an account.
    user, step = world.a.user, Step(session, administrator, utc_now() + timedelta(hours=3))
    name, username = user.name, user.username
    assert "audit_log" in holding(session, name)

    for needed, said in ((world.administrator, "自己"), (world.a.consultant, "现场诊断")):
        with pytest.raises(Invalid) as refused:
            erasing.erase_user(step, needed.id, reason="本人提出")
        assert said in refused.value.fields["reason"]
        assert session.get_one(User, needed.id).active
        session.rollback()
    erasing.erase_user(step, user.id, reason="本人提出注销")

    assert holding(session, name, username) == ["audit_log"]
    seal_and_erase(session, later=4)
    assert holding(session, name, f'"{username}"') == []
    gone = session.get_one(User, user.id)
    assert (gone.name, gone.active, gone.phone) == (f"用户 #{user.id} 已注销", False, None)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.user_id == user.id)).all()
    assert {entry.who for entry in entries} == {gone.name}
    session.rollback()
    assert check(session).faults == []
    with pytest.raises(NotThere):
        erasing.erase_user(step, user.id, reason="再来一次")


def test_a_row_blanked_without_an_erasure_is_named(session):
    user = a_user(session, name="虚构甲")
    with Step(session, Actor(user.id, "虚构甲"), utc_now()).writing() as writing:
        Step(writing, Actor(user.id, "虚构甲"), utc_now()).log("submit", user)
    seal_and_erase(session)
    with Step(session, TESTER, utc_now()).writing() as writing:
        (one,) = seals.sealed(writing, 1)
        who = sealing.parts_of(one.row).who
        one.seal.who_hash, one.seal.who_salt = sealing.salted(one.seal.who_salt, who), None
        one.seal.erased_by = one.row.id
        writing.flush()
        row = writing.get_one(AuditEntry, one.row.id)
        row.who, row.address = sealing.erased_name(user.id), ""

    assert [(fault.what, fault.row) for fault in check(session).faults] == [("changed", one.row.id)]


def test_every_column_named_like_a_persons_details_says_whose_it_holds():
    known = PERSONAL.keys() | OTHERS.keys()
    columns = {
        f"{table.name}.{column.name}": column
        for table in Table.metadata.sorted_tables
        for column in table.columns
    }
    assert known <= columns.keys()
    assert not PERSONAL.keys() & OTHERS.keys()
    alike = {
        name
        for name, column in columns.items()
        if LIKE_A_PERSONS.search(column.name) and isinstance(column.type, String)
    }
    assert {"firms.contact_name", "users.phone"} <= alike
    assert alike - known == set()
