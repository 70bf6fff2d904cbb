"""Two firms with everything a firm can have, each marked by a word of its own in every text.

Whatever of one firm's words reaches the other has leaked.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.notices import Kind, Own
from reports.notices import Whom as For
from survey.config import Config
from survey.files.contents import form_of
from survey.files.pictures import SMALL
from survey.files.stores import contents_of
from survey.files.uploads import Stored
from survey.lifecycle import (
    annuals,
    candidates,
    conclusions,
    decisions,
    district_pages,
    following,
    interests,
    invitations,
    nation,
    need_joining,
    needs,
    notices,
    pool,
    recognitions,
    reminders,
    second_sheets,
    templates,
)
from survey.lifecycle import assessments as steps
from survey.lifecycle.candidates import Placed
from survey.lifecycle.choices import TypedChoice
from survey.lifecycle.decisions import Basis, Wish
from survey.lifecycle.following import Follow, Known
from survey.lifecycle.interests import Declared
from survey.lifecycle.nation import Filed
from survey.lifecycle.note_kinds import FIELDS
from survey.lifecycle.notes import NoteChange, save_note
from survey.lifecycle.provider_files import Case
from survey.lifecycle.recognitions import Award
from survey.lifecycle.responses import Word
from survey.lifecycle.selections import Seen
from survey.lifecycle.signing import Signing
from survey.lifecycle.step import Actor, Step
from survey.store import interests as interest_store
from survey.store import nation as nation_store
from survey.store import pool as store
from survey.store import samples as sample_store
from survey.store.accounts import hashed
from survey.store.completion import Pace
from survey.store.invitations import Whom
from survey.store.jobs import jobs_about
from survey.store.lists import Wanted
from survey.store.signatures import signatures
from survey.tables import (
    ApiToken,
    Assessment,
    Delivery,
    Firm,
    IntroductionState,
    MailState,
    NeedState,
    NoteKind,
    Outlook,
    PoolEntry,
    ProjectState,
    Provider,
    ResponseKind,
    Role,
    Round,
    SampleState,
    SheetKind,
    SignerRole,
    Table,
    User,
    Verdict,
)
from tests.support.batches import a_batch
from tests.support.budget_runs import a_budget_run
from tests.support.files import a_pdf, a_photo
from tests.support.needs import a_need
from tests.support.notices import a_notice, published
from tests.support.people import (
    TESTER,
    a_bundle,
    a_district_page,
    a_file,
    a_firm,
    a_round,
    a_superseded_report,
    a_user,
    a_word_edition,
    an_annual_report,
    an_issued_report,
    begun,
    fill,
    look_at_profile,
    moment,
)
from tests.support.projects import a_figure, a_paper, a_policy, a_project, a_subsidy
from tests.support.providers import a_file as a_provider_file
from tests.support.providers import a_provider, a_provider_user, an_accepted_project, introduced
from tests.support.rosters import a_proposal, a_roster
from tests.support.rounds import a_mail
from tests.support.samples import a_copy, a_sample, a_typed_card
from tests.support.templates import a_template, a_view, a_word_template
from tests.support.tokens import a_token
from tests.support.webhooks import a_webhook

QUESTION = "scheduling"
IDLE = frozenset({"user_sessions", "throttles", "known_devices", "touches"})
"""Tables that every visit of a page may write, and what only counts changes."""


@dataclass
class Side:
    """One firm: its people, an assessment in each state, and the numbers of all its rows."""

    word: str
    user: User
    colleague: User
    invited: User
    consultant: User
    second: User
    """Keeps a sheet apart on the visit."""
    seller: User
    """Of a provider that the firm agreed to be named to."""
    ids: dict[str, int] = field(default_factory=dict)
    """``firm``, ``draft``, ``visiting``, ``confirmed``, and what hangs on them."""


class World:
    """Firm A, firm B, the bureau. Reports are invented files, or (``reports=False``) none."""

    def __init__(self, session: Session, config: Config, *, reports: bool = True) -> None:
        self._session = session
        self._config = config
        self._reports = reports
        self.words: dict[int, str] = {}
        """The token of each who has one, by user."""
        self.rounds = [a_round(session) for _ in range(5)]
        self.officer = a_user(session, Role.OFFICER)
        self.administrator = a_user(session, Role.ADMINISTRATOR)
        self.other = a_user(session, Role.OFFICER)
        self.sides = [self._side("金丝雀甲", "teal"), self._side("金丝雀乙", "maroon")]
        self.a, self.b = self.sides
        self._ask_for(self.rounds[3])
        self._say_what_they_need()
        self._show_a_sample()
        self._hand_out_tokens()
        self._set_up_webhooks()
        if reports:
            self._print_district(self.rounds[0])
            self._report_year(self.rounds[0])
            self._plan_budget()
        session.rollback()

    def _ask_for(self, round_: Round) -> None:
        """A round that asks both firms, has reminded them, and whose mails went astray."""
        step = Step(self._session, TESTER, moment())
        invitations.invite(step, round_.id, Whom())
        reminders.press(step, round_.id, Wanted(), Pace(step.today, step.today), by_mail=False)
        for side in self.sides:
            to = f"{side.word}@example.com"
            mail = a_mail(self._session, round_, side.ids["firm"], MailState.FAILED, address=to)
            side.ids["mail"] = mail.id

    def _say_what_they_need(self) -> None:
        """A need of each firm; that of B follows that of A, and both hear how far it is."""
        mains = [
            a_need(
                self._session, side.ids["firm"], f"{side.word}诉求", said_by=f"{side.word}反映人"
            )
            for side in self.sides
        ]
        for side, need in zip(self.sides, mains, strict=True):
            side.ids["need"] = need.id
        step = Step(self._session, TESTER, moment())
        need_joining.join(step, mains[1].id, mains[1].version, mains[0].id)
        version = mains[0].version
        needs.hand_over(step, mains[0].id, version, category="资金", department="科室", days=5)
        needs.note_progress(step, mains[0].id, mains[0].version, says="正在一起办")
        for side in self.sides:
            answered = a_need(
                self._session, side.ids["firm"], f"{side.word}旧诉求", NeedState.ANSWERED
            )
            side.ids["answered need"] = answered.id

    def _show_a_sample(self) -> None:
        """A card about each firm that waits for its consent, and a third firm's that both copy."""
        session = self._session
        content = a_pdf("同意书")
        sha256 = contents_of(self._config).put(content)
        paper = Stored("同意书.pdf", sha256, "application/pdf", len(content), False)
        shown = a_sample(session, a_firm(session, "公开样本厂"), paper=paper)
        (consent,) = sample_store.consents(session, shown.id)
        session.rollback()
        for side in self.sides:
            word, firm = side.word, session.get_one(Firm, side.ids["firm"])
            own = a_sample(
                session, firm, SampleState.ASKED, said=a_typed_card(problem=f"{word}旧样子")
            )
            reasons = {"N01": f"{word}不做的原因"}
            a_copy(session, shown, firm, quantities={"N05": "1"}, reasons=reasons)
            side.ids |= {
                "sample": own.id,
                "published sample": shown.id,
                "sample consent": consent.id,
            }

    def _hand_out_tokens(self) -> None:
        """A token of each side's firm and consultant, and one of the officer."""
        own = self._token(self.officer, "数据平台")
        for side in self.sides:
            for role, user in ((Role.FIRM, side.user), (Role.CONSULTANT, side.consultant)):
                side.ids[f"{role} token"] = self._token(user, f"{side.word}的系统")
            side.ids[f"{Role.OFFICER} token"] = own

    def _set_up_webhooks(self) -> None:
        """Where other systems are told of everybody: nobody's in particular."""
        kept, spare = (a_webhook(self._session, self._config) for _ in range(2))
        of = select(Delivery.id).where(Delivery.webhook_id == kept)
        sent = self._session.scalars(of.order_by(Delivery.id.desc())).first()
        for side in self.sides:
            side.ids |= {"webhook": kept, "spare webhook": spare, "delivery": sent or 0}

    def _token(self, user: User, purpose: str) -> int:
        word = a_token(self._session, user, purpose=purpose)
        self.words[user.id] = word
        return self._session.scalars(
            select(ApiToken.id).where(ApiToken.token_hash == hashed(word))
        ).one()

    def _print_district(self, round_: Round) -> None:
        """The district's page on paper: nobody's in particular, so both sides know its number."""
        document = a_district_page(self._session, self._config, round_, self.officer)
        (job,) = jobs_about(self._session, district_pages.PAGE, "round", round_.id)
        for side in self.sides:
            side.ids |= {"district page": document.id, "district job": job.id}

    def _report_year(self, round_: Round) -> None:
        """The yearly report and the bureau's Word templates: nobody's in particular either."""
        document = an_annual_report(self._session, self._config, round_, self.officer)
        (job,) = jobs_about(self._session, annuals.ANNUAL, "round", round_.id)
        kept, spare = (
            a_word_template(self._session, self._config, self.officer, listed)
            for listed in templates.DOCUMENTS
        )
        for side in self.sides:
            side.ids |= {"annual paper": document.id, "annual job": job.id}
            side.ids |= {"word template": kept.id, "spare word template": spare.id}

    def _plan_budget(self) -> None:
        """A run of the budget names firms of both sides; it is the bureau's."""
        job = a_budget_run(self._session, self.officer, *(side.ids["firm"] for side in self.sides))
        for side in self.sides:
            side.ids |= {"budget run": job.subject_id or 0, "budget job": job.id}

    def reader(self, role: str) -> User:
        """Who signs in to look at side A."""
        return {
            Role.FIRM: self.a.user,
            Role.CONSULTANT: self.a.consultant,
            Role.OFFICER: self.officer,
            Role.ADMINISTRATOR: self.administrator,
            Role.PROVIDER: self.a.seller,
        }[role]

    def _side(self, word: str, colour: str) -> Side:
        session = self._session
        firm = a_firm(
            session,
            name=f"{word}名称厂",
            products=f"{word}产品",
            address=f"{word}地址",
            township=f"{word}镇",
            park=f"{word}园",
            contact_name=f"{word}联系人",
            contact_post=f"{word}职务",
            contact_phone=f"{word}电话",
            above_scale=colour == "teal",
        )
        side = Side(
            word,
            user=a_user(session, firm=firm, name=f"{word}用户"),
            colleague=a_user(session, firm=firm, name=f"{word}同事", owner=False),
            invited=a_user(session, firm=firm, name=f"{word}新人", owner=False, password_hash=None),
            consultant=a_user(session, Role.CONSULTANT, name=f"{word}顾问"),
            second=a_user(session, Role.CONSULTANT, name=f"{word}组员"),
            seller=self._seller(word),
        )
        side.ids |= {
            "firm": firm.id,
            "user": side.user.id,
            "colleague": side.colleague.id,
            "invited": side.invited.id,
        }
        side.ids["interest"] = self._interest(side, firm.code)
        side.ids |= {"provider": side.seller.provider_id or 0, "seller": side.seller.id}
        side.ids["introduction"] = self._introduction(side)
        provider = session.get_one(Provider, side.seller.provider_id)
        title = f"{word}改造项目"
        sold = an_accepted_project(session, firm, provider, title=title)
        side.ids["sold project"] = sold.id
        for number, state in enumerate(("draft", "visiting", "confirmed")):
            self._assessment(side, state, self.rounds[number], colour)
        side.ids |= self._project(side, firm)
        for outlook in (Outlook.BUREAU, Outlook.OWNER):
            a_bundle(session, self._config, firm.id, side.user, outlook)
        return side

    def _project(self, side: Side, firm: Firm) -> dict[str, int]:
        """A project under way, with the firm's word in every text, a figure, a paper, a subsidy."""
        session, word = self._session, side.word
        facts = {"title": f"{word}改造", "place": f"{word}车间", "summary": f"{word}内容"}
        row = a_project(session, firm, ProjectState.UNDER_WAY, provider=f"{word}服务商", **facts)
        a_figure(session, row, f"{word}指标")
        content = a_pdf(f"{word}合同")
        sha256 = contents_of(self._config).put(content)
        stored = Stored(f"{word}合同.pdf", sha256, "application/pdf", len(content), False)
        paper = a_paper(session, row, stored)
        a_subsidy(session, row, a_policy(session, name=f"补助 {firm.id}"))
        return {"project": row.id, "project paper": paper.id}

    def _assessment(self, side: Side, state: str, round_: Round, colour: str) -> None:
        session, word = self._session, side.word
        firm = side.user.firm_id
        assert firm is not None
        assessment = steps.begin(Step(session, TESTER, moment()), firm, round_.id)
        look_at_profile(session, firm)
        side.ids[state] = assessment.id
        fill(session, assessment, side.user, remark=f"{word}备注{state}")
        self._file(side, state, assessment, SheetKind.SELF, colour)
        if state == "draft":
            return
        by = Actor(side.user.id, f"{word}用户")
        steps.submit(Step(session, by, moment()), assessment.id, declared_by=f"{word}承诺人")
        self._assign(side, state, assessment)
        fill(
            session,
            assessment,
            side.consultant,
            kind=SheetKind.ONSITE,
            verification=Verdict.VERIFIED,
            reason=f"{word}理由{state}",
            finding=f"{word}发现{state}",
        )
        self._file(side, state, assessment, SheetKind.ONSITE, colour)
        self._note(side, assessment)
        self._conclude(side, assessment)
        self._report(side, state, assessment, SheetKind.SELF)
        if state == "visiting":
            return
        objected = Word(ResponseKind.OBJECTED, f"{word}代表", f"{word}厂长", f"{word}异议")
        signer = Actor(side.consultant.id, f"{word}顾问")
        signing = Signing(SignerRole.FIRM, f"{word}签名人", f"{word}厂长", self._ink(colour))
        step = Step(session, signer, moment())
        steps.confirm(step, assessment.id, word=objected, signings=[signing])
        side.ids["signature"] = signatures(session, assessment.id)[0].id
        self._report(side, state, assessment, SheetKind.ONSITE)
        entry = pool.admit(
            Step(session, Actor(self.officer.id, "测试"), moment()),
            assessment.id,
            target_rung="factory",
            reason=f"{word}入库理由",
        )
        side.ids["entry"] = entry.id
        side.ids |= self._recognition(entry)
        side.ids["minutes"] = self._minutes(entry)
        side.ids["filing"] = self._filing(entry, word)
        roster = a_roster(self._session, self._config, self.officer, name=f"{word}名单.csv")
        side.ids["roster"] = roster.id
        spare = a_roster(self._session, self._config, self.officer, name=f"{word}旧名单.csv")
        side.ids["spare roster"] = spare.id
        reported = session.get_one(Assessment, side.ids["confirmed"])
        side.ids["batch"] = a_batch(
            self._session, self._config, self.officer, [reported], scope=f"{word}范围"
        ).id
        side.ids["view"] = a_view(self._session, self.officer, f"{word}视图").id
        side.ids["spare view"] = a_view(self._session, self.officer, f"{word}旧视图").id
        template = a_template(self._session, self._config, self.officer, f"{word}模板")
        side.ids["template"] = template.id
        spare_template = a_template(self._session, self._config, self.officer, f"{word}旧模板")
        side.ids["spare template"] = spare_template.id
        side.ids["proposal"] = a_proposal(self._session, firm, f"{word}智能工厂").id
        side.ids |= self._notice(side)

    def _notice(self, side: Side) -> dict[str, int]:
        """A notice for this firm alone, on which it speaks, and a file beside it."""
        session, word = self._session, side.word
        step = Step(session, Actor(self.officer.id, "测试"), moment())
        own = [Own("", Kind.OFFICER, f"{word}条件")]
        whom = For(scale="yes" if session.get_one(Firm, side.ids["firm"]).above_scale else "no")
        notice = a_notice(session, own=own, whom=whom, title=f"{word}通知", note=f"{word}说明")
        content = a_pdf(f"{word}附件")
        sha256 = contents_of(self._config).put(content)
        stored = Stored(f"{word}附件.pdf", sha256, "application/pdf", len(content), False)
        paper = notices.attach(step, notice.id, stored)
        published(session, notice)
        firm = side.ids["firm"]
        candidates.answer(
            step,
            notice.id,
            firm,
            "own1",
            met=True,
            note=f"{word}核实",
            answered_on=step.today,
        )
        candidates.intend(step, notice.id, firm, base_version=1)
        rows = [Placed(firm, 2, 1, f"{word}项目", "1")]
        candidates.arrange(step, notice.id, rows)
        return {"notice": notice.id, "notice paper": paper.id}

    def _seller(self, word: str) -> User:
        """A provider with a word of its own, and a case of a firm that is not to be named."""
        own = word.replace("金丝雀", "信天翁")
        case = Case("XV02", f"{own}案例", "valve", moment().date(), named=False)
        file = a_provider_file(
            f"{own}名称", cases=(case,), contact_name=f"{own}联系人", qualifications=f"{own}资质"
        )
        provider = a_provider(self._session, file)
        return a_provider_user(self._session, provider, name=f"{own}用户")

    def _introduction(self, side: Side) -> int:
        """The firm agreed to be named to its provider, and was introduced."""
        provider = self._session.get_one(Provider, side.seller.provider_id)
        state = IntroductionState.INTRODUCED
        return introduced(self._session, side.user, provider, state=state).id

    def _assign(self, side: Side, state: str, assessment: Assessment) -> None:
        """Send one consultant, on the visit under way a pair: the second keeps a sheet apart."""
        second = side.second if state == "visiting" else None
        step = Step(self._session, TESTER, moment())
        steps.assign(step, assessment.id, side.consultant.id, second.id if second else None)
        if second:
            by = Actor(second.id, second.name)
            second_sheets.begin(Step(self._session, by, moment()), assessment.id)

    def _interest(self, side: Side, code: str) -> int:
        """A tie of the consultant to the firm, that has ended: it stands in nobody's way."""
        step = Step(self._session, Actor(side.consultant.id, "测试"), moment())
        given = Declared(f"{side.word}单位", code, True, f"{side.word}关系")
        interests.declare(step, side.consultant.id, given, demonstration=True)
        (kept,) = interest_store.of_user(self._session, side.consultant.id)
        interests.end(step, side.consultant.id, kept.id, own=True)
        return kept.id

    def _recognition(self, entry: PoolEntry) -> dict[str, int]:
        step = Step(self._session, Actor(self.officer.id, "测试"), moment())
        award = Award("line", "虚构〔2026〕1 号", moment().date())
        recognitions.recognise(step, entry.id, award, base_version=entry.version, sure=True)
        fact = store.recognition(self._session, entry.firm_id, "line")
        assert fact is not None
        content = a_pdf("虚构认定")
        sha256 = contents_of(self._config).put(content)
        stored = Stored("认定.pdf", sha256, "application/pdf", len(content), False)
        paper = recognitions.attach_paper(step, fact.id, stored)
        return {"recognition": fact.id, "paper": paper.id}

    def _minutes(self, entry: PoolEntry) -> int:
        """A higher target by minutes, as is decided about several firms."""
        step = Step(self._session, Actor(self.officer.id, "测试"), moment())
        basis = Basis("虚构纪要〔2026〕1 号", moment().date())
        wish = Wish("raise_target", "future", "一起调高。", basis)
        decisions.decide_on_entries(step, [Seen(entry.id, entry.version)], wish)
        return store.minutes_of(self._session, entry.id)[0].id

    def _filing(self, entry: PoolEntry, word: str) -> int:
        """A rung of the nation's ladder, and what the bureau keeps of the firm."""
        step = Step(self._session, Actor(self.officer.id, "测试"), moment())

        def version() -> int:
            self._session.rollback()
            return self._session.get_one(PoolEntry, entry.id, populate_existing=True).version

        nation.aim(step, entry.id, rung="basic", reason=f"{word}理由", base_version=version())
        filed = Filed(f"{word}备案", moment().date())
        nation.file(step, entry.id, filed, base_version=version())
        follow = Follow(self.officer.id, f"{word}科", f"{word}下一步")
        following.follow(step, entry.id, follow, version())
        known = Known(f"{word}信用", None, f"{word}违法", f"{word}兑现", f"{word}台账备注")
        following.note_known(step, entry.id, known, version())
        return nation_store.filings(self._session, [entry.firm_id])[0].id

    def _file(self, side: Side, state: str, assessment: Assessment, kind: str, colour: str) -> None:
        photo = (
            state == "confirmed" and kind == SheetKind.SELF
        )  # looking at a picture takes a process
        row = a_file(
            self._session,
            self._config,
            assessment,
            QUESTION,
            kind=kind,
            name=f"{side.word}{state}{kind}.{'jpg' if photo else 'pdf'}",
            content=a_photo(colour) if photo else a_pdf(f"{side.word}{state}{kind}"),
        )
        side.ids[f"{state} {kind} file"] = row.id

    def _note(self, side: Side, assessment: Assessment) -> None:
        """One note of every kind, with the firm's word in each text."""
        step = Step(self._session, Actor(side.consultant.id, f"{side.word}顾问"), moment())
        texts = {name: f"{side.word}{name}" for name in ("name", "post", "phone", "seen", "what", "result", "note", "stands", "gap", "action", "traced")}  # fmt: skip
        others = {"began": "2026-03-05T09:00", "drawn": "3", "severity": "serious", "drill": "trace", "seconds": "5:00", "outcome": "partly"}  # fmt: skip
        for kind in NoteKind:
            fields = {field.name: (texts | others).get(field.name, "") for field in FIELDS[kind]}
            request = f"world-{assessment.id}-{kind}.1"
            save_note(step, assessment.id, NoteChange(kind, kind, request, 0, fields))

    def _ink(self, colour: str) -> Stored:
        content = a_photo(colour, (60, 20), "PNG")
        contents = contents_of(self._config)
        sha256 = contents.put(content)
        contents.put_as(form_of(sha256, SMALL), a_photo(colour, (60, 20)))
        return Stored("签名.png", sha256, "image/png", len(content), True)

    def _conclude(self, side: Side, assessment: Assessment) -> None:
        version = self._session.scalar(
            select(Assessment.version).where(Assessment.id == assessment.id)
        )
        conclusions.conclude(
            Step(self._session, TESTER, moment()),
            assessment.id,
            problems=f"{side.word}问题",
            plan=[
                TypedChoice(
                    title=f"{side.word}措施", what=f"{side.word}做法", why=f"{side.word}缘由"
                )
            ],
            base_version=version or 0,
        )

    def _report(self, side: Side, state: str, assessment: Assessment, kind: str) -> None:
        if not self._reports:
            return
        report = an_issued_report(
            self._session,
            self._config,
            assessment,
            side.user,
            kind,
            content=f"%PDF {side.word} {state} {kind}".encode(),
        )
        side.ids[f"{state} {kind} report"] = report.id
        latest = jobs_about(self._session, "report", "assessment", assessment.id)[0]
        side.ids[f"{state} {kind} job"] = latest.id
        if (state, kind) == ("confirmed", SheetKind.SELF):
            side.ids["superseded report"] = a_superseded_report(self._session, report).id
            a_word_edition(self._session, self._config, report)


