"""Nothing of firm B reaches firm A: every address, every number, searched for B's word.

Pages, JSON, files, workbooks unpacked, PDFs' text and what describes them, headers, errors.
"""

import re
import zipfile
from contextlib import suppress
from io import BytesIO
from urllib.parse import unquote

import pymupdf
import pytest
from sqlalchemy import func, select

from survey.clock import utc_now
from survey.files.stores import contents_of
from survey.lifecycle import documents
from survey.lifecycle.step import Actor, Step
from survey.tables import AuditEntry, Document, Evidence, Role, Table
from survey.web import routes
from tests.support.bureau import counting
from tests.support.labour import work
from tests.support.people import signed_in
from tests.support.tokens import page_rules
from tests.support.world import QUESTION, World

WORDS = {
    "check_id": ["integration_without_codes"],
    "request_id": ["tablet.1"],
    "offset": ["0"],
    "section_id": ["production"],
    "station_id": ["workshop"],
    "question_id": [QUESTION],
    "kind": ["self", "onsite"],
    "own_kind": ["officer"],
    "move": ["publish"],
    "result": ["pass"],
    "listed": ["assessments", "pool", "firms", "needs", "projects", "candidates", "providers"],
    "number": ["1", "2"],
    "edition_id": ["2026"],
    "trade_id": ["valve"],
    "package_code": ["N01"],
    "token": ["x" * 43],
    "word": ["x" * 43],
    "step": ["stop"],
    "digest": ["0c5f63084347"],
    "name": ["plan"],
    "word_kind": ["word_report"],
    "need_step": ["defer"],
    "sample_step": ["withdraw"],
    "sample_turn": ["decline"],
}
TABLES = {
    "assessment_id": "assessments",
    "evidence_id": "evidence",
    "document_id": "documents",
    "job_id": "jobs",
    "user_id": "users",
    "firm_id": "firms",
    "round_id": "rounds",
    "entry_id": "pool_entries",
    "paper_id": "papers",
    "minutes_id": "minutes",
    "filing_id": "national_filings",
    "interest_id": "interests",
    "provider_id": "providers",
    "introduction_id": "introductions",
    "recognition_id": "recognitions",
    "batch_id": "batches",
    "run_id": "budget_runs",
    "roster_id": "rosters",
    "proposal_id": "recognition_proposals",
    "signature_id": "signatures",
    "mail_id": "mails",
    "project_id": "projects",
    "project_paper_id": "project_papers",
    "sample_id": "samples",
    "sample_consent_id": "sample_consents",
    "notice_id": "notices",
    "view_id": "saved_views",
    "template_id": "list_templates",
    "need_id": "needs",
    "token_id": "api_tokens",
    "webhook_id": "webhooks",
    "delivery_id": "webhook_deliveries",
}


@pytest.fixture
def printed(app, session, settings):
    """Both firms, with reports that were really printed."""
    world = World(session, settings, reports=False)
    for side in world.sides:
        by = Actor(side.user.id, "测试")
        step = Step(session, by, utc_now())
        job = documents.request_report(step, side.ids["confirmed"], "onsite")
        app.extensions["survey_queue"].send(job.id)
    assert work(app) == 2
    assert session.scalar(select(func.count(Document.id))) == 2
    session.rollback()
    return world


def numbers(session):
    """Every number that a row of each table has, and one more."""
    found = {
        name: [*session.scalars(select(Table.metadata.tables[table].c.id)), 999_999]
        for name, table in TABLES.items()
    }
    session.rollback()
    return found


def addresses(rule, values):
    written = [rule]
    for name in re.findall(r"<(?:[^<>]*:)?(\w+)>", rule):
        written = [
            re.sub(rf"<(?:[^<>]*:)?{name}>", str(value), text)
            for text in written
            for value in values[name]
        ]
    return written


def crawl(app, session, client, role):
    """Yield (address, everything the answer says) for all that this map can build."""
    values = numbers(session) | WORDS
    for rule in sorted(page_rules(app), key=str):
        if rule.endpoint in ("static", "account.sign_out", "account.sign_out_everywhere"):
            continue
        may = routes.ROUTES[rule.endpoint] & {role, routes.ANYONE}
        tried = addresses(rule.rule, values) if may else addresses(rule.rule, values)[:3]
        for where in tried:
            if "GET" in rule.methods:
                yield where, said(client.get(where, buffered=True))
            if "POST" in rule.methods and not may:
                data = {"csrf_token": client.token}
                yield where, said(client.post(where, data=data, buffered=True))


def said(answer):
    """Everything an answer says, unpacked: words of pages, of files, of headers."""
    body = answer.data
    text = [unquote(f"{name}: {value}") for name, value in answer.headers]
    text.append(body.decode("utf-8", "replace"))
    if answer.mimetype.endswith("spreadsheetml.sheet"):
        with zipfile.ZipFile(BytesIO(body)) as archive:
            text += [name + archive.read(name).decode() for name in archive.namelist()]
    if body.startswith(b"%PDF-1.7") and answer.mimetype == "application/pdf":
        text += _printed(body)
    answer.close()
    return "\n".join(text)


