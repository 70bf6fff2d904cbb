"""A whole district, made up: firms, rounds, both sheets with every answer, their scores, the pool.

Written in large portions, past the steps, so that ten thousand firms take minutes. What is kept of a
score is what the lifecycle keeps (``scores.score_row``), so that lists find in it whatever they ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from questionnaires.answers import Answer, plain
from questionnaires.floor import floor
from questionnaires.library import SHIPPED
from questionnaires.model import Questionnaire
from questionnaires.scoring import Score, is_required, score
from reports.robustness import support
from survey import db
from survey.lifecycle.scores import Supports, score_row, unmet
from survey.lifecycle.tallies import judged, parts_of
from survey.running.demonstration.sheets import answer_on
from survey.store import newest, settings, standings, tallies
from survey.store.stages import SHIPPED as SHIPPED_STAGES
from survey.store.stages import of_ladder
from survey.store.standings import OWN, VISITED
from survey.store.tallies import Part, What
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    Firm,
    Ladder,
    PoolEntry,
    PoolState,
    Recognition,
    Role,
    Round,
    ScoreRow,
    SheetKind,
    SheetRow,
    Size,
    Table,
    Tally,
    UnmetGate,
    User,
    Verdict,
)
from tests.support import followed

EDITION = "2026"
FIRST_YEAR = 2024
AT_ONCE = 250
"""Firms written in one portion."""
SHEETS = 200
"""Sheets worked out for each trade; firms share them."""
CONSULTANTS = 40
FAMILY = "曾单解仇区查乐重长张王李赵陈林黄吴周徐孙"
GIVEN = "盛宏达兴隆泰华安通利恒顺昌茂瑞鑫锦源丰和"
WORKS = {"valve": "阀门", "bearing": "轴承", "metal": "金属制品"}
TOWNSHIPS, PARKS = 20, 8
PLACE = settings.District(
    name="虚构区",
    bureau="虚构区经济商务局",
    townships=tuple(f"虚构镇{n:02d}" for n in range(TOWNSHIPS)),
    parks=tuple(f"虚构园区{n}" for n in range(PARKS)),
)
RUNNING = (
    AssessmentState.DRAFT,
    AssessmentState.DRAFT,
    AssessmentState.SUBMITTED,
    AssessmentState.VISITING,
    AssessmentState.CONFIRMED,
    AssessmentState.CONFIRMED,
)
"""States of the present round, each as likely as it stands here."""
TURNED = {
    AssessmentState.VISITING: (SheetKind.SELF, SheetKind.ONSITE),
    AssessmentState.CONFIRMED: (SheetKind.SELF, SheetKind.ONSITE),
}
"""Which sheets an assessment has; the firm's own where nothing is said."""


