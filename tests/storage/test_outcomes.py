"""What finished projects tell of a package, from rows; and ranges moved into a draft of the edition."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from reports.outcomes import Outcome, moved, told
from survey import library
from survey.lifecycle import edition_status, editions
from survey.lifecycle.errors import NotThere, Unused
from survey.readings import outcomes as reading
from survey.store import outcomes as store
from survey.tables import AuditEntry, EditionRow, Project, ProjectPackage, ProjectState
from tests.support.bureau import counting
from tests.support.people import EDITION, a_consultant, a_firm, a_user, confirmed, handed_in, moment
from tests.support.projects import SIGNED, a_project, a_step

S = ProjectState
CODE = "N01"


def seen(session, code=CODE):
    found = reading.seen(session, library.load(session, EDITION), code)
    session.rollback()
    return found


def a_moved(session, code=CODE):
    package = seen(session, code).told.package
    outcomes = [Outcome(n, SIGNED, paid=1_000 + n, weeks=20 + n) for n in range(1, 6)]
    return moved(told(package, outcomes), SIGNED)


def test_only_finished_projects_tell_and_only_accepted_contracts_their_price(session):
    for state in S:
        a_project(session, a_firm(session), state)

    finished, accepted = sorted(seen(session).told.outcomes, key=lambda it: it.paid or 0)

    assert (finished.paid, finished.weeks) == (None, 10)
    assert (accepted.paid, accepted.weeks) == (2_450, 10)
    assert store.counts(session)[CODE] == (2, 2)


def test_a_project_of_several_packages_tells_of_each_only_what_it_tells_apart(session):
    a_project(session, a_firm(session), S.ACCEPTED, packages={"N01": "1", "N03": "1"})
    (both,) = seen(session).told.outcomes
    assert (both.paid, both.weeks) == (None, None)

    session.scalars(select(ProjectPackage).where(ProjectPackage.package == CODE)).one().price = 900
    session.commit()

    (apart,) = seen(session).told.outcomes
    assert (apart.paid, apart.weeks) == (900, None)


def test_levels_come_from_the_sheet_before_and_the_first_one_after(session):
    user = a_user(session)
    before = handed_in(session, user, level=1)
    row = a_project(session, user.firm_id, S.ACCEPTED)
    stored = session.get_one(Project, row.id)
    stored.assessment_id = before.id
    session.commit()
    assert seen(session).told.outcomes[0].since == {}

    confirmed(session, user, a_consultant(session), level=2)

    (found,) = seen(session).told.outcomes
    assert set(found.before.values()) == {1}
    assert set(found.since.values()) == {2}
    assert found.is_verified
    assert found.before.keys() == found.since.keys()
    assert "scheduling" in found.since


def test_a_draft_of_the_firm_tells_nothing(session):
    user = a_user(session)
    a_project(session, user.firm_id, S.ACCEPTED)
    assert seen(session).told.sheets == 0

    handed_in(session, user, level=2)

    assert seen(session).told.sheets == 1


def test_however_many_projects_there_are_a_package_is_read_in_as_many_statements(engine, session):
    def statements(projects):
        for _ in range(projects):
            user = a_user(session)
            handed_in(session, user)
            a_project(session, user.firm_id, S.ACCEPTED)
        session.expire_all()
        with counting(engine) as found:
            seen(session)
        return len(found)

    assert statements(1) == statements(4)


def test_moved_ranges_make_a_draft_and_the_next_ones_go_into_the_same(session):
    first, second = a_moved(session), a_moved(session, "N03")

    draft = editions.move_ranges(a_step(session), EDITION, first)
    assert editions.move_ranges(a_step(session), EDITION, second) == draft

    opened, faults = edition_status.opened(session, draft)
    assert not faults
    by = {package.code: package for package in opened.packages}
    for package in (first, second):
        assert (by[package.code].cost, by[package.code].weeks) == (package.cost, package.weeks)
    row = session.get_one(EditionRow, draft)
    assert (row.state, row.copied_from) == ("draft", EDITION)
    logged = session.scalars(select(AuditEntry).where(AuditEntry.action == "edition_ranges")).all()
    assert [entry.after["package"] for entry in logged] == ["N01", "N03"]
    session.rollback()
    assert seen(session).draft.weeks == first.weeks
    assert seen(session).told.package.weeks != first.weeks


def test_what_a_draft_says_already_is_not_written_again(session):
    package = a_moved(session)
    draft = editions.move_ranges(a_step(session), EDITION, package)
    before = session.get_one(EditionRow, draft).content
    session.rollback()

    with pytest.raises(Unused):
        editions.move_ranges(a_step(session), EDITION, package)

    session.rollback()
    assert session.get_one(EditionRow, draft).content == before


def test_an_edition_that_nobody_knows_is_not_drafted(session):
    with pytest.raises(NotThere):
        editions.move_ranges(a_step(session), "2099", a_moved(session))


def test_a_draft_with_moved_ranges_is_published_as_any_other(session):
    package = a_moved(session)
    draft = editions.move_ranges(a_step(session), EDITION, package)

    editions.publish(
        a_step(session), draft, new_id="2027", title="虚构 2027 年版", issued=moment().date()
    )

    new = library.load(session, "2027")
    assert next(one for one in new.packages if one.code == CODE).cost == package.cost
