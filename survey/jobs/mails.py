"""Send the mails of a round, its sheets or a notice through the configured server, each handed over once."""

from __future__ import annotations

import hmac
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from survey import clock
from survey.config import Config
from survey.jobs.workshop import WorkFailed, Workshop
from survey.lifecycle import invitations, mails, typed
from survey.lifecycle.jobs import Effect
from survey.store import assessments, settings
from survey.store import mails as store
from survey.store.accounts import hashed
from survey.store.mails import Written
from survey.tables import Fault, Mail, News
from survey.words import hands, links, notices, rounds

SECONDS = 30
"""How long the server may take for one answer."""
PORTS: Final = {"smtp": 587, "smtps": 465}
GOOD, GO_ON = 250, 354
NO_LINK = "邀请链接已失效，请重新生成后再发"
NOT_NEEDED = "通知已结束，或企业不用再提醒"
GONE_ON = "答卷已经办到下一步，不用再告诉企业"


class Refused(Exception):
    """The server does not take this mail."""

    def __init__(self, code: int, said: bytes | str) -> None:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        super().__init__(code, words)
        self.words = typed.line(f"{code} {words}")
        self.for_now = 400 <= code < 500


class NotLeft(Exception):
    """The connection broke before the mail was handed over."""


class Unsure(Exception):
    """The connection broke after the mail was handed over, before the server said that it has it."""


def send(workshop: Workshop) -> Effect:
    """Send what waits of a round or a notice; what the server refuses for now is tried again with the job."""
    taken, config = workshop.taken, workshop.config
    mails.settle(workshop.step(), taken)
    after, put_off, sent = 0, 0, 0
    with server_of(config) as server:
        while (mail := mails.take(workshop.step(), taken, after, workshop.lease)) is not None:
            after = mail.id
            try:
                sent += _send(workshop, server, mail)
            except Refused:
                put_off += 1
    if put_off:
        raise WorkFailed(Fault.UNREACHABLE)
    return lambda _step: {"mails": sent}


def _send(workshop: Workshop, server: smtplib.SMTP, mail: Mail) -> int:
    """Send one mail and note what became of it; return 1 where the server has it.

    Raises:
        Refused: Not now, perhaps later.
        WorkFailed: The server is gone.
    """
    message = _message(workshop, mail)
    if message is None:
        mails.failed(workshop.step(), mail.id, _no_words(mail))
        return 0
    try:
        hand_over(server, mail.address, message)
    except Refused as error:
        if error.for_now:
            mails.put_back(workshop.step(), mail.id)
            raise
        mails.failed(workshop.step(), mail.id, error.words)
        return 0
    except NotLeft:
        mails.put_back(workshop.step(), mail.id)
        raise WorkFailed(Fault.UNREACHABLE) from None
    except Unsure:
        mails.unsure(workshop.step(), mail.id)
        raise WorkFailed(Fault.UNREACHABLE) from None
    mails.sent(workshop.step(), mail.id)
    return 1


def _no_words(mail: Mail) -> str:
    """Say why there was nothing to send."""
    return GONE_ON if mail.news else NOT_NEEDED if mail.notice_id else NO_LINK


def hand_over(server: smtplib.SMTP, address: str, message: EmailMessage) -> None:
    """Speak SMTP word by word: which word broke off decides whether the mail may have left."""
    sender = parseaddr(str(message["From"]))[1]
    try:
        for code, said in (server.mail(sender), server.rcpt(address)):
            if code != GOOD:
                server.rset()
                raise Refused(code, said)
    except (smtplib.SMTPException, OSError):
        raise NotLeft from None
    try:
        code, said = server.data(message.as_bytes())
    except smtplib.SMTPDataError as error:  # it does not want to hear it: nothing was said
        raise Refused(error.smtp_code, error.smtp_error) from None
    except (smtplib.SMTPException, OSError):
        raise Unsure from None
    if code != GOOD:
        raise Refused(code, said)


@contextmanager
def server_of(config: Config) -> Iterator[smtplib.SMTP]:
    """Connect as ``MAIL_URL`` says: a name and password are sent over an encrypted line only.

    Raises:
        WorkFailed: Nothing is configured, or the server cannot be reached or does not let us in.
    """
    url = urlsplit(config.mail_url)
    if url.scheme not in PORTS or not url.hostname:
        raise WorkFailed(Fault.UNREACHABLE)
    where = url.hostname, url.port or PORTS[url.scheme]
    secure = ssl.create_default_context()
    try:
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=SECONDS, context=secure)
        else:
            server = smtplib.SMTP(*where, timeout=SECONDS)
            server.ehlo()
            if url.username or server.has_extn("starttls"):
                server.starttls(context=secure)
        server.ehlo_or_helo_if_needed()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except (smtplib.SMTPException, OSError):
        raise WorkFailed(Fault.UNREACHABLE) from None
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()


