"""Who may reach what: every route with every role, on rows that are theirs, others', and nobody's.

The lists are made from the application's own map of addresses, so a new route is tested the day it
is added; a new kind of number in an address fails here until somebody says whose it is.
"""

import re

import pytest
from werkzeug.routing import Rule

from survey.tables import Role
from survey.web import access, routes
from tests.support.people import signed_in
from tests.support.tokens import page_rules
from tests.support.world import QUESTION, World, contents

ROLES = tuple(Role)
ABSENT = 999_999
ODD = (
    "-1",
    "0",
    "00",
    "01",
    str(2**31),
    str(2**63),
    "9" * 400,
    "abc",
    "1.0",
    "1e1",
    "+1",
    "%EF%BC%90%EF%BC%91",  # ０１
    "%D9%A1",  # ١
    "%C2%B2",  # ²
    "1%00",
    "1%0A",
    "%201",
    "1;2",
    "..%2F1",
    "%FF",
)
WORDS = {
    "check_id": "integration_without_codes",
    "request_id": "tablet.1",
    "offset": "0",
    "section_id": "production",
    "station_id": "workshop",
    "question_id": QUESTION,
    "kind": "self",
    "own_kind": "officer",
    "move": "publish",
    "result": "pass",
    "listed": "assessments",
    "number": "1",
    "edition_id": "2026",
    "trade_id": "valve",
    "package_code": "N01",
    "token": "x" * 43,
    "word": "x" * 43,
    "digest": "0c5f63084347",
    "name": "plan",
    "word_kind": "word_report",
    "need_step": "defer",
    "step": "stop",
    "sample_step": "withdraw",
    "sample_turn": "decline",
    "filename": "css/base.css",
}
"""A good word for every part of an address that is no number."""
ROWS = {
    "project_id",
    "assessment_id",
    "evidence_id",
    "document_id",
    "job_id",
    "user_id",
    "firm_id",
    "round_id",
    "entry_id",
    "recognition_id",
    "paper_id",
    "minutes_id",
    "interest_id",
    "provider_id",
    "introduction_id",
    "batch_id",
    "run_id",
    "roster_id",
    "proposal_id",
    "signature_id",
    "mail_id",
    "project_paper_id",
    "notice_id",
    "view_id",
    "template_id",
    "need_id",
    "filing_id",
    "sample_id",
    "sample_consent_id",
    "token_id",
    "webhook_id",
    "delivery_id",
}

OF_CONSULTANTS = ("bureau.consultant_link", "bureau.work_of_one", "interests.")
"""Where a user's number means a consultant."""
OF_RESULTS = ("results.", "responses.", "versions.", "last_round.", "plans.", "api.")
"""Where a sheet stands that has been handed in."""
OF_SECOND = ("consultant.begin_second_sheet", "consultant.finish_second_sheet")
"""Of a pair the second's alone."""


@pytest.fixture
def rules(app):
    """Every rule but the static files', which have no owner."""
    found = [rule for rule in page_rules(app) if rule.endpoint != "static"]
    assert len(found) > 30
    return sorted(found, key=lambda rule: ("GET" not in rule.methods, rule.endpoint))


def parts(rule: Rule) -> set[str]:
    """Return the names in an address; a rule's own list holds its defaults as well."""
    return {name.rpartition(":")[2] for name in re.findall(r"<([^>]+)>", rule.rule)}


def address(rule: Rule, ids: dict[str, object]) -> str:
    """Write a rule out by hand: a builder of addresses would refuse the odd ones."""

    def value(match: re.Match[str]) -> str:
        name = match[0].strip("<>").rpartition(":")[2]
        return str(ids[name] if name in ids else WORDS[name])

    return re.sub(r"<[^>]+>", value, rule.rule)


def methods(rule: Rule) -> list[str]:
    return sorted(rule.methods)


def ask(client, method, where, *, script=False):
    headers = {"Accept": "application/json"} if script else {}
    data = {"csrf_token": client.token} if method == "POST" else None
    answer = client.open(where, method=method, data=data, headers=headers)
    answer.get_data()
    answer.close()  # a file stays open otherwise
    return answer