def _printed(body):
    with pymupdf.open(stream=body) as document:
        yield str(document.metadata)
        yield document.get_xml_metadata() or ""
        for page in document:
            yield page.get_text()
        yield from document.embfile_names()
        for number in range(1, document.xref_length()):
            with suppress(RuntimeError):  # a number that a signature's section left out
                yield document.xref_object(number, compressed=True)


def test_nothing_of_one_firm_reaches_the_other_or_its_consultant(app, session, engine, printed):
    seen, leaked, personal = set(), [], Personal(app, printed)
    with counting(engine) as sent:
        for role in (Role.FIRM, Role.CONSULTANT):
            client = signed_in(app, session, printed.reader(role))
            for where, text in crawl(app, session, client, role):
                if printed.b.word in text or "maroon" in text:
                    leaked.append((role, where))
                seen |= {part for part in _parts(printed.a.word) if part in text}
                personal.look(where, text)

    assert not personal.unmarked
    assert not leaked
    # Nor does either ever look where it is forecast how its own sheet would be found.
    assert not [
        one for one in sent if re.search(r"(?i)\b(from|join) (forecasts|fall_models)\b", one)
    ]
    # The search is not blind: one's own words are found in every kind of place.
    assert seen == set(_parts(printed.a.word))
    number = session.scalar(select(Document.id).order_by(Document.id))
    report = signed_in(app, session, printed.a.user).get(f"/reports/{number}.pdf", buffered=True)
    assert f"{printed.a.word}问题" in said(report)


class Personal:
    """Which routes show how people are reached or who signed, and are not noted in the log for it."""

    NEEDLES = ("联系人", "职务", "电话", "phone", "代表", "签名人", "承诺人", "同事", "新人")

    def __init__(self, app, world):
        self._map = app.url_map.bind("localhost")
        self._words = [side.word + needle for side in world.sides for needle in self.NEEDLES]
        self._words += [f"{side.word}@example.com" for side in world.sides]
        self.found = set()

    def look(self, where, text):
        if any(word in text for word in self._words):
            self.found.add(self._map.match(where.partition("?")[0], method="GET")[0])

    @property
    def unmarked(self):
        return self.found - routes.SHOWS.keys() - routes.TAKES


def _parts(word):
    places = (
        "名称",
        "备注",
        "产品",
        "联系人",
        "问题",
        "诉求",
        "反映人",
        "发现",
        "理由",
        "draftself",
        "confirmedonsite",
    )
    return [word + place for place in places]


def test_the_bureau_sees_both_and_its_workbooks_only_what_was_handed_in(app, session, world):
    client = signed_in(app, session, world.officer)
    found = ""
    for where in ("/bureau/assessments.xlsx", "/bureau/pool.xlsx", "/bureau/audit.xlsx"):
        found += said(client.get(where, buffered=True))

    for side in world.sides:
        assert f"{side.word}名称厂" in found
        assert f"{side.word}备注" not in found


def test_no_draft_reaches_the_bureau_by_any_address(app, session, world):
    client, leaked = signed_in(app, session, world.officer), []
    personal = Personal(app, world)
    for where, text in crawl(app, session, client, Role.OFFICER):
        personal.look(where, text)
        if "备注draft" in text or re.search("draft(self|onsite)\\.pdf", _without_log(where, text)):
            leaked.append(where)

    assert not leaked
    assert not personal.unmarked
    taken = set(session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "export")))
    assert taken >= {"audit", "invitations", "round", "slips"}
    # The search is not blind.
    assert {"bureau.firm", "bureau.round_", "bureau.assessment"} <= personal.found


def _without_log(where, text):
    """The log names the files that were added; who added what is the bureau's business."""
    return "" if where.startswith("/bureau/audit") else text


def test_two_firms_with_one_and_the_same_file_know_nothing_of_each_other(
    app, session, world, settings
):
    theirs = session.get(Evidence, world.b.ids["confirmed self file"])
    content = contents_of(settings).read(theirs.sha256)
    client = signed_in(app, session, world.a.user)

    answer = client.post(
        f"/assessments/{world.a.ids['draft']}/questions/{QUESTION}/evidence",
        data={"files": (BytesIO(content), "我们自己的.jpg")},
        headers={"X-CSRFToken": client.token, "Accept": "application/json"},
    )

    assert answer.status_code == 201
    assert answer.json["files"][0]["name"] == "我们自己的.jpg"
    assert world.b.word not in answer.text
    mine = answer.json["files"][0]["id"]
    assert mine != theirs.id
    client.post(f"/evidence/{mine}/delete", data={"csrf_token": client.token})
    other = signed_in(app, session, world.b.user)
    kept = other.get(f"/evidence/{world.b.ids['confirmed self file']}", buffered=True)
    assert kept.data == content
