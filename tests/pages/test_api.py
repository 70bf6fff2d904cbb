"""The interface for other systems: tokens, what they open, what they never open, and what is kept."""

import base64
import csv
import io
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from survey.joining import create_app
from survey.lifecycle import accounts, api_tokens
from survey.lifecycle.step import Step
from survey.store.accounts import hashed
from survey.tables import AnswerRow, ApiToken, Assessment, AuditEntry, Firm, Role
from survey.web import routes, tokens
from tests.support.factors import with_factor
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_round,
    a_user,
    begun,
    confirmed,
    fill,
    handed_in,
    later,
    look_at_profile,
    moment,
    signed_in,
)
from tests.support.tokens import Program, a_token


@pytest.fixture
def firm(session):
    return a_user(session)


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def bureau(app, session, officer):
    return Program(app.test_client(), a_token(session, officer))


def of(app, session, user, *scopes):
    return Program(app.test_client(), a_token(session, user, *scopes))


def count(session, table):
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


# --- who comes in ---------------------------------------------------------------------------------


def test_nobody_comes_in_without_a_good_token(app, client, session, officer):
    word = a_token(session, officer)
    for header in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Token {word}"}):
        answer = client.get("/api/v1/firms", headers=header)
        assert answer.status_code == 401, header
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "接口令牌" in answer.json["message"]


def test_a_cookie_opens_no_operation(app, session, officer):
    client = signed_in(app, session, officer)

    assert client.get("/bureau/firms").status_code == 200
    assert client.get("/api/v1/firms").status_code == 401
    assert client.post("/api/v1/firms", json={"name": "x"}).status_code == 401


def test_a_token_opens_no_page(app, session, officer):
    headers = {"Authorization": f"Bearer {a_token(session, officer)}"}
    answer = app.test_client().get("/bureau/firms", headers=headers)
    assert answer.status_code == 302
    assert "sign-in" in answer.location


def test_a_token_is_kept_as_its_hash_alone(session, officer):
    word = a_token(session, officer)
    row = session.scalars(select(ApiToken)).one()
    assert row.token_hash == hashed(word)
    assert word not in str(vars(row))


def test_a_token_serves_to_the_end_of_its_last_day(app, session, officer, monkeypatch):
    program = Program(app.test_client(), a_token(session, officer, days=0))
    start = app.config["CLOCK"]()
    assert program.get("me").status_code == 200

    monkeypatch.setitem(app.config, "CLOCK", lambda: start + timedelta(days=1))
    assert program.get("me").status_code == 401


def test_a_revoked_token_opens_nothing_at_once(app, session, officer, bureau):
    assert bureau.get("me").status_code == 200
    row = session.scalars(select(ApiToken)).one()
    api_tokens.revoke(Step(session, TESTER, moment()), row.id, of=officer.id)
    assert bureau.get("me").status_code == 401


def test_a_token_ends_with_its_users_account(app, session, officer, bureau):
    accounts.set_active(Step(session, TESTER, moment()), officer.id, False)
    assert bureau.get("me").status_code == 401


def test_a_token_given_in_one_role_opens_nothing_of_another(app, session):
    consultant = a_user(session, Role.CONSULTANT)
    visiting = of(app, session, consultant, "assessments:read")
    assert visiting.get("assessments").status_code == 200

    accounts.set_role(Step(session, TESTER, moment()), consultant.id, Role.OFFICER)

    assert visiting.get("assessments").status_code == 401
    assert of(app, session, consultant, "assessments:read").get("assessments").status_code == 200


def test_a_token_may_no_more_than_its_scopes(app, session, officer):
    reader = of(app, session, officer, "firms:read")
    assert reader.get("firms").status_code == 200
    answer = reader.send("POST", "firms", name="虚构厂")
    assert answer.status_code == 403
    assert "新增、修改企业" in answer.json["message"]
    assert count(session, Firm) == 0


@pytest.mark.parametrize("endpoint", sorted(set(tokens.SCOPES) - {"api.feed"}))
def test_every_operation_asks_for_its_scope_and_its_role(app, session, endpoint):
    """By the routes themselves: without the scope, and with the wrong role, 403; nothing else."""
    roles = routes.ROUTES[endpoint]
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    path = rule.rule.removeprefix("/api/v1/")
    for part in (
        "assessment_id",
        "firm_id",
        "round_id",
        "entry_id",
        "document_id",
        "job_id",
        "evidence_id",
    ):
        path = path.replace(f"<row:{part}>", "1")
    path = path.replace("<sheet:kind>", "self").replace("<question>", "scheduling")
    method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
    for role in (Role.FIRM, Role.CONSULTANT, Role.OFFICER):
        user = a_user(session, role)
        offered = api_tokens.offered(role, owner=user.owner)
        needed = tokens.SCOPES[endpoint]
        others = [scope for scope in offered if scope != needed]
        answer = of(app, session, user, *others).open(method, path, json={"nothing": 1})
        if role not in roles or needed:
            assert answer.status_code == 403, (endpoint, role)
        else:
            assert answer.status_code in (200, 404), (endpoint, role)


