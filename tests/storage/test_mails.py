"""Mails to firms, through a real server on this machine: each once, whatever breaks."""

import asyncio
import email
import email.policy
import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import date, timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from survey import db
from survey.clock import LOCAL
from survey.jobs.worker import Worker
from survey.lifecycle import assessments, invitations, jobs, mails, notice_reminders
from survey.lifecycle.addresses import is_address
from survey.lifecycle.errors import NotThere, WrongState
from survey.lifecycle.step import Step
from survey.store import mails as mail_store
from survey.store import notices as notice_store
from survey.store import together
from survey.store.invitations import Whom
from survey.tables import Job, JobState, Mail, MailState, News, Round, Setting, SheetKind, Verdict
from survey.words import hands
from tests.support.bureau import logged
from tests.support.notices import a_notice, published
from tests.support.patience import until
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_round,
    a_user,
    fill,
    handed_in,
    moment,
)
from tests.support.rounds import prepare_links
from tests.support.servers import free_port

FORK = multiprocessing.get_context("fork")


class Box:
    """What a server took, and how it behaves: an answer, or nothing at all, by address."""

    def __init__(self):
        self.taken = []
        self.to_recipient = {}
        self.after_data = {}

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if (answer := self.to_recipient.get(address)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 好"

    async def handle_DATA(self, server, _session, envelope):
        self.taken.append(
            (
                envelope.rcpt_tos[0],
                email.message_from_bytes(envelope.content, policy=email.policy.default),
            )
        )
        answer = self.after_data.get(envelope.rcpt_tos[0], "250 收下了")
        if answer == "hang up":
            server.transport.close()
        while answer == "say nothing":
            await asyncio.sleep(0.05)
        return answer

    def to(self, address):
        return [message for whom, message in self.taken if whom == address]


@pytest.fixture
def box():
    handler = Box()
    handler.port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def config(settings, box):
    return replace(
        settings, mail_url=f"smtp://127.0.0.1:{box.port}", mail_from="虚构局 <bureau@example.com>"
    )


@pytest.fixture
def round_(session, config):
    """A round that asks three firms with an address, one of them with a password, and one without."""
    found = a_round(session, only_invited=True, title="2026 年度", closes_on=date(2099, 12, 30))
    for name in ("jia", "yi"):
        a_firm(session, f"{name}厂（虚构）", contact_mail=f"{name}@example.com")
    a_user(session, firm=a_firm(session, "老厂（虚构）", contact_mail="lao@example.com"))
    a_firm(session, "没邮箱的厂（虚构）")
    invitations.invite(step(session), found.id, Whom())
    prepare_links(session, found, config.secret_key, moment())
    return found


def step(session, now=None):
    return Step(session, TESTER, now or moment())


def work(config, app, job_id):
    """Do a job as a worker does, with its own sessions."""
    worker = Worker(config, app.extensions["survey_sessions"])
    worker.do(job_id)
    worker.queue.close()


def standing(session):
    session.rollback()
    rows = session.execute(select(Mail.address, Mail.state).order_by(Mail.id))
    return {address.partition("@")[0]: state for address, state in rows}


def invite(session, round_):
    queued, job = mails.invite(step(session), round_.id)
    return queued, job


def test_an_invitation_goes_out_once_with_the_firms_own_link(app, session, config, box, round_):
    queued, job = invite(session, round_)
    assert queued == 3
    work(config, app, job)
    work(config, app, job)
    assert invite(session, round_) == (0, None)

    assert standing(session) == dict.fromkeys(("jia", "yi", "lao"), MailState.SENT)
    [message] = box.to("jia@example.com")
    text = message.get_content()
    assert "2026 年度" in message["Subject"]
    assert f"{config.base_url}/link/" in text
    assert text.startswith("jia厂（虚构）：")
    assert "bureau@example.com" in message["From"]
    assert f"{config.base_url}/sign-in" in box.to("lao@example.com")[0].get_content()
    assert len({one["Message-ID"] for _whom, one in box.taken}) == 3
    assert len(logged(session, "mail_sent")) == 3


def test_what_the_server_refuses_is_told_with_its_reason_and_sent_when_asked_again(
    app, session, config, box, round_
):
    box.to_recipient["jia@example.com"] = "550 没有这个\r信箱"
    box.after_data["yi@example.com"] = "554 太像垃圾邮件"
    _queued, job = invite(session, round_)
    work(config, app, job)

    assert standing(session) == {"jia": "failed", "yi": "failed", "lao": "sent"}
    faults = {mail.address[:2]: mail.fault for mail in session.scalars(select(Mail))}
    assert faults["yi"] == "554 太像垃圾邮件"
    box.to_recipient.clear()
    box.after_data.clear()
    work(config, app, mails.retry(step(session), round_.id))

    assert set(standing(session).values()) == {"sent"}
    first, second = box.to("yi@example.com")
    assert first["Message-ID"] == second["Message-ID"]
    assert len(box.to("lao@example.com")) == 1


def test_refused_for_now_waits_with_its_job_and_goes_out_later(app, session, config, box, round_):
    box.to_recipient["jia@example.com"] = "450 稍后再来"
    _queued, job = invite(session, round_)
    work(config, app, job)

    assert standing(session) == {"jia": "waiting", "yi": "sent", "lao": "sent"}
    session.rollback()
    assert session.get_one(Job, job).state == JobState.QUEUED
    box.to_recipient.clear()
    work(config, app, mails.retry(step(session), round_.id))
    with db.writing(session):
        session.get_one(Job, job).due_at = moment()
    work(config, app, job)

    assert set(standing(session).values()) == {"sent"}
    assert len(box.taken) == 3


def test_a_server_out_of_reach_loses_nothing(app, session, config, box, round_):
    _queued, job = invite(session, round_)
    away = replace(config, mail_url="smtp://127.0.0.1:9")

    work(away, app, job)

    assert set(standing(session).values()) == {"waiting"}
    session.rollback()
    assert session.get_one(Job, job).fault == "unreachable"


def test_a_line_that_breaks_before_the_servers_word_leaves_a_mail_unsure_and_not_sent_twice(
    app, session, config, box, round_
):
    box.after_data["jia@example.com"] = "hang up"
    _queued, job = invite(session, round_)
    work(config, app, job)
    assert standing(session) == {"jia": "unsure", "yi": "waiting", "lao": "waiting"}
    work(config, app, mails.retry(step(session), round_.id))
    with db.writing(session):
        session.get_one(Job, job).due_at = moment()
    work(config, app, job)

    assert standing(session) == {"jia": "unsure", "yi": "sent", "lao": "sent"}
    assert len(box.to("jia@example.com")) == 1
    box.after_data.clear()
    one = session.scalars(select(Mail.id).where(Mail.state == MailState.UNSURE)).one()
    work(config, app, mails.retry(step(session), round_.id, one))
    assert standing(session)["jia"] == "sent"


def test_a_worker_killed_with_a_mail_in_hand_has_sent_each_once(app, session, config, box, round_):
    box.after_data["yi@example.com"] = "say nothing"
    _queued, job = invite(session, round_)
    session.rollback()
    child = FORK.Process(target=work, args=(config, app, job))
    child.start()
    until(lambda: box.to("yi@example.com"))
    os.kill(child.pid, signal.SIGKILL)
    child.join(20)
    assert child.exitcode == -signal.SIGKILL
    assert standing(session) == {"jia": "sent", "yi": "sending", "lao": "waiting"}

    box.after_data.clear()
    later = moment() + timedelta(minutes=10)
    found = jobs.sweep(step(session, later), ())
    with db.writing(session):
        session.get_one(Job, job).due_at = moment()
    assert job in found
    work(config, app, job)

    assert standing(session) == {"jia": "sent", "yi": "unsure", "lao": "sent"}
    assert {address: len(box.to(address)) for address, _ in box.taken} == {
        "jia@example.com": 1,
        "yi@example.com": 1,
        "lao@example.com": 1,
    }
    assert len(logged(session, "mail_lose")) == 1


def test_a_mail_on_its_way_or_sent_or_of_another_round_is_not_sent_again(
    app, session, config, box, round_
):
    _queued, job = invite(session, round_)
    work(config, app, job)
    session.rollback()
    one = session.scalars(select(Mail.id).order_by(Mail.id)).first()
    other = a_round(session)

    with pytest.raises(WrongState):
        mails.retry(step(session), round_.id, one)
    with pytest.raises(NotThere):
        mails.retry(step(session), other.id, one)
    assert len(box.taken) == 3


@pytest.mark.parametrize(
    "address, good",
    [
        ("fang@example.com", True),
        ("a.b-c_d+e@mail.example.gov.cn", True),
        ("fang@example", False),
        ("fang@example.com\nBcc: x@example.com", False),
        ("方 <fang@example.com>", False),
        ("@example.com", False),
        ("a" * 250 + "@example.com", False),
    ],
)
def test_an_address_is_a_plain_address_and_nothing_else(address, good):
    assert is_address(address) is good


def test_a_notice_reminds_by_mail_once_and_leaves_to_an_officer_whom_no_mail_reaches(
    app, session, config, box
):
    """By mail where a firm gave an address; by telephone where it did not, or the mail came back."""
    for name in ("jia", "yi"):
        a_firm(session, f"{name}厂（虚构）", contact_mail=f"{name}@example.com")
    a_firm(session, "没邮箱的厂（虚构）")
    box.to_recipient["yi@example.com"] = "550 没有这个信箱"
    last = moment().astimezone(LOCAL).date() + timedelta(days=7)
    notice = published(session, a_notice(session, title="虚构称号申报", by=last), moment())
    works_about = select(Job.id).where(Job.kind == mails.OF_NOTICE)

    for _day in range(2):
        with db.writing(session):
            notice_reminders.remind_due(step(session), by_mail=True)
    (job,) = session.scalars(works_about)
    work(config, app, job)

    assert standing(session) == {"jia": MailState.SENT, "yi": MailState.FAILED}
    [message] = box.to("jia@example.com")
    assert message["Subject"] == "提醒：虚构称号申报"
    text = message.get_content()
    assert text.startswith("jia厂（虚构）：申报通知“虚构称号申报”")
    assert f"{config.base_url}/firm/notices/{notice.id}" in text
    waiting, total, _last = notice_store.to_pass_on(session, notice.id)
    assert {one.firm for one in waiting} == {"yi厂（虚构）", "没邮箱的厂（虚构）"}
    assert total == 2


# --- news of a sheet --------------------------------------------------------------------------------


@pytest.fixture
def sheet(session):
    """A sheet handed in by a firm that has an address, and a consultant to be sent there."""
    firm = a_firm(session, "甲厂（虚构）", contact_mail="jia@example.com")
    return handed_in(session, a_user(session, firm=firm)), a_consultant(session, name="虚顾问")


def by_mail(session):
    return replace(step(session), mails=True)


def send_all(config, app, session):
    """Do every job that sends mail, as the worker's sweep finds them."""
    session.rollback()
    for job in list(
        session.scalars(select(Job.id).where(Job.state == JobState.QUEUED, Job.kind == mails.KIND))
    ):
        work(config, app, job)


def test_a_firm_is_told_by_mail_of_its_sheets_return_its_visit_and_its_confirmation_once_each(
    app, session, config, box, sheet
):
    assessment, consultant = sheet
    title = session.get_one(Round, assessment.round_id).title
    to, day = "jia@example.com", step(session).today + timedelta(days=3)

    assessments.return_to_firm(by_mail(session), assessment.id, reason="用电量漏填")
    send_all(config, app, session)
    [message] = box.to(to)
    assert message["Subject"] == f"答卷退回补充：{title}"
    assert "的答卷退回请贵企业补充，原因是：用电量漏填。" in message.get_content()
    assert f"{config.base_url}/firm/assessments/{assessment.id}/" in message.get_content()

    assessments.submit(by_mail(session), assessment.id, declared_by="虚某")
    for _again in range(2):
        assessments.assign(by_mail(session), assessment.id, consultant.id, planned_on=day)
    send_all(config, app, session)
    send_all(config, app, session)
    [_first, message] = box.to(to)
    assert message["Subject"] == f"现场诊断安排：{title}"
    assert f"诊断顾问虚顾问，{hands.day(day)}到贵企业现场诊断。" in message.get_content()

    fill(session, assessment, consultant, kind=SheetKind.ONSITE, verification=Verdict.VERIFIED)
    for _again in range(2):
        assessments.confirm(by_mail(session), assessment.id)
    send_all(config, app, session)
    [*_before, message] = box.to(to)
    assert message["Subject"] == f"现场诊断已核定：{title}"
    assert f"{config.base_url}/assessments/{assessment.id}/confirmation" in message.get_content()
    assert len(box.taken) == 3
    assert [mail.news for mail in session.scalars(select(Mail).order_by(Mail.id))] == [
        News.RETURNED, News.VISIT, News.CONFIRMED,
    ]  # fmt: skip
    assert len(logged(session, "mail_sent")) == 3


def test_a_day_changed_before_the_mail_left_is_told_once_and_afterwards_anew(
    app, session, config, box, sheet
):
    assessment, consultant = sheet
    days = [step(session).today + timedelta(days=more) for more in (3, 4, 5)]

    for day in days[:2]:
        assessments.assign(by_mail(session), assessment.id, consultant.id, planned_on=day)
    send_all(config, app, session)
    assessments.assign(by_mail(session), assessment.id, consultant.id, planned_on=days[2])
    send_all(config, app, session)

    told = [message.get_content() for message in box.to("jia@example.com")]
    assert len(told) == 2
    assert all(hands.day(day) in text for day, text in zip(days[1:], told, strict=True))


def test_news_that_are_over_before_the_mail_left_are_not_sent(app, session, config, box, sheet):
    assessment, _consultant = sheet

    assessments.return_to_firm(by_mail(session), assessment.id, reason="漏填")
    assessments.submit(by_mail(session), assessment.id, declared_by="虚某")
    send_all(config, app, session)

    session.rollback()
    assert box.taken == []
    [mail] = session.scalars(select(Mail))
    assert (mail.state, mail.fault) == (MailState.FAILED, "答卷已经办到下一步，不用再告诉企业")


def test_nobody_is_mailed_without_a_server_an_address_a_day_or_while_another_release_runs(
    session, config, sheet
):
    assessment, consultant = sheet
    other = handed_in(session, a_user(session, firm=a_firm(session, "没邮箱的厂（虚构）")))

    assessments.return_to_firm(step(session), assessment.id, reason="漏填")
    assessments.return_to_firm(by_mail(session), other.id, reason="漏填")
    assessments.submit(by_mail(session), assessment.id, declared_by="虚某")
    assessments.assign(by_mail(session), assessment.id, consultant.id)
    with db.writing(session):
        session.add(Setting(key=together.KEY, value=moment().isoformat()))
    assessments.return_to_firm(by_mail(session), assessment.id, reason="漏填")

    assert session.scalars(select(Mail)).all() == []


def test_news_of_a_sheet_are_no_invitation_and_come_again_when_they_are_asked_for(
    app, session, config, box, sheet
):
    assessment, _consultant = sheet
    round_ = session.get_one(Round, assessment.round_id)
    title = round_.title
    box.to_recipient["jia@example.com"] = "550 没有这个信箱"
    invitations.invite(step(session), assessment.round_id, Whom())
    prepare_links(session, round_, config.secret_key, moment())
    assessments.return_to_firm(by_mail(session), assessment.id, reason="漏填")
    send_all(config, app, session)
    assert standing(session) == {"jia": "failed"}

    assert mail_store.with_address(session, assessment.round_id) == 1
    box.to_recipient.clear()
    work(config, app, mails.retry(step(session), assessment.round_id))
    assert mails.invite(step(session), assessment.round_id)[0] == 1
    send_all(config, app, session)

    subjects = [message["Subject"] for message in box.to("jia@example.com")]
    assert subjects == [
        f"答卷退回补充：{title}",
        f"邀请：{title}",
    ]
