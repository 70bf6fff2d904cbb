"""Every page there is, as everyone who may open it, on a phone and on a desk.

The list comes from the application's own URLs: a new page is held to the same rules by being there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from itertools import islice, product
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from reports.district import Target
from reports.notices import Kind, Own
from survey.config import Config, sqlite_url
from survey.files import uploads
from survey.files.stores import contents_of
from survey.joining import create_app, db
from survey.lifecycle import assessments as steps
from survey.lifecycle import (
    budgets,
    candidates,
    contradictions,
    decisions,
    following,
    interests,
    invitations,
    jobs,
    nation,
    notice_reminders,
    notices,
    pool,
    providers,
    recognitions,
    reminders,
)
from survey.lifecycle.candidates import Placed
from survey.lifecycle.decisions import Basis, Wish
from survey.lifecycle.documents import withdraw_document
from survey.lifecycle.following import Follow, Known
from survey.lifecycle.links import issue_link
from survey.lifecycle.nation import Filed
from survey.lifecycle.note_kinds import FIELDS
from survey.lifecycle.notes import NoteChange, save_note
from survey.lifecycle.recognitions import Award
from survey.lifecycle.responses import Word
from survey.lifecycle.selections import Seen
from survey.lifecycle.signing import Signing
from survey.lifecycle.step import Actor, Step
from survey.store import answers as answer_store
from survey.store import assessments
from survey.store import pool as store
from survey.store.completion import Pace
from survey.store.invitations import Whom
from survey.store.lists import Wanted
from survey.store.settings import District, keep
from survey.tables import (
    Assessment,
    BatchState,
    Evidence,
    Fault,
    Firm,
    Job,
    JobState,
    MailState,
    NeedState,
    NoteKind,
    Paper,
    ProjectState,
    Provider,
    Recognition,
    ResponseKind,
    Role,
    RosterState,
    Round,
    SampleConsent,
    SampleState,
    SheetKind,
    Signature,
    SignerRole,
    User,
    Verdict,
)
from survey.web.routes import ANYONE, ROUTES
from tests.support.batches import a_batch
from tests.support.browsing import DESK, PHONE, Guard, next_page, opened_at, too_wide
from tests.support.budget_runs import TERMS, a_budget_run
from tests.support.bureau import an_assessment
from tests.support.files import a_photo
from tests.support.forecasts import a_forecast, a_model
from tests.support.forecasts import keep as keep_forecasts
from tests.support.needs import a_joined_need, a_need
from tests.support.notices import a_notice, judged, published
from tests.support.people import (
    EDITION,
    PASSWORD,
    TESTER,
    a_consultant,
    a_file,
    a_firm,
    a_round,
    a_superseded_report,
    a_user,
    an_issued_report,
    begun,
    fill,
    moment,
)
from tests.support.projects import a_figure, a_paper, a_policy, a_project, a_subsidy
from tests.support.providers import a_file as a_provider_file
from tests.support.providers import an_accepted_project, introduced
from tests.support.rosters import a_proposal, a_roster
from tests.support.rounds import a_mail, prepare_links
from tests.support.samples import a_copy, a_sample, a_typed_card
from tests.support.servers import Server, serving
from tests.support.templates import a_template, a_view
from tests.support.tokens import page_rules
from tests.support.webhooks import URL, a_webhook

Axe = Callable[[Page], list[str]]
READERS = (ANYONE, *Role)
NOT_PAGES = frozenset(
    {
        *("static", "health", "worker.script", "calendar.feed", "verify.rules", "verify.script"),
        *("profiles.logo", "profiles.colours"),
        *("bureau.district_page", "bureau.district_page_state"),
        *("bureau.bundle", "bureau.bundle_state", "firm.bundle", "firm.bundle_state"),
        *("bureau.annual_word", "bureau.annual_paper", "bureau.annual_state"),
        "bureau.budget_state",
        *("bureau.word_template", "results.word"),
    }
)
FINGERS = frozenset({"consultant.section", "consultant.notes"})
"""Pages that are used standing in a hall."""
SELECTIONS = {
    "bureau.assign_many": "assessment_id",
    "bureau.ask_batch": "assessment_id",
    "bureau.ask_files": "firm_id",
    "bureau.ask_pool_files": "entry_id",
    "bureau.decide_on_assessments": "assessment_id",
    "bureau.decide_on_entries": "entry_id",
    "bureau.invite_chosen": "firm_id",
}
"""Pages that act on rows ticked in a list, and whose rows."""
QUESTION = "numerical_control"
LONG = "很长的一句话，没有一个空格，也没有换行，" * 6
FINGER, POINTER = 44, 24
"""What a target measures at least, in px: on the shop floor, elsewhere."""
SMALL = """least => [...document.querySelectorAll(
    "a[href], button, summary, select, textarea, input:not([type=hidden], [tabindex='-1'])")]
  .map((target) => [target, target.closest("label") ?? target])
  .filter(([target, area]) => {
    const box = area.getBoundingClientRect();
    const inText = getComputedStyle(target).display === "inline"
      && target.parentElement.textContent.trim() !== target.textContent.trim();
    const aside = target.closest(".visually-hidden, .skip-link, .breadcrumbs, [aria-hidden=true]");
    return target.checkVisibility() && !inText && !(aside && least > 24) && !target.matches(
      ".visually-hidden, .skip-link") && Math.min(box.width, box.height) < least - 0.5;
  })
  .map(([target]) => target.outerHTML.slice(0, 160))"""


@dataclass(frozen=True)
class Served:
    """A served district: who signs in, and what stands for each argument of a URL."""

    server: Server
    app: Flask
    names: dict[str, str]
    values: dict[str, list[Any]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, migrated_file: Any) -> Iterator[Served]:
    """One firm with a sheet in each state, in the pool and recognised; everybody else."""
    folder = tmp_path_factory.mktemp("every") / "instance"
    folder.mkdir()
    shutil.copyfile(migrated_file, folder / "survey.db")
    config = Config(
        instance=folder,
        database_url=sqlite_url(folder / "survey.db"),
        secret_key="tests-only-" + "0" * 32,
    )
    engine = db.engine_for(config.database_url)
    with Session(engine, expire_on_commit=False) as session:
        people = {role: a_user(session, role) for role in READERS if role != ANYONE}
        names = {role: person.username for role, person in people.items()}
        values = _district(session, config, people)
    with serving(config) as server:
        yield Served(server, create_app(config, engine), names, values)
    engine.dispose()


def _district(session: Session, config: Config, people: dict[str, User]) -> dict[str, list[Any]]:
    """Fill a district; return what may stand for each argument of a URL, by its name."""
    with db.writing(session):
        keep(session, District("某区", "某区经济商务局", targets=(Target(2027, 4, ("workshop",)),)))
    firm = session.get_one(Firm, people[Role.FIRM].firm_id)
    rounds = [a_round(session) for _ in range(4)]
    sheets = [
        _assessment(session, config, firm, round_, people, far) for far, round_ in enumerate(rounds)
    ]
    last = session.get_one(Assessment, sheets[-1])
    photo = session.scalars(select(Evidence.id).order_by(Evidence.id.desc()).limit(1)).one()
    by = Actor(people[Role.OFFICER].id, "测试")
    gone = an_issued_report(session, config, last, people[Role.FIRM])
    withdraw_document(Step(session, by, moment()), gone.id, reason="封面的企业名称有误。")
    report = an_issued_report(session, config, last, people[Role.FIRM])
    old = a_superseded_report(session, report)
    _jobs_in_every_state(session, last.id)
    other = a_firm(session, "虚构" + "名字很长的阀门制造" * 6 + "厂")
    guest = a_user(session, Role.FIRM, other, password_hash=None, name="还没有设密码的虚构人")
    invitations.invite(Step(session, by, moment()), rounds[0].id, Whom())
    prepare_links(session, rounds[0], config.secret_key, moment())
    step = Step(session, by, moment())
    reminders.press(step, rounds[0].id, Wanted(), Pace(step.today, step.today), by_mail=False)
    for each, state in ((firm, MailState.SENT), (other, MailState.FAILED)):
        a_mail(session, rounds[0], each.id, state, fault=LONG[:120])
    _to_be_visited(session, rounds[0])
    return {
        "provider_id": [_provider(session, people)],
        "assessment_id": sheets,
        "kind": [SheetKind.SELF, SheetKind.ONSITE],
        "number": [1],
        "section_id": ["equipment", "application_facts"],
        "question_id": [QUESTION],
        "station_id": ["workshop", "office"],
        "firm_id": [firm.id, other.id],
        "recognition_id": [],
        "filing_id": [],
        "user_id": [people[Role.CONSULTANT].id],
        "interest_id": [],
        "signature_id": [
            *session.scalars(select(Signature.id).where(Signature.sha256.is_not(None)))
        ],
        "round_id": [rounds[0].id],
        "entry_id": [_in_the_pool(session, config, last.id, by)],
        "notice_id": _notices(session, config, step, firm),
        "paper_id": [*session.scalars(select(Paper.id))],
        "evidence_id": [photo],
        "document_id": [report.id, old.id],
        "word": [report.token, old.token, gone.token],
        "job_id": [*session.scalars(select(Job.id))],
        "batch_id": _batches(session, config, people[Role.OFFICER]),
        "run_id": _budget_runs(session, people[Role.OFFICER]),
        "roster_id": _lists(session, config, people[Role.OFFICER]),
        "proposal_id": [a_proposal(session, each.id, LONG[:60]).id for each in (firm, other)],
        "view_id": [a_view(session, people[Role.OFFICER], LONG[:40]).id],
        "template_id": [a_template(session, config, people[Role.OFFICER], LONG[:40]).id],
        "need_id": _needs(session, firm.id, other.id),
        "webhook_id": [a_webhook(session, config, LONG[:60], f"{URL}?of={'x' * 400}")],
        **_projects(session, config, firm),
        **_samples(session, config, firm, other),
        "listed": ["assessments"],
        "token": [issue_link(Step(session, by, moment()), guest.id).token],
        "edition_id": [EDITION],
        "trade_id": ["valve"],
        "package_code": ["N01"],
        "name": ["plan"],
        "word_kind": ["word_report"],
    }


def _to_be_visited(session: Session, round_: Round) -> None:
    """What visits taught, and a firm with a long name that would probably be found lower."""
    waits = an_assessment(session, round_, f"虚构{LONG[:40]}厂", step=2, township=LONG[:20])
    done = an_assessment(session, round_, "虚构核定厂", step=2, state="confirmed", size="small")
    reasons = [[QUESTION, 500, 300], ["scheduling", 400, 300], ["delivery_promise", 400, 300]]
    keep_forecasts(session, a_model(), a_forecast(waits.id, reasons=reasons), a_forecast(done.id))


def _needs(session: Session, firm_id: int, other_id: int) -> list[int]:
    """A need with endless words that another follows, one that is answered, one that follows."""
    main = a_need(session, firm_id, LONG, NeedState.WORKING)
    a_joined_need(session, other_id, main, LONG)
    theirs = a_need(session, other_id, LONG)
    answered = a_need(session, firm_id, "虚构", NeedState.ANSWERED)
    return [main.id, a_joined_need(session, firm_id, theirs, LONG).id, answered.id]


def _projects(session: Session, config: Config, firm: Firm) -> dict[str, list[int]]:
    """A project in every state, one of them with everything it can have."""
    rows = [
        a_project(
            session, firm, state, title=f"{state}：{LONG}"[:100], summary=LONG, provider=LONG[:100]
        )
        for state in ProjectState
    ]
    whole = rows[list(ProjectState).index(ProjectState.FINISHED)]
    a_figure(session, whole, LONG[:60])
    a_subsidy(session, whole, a_policy(session, name=LONG[:100]))
    stored = uploads.take(BytesIO(a_photo()), f"{LONG}.jpg", contents_of(config), 2**20)
    paper = a_paper(session, whole, stored)
    return {"project_id": [whole.id, *(row.id for row in rows)], "project_paper_id": [paper.id]}


def _samples(session: Session, config: Config, firm: Firm, other: Firm) -> dict[str, list[int]]:
    """A card with endless words that the firm copied, one of its own in every state."""
    words = dict.fromkeys(("problem", "pitfalls"), LONG) | {"title": LONG[:60]}
    paper = uploads.take(BytesIO(a_photo()), f"{LONG}.jpg", contents_of(config), 2**20)
    shown = a_sample(session, other, masked=True, said=a_typed_card(**words), paper=paper)
    a_copy(session, shown, firm, quantities={"N05": "1"}, reasons={"N01": LONG[:90]})
    own = [a_sample(session, firm, state).id for state in SampleState]
    consents = [*session.scalars(select(SampleConsent.id).where(SampleConsent.sha256 != ""))]
    return {"sample_id": [shown.id, *own], "sample_consent_id": consents}


def _notices(session: Session, config: Config, step: Step, firm: Firm) -> list[int]:
    """A notice with everything it can have, changed once, a firm on its way upward; and a draft."""
    own = [Own("", Kind.OFFICER, LONG[:100]), Own("", Kind.FIGURE, LONG[:100], *MORE)]
    said: dict[str, Any] = {"title": LONG[:100], "issuer": LONG[:100], "note": LONG}
    notice = a_notice(session, own=own, by=step.today + timedelta(days=7), upward_by=None, **said)
    stored = uploads.take(BytesIO(a_photo()), f"{LONG[:60]}.jpg", contents_of(config), 2**20)
    notices.attach(step, notice.id, stored)
    published(session, notice)
    add = Own("", Kind.RUNG, LONG[:100], rung="line")
    notices.add_condition(step, notice.id, add, base_version=notice.version)
    judged(session, notice)
    with step.writing():
        notice_reminders.remind_due(step, by_mail=False)
    candidates.answer(
        step, notice.id, firm.id, "own1", met=False, note=LONG, answered_on=step.today
    )
    candidates.intend(step, notice.id, firm.id, base_version=1)
    candidates.arrange(step, notice.id, [Placed(firm.id, 2, 1, LONG[:100], "12345.67")])
    return [notice.id, a_notice(session).id]


MORE = ("revenue", "at_least", "2000")
"""What a condition of its own compares: the figure, how, with what."""


def _provider(session: Session, people: dict[str, User]) -> int:
    """A provider with long words in its file, to which the firm agreed, with an accepted project."""
    row = session.get_one(Provider, people[Role.PROVIDER].provider_id)
    wish = a_provider_file(LONG[:90], qualifications=LONG, contact_name=LONG[:50])
    step = Step(session, Actor(people[Role.OFFICER].id, "测试"), moment())
    providers.edit(step, row.id, wish, base_version=row.version)
    for title in (LONG[:90], "虚构项目"):
        firm = session.get_one(Firm, people[Role.FIRM].firm_id)
        an_accepted_project(session, firm, row, title=title)
    introduced(session, people[Role.FIRM], row)
    other = replace(wish, place=LONG[:50])
    providers.propose(step, row.id, other, base_version=row.version)
    return row.id


def _lists(session: Session, config: Config, officer: User) -> list[int]:
    """A list of firms in every state."""
    found = [a_roster(session, config, officer, state=state) for state in RosterState]
    return [roster.id for roster in found]


def _budget_runs(session: Session, officer: User) -> list[int]:
    """One that supports the district's firms, and one that waits for a worker."""
    firms = session.scalars(select(Firm.id).order_by(Firm.id).limit(5)).all()
    done = a_budget_run(session, officer, *firms)
    by = Step(session, Actor(officer.id, officer.name), moment())
    waiting = budgets.ask(by, "虚构的第二个方案", EDITION, TERMS, 10)
    return [done.subject_id or 0, waiting.subject_id or 0]