def test_a_firms_colleague_makes_no_token(app, session, firm):
    colleague = a_user(session, firm=session.get(Firm, firm.firm_id), owner=False)
    client = signed_in(app, session, colleague)
    assert client.get("/account/tokens").status_code == 403


def test_a_token_is_made_only_with_a_factor_shown_lately(app, session, officer):
    client, _app, _codes = with_factor(app, session, officer)
    client.get("/account/tokens")
    later(app, minutes=11)
    day = str((moment() + timedelta(days=10)).date())
    answer = client.submit(
        "/account/tokens", {"purpose": "平台", "scopes": ["pool:read"], "ends_on": day}
    )
    assert answer.status_code == 302
    assert answer.location.startswith("/second-factor?next=")
    assert count(session, ApiToken) == 0


def test_beyond_the_rate_a_token_waits_and_others_do_not(settings, engine, session, app):
    made = create_app(replace(settings, api_rate="3 per minute"), engine)
    one, other = a_user(session, Role.OFFICER), a_user(session, Role.OFFICER)
    program, neighbour = of(made, session, one), of(made, session, other)

    assert [program.get("me").status_code for _ in range(4)] == [200, 200, 200, 429]
    last = program.get("me")
    assert int(last.headers["Retry-After"]) > 0
    assert last.json["message"] == "请求太频繁，请稍后再试。"
    assert neighbour.get("me").status_code == 200
    assert made.test_client().get("/sign-in").status_code == 200


def test_a_token_is_one_however_it_is_shown(settings, engine, session, app):
    """A spreadsheet shows it as a password, beside any name."""
    made = create_app(replace(settings, api_rate="3 per minute"), engine)
    word, client = a_token(session, a_user(session, Role.OFFICER)), made.test_client()
    shown = [f"Bearer {word}", f"bearer  {word}", basic("a", word), basic("b", word)]

    answers = [client.get("/api/v1/me", headers={"Authorization": one}) for one in shown]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def basic(name, word):
    return f"Basic {base64.b64encode(f'{name}:{word}'.encode()).decode()}"


# --- reading --------------------------------------------------------------------------------------


def test_a_token_says_whose_it_is(app, session, officer):
    found = of(app, session, officer, "firms:read").get("me").json
    assert found == {
        "user": officer.username,
        "role": "officer",
        "firm": None,
        "purpose": "虚构的数据平台",
        "scopes": ["firms:read"],
    }


def test_pages_put_together_are_the_whole_list_each_firm_once(session, bureau):
    for number in range(7):
        a_firm(session, f"虚构厂{number}")
    seen, after = [], 0
    while after is not None:
        page = bureau.get("firms", after=after, limit=3).json
        seen += [firm["id"] for firm in page["items"]]
        after = page["next"]
    assert seen == sorted(session.scalars(select(Firm.id)))


def test_firms_are_narrowed_by_code(session, bureau):
    wanted, _other = a_firm(session), a_firm(session)
    (found,) = bureau.get("firms", code=wanted.code).json["items"]
    assert (found["id"], found["code"]) == (wanted.id, wanted.code)


def test_how_people_are_reached_goes_out_nowhere(session, bureau):
    firm = a_firm(session, contact_name="王某某", contact_phone="13900000000")
    for path in ("firms", f"firms/{firm.id}", "feeds/firms.csv", "feeds/firms.json"):
        answer = bureau.get(path)
        assert answer.status_code == 200
        assert "王某某" not in answer.text, path
        assert "13900000000" not in answer.text, path


def test_a_firm_reads_itself_and_nobody_else(app, session, firm):
    other, program = a_firm(session), of(app, session, firm)
    assert program.get(f"firms/{firm.firm_id}").status_code == 200
    assert program.get(f"firms/{other.id}").status_code == 404