class Made(NamedTuple):
    """One sheet that was worked out: wire values, and what the lifecycle keeps of its score."""

    answers: dict[str, object]
    kept: dict[str, Any]
    unmet: frozenset[str]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class District:
    """How large a district is; the same one for the same numbers."""

    firms: int = 10_000
    rounds: int = 3
    seed: int = 2026
    sheets: int = SHEETS
    answers: bool = True
    """Whether sheets hold their answers; lists and figures read scores."""
    followed: bool = False
    """Whether firms have projects, needs and all the rest that ``followed`` knows."""

    def fill(self, session: Session) -> None:
        """Write all of it into an empty, migrated database."""
        with db.writing(session):
            settings.keep(session, PLACE)
            for table, rows in self._frame():
                session.execute(insert(table), rows)
            for table, rows in self._beside.frame() if self.followed else ():
                session.execute(insert(table), rows)
        for first in range(1, self.firms + 1, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.firms + 1))
            with db.writing(session):
                for table, rows in self._portion(numbers):
                    session.execute(insert(table), rows)
        with db.writing(session):
            if db.on_postgresql(session.get_bind()):  # all at once takes longer than a page may
                session.execute(text("SET LOCAL statement_timeout = 0"))
                session.execute(text("ANALYZE"))  # rows that have just come are unknown to it
            newest.tell_all(session)
            tallies.add_up_all(session)
            self._numbers_go_on(session)

    @cached_property
    def questionnaires(self) -> dict[str, Questionnaire]:
        edition = SHIPPED.load(EDITION)
        return {trade: edition.questionnaire(trade) for trade in edition.trades}

    @cached_property
    def rungs(self) -> list[str]:
        return [rung.id for rung in SHIPPED.load(EDITION).ladder]

    @cached_property
    def made(self) -> dict[str, list[Made]]:
        """Sheets of each trade, the weakest first."""
        dice = Random(self.seed)
        return {
            trade: [_made(one, dice, 4.6 * n / self.sheets - 0.4) for n in range(self.sheets)]
            for trade, one in self.questionnaires.items()
        }

    @cached_property
    def _beside(self) -> followed.Followed:
        codes = {t: [p.code for p in q.packages] for t, q in self.questionnaires.items()}
        return followed.Followed(codes, EDITION, self.seed)

    def _frame(self) -> Iterator[tuple[type[Table], list[dict[str, Any]]]]:
        people = [
            {
                "id": n,
                "username": f"consultant-{n}",
                "name": f"虚构顾问{n}",
                "role": Role.CONSULTANT,
                "active": True,
                "created_at": _moment(0),
            }
            for n in range(1, CONSULTANTS + 1)
        ]
        yield User, people
        yield (
            Round,
            [
                {
                    "id": n + 1,
                    "title": f"{FIRST_YEAR + n} 年度虚构评估",
                    "edition": EDITION,
                    "opens_on": date(FIRST_YEAR + n, 9, 1),
                    "closes_on": date(FIRST_YEAR + n, 12, 31),
                    "created_at": _moment(n),
                }
                for n in range(self.rounds)
            ],
        )

    def _portion(self, numbers: range) -> Iterator[tuple[type[Table], list[dict[str, Any]]]]:
        trades = list(self.questionnaires)
        kept: dict[type[Table], list[dict[str, Any]]] = {
            table: []
            for table in (
                Firm,
                User,
                Assessment,
                SheetRow,
                AnswerRow,
                ScoreRow,
                UnmetGate,
                Tally,
                PoolEntry,
                Recognition,
                *followed.TABLES,
            )
        }
        for number in numbers:
            dice = Random(f"{self.seed}-{number}")
            trade = trades[dice.randrange(len(trades))]
            kept[Firm].append(firm := _firm(number, trade, self._processes(trade), dice))
            kept[User].append(_owner(number, dice))
            for n in range(self.rounds):
                self._assess(kept, firm, n, dice)
            self._place(kept, number, dice)
            for table, row in self._beside.of_firm(firm) if self.followed else ():
                kept[table].append(row)
        yield from ((table, rows) for table, rows in kept.items() if rows)

    def _processes(self, trade: str) -> list[str]:
        return sorted(one.id for one in self.questionnaires[trade].trade.processes)

    def _assess(
        self,
        kept: dict[type[Table], list[dict[str, Any]]],
        firm: dict[str, Any],
        n: int,
        dice: Random,
    ) -> None:
        """One firm in one round: it rises a little from year to year, and less when somebody looks."""
        id_ = (firm["id"] - 1) * self.rounds + n + 1
        last = n == self.rounds - 1
        state = dice.choice(RUNNING) if last else AssessmentState.CONFIRMED
        kept[Assessment].append(_assessment(id_, firm, n, state, dice))
        kinds = TURNED.get(state, (SheetKind.SELF,))
        rank = min(self.sheets - 1, max(0, int(dice.gauss(0.35 + 0.12 * n, 0.2) * self.sheets)))
        for offset, kind in enumerate(kinds):
            sheet = 2 * id_ - 1 + offset
            of_trade = self.made[firm["trade"]]
            at = max(0, rank - offset * dice.randrange(self.sheets // 10 + 1))
            kept[SheetRow].append(_sheet(sheet, id_, kind, firm, n))
            whole = state != AssessmentState.DRAFT
            if self.answers:
                kept[AnswerRow] += _answers(sheet, of_trade[at], kind, n, 1.0 if whole else 0.5)
            scored = state == AssessmentState.CONFIRMED or (whole and kind == SheetKind.SELF)
            if scored:
                kept[ScoreRow].append(of_trade[at].kept | {"sheet_id": sheet})
                said = standings.columns(kind, ScoreRow(**of_trade[at].kept))
                kept[Assessment][-1] |= said
                kept[UnmetGate] += [
                    {"assessment_id": id_, "kind": kind, "gate": gate}
                    for gate in of_trade[at].unmet
                ]
                confirmed = state == AssessmentState.CONFIRMED
                whose = {
                    "assessment_id": id_,
                    "kind": kind,
                    "round_id": n + 1,
                    "trade": firm["trade"],
                    "counts": (kind == SheetKind.ONSITE) == confirmed,
                }
                kept[Tally] += [whose | part._asdict() for part in of_trade[at].parts]

    def _place(
        self, kept: dict[type[Table], list[dict[str, Any]]], number: int, dice: Random
    ) -> None:
        if dice.random() < 0.6:
            kept[PoolEntry].append(
                {
                    "id": number,
                    "firm_id": number,
                    "assessment_id": (number - 1) * self.rounds + 1,
                    "edition": EDITION,
                    "state": dice.choice(
                        (PoolState.PROPOSED, PoolState.IN_POOL, PoolState.IN_POOL)
                    ),
                    "target_rung": dice.choice(self.rungs),
                    "reason": "虚构的理由",
                    "changed_at": _moment(self.rounds - 1),
                }
                | self._climb(number)
            )
            kept[PoolEntry][-1] |= _stage_of(kept[PoolEntry][-1])
        if dice.random() < 0.05:
            kept[Recognition].append(
                {
                    "id": number,
                    "firm_id": number,
                    "rung": dice.choice(self.rungs),
                    "document": f"虚构〔{FIRST_YEAR}〕{number} 号",
                    "recognised_on": date(FIRST_YEAR, 12, 1),
                    "recorded_by": dice.randint(1, CONSULTANTS),
                    "recorded_at": _moment(self.rounds - 1),
                }
            )

    def _climb(self, number: int) -> dict[str, Any]:
        """Who sees to an entry, what is next, and a third of them on the nation's ladder as well."""
        dice = Random(f"{self.seed}-climb-{number}")
        nation = dice.random() < 0.3
        stages = [stage.id for stage in of_ladder(SHIPPED_STAGES, Ladder.NATION)]
        return {
            "next_step": "虚构的下一步",
            "next_by": date(FIRST_YEAR + self.rounds, 1, 1) + timedelta(dice.randint(-90, 360)),
            "nation_target": "basic" if nation else "",
            "nation_stage": dice.choice(stages) if nation else "",
        }

    def _numbers_go_on(self, session: Session) -> None:
        """Let PostgreSQL count on from the numbers that were written."""
        if not db.on_postgresql(session.get_bind()):
            return
        for table in (
            "users",
            "rounds",
            "firms",
            "assessments",
            "sheets",
            "pool_entries",
            "recognitions",
            *followed.NUMBERED,
        ):
            session.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                    f" coalesce((SELECT max(id) FROM {table}), 1))"
                )
            )


