"""A whole district, made up: firms, rounds, both sheets with every answer, their scores, the pool.

Written in large portions, past the steps, as a backup is restored: bare tables where there are many
firms, and what hangs on sheets, which is nearly all rows, past SQLAlchemy's types as well. What is kept
of a score is what the lifecycle keeps (``scores.score_row``), so that lists find in it whatever they ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from questionnaires.library import SHIPPED
from survey import db
from survey.clock import LOCAL
from survey.lifecycle.backups import bared
from survey.store import newest, settings, tallies, whole
from survey.store.stages import SHIPPED as SHIPPED_STAGES
from survey.store.stages import of_ladder
from survey.store.standings import OWN, VISITED
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
)
from tests.support import followed
from tests.support.hanging import EDITION, FIRST_YEAR, PLAIN, SHEETS, Sheets, moment_of

AT_ONCE = 250
"""Firms written in one portion."""
MANY = 1_000
"""From so many firms on tables are bare while they are filled."""
TOLD_FROM = (Assessment, PoolEntry, Tally)
"""Tables from which the last of a district is told, once all of it is there."""
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


Kept = dict[type[Table], list[Any]]
"""Rows to be written: by name, and those of ``PLAIN`` as ``store.whole`` writes them."""
Rows = Iterator[tuple[type[Table], list[Any]]]


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
        with db.filling(session) as own, self._made_ready(own):
            settings.keep(own, PLACE)
            _write(own, self._frame())
            if self.followed:
                _write(own, self._beside.frame())
            for first in range(1, self.firms + 1, AT_ONCE):
                _write(own, self._portion(range(first, min(first + AT_ONCE, self.firms + 1))))
        db.look_at(session, *TOLD_FROM)  # rows that have just come are unknown to PostgreSQL
        with db.writing(session):
            db.take_time(session.connection())  # all at once takes longer than a page may
            newest.tell_all(session)
            tallies.add_up_all(session)

    @contextmanager
    def _made_ready(self, session: Session) -> Iterator[None]:
        """Lay tables bare for many firms; for a few that would take longer than they do."""
        if self.firms >= MANY:
            with bared(session):
                yield
        else:
            yield
            whole.end_filling(session)

    @cached_property
    def _sheets(self) -> Sheets:
        return Sheets(self.sheets, self.seed, self.answers)

    @cached_property
    def rungs(self) -> list[str]:
        return [rung.id for rung in SHIPPED.load(EDITION).ladder]

    @cached_property
    def _beside(self) -> followed.Followed:
        asked = self._sheets.questionnaires
        codes = {t: [p.code for p in q.packages] for t, q in asked.items()}
        return followed.Followed(codes, EDITION, self.seed)

    def _frame(self) -> Rows:
        people = [
            {
                "id": n,
                "username": f"consultant-{n}",
                "name": f"虚构顾问{n}",
                "role": Role.CONSULTANT,
                "active": True,
                "created_at": moment_of(0),
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
                    "created_at": moment_of(n),
                }
                for n in range(self.rounds)
            ],
        )

    def _portion(self, numbers: range) -> Rows:
        trades = list(self._sheets.questionnaires)
        kept: Kept = {
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
        return sorted(one.id for one in self._sheets.questionnaires[trade].trade.processes)

    def _assess(
        self,
        kept: Kept,
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
            at = max(0, rank - offset * dice.randrange(self.sheets // 10 + 1))
            alike = self._sheets.alike(firm["trade"], at, kind, n, state)
            kept[SheetRow].append(_sheet(sheet, id_, kind, firm, n, answered=self.answers))
            kept[Assessment][-1] |= alike.said
            for whose, hanging in ((sheet, alike.of_sheet), (id_, alike.of_assessment)):
                for table, tails in hanging.items():
                    kept[table] += [(whose, *tail) for tail in tails]

    def _place(self, kept: Kept, number: int, dice: Random) -> None:
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
                    "changed_at": moment_of(self.rounds - 1),
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
                    "recorded_at": moment_of(self.rounds - 1),
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


def _stage_of(entry: dict[str, Any]) -> dict[str, Any]:
    """A stage of the entry's state, any of them as likely."""
    dice = Random(f"stage-{entry['id']}")
    ours = of_ladder(SHIPPED_STAGES, Ladder.PROVINCE)
    fitting = [stage.id for stage in ours if stage.state == entry["state"]]
    return {"stage": dice.choice(fitting), "stage_at": entry["changed_at"]}


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
        "created_at": moment_of(0),
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
        "created_at": moment_of(0),
    }


def _assessment(
    id_: int, firm: dict[str, Any], n: int, state: AssessmentState, dice: Random
) -> dict[str, Any]:
    handed_in = (
        None if state == AssessmentState.DRAFT else moment_of(n) + timedelta(minutes=id_ % 90_000)
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
        "created_at": moment_of(n),
    }


def _sheet(
    sheet: int, assessment: int, kind: SheetKind, firm: dict[str, Any], n: int, *, answered: bool
) -> dict[str, Any]:
    return {
        "id": sheet,
        "assessment_id": assessment,
        "kind": kind,
        "processes": firm["processes"],
        "created_at": moment_of(n),
        "saved_on": moment_of(n).astimezone(LOCAL).date() if answered else None,
    }


def _write(session: Session, rows: Rows) -> None:
    for table, ones in rows:
        if table in PLAIN:
            whole.fill(session, table.__tablename__, ones)
        else:
            session.execute(insert(table.__table__), ones)