def who(rule: Rule, role: str, world: World):
    """Whose the route is: of a pair, some are the second's alone."""
    if role == Role.CONSULTANT and rule.endpoint in OF_SECOND:
        return world.a.second
    return world.reader(role)


def own(rule: Rule, role: str, side) -> dict[str, object]:
    """The numbers of rows this role may use in this route."""
    state = {Role.FIRM: "draft", Role.CONSULTANT: "visiting"}.get(role, "confirmed")
    if rule.endpoint.startswith(OF_RESULTS):
        state = "confirmed"
    kind = "onsite" if role == Role.CONSULTANT else "self"
    name = "confirmed self file" if rule.endpoint == "files.thumbnail" else f"{state} {kind} file"
    of_consultant = rule.endpoint.startswith(OF_CONSULTANTS)
    user = side.consultant.id if of_consultant else side.ids["colleague"]
    user = side.ids["seller"] if rule.endpoint == "bureau.provider_link" else user
    return {
        "assessment_id": side.ids[state],
        "evidence_id": side.ids[name],
        "document_id": side.ids[_document(rule)],
        "job_id": side.ids[_job(rule)],
        "user_id": user,
        "firm_id": side.ids["firm"],
        "round_id": 5 if rule.endpoint == "bureau.delete_round" else 4,
        "entry_id": side.ids["entry"],
        "recognition_id": side.ids["recognition"],
        "paper_id": side.ids["notice paper" if "notice" in rule.endpoint else "paper"],
        "notice_id": side.ids["notice"],
        "minutes_id": side.ids["minutes"],
        "filing_id": side.ids["filing"],
        "interest_id": side.ids["interest"],
        "provider_id": side.ids["provider"],
        "introduction_id": side.ids["introduction"],
        "batch_id": side.ids["batch"],
        "run_id": side.ids["budget run"],
        "roster_id": side.ids["spare roster" if "discard" in rule.endpoint else "roster"],
        "proposal_id": side.ids["proposal"],
        "signature_id": side.ids["signature"],
        "mail_id": side.ids["mail"],
        "project_id": side.ids["sold project" if "claim" in rule.endpoint else "project"],
        "project_paper_id": side.ids["project paper"],
        "sample_id": side.ids[_sample(rule, role)],
        "sample_consent_id": side.ids["sample consent"],
        "view_id": side.ids["spare view" if "forget" in rule.endpoint else "view"],
        "template_id": side.ids[_template(rule)],
        "token_id": side.ids[f"{role} token" if f"{role} token" in side.ids else "firm token"],
        "webhook_id": side.ids["spare webhook" if "remove" in rule.endpoint else "webhook"],
        "delivery_id": side.ids["delivery"],
        "need_id": side.ids["answered need" if role == Role.FIRM else "need"],
    }


def _sample(rule: Rule, role: str) -> str:
    """A card about the firm itself, or one that is shown to everybody."""
    of_others = role == Role.CONSULTANT or "copy" in rule.endpoint
    return "published sample" if of_others else "sample"


def _job(rule: Rule) -> str:
    if "annual" in rule.endpoint:
        return "annual job"
    if "budget" in rule.endpoint:
        return "budget job"
    return "district job" if "district" in rule.endpoint else "confirmed self job"


def _template(rule: Rule) -> str:
    name = "word template" if "word" in rule.endpoint else "template"
    return f"spare {name}" if "forget" in rule.endpoint else name


def _document(rule: Rule) -> str:
    if "annual" in rule.endpoint:
        return "annual paper"
    if "district" in rule.endpoint:
        return "district page"
    return "superseded report" if "stamped" in rule.endpoint else "confirmed self report"