def _stage_of(entry: dict[str, Any]) -> dict[str, Any]:
    """A stage of the entry's state, any of them as likely."""
    dice = Random(f"stage-{entry['id']}")
    ours = of_ladder(SHIPPED_STAGES, Ladder.PROVINCE)
    fitting = [stage.id for stage in ours if stage.state == entry["state"]]
    return {"stage": dice.choice(fitting), "stage_at": entry["changed_at"]}


def _moment(round_: int) -> datetime:
    return datetime(FIRST_YEAR + round_, 10, 1, 4, tzinfo=UTC)


def _made(questionnaire: Questionnaire, dice: Random, level: float) -> Made:
    processes = frozenset(one.id for one in questionnaire.trade.processes)
    sheet: dict[str, Answer] = {
        q.id: answer_on(q, max(0, min(4, round(dice.gauss(level, 0.8)))))
        for q in questionnaire.all_asked(processes)
        if is_required(questionnaire.section_of[q.id], q)
    }
    found: Score = score(questionnaire, sheet, processes)
    held = support(found, sheet)
    row = score_row(0, floor(found, sheet, frozenset()), Supports(held, held), _moment(0))
    kept = {column.key: getattr(row, column.key) for column in ScoreRow.__table__.columns}
    parts = [
        *parts_of(SHIPPED.load(EDITION), found),
        *judged(SHIPPED.load(EDITION), found, sheet, False, _moment(0).date()),
        Part(What.PLANNED),
        *(
            Part(What.PACKAGE, one.code, 1000, 4000)
            for one in dice.sample(questionnaire.packages, 4)
        ),
    ]
    wire = {id: plain(answer) for id, answer in sheet.items()}
    return Made(wire, kept, unmet(found), tuple(parts))