def _batches(session: Session, config: Config, officer: User) -> list[int]:
    """Files of many firms in every state, one of them failed."""
    found = list(session.scalars(select(Assessment).where(Assessment.state != "draft")))
    made = a_batch(session, config, officer, found, scope=LONG)
    stopped = a_batch(session, config, officer, found[-1:], state=BatchState.CANCELLED)
    making = a_batch(session, config, officer, found, state=BatchState.MAKING)
    return [made.id, stopped.id, making.id]


def _in_the_pool(session: Session, config: Config, assessment_id: int, by: Actor) -> int:
    """An entry with a long reason, minutes, and a recognition with its paper."""
    entry = pool.admit(
        Step(session, by, moment()), assessment_id, target_rung="factory", reason=LONG, sure=True
    )
    award = Award(
        "workshop", "某文〔2026〕1号（虚构）", moment().date(), "某省示范车间", "province"
    )
    recognitions.recognise(
        Step(session, by, moment()), entry.id, award, base_version=entry.version, sure=True
    )
    fact = session.scalars(select(Recognition)).one()
    recognitions.correct(
        Step(session, by, moment()), fact.id, award, reason="称号登记错了。", sure=True
    )
    stored = uploads.take(BytesIO(a_photo()), "文件.jpg", contents_of(config), 2**20)
    valid = store.recognitions_of_firm(session, entry.firm_id)[0]
    recognitions.attach_paper(Step(session, by, moment()), valid.id, stored)
    basis = Basis(LONG[:100], moment().date(), stored)
    decisions.decide_on_entries(
        Step(session, by, moment()),
        [Seen(entry.id, entry.version)],
        Wish("raise_target", "future", LONG, basis),
    )
    _on_the_ladders(session, entry.id, by)
    return entry.id


