"""Two consultants on one visit: what the one may the other may, and whoever is taken off may nothing."""

import pytest
from sqlalchemy import update

from survey.tables import Assessment, AssessmentState
from tests.pages.test_taken_rights import changed, of_consultant, of_visit, saved, try_all
from tests.support.people import a_consultant, a_user, signed_in, visited
from tests.support.world import QUESTION, contents

READ = ("", "/sections/production", "/processes", "/conclusion", "/confirm", "/standing")


@pytest.fixture
def second(session):
    return a_consultant(session, name="虚构组员")


def paired(session, assessment_id, second):
    mine = update(Assessment).where(Assessment.id == assessment_id)
    changed(session, mine.values(second_consultant_id=second.id))


def test_both_of_a_pair_read_the_visit_and_write_into_its_one_sheet(app, session, second):
    lead = a_consultant(session)
    visit = visited(session, a_user(session), lead).id
    paired(session, visit, second)
    both = [signed_in(app, session, one) for one in (lead, second)]

    for number, client in enumerate(both):
        assert [client.get(f"/visits/{visit}{page}").status_code for page in READ] == [200] * 6
        assert str(visit) in client.get("/visits/device").json["visits"]
        assert f"/visits/{visit}" in client.get("/visits").text
        words = {"finding": f"看到 {number}", "request_id": f"tab.{number}"}
        kept = saved(f"/visits/{visit}/answers", 1 + number, **words)(client)
        assert kept.json["revision"] == 2 + number
    stranger = signed_in(app, session, a_consultant(session))
    assert {stranger.get(f"/visits/{visit}{page}").status_code for page in READ} == {404}
    assert stranger.get("/visits/device").json["visits"] == {}


def test_whoever_is_taken_off_a_pair_writes_nothing_and_their_device_forgets(
    app, session, world, second
):
    visit = world.a.ids["visiting"]
    lead, other = world.a.consultant, world.b.consultant
    places = {
        lead: ({"consultant_id": lead.id}, {"consultant_id": other.id}),
        second: ({"second_consultant_id": second.id}, {"second_consultant_id": None}),
    }
    paired(session, visit, second)
    for person, (there, gone) in places.items():
        client = signed_in(app, session, person)
        taken, back = of_visit(world, **gone), of_visit(world, **there)

        requests = of_consultant(world.a.ids)
        try_all(session, client, requests, taken=taken, given_back=back, status=404)
        changed(session, taken)

        assert str(visit) not in client.get("/visits/device").json["visits"]
        assert {client.get(f"/visits/{visit}{page}").status_code for page in READ} == {404}
        for file in ("visiting self file", "visiting onsite file"):
            assert client.get(f"/evidence/{world.a.ids[file]}").status_code == 404
        assert client.get(f"/assessments/{visit}/versions").status_code == 404
        changed(session, back)


def test_the_second_of_a_pair_loses_the_visit_with_the_first_when_the_firm_has_it_back(
    app, session, world, second
):
    visit = world.a.ids["visiting"]
    paired(session, visit, second)
    client = signed_in(app, session, second)
    changed(session, of_visit(world, state=AssessmentState.DRAFT))
    before = contents(session)

    assert client.get(f"/visits/{visit}").status_code == 404
    kept = saved(f"/visits/{visit}/answers", 2, finding="晚了")(client)

    assert kept.status_code in (404, 409)
    assert contents(session) == before
    assert QUESTION not in client.get("/visits").text
