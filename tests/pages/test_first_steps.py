"""From an empty instance to the first firm's first answer, by the checklist's links alone."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from survey.tables import Role
from tests.support.client import CheckingClient
from tests.support.people import PASSWORD, a_user, handed_in, signed_in


def checklist(client: CheckingClient) -> list[tuple[str, str, str]]:
    """Return (title, link, how far) of each line of the reader's first page."""
    page = client.get("/", follow_redirects=True).text
    part = page.partition('id="first-steps"')[2].partition("</section>")[0]
    return [_line(one) for one in part.split('<li class="first-steps__step"')[1:]]


def _line(part: str) -> tuple[str, str, str]:
    title = re.search(r'first-steps__title">(?:<a href="([^"]*)">)?([^<]+)', part)
    assert title
    done = "done" if "已完成" in part else "next" if 'aria-current="step"' in part else ""
    return title[2].strip(), title[1] or "", done


def follow(client: CheckingClient, title: str) -> str:
    """Open the page of the line that is next; it must be this one, and have a way."""
    following = next(line for line in checklist(client) if line[2] == "next")
    assert following[0] == title
    assert following[1], f"{title} leads nowhere"
    assert client.get(following[1]).status_code == 200
    return following[1]


def link_in(page: str) -> str:
    found = re.search(r"http://[^/]+(/link/[\w-]+)", page)
    assert found, page
    return found[1]


def joined(app: Flask, link: str) -> CheckingClient:
    """Open an invitation and set a password, which signs in."""
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    client.get(link)
    assert client.submit("", {"password": PASSWORD}).status_code == 302
    return client


def staff(client: CheckingClient, title: str, **fields: Any) -> str:
    follow(client, title)
    return link_in(client.submit("/admin/users", fields).text)


def test_an_empty_instance_leads_to_its_first_answer_by_its_links_alone(
    app: Flask, session: Session
):
    said = app.test_cli_runner().invoke(args=["create-admin", "guanliyuan", "--name", "管"])
    administrator = joined(app, link_in(said.output))

    follow(administrator, "填区县设置")
    administrator.submit(
        "",
        {
            "name": "虚构县",
            "bureau": "虚构县经信局",
            "contact_name": "虚构人",
            "contact_phone": "000-1",
            "townships": "甲镇",
        },
    )
    officer = joined(
        app,
        staff(administrator, "新增主管部门人员", name="主管", username="zhuguan", role="officer"),
    )
    assert ("确认问卷年版", "/editions", "done") in checklist(administrator)
    assert [line for line in checklist(officer) if line[2] == "next"] == [
        ("登记企业", "/bureau/firms", "next")
    ], "what the officer can do, while the administrator has still a step to take"
    staff(administrator, "新增诊断顾问", name="顾问", username="guwen", role="consultant")
    assert [line for line in checklist(administrator) if line[2] == "next"] == [
        ("登记企业", "", "next")
    ], "the bureau's own step, and not the administrator's"

    follow(officer, "登记企业")
    offered = officer.get("/bureau/firms").text
    assert 'href="/bureau/firms/rosters">导入名单</a> <a' in offered
    assert 'href="/bureau/firms/new">新增企业</a>' in offered
    officer.get("/bureau/firms/new")
    link = link_in(
        officer.submit(
            "",
            {
                "name": "云碓阀门（虚构）",
                "code": "91819999MA1BCDE25A",
                "trade": "valve",
                "township": "甲镇",
                "person": "厂长",
                "username": "yundui",
            },
        ).text
    )
    follow(officer, "建立评估轮次")
    officer.submit(
        "", {"title": "首轮", "edition": "2026", "opens_on": "2020-01-01", "closes_on": ""}
    )
    follow(officer, "把邀请链接发给企业")
    owner = joined(app, link)
    follow(officer, "等第一家企业开始作答")

    _answer_one(owner)
    assert not checklist(officer)
    assert not checklist(administrator)


def _answer_one(owner: CheckingClient) -> None:
    begin = re.search(r"/firm/rounds/\d+/begin", owner.get("/firm/").text)
    assert begin
    profile = owner.submit(begin[0]).location
    number = re.search(r"assessment_id=(\d+)|assessments/(\d+)", profile)
    assert number, profile
    answer = owner.send(
        f"/firm/assessments/{number[1] or number[2]}/answers",
        {"question": "scheduling", "request_id": "first.1", "base_revision": 0, "value": 1},
    )
    assert answer.status_code == 200, answer.text


def test_an_instance_in_use_is_told_what_it_still_lacks(app: Flask, session: Session):
    user = a_user(session)
    handed_in(session, user)

    officer = signed_in(app, session, a_user(session, Role.OFFICER))

    assert [title for title, _link, done in checklist(officer) if done != "done"] == [
        "填区县设置",
        "新增诊断顾问",
    ], "what is left is said until it is done"