def test_assessments_are_those_the_reader_may_open(app, session, firm, officer, bureau):
    mine, draft = handed_in(session, firm), begun(session)
    consultant = a_consultant(session)
    theirs = confirmed(session, a_user(session), consultant)

    def ids(program):
        return [one["id"] for one in program.get("assessments").json["items"]]

    assert ids(bureau) == [mine.id, theirs.id]
    assert ids(of(app, session, firm)) == [mine.id]
    assert ids(of(app, session, consultant)) == [theirs.id]
    for program in (bureau, of(app, session, consultant), of(app, session, firm)):
        assert program.get(f"assessments/{draft.id}").status_code == 404


def test_an_assessment_says_what_both_sheets_are_worth(session, bureau):
    one = confirmed(session, a_user(session), a_consultant(session))
    found = bureau.get(f"assessments/{one.id}").json
    session.refresh(one)
    assert found["own"]["share"] == one.own_share
    assert found["visited"] == {
        "share": one.visited_share,
        "permille": one.visited_permille,
        "rung": one.visited_rung,
    }


def test_the_traces_contributions_add_up_to_the_share(session, bureau, firm):
    one = handed_in(session, firm)
    found = bureau.get(f"assessments/{one.id}/sheets/self/score").json
    added = sum(Fraction(line["contribution"]) for line in found["trace"])
    assert added == Fraction(found["share"])
    session.refresh(one)
    assert found["share"] == one.own_share


def test_an_onsite_sheet_is_nobodys_before_it_is_confirmed(app, session, firm, bureau):
    from tests.support.people import visited

    consultant = a_consultant(session)
    one = visited(session, firm, consultant)
    path = f"assessments/{one.id}/sheets/onsite/answers"
    assert bureau.get(path).status_code == 404
    assert of(app, session, firm).get(path).status_code == 404
    assert of(app, session, consultant).get(path).status_code == 200
    assert bureau.get(f"assessments/{one.id}/sheets/onsite/score").status_code == 404


def test_a_feed_holds_what_the_page_holds_under_the_same_filters(app, session, officer, bureau):
    a_firm(session, "虚构甲厂", township="东镇")
    a_firm(session, "虚构乙厂", township="西镇")
    answer = bureau.get("feeds/firms.csv", township="东镇")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["虚构甲厂"]
    items = bureau.get("feeds/firms.json", township="东镇").json["items"]
    assert [next(map(str, row.values())) for row in items] == ["虚构甲厂"]
    page = signed_in(app, session, officer).get("/bureau/firms?township=东镇")
    assert "虚构甲厂" in page.text
    assert "虚构乙厂" not in page.text


def test_a_formula_in_a_name_is_text_in_a_feed(session, bureau):
    a_firm(session, "=1+1")
    assert "'=1+1" in bureau.get("feeds/firms.csv").text


def test_a_spreadsheet_may_show_its_token_as_a_password(app, session, officer):
    word = a_token(session, officer, "pool:read")
    shown = base64.b64encode(f"随意:{word}".encode()).decode()
    headers = {"Authorization": f"Basic {shown}"}
    client = app.test_client()
    assert client.get("/api/v1/feeds/pool.csv", headers=headers).status_code == 200
    assert client.get("/api/v1/feeds/firms.csv", headers=headers).status_code == 403
    assert (
        client.get("/api/v1/feeds/pool.csv", headers={"Authorization": "Basic =="}).status_code
        == 401
    )


def test_what_a_feed_took_stands_in_the_log(session, bureau, officer):
    bureau.get("feeds/pool.json")
    session.rollback()
    row = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (row.action, row.subject_id, row.user_id) == ("export", "pool", officer.id)
    assert "接口令牌“虚构的数据平台”" in row.who


# --- writing --------------------------------------------------------------------------------------


def test_a_round_is_gone_through_from_the_first_firm_to_the_pool(app, session, bureau, officer):
    """A whole year by programs alone: firm, round, answers, hand in, pool."""
    round_ = bureau.send(
        "POST", "rounds", title="虚构轮次", edition="2026", opens_on=str(moment().date())
    )
    assert round_.status_code == 201, round_.text
    user = a_user(session)
    owner = of(app, session, user)
    one = owner.send("POST", "assessments", round=round_.json["id"])
    assert one.status_code == 200, one.text
    assert owner.send("POST", "assessments", round=round_.json["id"]).json["id"] == one.json["id"]
    number = one.json["id"]

    early = owner.send("POST", f"assessments/{number}/submission", declared_by="张三")
    assert early.status_code == 422

    look_at_profile(session, user.firm_id)
    fill(session, session.get(Assessment, number), user)
    done = owner.send("POST", f"assessments/{number}/submission", declared_by="张三")
    assert done.status_code == 200, done.text

    doubted = bureau.send(
        "POST", "pool", assessment=number, step="admit", target_rung="line", reason="成长快"
    )
    assert doubted.status_code == 409
    assert "sure" in doubted.json["fields"]
    taken = bureau.send(
        "POST",
        "pool",
        assessment=number,
        step="admit",
        target_rung="line",
        reason="成长快",
        sure=True,
    )
    assert taken.status_code == 200, taken.text
    entry = taken.json
    assert (entry["state"], entry["firm"]) == ("in_pool", user.firm_id)
    gone = bureau.send(
        "POST", f"pool/{entry['id']}/withdrawal", reason="停产", version=entry["version"]
    )
    assert gone.json["state"] == "withdrawn"
    stale = bureau.send(
        "POST", f"pool/{entry['id']}/withdrawal", reason="别的", version=entry["version"]
    )
    assert stale.status_code == 409


