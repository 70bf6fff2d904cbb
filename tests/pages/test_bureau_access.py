"""Who opens the bureau's pages, what an officer may not write, and what the log tells of it."""

import re

import pytest

from survey.tables import (
    Role,
)
from tests.support.bureau import (
    admitted,
    an_assessment,
    names,
    rows_of,
)
from tests.support.people import a_file, a_user, filled, signed_in

LISTS = ("/bureau/assessments", "/bureau/pool", "/bureau/firms", "/bureau/audit")


@pytest.mark.parametrize("role", [Role.FIRM, Role.CONSULTANT])
@pytest.mark.parametrize("address", [*LISTS, "/bureau/rounds", "/bureau/pool.xlsx"])
def test_the_bureaus_pages_are_for_the_bureau(app, session, role, address):
    assert signed_in(app, session, a_user(session, role)).get(address).status_code == 403


def test_an_administrator_reads_the_log_and_nothing_else_of_the_bureau(app, session):
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))

    assert client.get("/bureau/audit").status_code == 200
    assert client.get("/bureau/audit.xlsx").status_code == 200
    assert client.get("/bureau/assessments").status_code == 403
    assert client.get("/bureau/pool").status_code == 403


def test_an_officer_writes_no_answer_and_no_evidence(desk, session, settings):
    assessment = filled(session, a_user(session, Role.FIRM))
    file = a_file(session, settings, assessment, "scheduling")
    own = f"/firm/assessments/{assessment.id}"

    answers = [
        desk.get(f"{own}/sections/design"),
        desk.send(f"{own}/answers", {"question": "scheduling", "value": 4}),
        desk.post(
            f"/assessments/{assessment.id}/questions/scheduling/evidence",
            data={"csrf_token": desk.token},
        ),
        desk.post(f"/evidence/{file.id}/delete", data={"csrf_token": desk.token}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


def test_the_log_is_narrowed_by_step_firm_person_and_day(desk, session, round_, officer):
    one = an_assessment(session, round_, "甲厂（虚构）")
    two = an_assessment(session, round_, "乙厂（虚构）")
    admitted(session, one, officer)
    admitted(session, two, officer)

    for asked, rows in {
        "action=admit": 2,
        "action=admit&firm=甲": 1,
        "firm=%25": 0,
        f"action=admit&user={officer.name}": 2,
        "action=admit&user=_": 0,
        "action=admit&since=2026-10-01&until=2026-10-01": 2,
        "action=admit&since=2026-10-02": 0,
        "action=admit&until=2026-09-30": 0,
    }.items():
        assert len(names(desk.get(f"/bureau/audit?{asked}"))) == rows, asked
        assert len(rows_of(desk.get(f"/bureau/audit.xlsx?{asked}"))) == rows + 1, asked


def test_the_log_tells_what_was_decided_in_the_readers_words(desk, session, round_, officer):
    admitted(session, an_assessment(session, round_, "甲厂（虚构）"), officer)

    page = desk.get("/bureau/audit?action=admit").text

    read, raw = re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL), "in_pool"
    assert "<span>在库</span><span>目标 数字化车间</span>" in read
    assert raw not in read
    assert raw in page, "folded under the row"


def test_the_log_keeps_what_a_draft_holds_to_itself(desk, session, settings):
    draft = filled(session, a_user(session, Role.FIRM))
    a_file(session, settings, draft, "scheduling", name="金丝雀.jpg")

    assert "上传佐证材料" in desk.get("/bureau/audit").text
    assert "金丝雀" not in desk.get("/bureau/audit").text
    assert not any("金丝雀" in str(row) for row in rows_of(desk.get("/bureau/audit.xlsx")))
