"""Headers that every answer carries, whoever asks and whatever goes wrong."""

import re
from dataclasses import replace
from http.cookies import SimpleCookie

from survey.joining import create_app
from survey.web import routes
from tests.support.people import PASSWORD, a_user, signed_in
from tests.support.tokens import page_rules

STATIC = "/static/"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
TELLING = re.compile(r"werkzeug|python|flask|gunicorn|sqlalchemy|jinja", re.IGNORECASE)


def require_headers(answer, where, *, kept=False):
    secret = (
        {"Referrer-Policy": "strict-origin"} if where.startswith(("/link/", "/verify/")) else {}
    )
    for name, value in (ALWAYS | secret).items():
        assert answer.headers.get(name) == value, (where, name)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy, where
    assert "*" not in policy, where
    if "sandbox" not in policy:
        for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action"):
            assert part in policy, (where, part)
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]
    assert not TELLING.search(str(answer.headers)), where
    if answer.headers["Content-Type"].startswith("text/"):
        assert "charset=utf-8" in answer.headers["Content-Type"].lower().replace('"', ""), where
    if kept:
        assert "immutable" in answer.headers["Cache-Control"]
    else:
        assert answer.headers["Cache-Control"] == "no-store", where
        assert re.fullmatch(r"[0-9a-f]{12}", answer.headers["X-Request-ID"]), where


def test_every_page_of_every_reader_carries_them(app, session, world):
    readers = [world.a.user, world.a.consultant, world.officer, world.administrator]
    ids = world.a.ids
    values = {
        "assessment_id": (ids["draft"], ids["visiting"], ids["confirmed"], 999_999),
        "evidence_id": (ids["confirmed self file"], ids["visiting onsite file"]),
        "document_id": (ids["confirmed self report"], ids["confirmed onsite report"]),
        "job_id": (ids["confirmed self job"], ids["confirmed onsite job"]),
        "number": (1,),
        "user_id": (ids["user"],),
        "firm_id": (ids["firm"],),
        "round_id": (1,),
        "entry_id": (ids["entry"],),
        "paper_id": (ids["paper"], ids["notice paper"]),
        "notice_id": (ids["notice"],),
        "batch_id": (ids["batch"],),
        "run_id": (ids["budget run"],),
        "roster_id": (ids["roster"],),
        "proposal_id": (ids["proposal"],),
        "view_id": (ids["view"],),
        "template_id": (ids["template"],),
        "need_id": (ids["need"],),
        "need_step": ("defer",),
        "project_id": (ids["project"],),
        "project_paper_id": (ids["project paper"],),
        "sample_id": (ids["sample"], ids["published sample"]),
        "sample_consent_id": (ids["sample consent"],),
        "provider_id": (ids["provider"],),
        "webhook_id": (ids["webhook"],),
        "listed": ("assessments",),
        "section_id": ("production",),
        "station_id": ("workshop",),
        "signature_id": (ids["signature"],),
        "question_id": ("scheduling",),
        "kind": ("self", "onsite"),
        "edition_id": ("2026",),
        "trade_id": ("valve",),
        "package_code": ("N01",),
        "token": ("x" * 43,),
        "word": ("x" * 43,),
        "digest": ("0c5f63084347",),
        "name": ("plan",),
        "word_kind": ("word_report",),
    }
    seen = set()
    for reader in [None, *readers]:
        client = signed_in(app, session, reader) if reader else app.test_client()
        for rule in page_rules(app):
            if rule.endpoint == "static" or "GET" not in rule.methods:
                continue
            for where in addresses(rule.rule, values):
                answer = client.get(where, headers={"Origin": "https://evil.example"})
                require_headers(answer, where)
                seen.add(answer.status_code)
                answer.close()
    assert {200, 302, 403, 404} <= seen


def addresses(rule, values):
    """Write a rule out with each of the values its one number may have."""
    names = [name.rpartition(":")[2] for name in re.findall(r"<([^>]+)>", rule)]
    written = [rule]
    for name in names:
        written = [
            re.sub(rf"<(?:[^<>]*:)?{name}>", str(value), text, count=1)
            for text in written
            for value in values[name]
        ]
    return written


def test_errors_and_refusals_carry_them(app, session, world):
    client = signed_in(app, session, world.a.user)
    for method, where in (
        ("GET", "/nothing-here"),
        ("GET", "/%00"),
        ("GET", "/%FF%FE"),
        ("PUT", "/account"),
        ("TRACE", "/account"),
        ("OPTIONS", "/account"),
        ("POST", "/account"),
        ("GET", "/bureau/pool"),
        ("POST", "/sign-out"),
    ):
        require_headers(client.open(where, method=method), where)
    require_headers(client.get("/account", headers={"Host": "evil.example"}), "host")
    require_headers(client.post("/sign-out", data=b"x" * 3_000_000), "413")
    require_headers(client.get("/nothing", headers={"Accept": "application/json"}), "json")