def _on_the_ladders(session: Session, entry_id: int, by: Actor) -> None:
    """Everything an entry's page may hold of both ladders, in long words."""
    step = Step(session, by, moment())

    def at() -> int:
        return _version(session, entry_id)

    nation.aim(step, entry_id, rung="basic", reason=LONG, base_version=at())
    nation.file(step, entry_id, Filed(LONG[:100], step.today), base_version=at())
    nation.aim(step, entry_id, rung="advanced", reason=LONG, base_version=at())
    follow = Follow(by.user_id, LONG[:60], LONG[:200], step.today)
    following.follow(step, entry_id, follow, at())
    following.note_known(step, entry_id, Known(LONG[:60], None, LONG[:200], "", LONG), at())


def _version(session: Session, entry_id: int) -> int:
    entry = store.pool_entry(session, entry_id, lock=True)
    session.rollback()
    assert entry is not None
    return entry.version


def _jobs_in_every_state(session: Session, assessment_id: int) -> None:
    step = Step(session, TESTER, moment())
    with step.writing():
        for state in JobState:
            about = {"subject": "assessment", "subject_id": assessment_id}
            job = jobs.ask(step, "report", {"sheet": "onsite", "basis": "", "number": ""}, **about)
            job.state, job.progress, job.total, job.attempt = state, 40, 1200, 2
            job.fault = Fault.UNREACHABLE if state != JobState.DONE else None


