"""Error pages: plain Chinese, a number to ask about, and nothing of the inside."""

import json
import logging
import random
import re
from io import BytesIO

import pytest
from sqlalchemy import func, select

from survey.joining import STATIC
from survey.tables import AnswerRevision, Firm
from survey.web import routes
from survey.words import wording
from tests.support.people import a_user, begun, signed_in
from tests.support.tokens import page_rules
from tests.support.world import QUESTION, contents

INSIDE = re.compile(
    r"Traceback|sqlalchemy|psycopg|sqlite3|SELECT \w|[Ww]erkzeug|site-packages|\.py\b|KeyError"
    r"|Internal Server|Not Found|Bad Request|Method Not"
)
DOCUMENTED = {200, 201, 302, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}


def require_well_said(answer, status):
    assert answer.status_code == status
    assert re.search("[\u4e00-\u9fff]{4}", answer.text)
    assert not INSIDE.search(answer.text)
    number = answer.headers["X-Request-ID"]
    assert number in answer.text
    return number


def test_a_page_that_is_not_there_says_so_in_chinese_with_a_number(client):
    response = client.get("/nothing-here")

    assert response.status_code == 404
    assert "没有找到" in response.text
    assert response.headers["X-Request-ID"] in response.text


def test_a_refusal_leads_back_to_the_page_it_came_from_and_to_no_other_site(app, session):
    client = signed_in(app, session, a_user(session))

    def ways(referrer):
        answer = client.post("/firm/profile", data={}, headers={"Referer": referrer})
        assert answer.status_code == 400  # without its token
        main = answer.text.split("<main")[1].split("</main>")[0]
        assert "data-refused" in main
        return re.findall('<a [^>]*href="([^"]*)"', main)

    assert ways("http://localhost/firm/profile?assessment=1") == ["/firm/profile?assessment=1", "/"]
    assert ways("http://elsewhere.example/firm/profile") == ["/"]
    assert "data-refused" not in client.get("/nothing-here").text


def test_a_foreign_address_is_refused_without_looking_where_it_came_from(app):
    app.config["TRUSTED_HOSTS"] = ["localhost"]

    page = app.test_client().get(
        "/sign-in", headers={"Host": "evil.example", "Referer": "http://evil.example/account"}
    )

    require_well_said(page, 400)
    assert "不属于本系统" in page.text


def test_every_status_has_its_title_and_remedy():
    assert {400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503, 507} <= set(wording.ERRORS)
    assert all(remedy.endswith("。") for _, remedy in wording.ERRORS.values())


@pytest.mark.parametrize("script", [False, True])
def test_every_refusal_is_found_in_the_log_by_its_number(app, session, caplog, script):
    caplog.set_level(logging.INFO)
    client = signed_in(app, session, a_user(session))
    headers = {"Accept": "application/json"} if script else {}
    for method, where, status in (
        ("GET", "/nothing", 404),
        ("PUT", "/account", 405),
        ("GET", "/bureau/pool", 403),
        ("POST", "/sign-out", 400),
    ):
        answer = client.open(where, method=method, headers=headers)
        number = require_well_said(answer, status)
        assert sum(number in record.getMessage() for record in caplog.records) == 1
        if script:
            assert answer.json["status"] == status
            assert answer.json["request_id"] == number


def test_what_was_never_expected_says_nothing_of_the_inside(app, monkeypatch, caplog):
    def break_down():
        raise ZeroDivisionError("secret word of the inside")

    monkeypatch.setitem(routes.ROUTES, "break_down", frozenset({routes.ANYONE}))
    app.add_url_rule("/break-down", "break_down", break_down)
    client = app.test_client()

    page = client.get("/break-down")
    script = client.get("/break-down", headers={"Accept": "application/json"})

    number = require_well_said(page, 500)
    require_well_said(script, 500)
    styles = re.findall(r'href="/static/[0-9a-f]+/([^"]+)"', page.text)
    assert styles == ["css/tokens.css", "css/plain.css"]
    assert all((STATIC / style).is_file() for style in styles)
    assert "secret" not in page.text + script.text
    assert any(number in record.getMessage() and record.exc_info for record in caplog.records)
    assert client.get("/sign-in").status_code == 200


def test_an_address_writes_no_lines_of_its_own_into_the_log(app, caplog):
    caplog.set_level(logging.INFO)

    app.test_client().get("/x%0a2026-01-01 ERROR root signed in%0d%1b[31m")

    messages = [record.getMessage() for record in caplog.records]
    assert any("404" in message for message in messages)
    assert not any(set(message) & set("\n\r\x1b") for message in messages)


ODD_ADDRESSES = [
    "/%00",
    "/%FF%FE",
    "/" + "a" * 7000,
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..//..//etc/passwd",
    "/firm/assessments/%F0%9F%98%80/",
    "/evidence/1%2Fthumbnail",
    "/reports/1.pdf.pdf",
    "/reports/.pdf",
    "/{{7*7}}",
    "/<script>",
    "/sign-in%20",
    "/SIGN-IN",
    "/sign-in/",
]