def answers_path(assessment):
    return f"assessments/{assessment.id}/sheets/self/answers"


def test_an_answer_sent_twice_is_kept_once(app, session, firm):
    one, owner = begun(session, session.get(Firm, firm.firm_id)), None
    look_at_profile(session, firm.firm_id)
    owner = of(app, session, firm)
    said = {"request_id": "erp.1", "base_revision": 0, "value": 2}
    path = f"{answers_path(one)}/scheduling"

    first, again = owner.send("PUT", path, **said), owner.send("PUT", path, **said)

    assert first.status_code == 200, first.text
    assert first.json == again.json
    assert count(session, AnswerRow) == 1
    (kept,) = owner.get(answers_path(one)).json["items"]
    assert (kept["question"], kept["value"], kept["revision"]) == ("scheduling", 2, 1)


def test_two_who_change_one_answer_see_each_other(app, session, firm):
    one, owner = begun(session, session.get(Firm, firm.firm_id)), of(app, session, firm)
    path = f"{answers_path(one)}/scheduling"
    owner.send("PUT", path, request_id="erp.1", base_revision=0, value=2)

    late = owner.send("PUT", path, request_id="other.1", base_revision=0, value=3)

    assert late.status_code == 409
    assert late.json["current"]["value"] == 2


def test_an_answer_of_another_firm_or_another_sheet_is_not_there(app, session, firm):
    other = begun(session)
    mine = handed_in(session, firm)
    owner = of(app, session, firm)
    said = {"request_id": "x.1", "base_revision": 0, "value": 1}
    for path, status in (
        (f"{answers_path(other)}/scheduling", 404),
        (f"assessments/{mine.id}/sheets/onsite/answers/scheduling", 404),
        (f"{answers_path(mine)}/scheduling", 409),
        (f"{answers_path(mine)}/..%2Fscheduling", 404),
    ):
        assert owner.send("PUT", path, **said).status_code == status, path


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"request_id": "x.1", "base_revision": 0}, "value"),
        ({"request_id": "x 1", "base_revision": 0, "value": 1}, "request_id"),
        ({"request_id": "x.1", "base_revision": "0", "value": 1}, "base_revision"),
        ({"request_id": "x.1", "base_revision": 0, "value": 99}, "value"),
        ({"request_id": "x.1", "base_revision": 0, "value": 1, "finding": "x"}, "finding"),
        ({"request_id": "x.1", "base_revision": 0, "value": 1, "more": 1}, "more"),
    ],
)
def test_what_cannot_be_taken_is_named_and_changes_nothing(app, session, firm, said, field):
    one, owner = begun(session, session.get(Firm, firm.firm_id)), of(app, session, firm)
    answer = owner.send("PUT", f"{answers_path(one)}/scheduling", **said)
    assert answer.status_code == 422
    assert field in answer.json["fields"]
    assert count(session, AnswerRow) == 0


def test_a_body_that_is_no_json_object_is_refused(bureau, session):
    for given, status in (
        ({"data": "name=x", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "[1]", "content_type": "application/json"}, 400),
        ({"data": '{"name": "a", "name": "b"}', "content_type": "application/json"}, 400),
        ({"data": '{"name": "\\ud800"}', "content_type": "application/json"}, 400),
        ({"data": '{"more": [{"x": "\\udfff"}]}', "content_type": "application/json"}, 400),
    ):
        answer = bureau.open("POST", "firms", **given)
        assert answer.status_code == status, given
        assert answer.json["status"] == status
    assert count(session, Firm) == 0