def _assessment(
    session: Session,
    config: Config,
    firm: Firm,
    round_: Round,
    people: dict[str, User],
    far: int,
) -> int:
    """An assessment that has come ``far``: draft, submitted, visited, confirmed."""
    assessment = begun(session, firm, round_)
    fill(session, assessment, people[Role.FIRM], remark=LONG, level=far)
    a_file(session, config, assessment, QUESTION, name=f"{LONG}.jpg")
    if far > 0:
        steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="虚构人")
    if far == 1:
        steps.return_to_firm(Step(session, TESTER, moment()), assessment.id, reason=LONG)
        fill(session, assessment, people[Role.FIRM], remark=f"又改：{LONG}")
        steps.submit(Step(session, TESTER, moment()), assessment.id, declared_by="虚构人")
    if far > 1:
        consultant = people[Role.CONSULTANT]
        by = Step(session, Actor(consultant.id, "测试"), moment())
        partner, today = a_consultant(session, name="名字很长的虚构组员"), by.today
        pair = (consultant.id, partner.id)
        steps.assign(by, assessment.id, *pair, today, despite=LONG)
        if far == 2:
            interests.ask_off(by, assessment.id, LONG)
        a_file(session, config, assessment, QUESTION, kind=SheetKind.ONSITE)
        fill(
            session,
            assessment,
            consultant,
            kind=SheetKind.ONSITE,
            verification="verified",
            finding=LONG,
            reason=LONG,
        )
        _not_seen(session, assessment)
        _note(session, assessment, consultant)
        for found in contradictions.on_visit(session, assessment):
            step = Step(session, TESTER, moment())
            contradictions.explain(step, assessment.id, found.check.id, LONG)
    if far > 2:
        objected = Word(ResponseKind.OBJECTED, "虚构代表", "厂长", LONG)
        ink = BytesIO(a_photo("navy", (72, 24), "PNG"))
        drawn = uploads.take(ink, "签名.png", contents_of(config), 2**20)
        signed = [
            Signing(SignerRole.CONSULTANT, LONG[:60], drawn=drawn),
            Signing(SignerRole.FIRM, "虚构代表"),
        ]
        step = Step(session, Actor(people[Role.CONSULTANT].id, "顾问"), moment())
        steps.confirm(step, assessment.id, word=objected, signings=signed)
    return assessment.id


