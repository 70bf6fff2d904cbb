"""The demonstration district: invented firms with complete sheets, so that every page shows something.

It can only be loaded into an empty instance, and marks that instance as a demonstration for ever.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import yaml
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.answers import NOT_APPLICABLE, Answer, plain
from questionnaires.contradictions import Told
from questionnaires.contradictions import contradictions as contradictions_of
from questionnaires.library import SHIPPED
from questionnaires.model import Questionnaire
from survey import db
from survey.clock import LOCAL
from survey.config import MEGABYTE, Config
from survey.files.contents import Contents
from survey.files.stores import contents_of
from survey.files.uploads import Stored
from survey.library import edition_of, questionnaire_of
from survey.lifecycle import assessments as steps
from survey.lifecycle import (
    conclusions,
    contradictions,
    interests,
    passwords,
    pool,
    profiles,
    requests,
    teams,
)
from survey.lifecycle.answers import Change, save_answer
from survey.lifecycle.as_said import leave_as_said
from survey.lifecycle.choices import TypedChoice
from survey.lifecycle.contradictions import facts_of
from survey.lifecycle.decisions import Basis, Wish, decide_on_entries
from survey.lifecycle.evidence import Limits
from survey.lifecycle.firms import Profile, update_profile
from survey.lifecycle.interests import Declared
from survey.lifecycle.recognitions import Award, recognise
from survey.lifecycle.responses import Word
from survey.lifecycle.selections import Seen
from survey.lifecycle.starts import confirm_same, keep_files
from survey.lifecycle.step import About, Actor, Step
from survey.running.demonstration import notes
from survey.running.demonstration.coherence import Answers, coherent
from survey.running.demonstration.lists import keep_lists
from survey.running.demonstration.onsite import Brought, brought
from survey.running.demonstration.pairs import judge_apart
from survey.running.demonstration.rosters import bring_lists
from survey.running.demonstration.rounds import LAST_DAYS, QUOTAS, remind, run_round
from survey.running.demonstration.sheets import (
    application_facts,
    artificial_intelligence,
    key_figures,
    sheet_on,
)
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import pool as pool_store
from survey.store import settings
from survey.store import starts as starts_store
from survey.tables import (
    AnswerRevision,
    AnswerRow,
    Assessment,
    AssessmentState,
    AwardLevel,
    EditionRow,
    EditionState,
    Evidence,
    Firm,
    PoolState,
    ResponseKind,
    Role,
    Round,
    SheetKind,
    SheetRow,
    Size,
    User,
    Verdict,
)

HERE = Path(__file__).parent
EDITION = "2026"
SIGN_INS = "sign-ins.txt"
BEGAN = datetime(2026, 9, 7, 1, 30, tzinfo=UTC)
RECORDED = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
MET = RECORDED - timedelta(days=24)
"""When the bureau met about the firms that were proposed."""
"""When recognitions were decided and entered."""
READERS = (
    ("qiye", "张某", Role.FIRM),
    ("guwen", "李某", Role.CONSULTANT),
    ("zhuguan", "王某", Role.OFFICER),
    ("admin", "赵某", Role.ADMINISTRATOR),
)
PARTNER = "partner"
"""The key of the second consultant, whom no role of a reader names."""
SECOND = ("guwen-2", "周某", Role.CONSULTANT)
THIRD = "third"
"""The key of another consultant, whose password nobody knows."""
SHOWN = "V-03"
"""The firm whose user can sign in: one result behind it, one sheet in the making."""
BEFORE = "2026-0"
"""What edition 2026 said before it was revised."""
TRIALS = (
    ("2026 年一季度试评", BEFORE, date(2026, 3, 2), 9),
    ("2026 年二季度试评", EDITION, date(2026, 6, 1), 5),
)
"""The shown firm's rounds of before: title, edition, first day, how many answers stood a level lower."""
ROOM = Limits(files_per_question=10, bytes_per_assessment=100 * MEGABYTE)
CONFIRMED_AGAIN = 5
"""How many modules it has looked at again in its newest round."""
PROBLEMS = "现场看了系统、看了机台、抽了单据，企业所填与现场基本相符。各处记录的及时和完整还可以提高，建议先补齐挡住下一等级的几项。"
DEMO = Actor(None, "演示数据")