def test_a_firm_added_twice_is_refused_and_named(session, bureau):
    known = a_firm(session, "虚构老厂")
    answer = bureau.send(
        "POST", "firms", code=known.code, name="虚构新厂", trade="valve", person="李四"
    )
    assert answer.status_code in (409, 422)
    assert count(session, Firm) == 1


def test_a_change_over_a_colleagues_head_is_refused(session, bureau):
    known = a_firm(session)
    read = bureau.get(f"firms/{known.id}").json
    first = bureau.send("PATCH", f"firms/{known.id}", version=read["version"], name="虚构改名厂")
    assert first.status_code == 200, first.text
    assert first.json["name"] == "虚构改名厂"
    late = bureau.send("PATCH", f"firms/{known.id}", version=read["version"], name="虚构又改厂")
    assert late.status_code == 409


def test_unknown_firms_are_not_invited(session, bureau):
    round_, known = a_round(session, only_invited=True), a_firm(session)
    path = f"rounds/{round_.id}/invitations"
    assert bureau.send("POST", path, firms=[known.id, 999]).status_code == 422
    assert bureau.send("POST", path, firms=[known.id]).json["new"] == 1


def test_a_report_is_asked_for_and_its_job_followed_by_who_asked(app, session, firm, bureau):
    one = handed_in(session, firm)
    owner = of(app, session, firm)
    ordered = owner.send("POST", "documents", assessment=one.id, kind="self").json
    assert ordered["document"] is None
    assert owner.get(f"jobs/{ordered['job']}").json["state"] == "queued"
    assert bureau.get(f"jobs/{ordered['job']}").status_code == 404


# --- tokens on pages ------------------------------------------------------------------------------


def test_a_token_is_made_on_a_page_shown_once_and_revoked(app, session, officer):
    client = signed_in(app, session, officer)
    client.get("/account/tokens")
    day = str((moment() + timedelta(days=10)).date())
    made = client.submit(
        "/account/tokens", {"purpose": "数据平台", "scopes": ["pool:read"], "ends_on": day}
    )
    assert made.status_code == 200
    word = made.text.split("szjt_")[1].split("<")[0]
    program = Program(app.test_client(), f"szjt_{word}")
    assert program.get("pool").status_code == 200
    assert word not in client.get("/account/tokens").text

    row = session.scalars(select(ApiToken)).one()
    client.submit(f"/account/tokens/{row.id}/revoke")
    assert program.get("pool").status_code == 401


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"purpose": "", "scopes": ["pool:read"]}, "请写明给哪个系统"),
        ({"purpose": "平台", "scopes": []}, "请至少选一项权限"),
        ({"purpose": "平台", "scopes": ["firms:none"]}, "请至少选一项权限"),
        ({"purpose": "平台", "scopes": ["pool:read"], "ends_on": "2020-01-01"}, "之间的一天"),
        ({"purpose": "平台", "scopes": ["pool:read"], "ends_on": "2199-01-01"}, "之间的一天"),
    ],
)
def test_a_token_that_cannot_be_made_says_why(app, session, officer, given, said):
    client = signed_in(app, session, officer)
    client.get("/account/tokens")
    day = str((moment() + timedelta(days=10)).date())
    answer = client.submit("/account/tokens", {"ends_on": day, **given})
    assert answer.status_code == 422
    assert said in answer.text
    assert count(session, ApiToken) == 0


def test_nobody_revokes_anothers_token_but_an_administrator(app, session, officer):
    a_token(session, officer)
    row = session.scalars(select(ApiToken)).one()
    other = signed_in(app, session, a_user(session, Role.OFFICER))
    other.get("/account/tokens")
    pressed = other.post(f"/account/tokens/{row.id}/revoke", data={"csrf_token": other.token})
    assert pressed.status_code == 404

    boss = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    assert "虚构的数据平台" in boss.get("/admin/tokens").text
    boss.submit(f"/admin/tokens/{row.id}/revoke")
    session.rollback()
    assert session.get(ApiToken, row.id).revoked_at is not None
    actions = session.scalars(select(AuditEntry.action)).all()
    assert {"token_make", "token_revoke"} <= set(actions)


def test_the_guide_tells_every_operation_and_model_by_its_name(client):
    page = client.get("/api").text
    told = client.get("/api/openapi.json").json
    assert told["openapi"].startswith("3.1")
    for at_path, methods in told["paths"].items():
        assert at_path in page
        for one in methods.values():
            assert one["summary"] in page
    assert {
        f"api.{one['operationId']}" for ways in told["paths"].values() for one in ways.values()
    } == set(tokens.SCOPES)