def _note(session: Session, assessment: Assessment, consultant: User) -> None:
    """A note of every kind, as long as each may be; one stay that still lasts."""
    step = Step(session, Actor(consultant.id, consultant.name), moment())
    codes = {"severity": "serious", "drill": "trace", "outcome": "partly", "about": QUESTION}
    told = codes | {"began": "2026-03-05T09:00", "drawn": "3", "whole": "120", "seconds": "1:05:00"}
    for kind in NoteKind:
        fields = {field.name: told.get(field.name, LONG[: field.most]) for field in FIELDS[kind]}
        fields |= {"ended": ""} if kind == NoteKind.STAY else {}
        request = f"page-{assessment.id}-{kind}.1"
        save_note(step, assessment.id, NoteChange(kind, kind, request, 0, fields))


def _not_seen(session: Session, assessment: Assessment) -> None:
    """Let a gate rest on what nobody saw."""
    with db.writing(session):
        sheet = assessments.sheet(session, assessment.id, SheetKind.ONSITE)
        row = answer_store.answer(session, sheet.id, QUESTION) if sheet else None
        assert row is not None
        row.verification = Verdict.NOT_SEEN


def pages_of(app: Flask, reader: str) -> list[Rule]:
    """Every rule this reader may GET; what is open to all is looked at by nobody in particular."""
    return [
        rule
        for rule in page_rules(app)
        if "GET" in (rule.methods or ())
        and rule.endpoint not in NOT_PAGES
        and reader in ROUTES[rule.endpoint]
    ]