def load(app: Flask) -> bool:
    """Fill an empty instance; return whether it was empty. Sign-ins are written to one file."""
    config: Config = app.config["SURVEY"]
    with app.extensions["survey_sessions"]() as session:
        if session.scalar(select(User.id).limit(1)) is not None:
            return False
        session.rollback()
        people, words = _people()
        with db.writing(session):
            _set_district(session)
            now = datetime.now(UTC)
            rounds = _rounds(session, now.astimezone(LOCAL).date())
            firms = [_firm(session, row) for row in _rows("firms.yaml")["firms"]]
            users = _users(session, people, firms)
            Step(session, DEMO, BEGAN).log("load_demo", About("district", "demonstration"))
        contents = contents_of(config)
        _trials(session, firms, users, contents)
        for number, (firm, row) in enumerate(firms):
            what = brought(contents, row)
            _live(session, firm, row, rounds[0], users, what, _arrival(number))
        _meet(session, firms, users[Role.OFFICER])
        _ties(session, firms, users[PARTNER])
        run_round(session, config, rounds, users[Role.OFFICER], now)
        _second_round(session, firms, rounds[1], users)
        for firm, row in firms:
            if "again" in row:
                _hand_in_next(session, firm, row, rounds[1], users, brought(contents, row).photo)
        remind(session, now)
        rows, officer = [firm for firm, _ in firms], users[Role.OFFICER]
        bring_lists(session, config, rows, officer, now)
        keep_lists(session, contents, Step(session, _actor(officer), now))
    _keep(config.instance / SIGN_INS, words, config.base_url)
    return True


def _arrival(number: int) -> datetime:
    """Four firms a day, each in working hours."""
    day, turn = divmod(number, 4)
    return BEGAN + timedelta(days=day, minutes=40 * turn)