def foreign(rule: Rule, role: str, world: World) -> list[dict[str, object]]:
    """Numbers of rows that are there, but not for this role."""
    a, b = world.a.ids, world.b.ids
    mine = own(rule, role, world.a)
    others: dict[str, list[int]] = {name: [] for name in mine}
    if role in (Role.FIRM, Role.CONSULTANT):
        others["assessment_id"] = [b["draft"], b["visiting"], b["confirmed"]]
        others["evidence_id"] = [number for name, number in b.items() if name.endswith(" file")]
        others["document_id"] = [number for name, number in b.items() if name.endswith(" report")]
        others["need_id"] = [b["need"], b["answered need"]]
        others["job_id"] = [number for name, number in b.items() if name.endswith(" job")]
    if role == Role.CONSULTANT:
        others["assessment_id"].append(a["draft"])
        others["evidence_id"].append(a["draft self file"])
    if role == Role.FIRM:
        others["evidence_id"].append(a["visiting onsite file"])
    if role in (Role.FIRM, Role.CONSULTANT, Role.OFFICER):
        others["token_id"] = [b["firm token"], b["consultant token"]]
    if role in (Role.FIRM, Role.CONSULTANT):
        others["sample_id"] = [b["sample"]]
    if role == Role.FIRM:
        others["project_id"], others["project_paper_id"] = [b["project"]], [b["project paper"]]
        others["notice_id"], others["paper_id"] = [b["notice"]], [b["notice paper"]]
    if role == Role.OFFICER:
        others["assessment_id"] = [a["draft"], b["draft"]]
        others["evidence_id"] = [a["draft self file"], b["draft self file"]]
    if rule.endpoint in ("firm.share", "firm.colleague_link", "firm.take_back"):
        others["user_id"] = [b["colleague"], a["user"], world.administrator.id]
    if rule.endpoint == "bureau.record_claim":
        others["project_id"] = [b["sold project"]]
    if rule.endpoint == "firm.answer_introduction":
        others["introduction_id"] = [b["introduction"]]
    if rule.endpoint == "bureau.provider_link":
        others["user_id"] = [b["seller"], a["colleague"], world.administrator.id]
    if rule.endpoint == "bureau.firm_link":
        others["user_id"] = [b["colleague"], world.other.id, world.administrator.id]
    if rule.endpoint.startswith(OF_CONSULTANTS):
        others["user_id"] = [a["colleague"], world.administrator.id]
        others["user_id"] += [world.b.consultant.id] if role == Role.CONSULTANT else []
        others["interest_id"] = [b["interest"]]
    if rule.endpoint == "files.delete":
        kind = "onsite" if role == Role.FIRM else "self"
        others["evidence_id"] += [a[f"confirmed {kind} file"]]
    return [
        mine | {name: number}
        for name in sorted(parts(rule) & ROWS)
        for number in others[name]
        if number != mine[name]
    ]


def test_every_route_and_every_part_of_an_address_is_declared(app, rules):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(routes.ROUTES)
    unknown = {name for rule in rules for name in parts(rule)} - ROWS - set(WORDS)
    assert not unknown, f"say in this file whose rows these are: {unknown}"
    for rule in rules:
        assert set(rule.methods) <= {"GET", "HEAD", "POST"}, rule.rule


def test_a_route_nobody_declared_stops_the_application(app):
    app.add_url_rule("/somewhere", "somewhere", lambda: "")

    with pytest.raises(LookupError, match="somewhere"):
        access.require_declared_routes(app)


