"""A consultant's visits or an officer's notices as an iCalendar feed (日历订阅), and its address on
one's own account.

Source: RFC 5545 (iCalendar), RFC 7986 (REFRESH-INTERVAL, NAME).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey.config import Config
from survey.lifecycle import calendars as steps
from survey.readings.calendar import visitors_of
from survey.store import calendars as store
from survey.store import notices
from survey.store.accounts import hashed
from survey.store.calendars import Told
from survey.store.visits import Visitor
from survey.tables import AssessmentState, Notice, NoticeState, Role, User
from survey.views import account
from survey.web import here
from survey.words import calendars as words
from survey.words.notices import DAYS

Facts = dict[str, Any]
"""The properties of one event; ``dtstart`` is its day."""
pages = Blueprint("calendar", __name__)
KEPT = timedelta(days=90)
"""How long a day stays in the calendar after it, and a cancelled visit after it was taken away."""
FRESH = timedelta(minutes=15)
"""How long a calendar may do without asking again; it is told to ask every hour."""
HOURLY = timedelta(hours=1)


CLOSED = "本系统不提供日历订阅，没有生成地址。"

"""Where the standard goes first: the word in the address lasts (OWASP ASVS 5.0, 14.2.1)."""


@pages.get("/calendar/<token>.ics")
def feed(token: str) -> ResponseReturnValue:
    """Send what concerns whoever this address was given to; any other address is not there."""
    if here.is_strict():
        abort(404)
    owner = store.owner(here.session(), hashed(token)) or abort(404)
    name, events = KINDS[owner.role]
    made = _calendar(words.NAMES[name], events(owner))
    answer = Response(made, mimetype="text/calendar", content_type=words.MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.cache_control.private, answer.cache_control.max_age = True, int(FRESH.total_seconds())
    answer.add_etag()
    return answer.make_conditional(request)


def _calendar(title: str, events: Iterable[Facts]) -> bytes:
    """Write whole days as a calendar, each by its properties."""
    from icalendar import Calendar, Event  # 3 MB in every process, for a few requests an hour

    calendar = Calendar()
    for name, value in (("prodid", words.PRODUCT), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(name, value)
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", HOURLY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for facts in events:
        event = Event()
        for name, value in facts.items():
            event.add(name, value)
        event.add("dtend", facts["dtstart"] + timedelta(days=1))
        calendar.add_component(event)
    return calendar.to_ical()


# --- visits ---------------------------------------------------------------------------------------


def _visits(owner: User) -> Iterator[Facts]:
    session, now = here.session(), here.now()
    found = store.told(session, owner.id, here.today() - KEPT, now - KEPT)
    pairs = visitors_of(session, [told.assessment for told in found])
    for told in found:
        yield _visit(owner, told, pairs[told.assessment.id])


def _visit(owner: User, told: Told, pair: tuple[Visitor, ...]) -> Facts:
    """Return one visit; of one that was taken away nothing but its day and that it is cancelled."""
    appointment, assessment = told
    stands = not appointment.cancelled and _is_theirs(owner, told)
    facts: Facts = {
        "uid": f"{assessment.created_at:%Y%m%dT%H%M%SZ}-{assessment.id}-{owner.id}@visits.invalid",
        "dtstamp": appointment.changed_at,
        "last-modified": appointment.changed_at,
        "sequence": appointment.sequence,
        "dtstart": appointment.planned_on,
        "class": "PRIVATE",
        "status": "CONFIRMED" if stands else "CANCELLED",
    }
    return facts | (_said(owner, told, pair) if stands else words.TAKEN_AWAY)


def _is_theirs(owner: User, told: Told) -> bool:
    open_to_them = (AssessmentState.VISITING, AssessmentState.CONFIRMED)
    return owner.id in told.assessment.visitors and told.assessment.state in open_to_them


def _said(owner: User, told: Told, pair: tuple[Visitor, ...]) -> dict[str, str]:
    """Return where to go, whom to ask for, who comes along, and the way to the visit's page."""
    firm, number = told.assessment.firm, told.assessment.id
    config: Config = current_app.config["SURVEY"]
    page = config.base_url + url_for("consultant.overview", assessment_id=number)
    contact = "，".join(filter(None, (firm.contact_name, firm.contact_post, firm.contact_phone)))
    others = "、".join(one.name for one in pair if one.id != owner.id)
    said = {
        "summary": words.summary(firm.name),
        "location": firm.address or firm.township or "",
        "contact": contact,
        "description": words.description(contact, others, page),
        "url": page,
    }
    return {name: value for name, value in said.items() if value}


# --- notices --------------------------------------------------------------------------------------


def _notices(_owner: User) -> Iterator[Facts]:
    """Return the days of every published notice; of one that was withdrawn, that they are cancelled."""
    since = here.today() - KEPT
    for notice in notices.with_a_day(here.session(), since):
        for name in DAYS:
            day = getattr(notice, name)
            if day is not None and day >= since:
                yield _day(notice, name, day)


def _day(notice: Notice, name: str, day: date) -> Facts:
    config: Config = current_app.config["SURVEY"]
    page = config.base_url + url_for("bureau.notice", notice_id=notice.id)
    stands = notice.state != NoticeState.WITHDRAWN
    return {
        "uid": f"{notice.published_at:%Y%m%dT%H%M%SZ}-{notice.id}-{name}@notices.invalid",
        "dtstamp": notice.changed_at,
        "last-modified": notice.changed_at,
        "sequence": notice.version,
        "dtstart": day,
        "status": "CONFIRMED" if stands else "CANCELLED",
        "summary": words.deadline(DAYS[name], notice.title, stands=stands),
        "description": words.about_notice(notice.number, notice.issuer, notice.contact, page),
        "url": page,
    }


KINDS: Mapping[Role, tuple[str, Callable[[User], Iterable[Facts]]]] = {
    Role.CONSULTANT: ("visits", _visits),
    Role.OFFICER: ("notices", _notices),
}


@pages.post("/account/calendar")
def renew() -> ResponseReturnValue:
    """Make the address of one's own calendar and show it this once; an earlier one is spent."""
    if here.is_strict():
        here.refuse(409, CLOSED)
    word = steps.renew(here.step(), here.reader().id)
    config: Config = current_app.config["SURVEY"]
    return account.profile_page(feed=config.base_url + url_for(".feed", token=word))


@pages.post("/account/calendar/revoke")
def revoke() -> ResponseReturnValue:
    """Shut the address of one's own calendar."""
    steps.revoke(here.step(), here.reader().id)
    flash("日历订阅地址已停用，用它的日历不会再更新。", "good")
    return redirect(url_for("account.profile"))
