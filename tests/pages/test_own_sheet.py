"""Nothing a consultant sends is ever written into the firm's own sheet."""

from sqlalchemy import select

from survey.store import assessments as store
from survey.tables import AnswerRevision, AnswerRow, Evidence, Role, SheetKind
from survey.web import routes
from tests.pages.test_access import address, own, rules
from tests.support.people import signed_in
from tests.support.world import QUESTION

__all__ = ["rules"]

FORM = {
    "kind": "finding",
    "item": "own",
    "base": "0",
    "stands": "x",
    "gap": "y",
    "severity": "hint",
    "processes": ["casting"],
    "reason": "理由",
    "says": "说明",
    "caption": "说明",
    "problems": "综述",
    "role": "firm",
    "signer": "虚构人",
    f"q_{QUESTION}": "0",
    f"q_{QUESTION}-base": "1",
    f"q_{QUESTION}-verification": "changed",
    f"q_{QUESTION}-reason": "理由",
    "questions": [QUESTION],
    "word": "",
    "request_id": "own.1",
}
ANSWER = {"question": QUESTION, "request_id": "own.2", "base_revision": 1, "value": 0}
NOTE = {"item": "own", "kind": "place", "request_id": "own.3", "base_revision": 0}
LAST = ("consultant.return_to_firm", "consultant.confirm")
"""They end the visit: everything else is sent before."""


def test_no_address_of_a_consultant_writes_into_the_firms_own_sheet(app, session, world, rules):
    side = world.a
    posted = [
        rule
        for rule in rules
        if "POST" in rule.methods
        and Role.CONSULTANT in routes.ROUTES[rule.endpoint]
        and rule.endpoint.startswith(("consultant.", "files.", "responses."))
    ]
    posted.sort(key=lambda rule: rule.endpoint in LAST)
    tablet = signed_in(app, session, side.consultant)
    before = own_sheet(session, side.ids["visiting"])
    assert len(posted) > 10
    assert before[0]

    for rule in posted:
        for kind in ("onsite", "self"):
            ids = own(rule, Role.CONSULTANT, side) | {
                "assessment_id": side.ids["visiting"],
                "evidence_id": side.ids[f"visiting {kind} file"],
            }
            where = address(rule, ids)
            tablet.get(f"/visits/{side.ids['visiting']}")
            tablet.post(where, data=FORM | {"csrf_token": tablet.token})
            for body in (ANSWER, NOTE | {"fields": {"name": "仓库", "seen": ""}}):
                tablet.send(where, body)

            assert own_sheet(session, side.ids["visiting"]) == before, rule.endpoint


def own_sheet(session, assessment_id):
    """Everything of the firm's own sheet: processes, answers, every revision, files."""
    session.rollback()
    sheet = store.sheet(session, assessment_id, SheetKind.SELF)
    found = [
        sorted(repr(tuple(row)) for row in session.execute(select(table.__table__).where(table.sheet_id == sheet.id)))
        for table in (AnswerRow, AnswerRevision, Evidence)
    ]  # fmt: skip
    found.append([sheet.processes, sheet.lacking])
    session.rollback()
    return found
