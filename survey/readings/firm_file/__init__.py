"""One firm, one file (一企一档): everything known of a firm, as far as an outlook may see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy.orm import Session

from reports.facts import Outlook
from reports.figures import percent
from reports.firm_file import FirmFile, Kept, Part
from survey.readings.firm_file import asked, assessed, built, followed, pooled, told, visited, way
from survey.readings.firm_file.seeing import Seeing
from survey.store.firm_file import held
from survey.store.sheets import exact_share
from survey.tables import Firm, PoolEntry, PoolState, Project, ProjectState
from survey.words import wording

OPEN = (ProjectState.PLANNED, ProjectState.CONTRACTED, ProjectState.UNDER_WAY)


def file_of(
    session: Session,
    firm: Firm,
    outlook: Outlook,
    heads: Mapping[str, str],
    today: date,
    *,
    answers: bool = False,
) -> FirmFile:
    """Put a firm's file together, by the same number of statements whatever it holds.

    Args:
        heads: What the columns of lists are called, by key (``rosters.columns``).
        today: Until when what goes on is drawn.
        answers: With those of every sheet, which are for the workbook alone.
    """
    it = Seeing(session, held(session, firm, answers=answers), outlook, heads)
    drawn = way.way(it, today)
    parts = tuple(_parts(it))
    return FirmFile(firm.name, firm.code, outlook, _facts(it), drawn, parts, tuple(_files(it)))


def _parts(it: Seeing) -> Iterator[Part]:
    yield assessed.part(it)
    yield visited.part(it)
    yield pooled.part(it)
    yield built.part(it)
    yield followed.part(it)
    yield asked.needs(it)
    yield asked.notices(it)
    yield asked.introductions(it)
    yield assessed.documents(it)
    yield assessed.evidence(it)
    yield told.titles(it)
    yield told.years(it)
    yield told.profile(it)
    yield told.people(it)
    if it.is_bureau:
        yield told.interests(it)


def _files(it: Seeing) -> Iterator[Kept]:
    yield from assessed.issued(it)
    yield from assessed.attachments(it)
    yield from visited.signatures(it)
    yield from pooled.papers(it)
    yield from built.papers(it)
    yield from followed.papers(it)


def _facts(it: Seeing) -> tuple[tuple[str, str], ...]:
    """Say in a few lines where the firm stands."""
    entry = next(iter(it.held.of(PoolEntry)), None)
    climbs = entry is not None and entry.state != PoolState.WITHDRAWN
    projects = it.held.of(Project)
    accepted = sum(row.state == ProjectState.ACCEPTED for row in projects)
    going = sum(row.state in OPEN for row in projects)
    return (
        ("最近一次评估", _newest(it)),
        ("培育库", wording.POOL[entry.state] if entry else "还没有入库"),
        ("培育目标", it.rung(entry.target_rung) if entry and climbs else "—"),
        ("认定", "；".join(_recognised(it)) or "还没有"),
        ("改造项目", f"共 {len(projects)} 个：进行中 {going} 个，已验收 {accepted} 个"),
    )


def _newest(it: Seeing) -> str:
    found = next(iter(assessed.versions(it)), None)
    if found is None:
        return "还没有提交过"
    rung = it.rung(found.score.rung) or "未达最低等级"
    sheet, title = wording.SHEETS[found.sheet.kind], it.round_of(found.sheet.assessment_id)
    return f"{title}{sheet}：{rung}，得分率 {percent(exact_share(found.score))}"


def _recognised(it: Seeing) -> Iterator[str]:
    for row in pooled.recognised(it):
        if row.standing == "valid":
            yield f"{row.title or it.rung(row.rung)}（{row.recognised_on}，{row.document}）"