def test_static_files_carry_them_and_are_kept_for_ever(app, client):
    page = client.get("/sign-in")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(files) > 3

    for where in files:
        answer = client.get(where)
        assert answer.status_code == 200, where
        require_headers(answer, where, kept=True)
        answer.close()


BESIDE = [
    "../wsgi.py",
    "..%2f..%2fwsgi.py",
    "%2e%2e/%2e%2e/wsgi.py",
    "css/../../wsgi.py",
    "..\\wsgi.py",
    "/etc/passwd",
    "css/base.css%00.js",
    "nothing.css",
    "",
    "css/",
    ".git/config",
]


def test_nothing_beside_the_static_files_is_reachable(client):
    for path in BESIDE:
        page = client.get("/sign-in")
        prefix = re.search(r'"(/static/[0-9a-f]+/)', page.text)[1]

        answer = client.get(prefix + path)

        assert answer.status_code in (404, 405, 301, 302, 308)
        assert b"create_app" not in answer.data
        assert b"root:" not in answer.data


def test_files_are_handed_out_to_be_saved_in_a_box_of_their_own(app, session, world):
    client = signed_in(app, session, world.a.user)
    for name, number in world.a.ids.items():
        if not name.endswith(" file") or name == "visiting onsite file":
            continue
        answer = client.get(f"/evidence/{number}")
        assert answer.status_code == 200, name
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert "ETag" not in answer.headers
        assert answer.mimetype in ("image/jpeg", "application/pdf")
        require_headers(answer, name)
        answer.close()
    small = client.get(f"/evidence/{world.a.ids['confirmed self file']}/thumbnail")
    assert small.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    require_headers(small, "thumbnail")
    small.close()


def test_a_report_is_named_for_its_reader_and_not_kept_by_the_browser(app, session, world):
    client = signed_in(app, session, world.a.user)

    answer = client.get(f"/reports/{world.a.ids['confirmed self report']}.pdf")

    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert "%E9%87%91%E4%B8%9D%E9%9B%80" in answer.headers["Content-Disposition"]  # 金丝雀
    require_headers(answer, "report")
    answer.close()


def test_other_methods_are_refused_and_the_allowed_ones_named(app, session, world):
    client = signed_in(app, session, world.administrator)
    allowed: dict[str, set[str]] = {}
    for rule in page_rules(app):
        if rule.endpoint != "static" and "<" not in rule.rule:
            allowed.setdefault(rule.rule, set()).update(rule.methods)
    for where, good in allowed.items():
        for method in {"PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND", "GET"} - good:
            answer = client.open(where, method=method)
            assert answer.status_code == 405, (method, where)
            assert set(answer.headers["Allow"].split(", ")) == good
            assert "请从页面上的按钮操作" in answer.text


def test_another_origin_is_told_nothing(app, session, world):
    client = signed_in(app, session, world.a.user)
    for where in (
        "/account",
        f"/reports/{world.a.ids['confirmed self job']}/state",
        "/health/ready",
    ):
        for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
            answer = client.get(
                where,
                headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
            )
            assert not [n for n, _ in answer.headers if n.lower().startswith("access-control")]
            assert "Origin" not in answer.headers.get("Vary", "")


def test_behind_https_cookies_bear_the_name_that_browsers_guard(settings, engine, session):
    guarded = replace(settings, base_url="https://localhost", secure_cookies=True)
    app = create_app(guarded, engine)
    client = app.test_client()
    user = a_user(session)
    page = client.get("/sign-in", base_url="https://localhost")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]

    answer = client.post(
        "/sign-in",
        data={"csrf_token": token, "username": user.username, "password": PASSWORD},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
    )

    assert answer.status_code == 302
    cookies = [SimpleCookie(text) for text in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) == 2
    for cookie in cookies:
        name, morsel = next(iter(cookie.items()))
        assert name.startswith("__Host-")
        assert morsel["secure"]
        assert morsel["httponly"]
        assert morsel["path"] == "/"
        assert not morsel["domain"]


def test_every_public_route_is_public_on_purpose():
    public = {name for name, roles in routes.ROUTES.items() if routes.ANYONE in roles}

    assert public == {
        *(
            "static",
            "health.live",
            "health.ready",
            "account.home",
            "account.sign_in",
            "account.link",
        ),
        *("worker.script", "worker.away"),
        "calendar.feed",  # its address is the secret: a telephone's calendar signs in nowhere
        *(
            "tokens.guide",
            "tokens.description_file",
        ),  # how programs ask; what they get needs a token
        *("verify.page", "verify.rules", "verify.script"),  # for whoever holds a document
        *("identities.begin", "identities.back"),  # how people come who are not signed in yet
        "privacy.purpose",  # what is kept of people is to be read before anything is given
        *("profiles.logo", "profiles.colours"),  # what every page wears, the sign-in page too
    }