def _rows(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def _people() -> tuple[dict[str, str], dict[str, str]]:
    """Return password hashes and the generated passwords, by user name."""
    words = {username: secrets.token_urlsafe(9) for username, _, _ in (*READERS, SECOND)}
    return {username: passwords.hashed(word) for username, word in words.items()}, words


def _keep(path: Path, words: dict[str, str], base_url: str) -> None:
    roles = {
        Role.FIRM: "企业",
        Role.CONSULTANT: "诊断顾问",
        Role.OFFICER: "主管部门人员",
        Role.ADMINISTRATOR: "管理员",
    }
    lines = [f"  演示登录（{base_url}/ ，数据均为虚构）：", ""]
    for username, name, role in READERS:
        lines.append(f"    {roles[role]}（{name}）  用户名 {username}  密码 {words[username]}")
    username, name, _ = SECOND
    lines.append(f"    组员（{name}）  用户名 {username}  密码 {words[username]}")
    path.touch(mode=0o600, exist_ok=True)
    os.chmod(path, 0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _set_district(session: Session) -> None:
    file = HERE / "district.yaml"
    step = Step(session, DEMO, BEGAN)
    district, _no_logo = profiles.read(step, file.read_bytes(), file.name)
    settings.keep(session, replace(district, demonstration=True))


def _rounds(session: Session, today: date) -> tuple[Round, Round]:
    rounds = (
        Round(
            title="2026 年度首轮评估",
            edition=EDITION,
            opens_on=date(2026, 9, 1),
            closes_on=date(2026, 10, 31),
            created_at=BEGAN,
        ),
        Round(
            title="2026 年度补充评估",
            edition=EDITION,
            notice="虚构〔2026〕12 号",
            opens_on=date(2026, 11, 1),
            only_invited=True,
            quotas=dict(QUOTAS),
            created_at=BEGAN,
            **{name: today + timedelta(days=days) for name, days in LAST_DAYS.items()},
        ),
    )
    session.add_all(rounds)
    session.flush()
    return rounds


def _firm(session: Session, row: dict[str, Any]) -> tuple[Firm, dict[str, Any]]:
    trade = SHIPPED.load(EDITION).trades[row["trade"]]
    has = [p.id for p in trade.processes if p.id not in _lacks(row)]
    firm = Firm(
        code=row["code"],
        name=row["name"],
        trade=row["trade"],
        processes=sorted(has),
        lacking=row.get("lacking", {}),
        size=_size(row["employees"], row["revenue"]),
        above_scale=row["revenue"] >= 2000,
        township=row["township"],
        park=row.get("park"),
        address="示例路 8 号",
        employees=row["employees"],
        revenue=row["revenue"],
        contact_name="张某",
        contact_post="生产负责人",
        contact_phone=f"000-0000-{1000 + row['employees']}",
        fictional=True,
        created_at=BEGAN,
    )
    session.add(firm)
    session.flush()
    return firm, row


def _size(employees: int, revenue: int) -> Size:
    """Return what a firm is called by its people and its revenue in 万元, both to be reached.

    Source: 《统计上大中小微型企业划分办法（2017）》, industry.
    """
    limits = ((1000, 40000, Size.LARGE), (300, 2000, Size.MEDIUM), (20, 300, Size.SMALL))
    return next((size for e, r, size in limits if employees >= e and revenue >= r), Size.MICRO)


def _lacks(row: dict[str, Any]) -> set[str]:
    """Return the processes a firm does without: its story's, and those its size rules out."""
    lacks = set(row.get("absent", ()))
    if row["trade"] == "bearing":
        lacks.add("linear_motion" if "直线" not in row["name"] else "ring_bearings")
        lacks.add("outside_furnace" if row["revenue"] >= 3000 else "furnace")
        lacks |= {"forging", "life_testing"} if row["revenue"] < 6000 else set()
    if row["trade"] == "valve":
        lacks |= {"casting", "special_service"} if row["revenue"] < 5000 else set()
        lacks |= {"hardfacing", "actuated"} if row["revenue"] < 2000 else set()
    if row["trade"] == "metal_products":
        lacks |= {"pipe_fittings", "surface_treatment"}
        bolts = {"fasteners", "cold_forming", "own_heat_treatment", "high_strength_plating"}
        lacks |= bolts if row["sample"] != "M-03" else set()
        lacks |= (
            {"explosive_dust", "food_contact", "bought_dies"} if row["revenue"] < 5000 else set()
        )
    return lacks


def _users(
    session: Session, hashes: dict[str, str], firms: list[tuple[Firm, dict[str, Any]]]
) -> dict[str, User]:
    """Make everybody who signs in, by role, and who goes along as ``PARTNER``."""
    shown = next(firm for firm, row in firms if row["sample"] == SHOWN)
    users: dict[str, User] = {
        role: User(
            username=username,
            name=name,
            role=role,
            firm_id=shown.id if role == Role.FIRM else None,
            owner=role == Role.FIRM,
            password_hash=hashes[username],
            password_changed_at=BEGAN,
            active=True,
            created_at=BEGAN,
        )
        for username, name, role in READERS
    }
    unknown = passwords.hashed(secrets.token_urlsafe(32))
    session.add_all(users.values())
    for firm, row in firms:
        if firm is not shown:
            session.add(_owner(firm, row["sample"], unknown))
    users[PARTNER] = _consultant(SECOND[0], SECOND[1], hashes[SECOND[0]])
    users[THIRD] = _consultant("guwen-3", "吴某", unknown)
    session.add_all([users[PARTNER], users[THIRD], _invited_colleague(shown)])
    session.flush()
    return users


def _consultant(username: str, name: str, password_hash: str) -> User:
    return User(
        username=username,
        name=name,
        role=Role.CONSULTANT,
        password_hash=password_hash,
        password_changed_at=BEGAN,
        active=True,
        created_at=BEGAN,
    )


def _owner(firm: Firm, sample: str, password_hash: str) -> User:
    """Who answers for a firm of the list; nobody knows their password."""
    return User(
        username=f"firm-{sample.lower()}",
        name="张某",
        role=Role.FIRM,
        owner=True,
        firm_id=firm.id,
        password_hash=password_hash,
        password_changed_at=BEGAN,
        active=True,
        created_at=BEGAN,
    )


def _invited_colleague(firm: Firm) -> User:
    """Whom the shown firm has asked to fill in one module, and who has not come yet."""
    return User(
        username="shebei",
        name="钱某",
        role=Role.FIRM,
        firm_id=firm.id,
        sections=["production"],
        active=True,
        created_at=BEGAN,
    )


def _actor(user: User) -> Actor:
    return Actor(user.id, f"{user.name}（{user.username}）")


def _live(
    session: Session,
    firm: Firm,
    row: dict[str, Any],
    round_: Round,
    users: dict[str, User],
    what: Brought,
    at: datetime,
) -> None:
    """Take one firm as far as its row says: draft, submitted, visited, confirmed, in the pool."""
    author = session.scalars(select(User).where(User.firm_id == firm.id).limit(1)).one()
    assessment = steps.begin(Step(session, _actor(author), at), firm.id, round_.id)
    questionnaire = questionnaire_of(assessment)
    random = Random(row["sample"])  # noqa: S311  # the same every time, not a secret
    truth, extras = _invented(firm, row, questionnaire, random)
    told = _inflated(truth) if row.get("story") == "inflated" else truth | _overstated(row)
    if row["state"] == AssessmentState.DRAFT:
        told = dict(list(told.items())[: len(told) * 2 // 3])
    first = _amiss(told, row.get("returned"))
    _answer(session, assessment, first | extras, author, at + timedelta(hours=1))
    _show_files(session, assessment, told, author, what.photo, at + timedelta(hours=1))
    if row["state"] == AssessmentState.DRAFT:
        return
    officer, consultant = users[Role.OFFICER], users[row.get("by", Role.CONSULTANT)]
    at += timedelta(days=2)
    _hand_in(session, assessment, author, at)
    if question := row.get("returned"):
        at = _hand_in_again(session, assessment, question, told[question], author, officer, at)
    if asks := row.get("asks"):
        requests.ask(Step(session, _actor(author), at + timedelta(hours=3)), assessment.id, asks)
    if row["state"] == AssessmentState.SUBMITTED:
        return
    at += timedelta(days=3)
    _send(Step(session, _actor(officer), at), assessment.id, row, users)
    at += timedelta(days=1)
    _look(session, assessment, row, (truth, told), users, what, at)
    if row["state"] != AssessmentState.CONFIRMED:
        return
    _close(session, assessment, row, consultant, what, at)
    at += timedelta(hours=5)
    _decide(session, firm, assessment, row, officer, at + timedelta(days=4))


def _look(
    session: Session,
    assessment: Assessment,
    row: dict[str, Any],
    answers: tuple[dict[str, Answer], dict[str, Answer]],
    users: dict[str, User],
    what: Brought,
    at: datetime,
) -> None:
    """Visit a firm: all of it where its row says so, else half; ``answers``: the truth, and what it told."""
    truth, told = answers
    consultant, apart = users[row.get("by", Role.CONSULTANT)], row.get("apart")
    seen = truth
    if not apart and row["state"] != AssessmentState.CONFIRMED:
        seen = dict(list(truth.items())[: len(truth) // 2])
    away = _not_looked_at(questionnaire_of(assessment), row)
    seen = {question: answer for question, answer in seen.items() if question not in away}
    _visit(session, assessment, told, seen, consultant, what, at)
    step = Step(session, _actor(consultant), at)
    _leave_unseen(step, assessment, row)
    if apart:
        judge_apart(session, assessment, apart, seen, (consultant, users[PARTNER]), at)
    for check, says in row.get("explained", {}).items():
        contradictions.explain(step, assessment.id, check, says)
    if row.get("noted"):
        notes.note(replace(step, now=at + timedelta(hours=4)), assessment, what.photo)


def _close(
    session: Session,
    assessment: Assessment,
    row: dict[str, Any],
    consultant: User,
    what: Brought,
    at: datetime,
) -> None:
    """Write the conclusion of a visit and confirm it."""
    step = Step(session, _actor(consultant), at)
    conclusions.conclude(
        step,
        assessment.id,
        problems=PROBLEMS,
        plan=_plan(row.get("plan")),
        base_version=_version(session, assessment.id),
    )
    steps.confirm(
        replace(step, now=at + timedelta(hours=5)),
        assessment.id,
        word=_word(row),
        signings=notes.signings(row, consultant.name, what.ink) if what.ink else (),
    )


def _send(step: Step, assessment_id: int, row: dict[str, Any], users: dict[str, User]) -> None:
    """Send one consultant, or two where the row says so; a visit that waits is planned for a coming day."""
    ahead = row.get("in_days")
    second = users[PARTNER].id if row.get("pair") else None
    day = None
    if ahead is not None:
        day = min(
            max(step.now, datetime.now(UTC)).astimezone(LOCAL).date() + timedelta(days=ahead),
            step.today + teams.FARTHEST,
        )
    lead = users[row.get("by", Role.CONSULTANT)].id
    steps.assign(step, assessment_id, lead, second, day)


def _ties(session: Session, firms: list[tuple[Firm, dict[str, Any]]], partner: User) -> None:
    """Let the second consultant say where else they work: a firm that waits for somebody to be sent."""
    firm = next(firm for firm, row in firms if row["state"] == AssessmentState.SUBMITTED)
    given = Declared(firm.name, firm.code, True, "在该厂兼任信息化顾问（虚构）。")
    interests.declare(Step(session, _actor(partner), BEGAN), partner.id, given, demonstration=True)


def _amiss(told: dict[str, Answer], question: str | None) -> dict[str, Answer]:
    """Return what was told at first: one level off where a sheet is to be returned."""
    if question is None:
        return told
    level = told[question]
    assert isinstance(level, int), "a returned question of the demonstration has levels"  # noqa: S101
    return told | {question: level - 1 if level else 1}


def _hand_in_again(
    session: Session,
    assessment: Assessment,
    question: str,
    answer: Answer,
    author: User,
    officer: User,
    at: datetime,
) -> datetime:
    """Let an officer return a sheet over one question and the firm put it right; return when."""
    step = Step(session, _actor(officer), at + timedelta(hours=20))
    why = "这一题与上传的材料不一致，请核对后再提交。"
    steps.return_to_firm(step, assessment.id, reason=why, questions=[question])
    at += timedelta(days=1, hours=4)
    change = Change(question, "demo.again.1", 1, value=plain(answer), remark="已按材料改正。")
    step = Step(session, _actor(author), at)
    save_answer(step, assessment.id, SheetKind.SELF, change)
    steps.submit(step, assessment.id, declared_by="张某")
    return at


def _plan(lines: list[dict[str, Any]] | None) -> list[TypedChoice] | None:
    """Read a consultant's plan of the demonstration; None where the computed advice stands."""
    if lines is None:
        return None
    return [TypedChoice(**line | {"helps": tuple(line.get("helps", ()))}) for line in lines]


def _invented(
    firm: Firm, row: dict[str, Any], questionnaire: Questionnaire, random: Random
) -> tuple[Answers, Answers]:
    """Return a firm's true answers and its figures: on its rung, and nothing against the other."""
    processes, step = frozenset(firm.processes), row["step"]
    truth = sheet_on(questionnaire, processes, step, random)
    extras = key_figures(questionnaire, processes, step, random)
    extras |= application_facts(questionnaire, row.get("invested"), random)
    extras |= artificial_intelligence(step)
    told = Told(truth | extras, processes, facts_of(firm))
    but = frozenset(row.get("explained", ())) | frozenset(row.get("unsettled", ()))
    mended = coherent(questionnaire, told, step, but=but)
    return (
        {id: mended[id] for id in truth},
        {id: mended[id] for id in extras if id in mended},
    )


def _show_files(
    session: Session,
    assessment: Assessment,
    told: Answers,
    author: User,
    photo: Stored,
    at: datetime,
) -> None:
    """Put a picture behind each high answer that a cross-check asks one for."""
    questionnaire, own = questionnaire_of(assessment), _sheet(session, assessment, SheetKind.SELF)
    processes = frozenset(own.processes)
    bare = contradictions_of(questionnaire, Told(told, processes, files=frozenset()))
    with db.writing(session):
        for found in bare:
            if found.check.kind == "files":
                question = found.check.questions[0]
                session.add(_photo_row(photo, own.id, question, author, at))


def _sheet(session: Session, assessment: Assessment, kind: SheetKind) -> SheetRow:
    found = store.sheet(session, assessment.id, kind)
    assert found is not None, "a step before made it"  # noqa: S101
    return found


def _version(session: Session, assessment_id: int) -> int:
    return session.get_one(Assessment, assessment_id).version


def _inflated(truth: dict[str, Answer]) -> dict[str, Answer]:
    """Return what a firm says that thinks too well of itself: six answers two levels higher."""
    low = {q: a for q, a in truth.items() if isinstance(a, int) and a <= 2}
    higher = {q: low[q] + 2 for q in list(low)[::3][:6]}
    return truth | higher


def _answer(
    session: Session,
    assessment: Assessment,
    sheet: dict[str, Answer],
    author: User,
    at: datetime,
) -> None:
    """Write a whole sheet at once, with the history the questionnaire's own saving would leave."""
    own = _sheet(session, assessment, SheetKind.SELF)
    with db.writing(session):
        for number, (question_id, answer) in enumerate(sheet.items()):
            fields = {
                "sheet_id": own.id,
                "question_id": question_id,
                "value": plain(answer),
                "remark": "本企业没有这道工序。" if answer is NOT_APPLICABLE else "",
                "reason": "",
                "finding": "",
                "revision": 1,
                "author_id": author.id,
                "saved_at": at + timedelta(minutes=number),
            }
            session.add(AnswerRow(**fields))
            session.add(AnswerRevision(**fields, request_id=f"demo.{number}"))


def _visit(
    session: Session,
    assessment: Assessment,
    told: dict[str, Answer],
    seen: dict[str, Answer],
    consultant: User,
    what: Brought,
    at: datetime,
) -> None:
    """Verify every answer that was seen, correcting what the firm overstated, with a photo."""
    onsite = _sheet(session, assessment, SheetKind.ONSITE)
    with db.writing(session):
        looked_at = {*answer_store.answers(session, onsite.id)} - (told.keys() - seen.keys())
        rows = answer_store.rows_of(session, onsite.id, looked_at)
        for number, (question_id, row) in enumerate(rows.items()):
            saved_at = what.saved_at(at, number)
            changed = question_id in seen and seen[question_id] != told[question_id]
            if changed:
                row.value = plain(seen[question_id])
                row.finding = what.finding(question_id)
                photo = _photo_row(what.photo, onsite.id, question_id, consultant, saved_at)
                session.add(photo)
            row.verification = Verdict.CHANGED if changed else Verdict.VERIFIED
            row.reason = what.reason(question_id) if changed else ""
            row.revision, row.author_id, row.saved_at = row.revision + 1, consultant.id, saved_at
            session.add(
                AnswerRevision(
                    sheet_id=onsite.id,
                    question_id=question_id,
                    revision=row.revision,
                    author_id=consultant.id,
                    request_id=f"demo-visit.{question_id}",
                    value=row.value,
                    remark="",
                    verification=row.verification,
                    reason=row.reason,
                    finding=row.finding,
                    saved_at=saved_at,
                )
            )


def _not_looked_at(questionnaire: Questionnaire, row: dict[str, Any]) -> set[str]:
    """The questions of a row that the consultant did not see."""
    section = questionnaire.section_by_id.get(row.get("as_said", ""))
    left = [question.id for question in section.questions] if section else []
    return {*row.get("unseen", {}), *left}


def _leave_unseen(step: Step, assessment: Assessment, row: dict[str, Any]) -> None:
    """Say why some answers could not be seen, and leave a module as the firm said."""
    for question_id, why in row.get("unseen", {}).items():
        change = Change(
            question_id, f"demo-away.{question_id}", 1, verification=Verdict.NOT_SEEN, reason=why
        )
        save_answer(step, assessment.id, SheetKind.ONSITE, change)
    if section := row.get("as_said"):
        leave_as_said(step, assessment.id, section)


def _word(row: dict[str, Any]) -> Word | None:
    """What the firm's representative says when the visit is confirmed."""
    said = row.get("word")
    if said is None:
        return None
    objects = said.get("objects", "")
    kind = ResponseKind.OBJECTED if objects else ResponseKind.ACKNOWLEDGED
    return Word(kind, said["name"], said["post"], objects)


def _photo_row(
    photo: Stored, sheet_id: int, question_id: str, consultant: User, at: datetime
) -> Evidence:
    return Evidence(
        sheet_id=sheet_id,
        question_id=question_id,
        sha256=photo.sha256,
        name=photo.name,
        media_type=photo.media_type,
        size=photo.size,
        has_thumbnail=photo.has_thumbnail,
        likeness=photo.likeness,
        taken_at=photo.taken_at or at,
        uploaded_by=consultant.id,
        uploaded_at=at,
    )


def _decide(
    session: Session,
    firm: Firm,
    assessment: Assessment,
    row: dict[str, Any],
    officer: User,
    at: datetime,
) -> None:
    """Let the officer decide as the row says."""
    wanted = row.get("pool")
    if not wanted:
        return
    by = _actor(officer)
    one_by_one = wanted["state"] == PoolState.RECOGNISED
    enter = partial(pool.admit, sure=True) if one_by_one else pool.propose
    entry = enter(
        Step(session, by, at),
        assessment.id,
        target_rung=wanted["target"],
        reason="现场核定结果与改造意愿符合培育方向。",
    )
    if wanted["state"] == PoolState.RECOGNISED:
        ladder = {rung.id: rung.title for rung in SHIPPED.load(EDITION).ladder}
        award = Award(
            rung=wanted["target"],
            document=f"示例文号〔2026〕{firm.id}号（虚构）",
            recognised_on=RECORDED.date(),
            title=f"示例{ladder[wanted['target']]}（虚构）",
            level=AwardLevel.PROVINCE,
        )
        recognise(
            Step(session, by, RECORDED),
            entry.id,
            award,
            base_version=entry.version,
            sure=True,
        )


def _meet(session: Session, firms: list[tuple[Firm, dict[str, Any]]], officer: User) -> None:
    """Let a meeting take the proposed firms in together, by minutes, a target at a time."""
    by_target: dict[str, list[Seen]] = {}
    for firm, row in firms:
        wanted = row.get("pool") or {}
        entry = pool_store.pool_entry_of_firm(session, firm.id)
        if entry is not None and wanted.get("state") == PoolState.IN_POOL:
            by_target.setdefault(wanted["target"], []).append(Seen(entry.id, entry.version))
    basis = Basis("示例会议纪要〔2026〕2号（虚构）", MET.date())
    for target, seen in by_target.items():
        wish = Wish("admit", target, "会议研究，同意入库。", basis)
        decide_on_entries(Step(session, _actor(officer), MET), seen, wish, sure=True)


def _trials(
    session: Session,
    firms: list[tuple[Firm, dict[str, Any]]],
    users: dict[str, User],
    contents: Contents,
) -> None:
    """Take the shown firm through the rounds of before: on an earlier edition, then on this one."""
    firm, row = next((firm, row) for firm, row in firms if row["sample"] == SHOWN)
    with db.writing(session):
        # An installation that has answers on it knows it so.
        session.add(EditionRow(id=BEFORE, state=EditionState.RETIRED, changed_at=BEGAN))
    for title, edition, day, lower in TRIALS:
        with db.writing(session):
            round_ = Round(
                title=title,
                edition=edition,
                opens_on=day,
                closes_on=day + timedelta(days=29),
                created_at=datetime.combine(day, BEGAN.timetz()),
            )
            session.add(round_)
        _try(session, firm, row, round_, users, brought(contents, row), lower)


def _try(
    session: Session,
    firm: Firm,
    row: dict[str, Any],
    round_: Round,
    users: dict[str, User],
    what: Brought,
    lower: int,
) -> None:
    """Let a firm fill one of those rounds in, with so many answers a level lower, and be visited."""
    author, consultant = users[Role.FIRM], users[Role.CONSULTANT]
    at = round_.created_at
    assessment = steps.begin(Step(session, _actor(author), at), firm.id, round_.id)
    questionnaire = questionnaire_of(assessment)
    truth, _ = _invented(firm, row, questionnaire, Random(row["sample"]))  # noqa: S311
    seen = _lowered(truth, lower)
    told = seen | _overstated(row)
    _answer(session, assessment, told, author, at + timedelta(hours=1))
    _show_files(session, assessment, told, author, what.photo, at + timedelta(hours=2))
    _hand_in(session, assessment, author, at + timedelta(days=1))
    officer = Step(session, _actor(users[Role.OFFICER]), at + timedelta(days=2))
    steps.assign(officer, assessment.id, consultant.id)
    _visit(session, assessment, told, seen, consultant, what, at + timedelta(days=3))
    by = Step(session, _actor(consultant), at + timedelta(days=3, hours=6))
    agreed = Word(ResponseKind.ACKNOWLEDGED, "张某", "负责人", "")
    steps.confirm(by, assessment.id, word=agreed)


def _overstated(row: dict[str, Any]) -> Answers:
    """Return what a firm puts higher than it is, by its row: one question and its level."""
    return dict(row.get("overstated", {}))


def _lowered(told: Answers, count: int) -> Answers:
    """Return a sheet as it was before: one level lower in so many answers."""
    low = {id: level - 1 for id, level in told.items() if isinstance(level, int) and level}
    return told | dict(list(low.items())[:count])


def _hand_in(session: Session, assessment: Assessment, author: User, at: datetime) -> None:
    """Hand a sheet in; where it began with a last round, the firm first looks at its profile."""
    step, number = Step(session, _actor(author), at), assessment.id
    sheet = starts_store.own_sheet(session, number)
    if sheet is not None and sheet.start is not None:
        _look_at_profile(step, assessment)
    steps.submit(step, number, declared_by="张某")


def _look_at_profile(step: Step, assessment: Assessment) -> None:
    """Let a firm save its profile as it stands."""
    firm = step.session.get_one(Firm, assessment.firm_id)
    profile = Profile(**{field.name: getattr(firm, field.name) for field in fields(Profile)})
    edition, version = edition_of(assessment), firm.version
    update_profile(step, firm.id, profile, edition, base_version=version)


def _second_round(
    session: Session,
    firms: list[tuple[Firm, dict[str, Any]]],
    round_: Round,
    users: dict[str, User],
) -> None:
    """Leave the shown firm half-way through its next sheet, for its user to go on with.

    Of the first modules most stands as last time and something rose; the rest waits to be looked at.
    """
    firm = next(firm for firm, row in firms if row["sample"] == SHOWN)
    step = Step(session, _actor(users[Role.FIRM]), BEGAN + timedelta(days=63))
    assessment = steps.begin(step, firm.id, round_.id)
    number, asked = assessment.id, questionnaire_of(assessment)
    _look_at_profile(step, assessment)
    sections = [s for s in asked.sections if s.counts][:CONFIRMED_AGAIN]
    for section in sections:
        questions = [q.id for q in asked.asked(section, frozenset(firm.processes))]
        _rise(step, number, questions)
        confirm_same(step, number, section.id, questions)
        for question in questions:
            keep_files(step, number, question, limits=ROOM)


def _rise(step: Step, assessment_id: int, questions: list[str]) -> None:
    """Let a firm answer the first question that stood low one level higher than in its last round."""
    sheet = starts_store.own_sheet(step.session, assessment_id)
    same = sheet.start.same if sheet is not None and sheet.start is not None else {}
    stood = {id: same[id]["value"] for id in questions if id in same}
    low = next((id for id, level in stood.items() if level in (0, 1)), None)
    if low is not None:
        change = Change(low, f"demo.rise.{low}", 0, value=stood[low] + 1)
        save_answer(step, assessment_id, SheetKind.SELF, change)


def _hand_in_next(
    session: Session,
    firm: Firm,
    row: dict[str, Any],
    round_: Round,
    users: dict[str, User],
    photo: Stored,
) -> None:
    """Let a firm hand in its next sheet, other than its last by what its row says, to be visited."""
    author = session.scalars(select(User).where(User.firm_id == firm.id).limit(1)).one()
    at, again = BEGAN + timedelta(days=65), row["again"]
    assessment = steps.begin(Step(session, _actor(author), at), firm.id, round_.id)
    truth, extras = _invented(firm, row, questionnaire_of(assessment), Random(row["sample"]))  # noqa: S311
    told = truth | again["answers"]
    _answer(session, assessment, told | extras, author, at)
    _show_files(session, assessment, told, author, photo, at)
    step = Step(session, _actor(author), at + timedelta(days=1))
    for number, (question, remark) in enumerate(again["remarks"].items()):
        note = Change(
            question, f"demo.note.{number}", 1, value=plain(told[question]), remark=remark
        )
        save_answer(step, assessment.id, SheetKind.SELF, note)
    _hand_in(session, assessment, author, at + timedelta(days=1))
    step = Step(session, _actor(users[Role.OFFICER]), at + timedelta(days=3))
    planned_on = (at + timedelta(days=20)).date()
    steps.assign(step, assessment.id, users[Role.CONSULTANT].id, planned_on=planned_on)