def another_draft(session: Session, side: Side) -> Assessment:
    """A draft in a round of its own."""
    session.rollback()
    firm = session.get(steps.Firm, side.ids["firm"])
    return begun(session, firm)


def contents(session: Session) -> dict[str, str]:
    """Return a digest of every table whose rows only a step may change.

    What SQLite itself counts tells whether anybody has written since; then nothing is read again.
    """
    session.rollback()
    written = _written(session)
    known, found = session.info.get("contents", (None, {}))
    if written is None or written != known:
        found = _read(session)
        session.info["contents"] = written, found
    session.rollback()  # an open read would keep writers of SQLite waiting
    return dict(found)


def _written(session: Session) -> tuple[Any, int, int] | None:
    """Return what differs once a row was written: here by this connection, elsewhere by any other."""
    raw = session.connection().connection.dbapi_connection
    if session.get_bind().dialect.name != "sqlite" or raw is None:
        return None
    (version,) = raw.execute("PRAGMA data_version").fetchone()
    return raw, raw.total_changes, version


def _read(session: Session) -> dict[str, str]:
    return {
        table.name: _digest([tuple(row) for row in session.execute(select(table))])
        for table in Table.metadata.sorted_tables
        if table.name not in IDLE
    }


def _digest(rows: list[Any]) -> str:
    text = json.dumps(sorted(map(str, rows)), ensure_ascii=False)
    return f"{len(rows)} rows {hashlib.sha256(text.encode()).hexdigest()[:12]}"