def urls_of(place: Served, rule: Rule) -> list[str]:
    names = sorted(rule.arguments)
    adapter = place.app.url_map.bind("127.0.0.1")
    choices = product(*(place.values[name] for name in names))
    ticked = [("chosen", row) for row in place.values[SELECTIONS.get(rule.endpoint, "kind")]]
    asked = f"?{urlencode(ticked)}" if rule.endpoint in SELECTIONS else ""
    return [
        adapter.build(rule.endpoint, dict(zip(names, chosen, strict=True))) + asked
        for chosen in choices
    ]


@pytest.mark.parametrize(
    "width", [PHONE, pytest.param(DESK, marks=pytest.mark.nightly)], ids=["phone", "desk"]
)
@pytest.mark.parametrize("reader", READERS)
def test_every_page_of_a_reader_is_sound(
    place: Served, browser: Browser, axe: Axe, reader: str, width: int
) -> None:
    guard = Guard()
    context = opened_at(browser, place.server.url, width, guard)
    page = context.new_page()
    _sign_in(page, place, reader)
    rules = pages_of(place.app, reader)
    assert rules

    faults = [
        f"{url}: {fault}"
        for rule in rules
        for url in _pages(context, place, rule)
        for fault in _faults(page, url, axe, FINGER if rule.endpoint in FINGERS else POINTER)
    ]
    context.close()

    assert not faults + guard.unexpected, "\n".join(faults + guard.unexpected)


def _sign_in(page: Page, place: Served, reader: str) -> None:
    if reader == ANYONE:
        return
    page.goto("/sign-in")
    page.fill("#username", place.names[reader])
    page.fill("#password", PASSWORD)
    with next_page(page):
        page.locator("main button[type=submit]").click()
    assert "/sign-in" not in page.url


def _pages(context: BrowserContext, place: Served, rule: Rule) -> list[str]:
    """The pages behind a rule: of many, the first two and the last. One at least must open."""
    asked: dict[str, APIResponse] = {}

    def is_page(url: str) -> bool:
        answer = asked[url] = asked.get(url) or context.request.get(url)
        return answer.ok and answer.headers["content-type"].startswith("text/html")

    there = urls_of(place, rule)
    found = [*islice(filter(is_page, there), 2), *islice(filter(is_page, reversed(there)), 1)]
    answers = [answer.status for answer in asked.values()]
    assert any(answer.ok for answer in asked.values()), f"{rule.rule}: {answers}"
    return list(dict.fromkeys(found))


def _faults(page: Page, url: str, axe: Axe, least: int) -> list[str]:
    page.goto(url)
    faults = axe(page)
    faults += [f"too small a target: {found}" for found in page.evaluate(SMALL, least)]
    if wider := too_wide(page):
        faults.append(f"{wider} px wider than its window")
    if (headings := page.locator("h1").count()) != 1:
        faults.append(f"{headings} h1")
    return faults
