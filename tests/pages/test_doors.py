"""What comes through a door: half letters, planted devices, large forms, proxies, many files."""

import io
import json
import logging
import re

import pytest
from sqlalchemy import select

from survey.clock import local
from survey.lifecycle.accounts import hashed
from survey.tables import Evidence, Firm, KnownDevice, Role
from tests.support.files import a_photo
from tests.support.people import PASSWORD, a_user, begun, signed_in, with_password
from tests.support.world import QUESTION, contents

NEGATIVE, SECTION = "power_change", "key_figures"
SHEET = f"/assessments/1/questions/{QUESTION}/evidence"


@pytest.fixture
def sitting(app, session):
    user = a_user(session)
    begun(session, session.get(Firm, user.firm_id))
    return signed_in(app, session, user)


@pytest.mark.parametrize(
    "more",
    [
        '"\\ud800": 1',
        '"value": {"\\udfff": 1}',
        '"remark\\ud83d": "x"',
        '"question": "\\ud800"',
        '"request_id": "\\udc00"',
    ],
)
def test_half_a_letter_in_a_request_is_refused_as_any_other_slip(session, sitting, more):
    known = json.dumps({"question": QUESTION, "request_id": "a.1", "base_revision": 0, "value": 1})
    before = contents(session)

    answer = sitting.post(
        "/firm/assessments/1/answers",
        data=known[:-1] + f", {more}" + "}",
        content_type="application/json",
        headers={"X-CSRFToken": sitting.token, "Accept": "application/json"},
    )

    assert answer.status_code in (400, 422)
    assert contents(session) == before


def test_a_device_is_known_only_to_the_account_that_got_it_from_us(app, session):
    victim, other = a_user(session), a_user(session)
    issued = with_password(app, other).get_cookie("survey-device").value
    for planted in ("planted", issued):
        browser = app.test_client()
        browser.set_cookie("survey-device", planted)
        browser.get("/sign-in")
        browser.submit("", {"username": victim.username, "password": PASSWORD})
        mine = browser.get_cookie("survey-device").value
        assert mine != planted
        assert session.get(KnownDevice, (hashed(planted), victim.id)) is None
        session.rollback()
        browser.get("/account")
        browser.submit("/sign-out")
        browser.get("/sign-in")
        browser.submit("", {"username": victim.username, "password": PASSWORD})
        assert browser.get_cookie("survey-device").value == mine  # one of ours stays


def test_strangers_send_little(client):
    client.get("/sign-in")
    for where in ("/sign-in", "/link/" + "x" * 43):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = client.post(where, data=b"a" * 16_385, content_type=kind)
            assert answer.status_code == 413, (where, kind)
    client.get("/sign-in")
    assert client.submit("", {"username": "x" * 4000, "password": "x"}).status_code in (200, 422)


def test_a_proxy_nobody_spoke_of_is_said_in_the_log_once_and_to_the_administrator(
    app, session, caplog
):
    caplog.set_level(logging.WARNING)
    client = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))

    assert "PROXIES" not in client.get("/admin/").text
    through = {"X-Forwarded-For": "198.51.100.7"}
    for _ in range(3):
        assert "PROXIES" in client.get("/admin/", headers=through).text

    assert sum("PROXIES" in record.getMessage() for record in caplog.records) == 1


def test_of_several_files_each_is_spoken_of_and_the_good_ones_are_kept(session, sitting):
    files = [
        (a_photo(), "好.jpg"),
        (b"", "空.jpg"),
        (b"MZ", "程序.exe"),
        (a_photo("maroon"), "也好.jpg"),
    ]

    answer = sitting.post(
        SHEET,
        data={
            "csrf_token": sitting.token,
            "files": [(io.BytesIO(content), name) for content, name in files],
        },
    )

    assert answer.status_code in (415, 422)
    for words in ("“空.jpg”是空文件", "“程序.exe”的类型不支持", "已上传：好.jpg、也好.jpg"):
        assert words in answer.text
    session.rollback()
    assert session.scalars(select(Evidence.name)).all() == ["好.jpg", "也好.jpg"]


def test_every_download_has_a_name_for_programs_that_read_ascii_only(app, session):
    officer = signed_in(app, session, a_user(session, Role.OFFICER))
    administrator = signed_in(app, session, a_user(session, Role.ADMINISTRATOR))
    today = local(app.config["CLOCK"](), "%Y-%m-%d")
    for client, where, plain in (
        (officer, "/bureau/assessments.xlsx", f"assessments-{today}.xlsx"),
        (officer, "/bureau/pool.xlsx", f"pool-{today}.xlsx"),
        (officer, "/bureau/audit.xlsx", f"audit-{today}.xlsx"),
        (administrator, "/editions/2026/workbook/valve", "2026-valve.xlsx"),
    ):
        said = client.get(where, buffered=True).headers["Content-Disposition"]
        assert f"filename={plain};" in said, where
        assert "filename*=UTF-8''" in said


def test_a_minus_of_any_keyboard_is_a_minus(app, session):
    user = a_user(session)
    begun(session, session.get(Firm, user.firm_id))
    client = signed_in(app, session, user)
    for number, minus in enumerate("-－−﹣"):
        change = {"question": NEGATIVE, "request_id": f"a.{number}", "base_revision": number}
        saved = client.send(
            "/firm/assessments/1/answers", change | {"value": f"{minus}{number + 1}"}
        )
        assert (saved.status_code, saved.json["value"]) == (200, f"-{number + 1}"), minus
    page = client.get(f"/firm/assessments/1/sections/{SECTION}").text
    assert re.search(rf'name="q_{NEGATIVE}-amount"[^>]*inputmode="text"', page)
