"""Administrators set up where other systems are told what happened, and see what came of it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from survey.joining import create_app
from survey.lifecycle import webhooks as steps
from survey.lifecycle.webhooks import Wanted
from survey.readings.condition import CHECKS, Around, Grade, examine
from survey.tables import Delivery, DeliveryState, Role, Webhook, WebhookState
from survey.words import condition as words
from tests.support.client import CheckingClient
from tests.support.factors import with_factor
from tests.support.labour import work
from tests.support.people import a_user, later, moment, signed_in
from tests.support.receiver import receiving
from tests.support.webhooks import a_delivery, a_webhook

HOME = "/admin/operation/webhooks"


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def told(settings, engine, session, receiver):
    """The application as its settings let the receiver be told."""
    made = create_app(receiver.allowed_by(settings), engine)
    made.test_client_class = CheckingClient
    made.extensions["tests_session"] = session
    return made


@pytest.fixture
def client(told, session):
    client = signed_in(told, session, a_user(session, Role.ADMINISTRATOR))
    client.get(HOME)
    return client


def form(receiver, **said):
    usual = {"purpose": "虚构的数据平台", "url": receiver.url, "events": ["firm.changed"]}
    return usual | said


def only(session):
    session.rollback()
    return session.scalars(select(Webhook)).one()


def post(client, path, **said):
    """Send a form no page offers."""
    return client.post(path, data={"csrf_token": client.token} | said)


def secret_on(page):
    (_, _, after) = page.partition("whsec_")
    return "whsec_" + after.partition("<")[0]


def test_one_is_set_up_tried_and_its_answer_read(client, told, session, receiver):
    page = client.submit(HOME, form(receiver))
    assert page.status_code == 200
    secret = secret_on(page.text)
    row = only(session)
    again = client.get(f"{HOME}/{row.id}").text
    assert secret not in again
    assert "签名密钥</h2>" not in again

    assert client.submit(f"{HOME}/{row.id}/test", {}).status_code == 302
    assert work(told) == 1

    assert receiver.told[0].said["type"] == "test"
    shown = client.get(f"{HOME}/{row.id}").text
    assert "回应 204" in shown
    assert receiver.told[0].name in shown


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ({"purpose": ""}, "请写明推送给哪个系统"),
        ({"purpose": "\u200b"}, "请写明推送给哪个系统"),
        ({"events": []}, "请至少选一类事件"),
        ({"events": ["user.signed_in"]}, "请至少选一类事件"),
        ({"url": "javascript:alert(1)"}, "地址写得不对"),
        ({"url": "https://metadata.example.cn/"}, "WEBHOOK_HOSTS"),
        ({"url": "https://a:b@127.0.0.1/"}, "不要带用户名、密码"),
        ({"url": "https://127.0.0.1/" + "x" * 600}, "500"),
    ],
)
def test_what_cannot_be_taken_is_said_with_its_remedy_and_kept_in_the_form(
    client, session, receiver, said, remedy
):
    page = client.submit(HOME, form(receiver, **said))
    assert page.status_code == 422
    assert remedy in page.text
    assert session.scalars(select(Webhook)).all() == []


def test_where_nothing_is_allowed_the_page_says_what_to_do(app, session):
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    page = client.get(HOME).text
    assert "WEBHOOK_HOSTS" in page
    assert "<form" not in page.partition("新增推送地址")[2].partition("</section>")[0]


@pytest.mark.parametrize("path", ["", "/{}", "/{}/secret"])
def test_it_is_set_up_changed_and_given_a_new_secret_only_with_a_factor_shown_lately(
    told, session, receiver, path
):
    admin = a_user(session, Role.ADMINISTRATOR)
    number = a_webhook(session, receiver.allowed_by(told.config["SURVEY"]))
    client, _app, _codes = with_factor(told, session, admin)
    client.get(f"{HOME}/{number}" if path else HOME)
    later(told, minutes=11)
    before = only(session).sealed
    answer = client.submit(HOME + path.format(number), form(receiver))
    assert answer.status_code == 302
    assert answer.location.startswith("/second-factor?next=")
    assert only(session).sealed == before


def test_two_administrators_who_change_it_at_once_are_told(client, session, receiver):
    client.submit(HOME, form(receiver))
    number = only(session).id
    assert client.submit(f"{HOME}/{number}", form(receiver, purpose="甲")).status_code == 302
    late = post(client, f"{HOME}/{number}", **form(receiver, purpose="乙", version="0"))
    assert late.status_code == 409
    assert "另一位管理员刚改过" in late.text
    assert only(session).purpose == "甲"


def test_it_is_switched_off_and_on_and_removed(client, session, receiver):
    client.submit(HOME, form(receiver))
    number = only(session).id
    page = client.get(f"{HOME}/{number}")
    assert "停用后不再推送" in page.text
    client.submit(f"{HOME}/{number}/state", {"on": "0"})
    assert only(session).state == WebhookState.OFF
    assert post(client, f"{HOME}/{number}/test").status_code == 409
    client.get(f"{HOME}/{number}")
    client.submit(f"{HOME}/{number}/state", {})
    assert only(session).state == WebhookState.ON
    client.get(f"{HOME}/{number}")
    client.submit(f"{HOME}/{number}/removal", {})
    session.rollback()
    assert session.scalars(select(Webhook)).all() == []
    assert client.get(f"{HOME}/{number}").status_code == 404


def test_a_delivery_of_another_webhook_is_not_there(client, session, told):
    one, other = (a_webhook(session, told.config["SURVEY"]) for _ in range(2))
    sent = a_delivery(session, other, DeliveryState.TAKEN)
    assert post(client, f"{HOME}/{one}/deliveries/{sent}").status_code == 404
    assert post(client, f"{HOME}/{other}/deliveries/{sent}").status_code == 302


def test_html_in_what_was_typed_is_text(client, session, receiver):
    page = client.submit(HOME, form(receiver, purpose="<b>平台</b>"))
    assert "<b>平台" not in page.text
    assert "&lt;b&gt;平台" in page.text


# --- how it stands --------------------------------------------------------------------------------


@pytest.fixture
def found(app, session):
    def found(hosts=frozenset({"data.example.cn"})):
        session.rollback()
        one = next(one for one in CHECKS if one.name == "webhooks")
        config = replace(app.config["SURVEY"], webhook_hosts=hosts)
        with app.app_context():
            (finding,) = examine(Around(session, config, None, moment()), [one])
        assert words.of("webhooks", finding.code, finding.values).said
        return finding.grade, finding.code

    return found


def test_a_receiver_that_is_away_is_noticed_and_told(session, app, found):
    assert found() == (Grade.GOOD, "none")
    allowed = replace(app.config["SURVEY"], webhook_hosts=frozenset({"data.example.cn"}))
    wanted = Wanted("平台", "https://data.example.cn/", ("firm.added",))
    number, _secret = steps.add(step_of(session), wanted, allowed)
    assert found() == (Grade.GOOD, "arrive")
    assert found(hosts=frozenset()) == (Grade.WATCH, "nowhere")

    course = session.get_one(steps.WebhookCourse, number)
    course.failing_since = moment() - steps.ROTATION
    session.commit()
    assert found() == (Grade.WATCH, "failing")

    a_delivery(session, number, DeliveryState.GIVEN_UP)
    assert found() == (Grade.BAD, "given_up")

    session.get_one(Webhook, number).state = WebhookState.FAILED
    session.commit()
    assert found() == (Grade.BAD, "off")


def step_of(session):
    from survey.lifecycle.step import Step
    from tests.support.people import TESTER

    return Step(session, TESTER, moment())


def test_how_many_wait_and_were_given_up_can_be_watched(app, session, engine):
    from sqlalchemy.orm import sessionmaker

    from survey.running.metrics import States

    a_webhook(session, app.config["SURVEY"])
    told = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in States(app.config["SURVEY"], sessionmaker(engine)).collect()
        for sample in metric.samples
    }
    assert told["survey_webhook_deliveries", "waiting"] == 1
    assert told["survey_webhook_deliveries", "given_up"] == 1
    assert told["survey_webhooks_failed",] == 0


def test_the_description_tells_of_every_event_and_its_body(client, session):
    described = client.get("/api/openapi.json").json
    page = client.get("/api").text
    from survey.words.webhooks import EVENTS

    assert described["webhooks"].keys() == EVENTS.keys()
    for kind, said in EVENTS.items():
        assert kind in page
        assert described["webhooks"][kind]["post"]["summary"] == said
    assert "EventData" in described["components"]["schemas"]
    assert session.scalars(select(Delivery)).all() == []