def test_nobody_reads_or_does_anything_without_signing_in(app, session, world, rules):
    before = contents(session)
    client = app.test_client()
    client.get("/sign-in")
    for rule in rules:
        if routes.ANYONE in routes.ROUTES[rule.endpoint]:
            continue
        for ids in (own(rule, Role.FIRM, world.a), dict.fromkeys(ROWS, ABSENT)):
            for method in methods(rule):
                where = address(rule, ids)
                page = ask(client, method, where)
                assert page.status_code == 302, where
                assert page.location.startswith("/sign-in?next="), where
                assert ask(client, method, where, script=True).status_code == 401, where
    assert contents(session) == before


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_refused_every_route_that_is_not_its_own(app, session, world, rules, role):
    client = signed_in(app, session, world.reader(role))
    before, tried = contents(session), 0
    for rule in rules:
        allowed = routes.ROUTES[rule.endpoint]
        if routes.ANYONE in allowed or role in allowed:
            continue
        for ids in (own(rule, role, world.a), dict.fromkeys(ROWS, ABSENT)):
            for method in methods(rule):
                where = address(rule, ids)
                assert ask(client, method, where).status_code == 403, (method, where)
                assert ask(client, method, where, script=True).status_code == 403, (method, where)
                tried += 1
    assert tried > 20
    assert contents(session) == before


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_every_route_of_its_own(app, session, world, rules, role):
    # What takes a row away comes last.
    for rule in sorted(rules, key=lambda rule: rule.endpoint == "files.delete"):
        if role not in routes.ROUTES[rule.endpoint]:
            continue
        for method in methods(rule):
            client = signed_in(app, session, who(rule, role, world))
            where = address(rule, own(rule, role, world.a))
            answer = ask(client, method, where)
            good = (200, 302) if method in ("GET", "HEAD") else (200, 302, 400, 409, 422)
            assert answer.status_code in good, (role, method, where, answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_what_belongs_to_others_is_as_absent_as_what_never_was(app, session, world, rules, role):
    client = signed_in(app, session, world.reader(role))
    before, tried = contents(session), 0
    for rule in rules:
        if role not in routes.ROUTES[rule.endpoint] or not parts(rule) & ROWS:
            continue
        for method in methods(rule):
            for script in (False, True):
                absent = dict.fromkeys(ROWS, ABSENT)
                nothing = ask(client, method, address(rule, absent), script=script)
                assert nothing.status_code == 404, (method, rule.rule)
                for ids in foreign(rule, role, world):
                    where = address(rule, ids)
                    answer = ask(client, method, where, script=script)
                    assert answer.status_code == 404, (role, method, where, answer.status_code)
                    assert said(answer) == said(nothing), (role, method, where)
                    tried += 1
    assert tried > 5 or role in (Role.ADMINISTRATOR, Role.PROVIDER)
    assert contents(session) == before


@pytest.mark.parametrize("role", ROLES)
def test_numbers_that_are_no_numbers_are_not_there(app, session, world, rules, role):
    client = signed_in(app, session, world.reader(role))
    before, tried = contents(session), 0
    for rule in rules:
        if role not in routes.ROUTES[rule.endpoint] or not parts(rule) & ROWS:
            continue
        for method in set(methods(rule)) - {"HEAD"}:
            for odd in ODD:
                where = address(rule, dict.fromkeys(ROWS, odd))
                answer = ask(client, method, where)
                assert answer.status_code in (404, 405), (method, where, answer.status_code)
                tried += 1
    assert tried or role == Role.PROVIDER  # whose addresses name no row at all
    assert contents(session) == before


def test_asking_only_for_the_head_does_nothing(app, session, world, rules):
    """No token protects HEAD, so it must be a GET in every view."""
    before = contents(session)
    for role in ROLES:
        client = signed_in(app, session, world.reader(role))
        for rule in rules:
            allowed = role in routes.ROUTES[rule.endpoint]
            if not allowed or "POST" not in rule.methods or "HEAD" not in rule.methods:
                continue
            where = address(rule, own(rule, role, world.a))
            # Nobody here has a second factor to be asked for, or came back from an issuer: led on.
            led = rule.endpoint in ("second_factor.ask", "second_factor.password", "identities.tie")
            expected = 302 if led else 200
            assert ask(client, "HEAD", where).status_code == expected, where
    assert contents(session) == before


def test_words_in_addresses_that_mean_nothing_are_not_there(app, session, world, rules):
    """A section, a question or a kind that no questionnaire knows."""
    odd = ["nothing", "__class__", "..%2f..", "%00", "%FF%FE", "x" * 3000, "{{7*7}}", "' OR 1=1--"]
    before = contents(session)
    for role in ROLES:
        client = signed_in(app, session, world.reader(role))
        for rule in rules:
            named = parts(rule) & {"section_id", "station_id", "question_id", "kind"}
            if role not in routes.ROUTES[rule.endpoint] or not named:
                continue
            for method in set(methods(rule)) - {"HEAD"}:
                for word in odd:
                    ids = own(rule, role, world.a) | dict.fromkeys(named, word)
                    answer = ask(client, method, address(rule, ids))
                    assert answer.status_code in (404, 405, 422), (method, rule.rule, word)
    assert contents(session) == before


def said(answer):
    """What an answer says, without what differs between any two requests."""
    text = answer.get_data(as_text=True)
    text = text.replace(answer.headers["X-Request-ID"], "")
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    changing = {"X-Request-ID", "Date", "Set-Cookie"}
    return text, sorted((k, v) for k, v in answer.headers if k not in changing)


# --- wholes made of parts that are each one's own ------------------------------------------------


def test_a_file_of_another_firm_cannot_be_taken_away_through_ones_own_page(app, session, world):
    client = signed_in(app, session, world.a.user)
    before = contents(session)

    for number in (world.b.ids["draft self file"], world.a.ids["confirmed self file"], ABSENT):
        client.post(
            f"/firm/assessments/{world.a.ids['draft']}/sections/production",
            data={"csrf_token": client.token, "remove": str(number)},
        )

    assert contents(session)["evidence"] == before["evidence"]


def test_the_number_of_an_assessment_is_not_the_number_of_its_report_or_file(app, session, world):
    client = signed_in(app, session, world.a.user)
    theirs = {n for name, n in world.b.ids.items() if name.endswith((" report", " job", " file"))}
    mine = {n for name, n in world.a.ids.items() if name.endswith((" report", " job", " file"))}
    for number in range(1, max(theirs | mine) + 3):
        for where in (f"/reports/{number}.pdf", f"/reports/{number}/state", f"/evidence/{number}"):
            answer = ask(client, "GET", where)
            assert answer.status_code in (200, 404)
            assert world.b.word.encode() not in answer.data


def test_an_officer_sees_no_draft_in_any_list(app, session, world):
    client = signed_in(app, session, world.officer)
    for where in ("/bureau/assessments", "/bureau/assessments?state=draft"):
        page = client.get(where)
        assert page.status_code == 200
        assert f'/bureau/assessments/{world.a.ids["draft"]}"' not in page.text
        assert f"{world.a.word}备注" not in page.text


def test_filters_take_words_literally_and_refuse_unknown_orders(app, session, world):
    client = signed_in(app, session, world.officer)
    for where in ("/bureau/assessments", "/bureau/firms", "/bureau/pool"):
        assert world.a.word in client.get(where).text
        for words in ("%", "_", "%%", "\\", "' OR 1=1 --", "甲%", "*"):
            page = client.get(where, query_string={"q": words})
            assert page.status_code == 200
            assert f"{world.a.word}名称" not in page.text, (where, words)
        for sort in ("password_hash", "id;drop table users", "-", "--firm", "Firm.name", "1"):
            assert client.get(where, query_string={"sort": sort}).status_code == 400
        for name in ("trade", "state"):
            assert client.get(where, query_string={name: "' OR 1=1"}).status_code == 400
        twice = client.get(f"{where}?q={world.a.word}&q={world.b.word}&sort=firm&sort=x")
        assert twice.status_code in (200, 400)
    with_nul = client.get("/bureau/firms?q=a%00b&township=%00&page=1")
    assert with_nul.status_code in (200, 400)


PAGES = [
    ("0", 200),
    ("1", 200),
    ("1000000000", (200, 400)),
    ("-1", 400),
    ("abc", 400),
    ("1.5", 400),
    ("１", 400),
    ("9" * 100, 400),
    ("", 400),
    ("1%00", 400),
]


def test_pages_of_lists_are_numbers_within_reason(app, session, world):
    for page, status in PAGES:
        officer = signed_in(app, session, world.officer)
        administrator = signed_in(app, session, world.administrator)
        expected = status if isinstance(status, tuple) else (status,)
        for client, where in (
            (officer, "/bureau/assessments"),
            (officer, "/bureau/firms"),
            (officer, "/bureau/pool"),
            (officer, "/bureau/audit"),
            (administrator, "/admin/users"),
        ):
            assert client.get(f"{where}?page={page}").status_code in expected, where
            assert client.get(f"{where}?page_size={page}").status_code == 200


def test_words_of_the_administrators_search_are_literal(app, session, world):
    client = signed_in(app, session, world.administrator)
    for words in ("%", "_", "\\", "' OR 1=1 --", "a\x00b"):
        page = client.get("/admin/users", query_string={"q": words})
        assert page.status_code == 200
        assert world.a.word not in page.text
    assert client.get("/admin/users?role=root").status_code == 200
    assert "password_hash" not in client.get("/admin/users?sort=password_hash").text
    assert "$argon2" not in client.get("/admin/users").text