# --- what it says -------------------------------------------------------------------------------


def _message(workshop: Workshop, mail: Mail) -> EmailMessage | None:
    """Write a mail; None where its firm has no way in by now, or need not be told any more."""
    session, config = workshop.session, workshop.config
    say = _of_sheet if mail.news else _of_notice if mail.notice_id else _of_round
    words = say(workshop, mail)
    bureau = settings.read(session).bureau
    session.rollback()  # handing over takes a while; no snapshot is held open meanwhile
    if words is None:
        return None
    message = EmailMessage()
    message["Subject"] = words.subject
    message["From"] = config.mail_from
    message["To"] = mail.address
    message["Date"] = format_datetime(clock.utc_now())
    # The same each time it is tried: a receiver that has it already drops the second.
    host = urlsplit(config.base_url).hostname
    message["Message-ID"] = f"<mail.{mail.id}.{_sign(config.secret_key, mail.id)}@{host}>"
    message.set_content(rounds.signed(words.text, bureau), cte="base64")
    return message


class Words(NamedTuple):
    """What a mail says."""

    subject: str
    text: str


def _today() -> date:
    return clock.utc_now().astimezone(clock.LOCAL).date()


def _of_notice(workshop: Workshop, mail: Mail) -> Words | None:
    said = store.written_of_notice(workshop.session, mail)
    if said is None:
        return None
    firm, notice = said
    text = notices.reminder(
        firm=firm,
        title=notice.title,
        last=notice.firms_by or notice.district_by,
        today=_today(),
        url=f"{workshop.config.base_url}/firm/notices/{notice.id}",
        help_at=notice.contact or settings.read(workshop.session).contact,
    )
    return Words(rounds.subject(notice.title, reminder=True), text)


def _of_sheet(workshop: Workshop, mail: Mail) -> Words | None:
    session, base = workshop.session, workshop.config.base_url
    found, help_at = store.written_of_sheet(session, mail), settings.read(session).contact
    if found is None or mail.news is None:
        return None
    firm, round_ = found.firm.name, found.round.title
    match mail.news:
        case News.RETURNED:
            where = f"{base}/firm/assessments/{found.id}/"
            text = hands.returned(firm, round_, found.return_reason or "", where, help_at)
        case News.VISIT:
            names = assessments.names_of(session, found.visitors)
            visitors = [names[id] for id in found.visitors]
            text = hands.visit(firm, visitors, found.planned_on, f"{base}/firm/", help_at)
        case News.CONFIRMED:
            where = f"{base}/assessments/{found.id}/confirmation"
            text = hands.confirmed(firm, round_, where, help_at)
    return Words(f"{hands.SUBJECTS[mail.news]}：{round_}", text)


def _of_round(workshop: Workshop, mail: Mail) -> Words | None:
    session, config = workshop.session, workshop.config
    said, help_at = store.written(session, mail), settings.read(session).contact
    url = _way_in(config, said) if said else ""
    if said is None or not (url or said.reminder):
        return None
    if said.reminder:
        text = rounds.reminder(
            firm=said.firm,
            title=said.round.title,
            last=said.round.closes_on,
            today=_today(),
            url=url or config.base_url,
            help_at=help_at,
        )
    else:
        text = links.invitation(
            firm=said.firm,
            round_=said.round.title,
            notice=said.round.notice,
            last=said.round.closes_on,
            url=url,
            username=said.username or "",
            ends=None if said.has_password else said.expires_at,
            help_at=help_at,
        )
    return Words(rounds.subject(said.round.title, reminder=said.reminder), text)


def _way_in(config: Config, said: Written) -> str:
    """Return the firm's own link, or where it signs in; empty where it has neither."""
    if said.has_password:
        return f"{config.base_url}/sign-in"
    if not (said.user_id and said.nonce and said.expires_at):
        return ""
    word = invitations.token(config.secret_key, said.user_id, said.nonce)
    works = hashed(word) == said.token_hash and said.expires_at > clock.utc_now()
    return f"{config.base_url}/link/{word}" if works else ""


def _sign(secret: str, mail_id: int) -> str:
    return hmac.digest(secret.encode(), f"mail.{mail_id}".encode(), "sha256").hex()[:16]