def _firm(number: int, trade: str, processes: list[str], dice: Random) -> dict[str, Any]:
    family, given = dice.choice(FAMILY), "".join(dice.sample(GIVEN, 2))
    return {
        "id": number,
        "code": f"91TEST{number:012d}",
        "name": f"{family}氏{given}{WORKS.get(trade, '')}厂（虚构 {number}）",
        "trade": trade,
        "processes": processes,
        "size": dice.choice(list(Size)),
        "above_scale": dice.random() < 0.4,
        "township": PLACE.townships[number % TOWNSHIPS],
        "park": PLACE.parks[number % PARKS] if number % 3 else None,
        "employees": dice.randint(5, 600),
        "revenue": dice.randint(100, 80_000),
        "contact_name": "虚构人",
        "contact_phone": f"000-{number:08d}",
        "fictional": True,
        "created_at": _moment(0),
    }


def _owner(number: int, dice: Random) -> dict[str, Any]:
    return {
        "id": CONSULTANTS + number,
        "username": f"firm-{number}",
        "name": "虚构人",
        "role": Role.FIRM,
        "firm_id": number,
        "owner": True,
        "password_hash": "-" if dice.random() < 0.8 else None,
        "active": True,
        "created_at": _moment(0),
    }


def _assessment(
    id_: int, firm: dict[str, Any], n: int, state: AssessmentState, dice: Random
) -> dict[str, Any]:
    handed_in = (
        None if state == AssessmentState.DRAFT else _moment(n) + timedelta(minutes=id_ % 90_000)
    )
    sent = state in TURNED
    unscored = dict.fromkeys([f"own_{c}" for c in OWN] + [f"visited_{c}" for c in VISITED])
    return unscored | {
        "id": id_,
        "firm_id": firm["id"],
        "round_id": n + 1,
        "edition": EDITION,
        "trade": firm["trade"],
        "state": state,
        "consultant_id": dice.randint(1, CONSULTANTS) if sent else None,
        "declared_by": "虚构人" if handed_in else None,
        "submitted_at": handed_in,
        "confirmed_at": handed_in + timedelta(days=9)
        if handed_in and state == AssessmentState.CONFIRMED
        else None,
        "created_at": _moment(n),
    }


def _sheet(
    sheet: int, assessment: int, kind: SheetKind, firm: dict[str, Any], n: int
) -> dict[str, Any]:
    return {
        "id": sheet,
        "assessment_id": assessment,
        "kind": kind,
        "processes": firm["processes"],
        "created_at": _moment(n),
    }


def _answers(sheet: int, made: Made, kind: SheetKind, n: int, share: float) -> list[dict[str, Any]]:
    """The first ``share`` of a sheet's answers."""
    verdict = Verdict.VERIFIED if kind == SheetKind.ONSITE else None
    wanted = list(made.answers.items())[: int(len(made.answers) * share)]
    return [
        {
            "sheet_id": sheet,
            "question_id": id,
            "revision": 1,
            "author_id": 1,
            "value": value,
            "remark": "",
            "verification": verdict,
            "reason": "",
            "finding": "",
            "saved_at": _moment(n),
        }
        for id, value in wanted
    ]
