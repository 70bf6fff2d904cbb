"""A package's page in an officer's hands: promised beside reached, and the catalogue's draft moved to it."""

from __future__ import annotations

import pytest

from survey.lifecycle import edition_status, editions
from survey.tables import EditionRow, Project, ProjectState, Role
from tests.support.people import EDITION, a_user, handed_in, signed_in
from tests.support.projects import a_project, a_step

PAGE = "/bureau/projects/packages"
OF_N01 = f"{PAGE}/N01?edition={EDITION}"
DRAFT = f"{PAGE}/N01/draft"


@pytest.fixture
def officer(app, session):
    return signed_in(app, session, a_user(session, Role.OFFICER))


def forged(client, where):
    """Press a button that the page does not show."""
    return client.post(where, data={"csrf_token": client.token})


def finished(session, firms):
    """So many firms that finished N01 for 24.5 万元 in ten weeks and handed a sheet in since."""
    for _ in range(firms):
        user = a_user(session)
        a_project(session, user.firm_id, ProjectState.ACCEPTED)
        handed_in(session, user, level=3)
    session.rollback()


def test_before_anything_was_finished_the_pages_say_so(officer):
    assert "场景实效" in officer.get(PAGE).text
    page = officer.get(OF_N01).text

    assert "完工的企业 0 家" in page
    assert "没有可以调整的" in page
    assert "估算" in page
    assert "参考值" in page


def test_under_five_firms_nothing_but_their_number_is_shown(session, officer):
    finished(session, 4)

    page = officer.get(OF_N01).text

    assert "完工的企业 4 家" in page
    assert "24.5" not in page
    assert "不满 5 家" in page
    assert forged(officer, DRAFT).status_code == 409
    assert session.get(EditionRow, editions.draft_of(EDITION)) is None


def test_from_five_firms_on_quartiles_stand_beside_the_catalogue(session, officer):
    finished(session, 5)

    page = officer.get(OF_N01).text

    assert page.count('data-title="中位">24.5<') == 1
    assert page.count('data-title="中位">10<') == 1
    assert "一半以上高于目录" in page
    assert 'data-title="达到的">5<' in page
    assert "完工以后交过下一份答卷的 5 家，其中经现场核验的 0 家" in page
    assert '<a href="/bureau/projects/packages/N01?edition=2026">' in officer.get(PAGE).text


def test_an_officer_moves_the_ranges_into_a_draft_and_the_administrator_sees_the_difference(
    app, session, officer
):
    finished(session, 5)
    assert "照实际调整" in officer.get(OF_N01).text

    assert officer.submit(DRAFT).location == f"{PAGE}/N01?edition={EDITION}"

    page = officer.get(OF_N01).text
    draft = editions.draft_of(EDITION)
    assert f"草稿“{draft}”里" in page
    administrator = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    differences = administrator.get(f"/editions/{draft}/differences").text
    assert "N01" in differences
    assert "工期 4–9 周改为工期 10–10 周" in differences
    assert "本区完工项目的四分位（价格 5 家、工期 5 家" in differences


def test_pressed_twice_it_is_written_once(session, officer):
    finished(session, 5)
    officer.get(OF_N01)
    officer.submit(DRAFT)

    again = forged(officer, DRAFT)

    assert again.status_code == 409
    assert "已经是这样" in again.text


def test_a_draft_that_cannot_be_read_is_left_alone(session, officer, tmp_path):
    finished(session, 5)
    folder = tmp_path / editions.draft_of(EDITION)
    folder.mkdir()
    (folder / "edition.yaml").write_text("id: 2026-draft\n", "utf-8")
    editions.take_folder(a_step(session), folder)
    kept = session.get_one(EditionRow, folder.name).content
    session.rollback()
    officer.get(OF_N01)

    assert officer.submit(DRAFT).status_code == 409

    assert session.get_one(EditionRow, folder.name).content == kept
    assert edition_status.one(session, folder.name).is_draft


@pytest.mark.parametrize("code", ["N99", "x", "%3Cb%3E", "N01%00"])
def test_a_package_that_is_not_in_the_catalogue_is_not_there(officer, code):
    assert officer.get(f"{PAGE}/{code}").status_code == 404
    assert forged(officer, f"{PAGE}/{code}/draft").status_code == 404


def test_a_project_stopped_again_is_told_no_more(session, officer):
    finished(session, 5)
    session.query(Project).first().state = ProjectState.STOPPED
    session.commit()

    assert "完工的企业 4 家" in officer.get(OF_N01).text