def test_odd_addresses_are_not_there(app, session):
    for where in ODD_ADDRESSES:
        for client in (app.test_client(), signed_in(app, session, a_user(session))):
            answer = client.get(where)
            assert answer.status_code in (302, 308, 404)
            assert "<script>" not in answer.text.replace('<script type="module"', "")
            assert "49" not in re.sub(r"[0-9a-f]{12}|value=\"[^\"]*\"", "", answer.text)


# --- bodies that break off -----------------------------------------------------------------------


@pytest.fixture
def sitting(app, session):
    user = a_user(session)
    number = begun(session, session.get(Firm, user.firm_id)).id
    client = signed_in(app, session, user)
    session.rollback()
    return client, number


@pytest.mark.parametrize(
    ("where", "kind", "body"),
    [
        (
            "answers",
            "application/json",
            b'{"question": "scheduling", "request_id": "a.1", "base_revision": 0, "value": 3}',
        ),
        ("sections/production", "application/x-www-form-urlencoded", b"q_scheduling=3"),
        (
            "sections/production",
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="q_scheduling"\r\n\r\n3\r\n--x--\r\n',
        ),
    ],
)
def test_a_body_shorter_than_announced_is_refused_whole(session, sitting, where, kind, body):
    client, number = sitting
    answer = client.post(
        f"/firm/assessments/{number}/{where}",
        input_stream=BytesIO(body),
        content_type=kind,
        headers={"X-CSRFToken": client.token},
        environ_overrides={"CONTENT_LENGTH": str(len(body) + 10)},
    )

    assert answer.status_code == 400
    assert session.scalar(select(func.count()).select_from(AnswerRevision)) == 0


def test_a_file_that_breaks_off_is_not_kept(app, session, sitting, settings):
    client, number = sitting
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%PDF-1.4 half of it"
    )
    answer = client.post(
        f"/assessments/{number}/questions/{QUESTION}/evidence",
        input_stream=BytesIO(body),
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": client.token},
        environ_overrides={"CONTENT_LENGTH": str(len(body) + 5000)},
    )

    assert answer.status_code == 400
    assert not [path for path in settings.contents.rglob("*") if path.is_file()]


def test_a_length_that_is_no_length_is_refused(sitting):
    client, number = sitting
    for length in ("-1", "abc", "1e3", "９"):
        answer = client.post(
            f"/firm/assessments/{number}/answers",
            input_stream=BytesIO(b"{}"),
            content_type="application/json",
            headers={"X-CSRFToken": client.token},
            environ_overrides={"CONTENT_LENGTH": length},
        )
        assert answer.status_code in (400, 413), length


def test_thousands_of_fields_are_refused_in_chinese(sitting):
    client, number = sitting
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(1200)
    )
    answer = client.post(
        f"/firm/assessments/{number}/sections/production",
        data=parts + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": client.token},
    )

    require_well_said(answer, 413)


# --- everything, with anything -------------------------------------------------------------------

NASTY = [
    "",
    "0",
    "-1",
    "9" * 30,
    "1e999",
    "NaN",
    "\x00",
    "a\x00b",
    "\ufeff",
    "\u202e",
    "𠮷" * 3000,
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "../../etc/passwd",
    "０１",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "２０２６-０１-０１",
    "yes",
    "on",
    "y",
    "=1+1",
]
JSON = [None, True, 1, -1, 1.5, 10**30, "x", "\x00", [], {}, [[]], {"a": {}}, ["\ud800"]]


@pytest.mark.parametrize("role", ["firm", "consultant", "officer", "administrator"])
def test_no_form_and_no_json_makes_anything_break(app, session, world, role):
    dice = random.Random(7)
    client = signed_in(app, session, world.reader(role))
    names = _field_names(app, client, world, role)
    assert len(names) > 10 or role == "administrator"
    tried = 0
    for rule in sorted(page_rules(app), key=str):
        mine = role in routes.ROUTES[rule.endpoint]
        if not mine or "POST" not in rule.methods or rule.endpoint in SIGNS_OUT:
            continue
        for where in _addresses(rule.rule, world, role):
            for _ in range(2):
                form = {name: dice.choice(NASTY) for name in dice.sample(names, 8)}
                tried += _try(client, where, data=form | {"csrf_token": client.token})
            given = {name: dice.choice(JSON) for name in dice.sample(names, 5)}
            tried += _try(
                client,
                where,
                data=json.dumps(given),  # half a character is written \\ud800, as a script may
                content_type="application/json",
                headers={"X-CSRFToken": client.token},
            )
    for where in _pages(app, world, role):
        query = {name: dice.choice(NASTY) for name in [*dice.sample(names, 3), *QUERIES]}
        tried += _try(client, where, method="GET", query_string=query)
    assert tried > 10


SIGNS_OUT = {
    "account.sign_out",
    "account.sign_out_everywhere",
    "administrator.set_active",
    "administrator.end_sessions",
}
QUERIES = ("q", "sort", "page", "state", "trade", "rung", "township", "only", "edition", "since")


def _try(client, where, method="POST", **given):
    answer = client.open(where, method=method, **given)
    assert answer.status_code in DOCUMENTED, (where, given, answer.status_code)
    if answer.mimetype == "text/html":
        assert "<script>alert" not in answer.text, where
        assert not INSIDE.search(answer.text), where
    answer.close()
    return 1


def _field_names(app, client, world, role):
    names = {"value", "question", "request_id", "base_revision", "remark", "verification"}
    names |= {"reason", "finding", "version", "go", "remove", "role", "firm_id", "packages"}
    for where in _pages(app, world, role):
        answer = client.get(where)
        if answer.mimetype == "text/html" and client.page:
            names |= {name for form in client.page.forms for name, _ in form.values}
        answer.close()
    return sorted(names - {"csrf_token"})


def _pages(app, world, role):
    return [
        where
        for rule in sorted(page_rules(app), key=str)
        if "GET" in rule.methods and role in routes.ROUTES[rule.endpoint]
        for where in _addresses(rule.rule, world, role)
    ]


def _addresses(rule, world, role):
    """Write a rule out for rows of this role, in the states a firm's rows can have."""
    ids = world.a.ids
    kind = "onsite" if role == "consultant" else "self"
    found = []
    for state in ("draft", "visiting", "confirmed"):
        values = {
            "assessment_id": ids[state],
            "evidence_id": ids.get(f"{state} {kind} file", 1),
            "document_id": ids["confirmed self report"],
            "job_id": ids["confirmed self job"],
            "user_id": ids["colleague"],
            "firm_id": ids["firm"],
            "round_id": 1,
            "entry_id": ids["entry"],
            "need_id": ids["need" if state == "draft" else "answered need"],
            "need_step": {"draft": "hand-over", "visiting": "call-back"}.get(state, "join"),
            "webhook_id": ids["webhook"],
            "delivery_id": ids["delivery"],
            "section_id": "production",
            "station_id": "workshop",
            "question_id": QUESTION,
            "kind": "self",
            "edition_id": "2026",
            "trade_id": "valve",
            "package_code": "N01",
            "token": "x" * 43,
            "word": "x" * 43,
            "digest": "0c5f63084347",
            "name": "plan",
            "word_kind": "word_report",
        }
        written = rule
        for name, value in values.items():
            written = re.sub(rf"<(?:[^<>]*:)?{name}>", str(value), written)
        if written not in found:
            found.append(written)
    return found


def test_a_refused_form_changes_nothing(app, session, world):
    """Every step of every role with an empty form: what it lacks is said, nothing is done."""
    harmless = {"consultant.confirm", "firm.begin", "results.request_report", "files.delete"}
    harmless |= {
        "administrator.reset_link",
        "bureau.firm_link",
        "bureau.consultant_link",
        "bureau.close_round",
        "bureau.invite",
        "bureau.remind",
        "bureau.prepare_invitations",
    }
    # buttons that ask for nothing
    harmless |= {"firm.colleague_link", "firm.take_back", "calendar.renew", "calendar.revoke"}
    harmless |= {"firm.request_bundle", "bureau.request_bundle", "bureau.renew_forecasts"}
    harmless |= {"results.request_handouts", "results.request_word"}
    harmless |= {"consultant.processes"}  # an empty list of processes is an answer
    harmless |= {"tokens.revoke", "tokens.revoke_anybodys"}
    harmless |= {"passkeys.offer"}  # draws what a device is to sign
    harmless |= {"webhooks.rotate", "webhooks.switch", "webhooks.remove", "webhooks.try_out"}
    harmless |= {"webhooks.send_again", "webhooks.send_all_again"}
    harmless |= {"second_factor.security"}  # and so is no kind of step
    harmless |= {rule for rule in routes.ROUTES if rule.startswith("editions.")}  # in test_editions
    for role in ("firm", "consultant", "officer", "administrator"):
        client = signed_in(app, session, world.reader(role))
        before = contents(session)
        for rule in page_rules(app):
            mine = role in routes.ROUTES[rule.endpoint] and "POST" in rule.methods
            left_out = harmless | SIGNS_OUT - {"administrator.set_active"}
            if not mine or rule.endpoint in left_out:
                continue
            for where in _addresses(rule.rule, world, role):
                answer = client.post(where, data={"csrf_token": client.token})
                assert answer.status_code in (302, 400, 404, 409, 422), where
                after = contents(session)
                assert after == before, (where, answer.status_code)
