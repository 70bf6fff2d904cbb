"""The bureau's programme over a whole district: lists, the district's page and workbooks, on both databases.

A district of ten thousand firms, three rounds, two sheets each and every answer, with projects, needs,
introductions, samples and notices, beside one of a thousand: what grows with the number of firms shows.
On PostgreSQL also a hundred thousand firms, with what lists and figures read, but without the answers
themselves. Each is a measure of its own, for filling takes longer than measuring.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from survey import db
from survey.joining import create_app
from survey.store.accounts import hashed
from survey.tables import Role, User, UserSession
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.instance import BEGAN
from tests.benchmarks.jobs import database_on, installation
from tests.support.bureau import counting
from tests.support.cluster import Cluster, a_cluster
from tests.support.districts import District

SMALL, LARGE, HUGE = 1_000, 10_000, 100_000
TIMES, TIMES_WORKBOOK = 20, 5
WORD = "benchmark"
MOST_MS, MOST_DISTRICT_MS, MOST_HUGE_MS, MOST_GROWTH = 100, 250, 300, 1.5


class Page(NamedTuple):
    """A page that is measured, and how many milliseconds 19 of 20 may take over ten thousand firms."""

    title: str
    address: str
    most: float | None = MOST_MS


# Each fills a page in the small district too: what grows is the district, not the page.
PAGES = (
    Page("评估", "/bureau/assessments"),
    Page(
        "评估，按行业和状态，按得分排序",
        "/bureau/assessments?trade=valve&state=confirmed&sort=-share",
    ),
    Page("评估，找一个名称", "/bureau/assessments?q=%E6%9B%BE%E6%B0%8F"),
    Page("评估，第 50 页", "/bureau/assessments?page=50"),
    Page("企业", "/bureau/firms"),
    Page(
        "企业，按乡镇，按名称排序", "/bureau/firms?township=%E8%99%9A%E6%9E%84%E9%95%8703&sort=firm"
    ),
    Page("培育库", "/bureau/pool"),
    Page("培育库，拟入库", "/bureau/pool?state=proposed"),
    Page("轮次", "/bureau/rounds/3"),
    Page("全区情况", "/bureau/district", MOST_DISTRICT_MS),
    Page("首页", "/bureau/", MOST_DISTRICT_MS),
    Page("项目", "/bureau/projects"),
    Page("项目，待办，按计划完工排序", "/bureau/projects?waits=any&sort=planned"),
    Page("诉求", "/bureau/needs"),
    Page("诉求，超期，按时限排序", "/bureau/needs?standing=late&sort=due"),
    Page("引荐", "/bureau/providers/introductions"),
    Page("样本", "/bureau/samples"),
    Page("申报日历", "/bureau/notices"),
    Page("一个通知的企业", "/bureau/notices/firms?notice=2"),
    Page(
        "一个通知的企业，有条件说不清，按名称排序",
        "/bureau/notices/firms?notice=2&outcome=unclear&sort=firm",
    ),
    Page("培育库 Excel", "/bureau/pool.xlsx", None),
    Page("培育库台账 Excel，全部列", "/bureau/pool.xlsx?columns=all", None),
    Page("项目 Excel", "/bureau/projects.xlsx", None),
    Page("诉求 Excel", "/bureau/needs.xlsx", None),
)


class Taken(NamedTuple):
    """What a page took in one district.

    ``p95`` and ``middle`` are milliseconds, ``processor`` the middle one of what this process took of
    them (on SQLite that is all there is). ``rows`` are those of a workbook: there may be more than ten
    times as many of ten times the firms.
    """

    p95: float
    middle: float
    processor: float
    statements: int
    size: int
    rows: int


class Opening(NamedTuple):
    """A page opened once: milliseconds, those this process worked, statements, and what came."""

    milliseconds: float
    processor: float
    statements: int
    content: bytes


class Served(NamedTuple):
    """A filled district, its officer's client, and how many seconds it took to fill."""

    app: Flask
    client: FlaskClient
    filled: float


Place = Callable[[int], tuple[Path, str]]
"""Where a district of so many firms is made: an instance's folder, and the database's address."""


def on_sqlite(folder: Path) -> list[Figure]:
    """Fill a small and a large district and open every page of them."""
    return _on("SQLite", lambda firms: (folder / f"sqlite-{firms}", ""))


def on_postgresql(folder: Path) -> list[Figure]:
    """The same on the other database."""
    with a_cluster() as cluster:
        return _on("PostgreSQL", _placed(folder, cluster))


def of_a_hundred_thousand(folder: Path) -> list[Figure]:
    """Fill a district ten times as large, without its answers, and open every page of it."""
    with a_cluster() as cluster:
        return _huge(_placed(folder, cluster))


def _placed(folder: Path, cluster: Cluster) -> Place:
    return lambda firms: (
        folder / f"postgresql-{firms}",
        database_on(cluster, f"firms_{firms}"),
    )


def _on(database: str, place: Place) -> list[Figure]:
    group = f"培育计划（{database}，{LARGE:,} 家 × 3 轮 × 2 份，每份约 60 题）"
    small = _served(*place(SMALL), District(SMALL, followed=True))
    large = _served(*place(LARGE), District(LARGE, followed=True))
    _begin_as_served()
    figures = [Figure(group, "造出这个区县", large.filled, "秒")]
    for page in PAGES:
        before, now = _opened(page, small, large)
        note = f"查询 {now.statements} 次，{now.size / 1000:.0f} kB"
        target = at_most(page.most) if page.most else None
        took = now.p95 if page.most else now.middle
        figures.append(Figure(group, page.title, took, "毫秒", target, note))
        figures.append(_growth(group, page, before, now))
    return figures


def _growth(group: str, page: Page, before: Taken, now: Taken) -> Figure:
    """How much longer the large district takes: a page hardly, a workbook as many times as it has rows."""
    times, title = now.middle / before.middle, f"{page.title}，1,000 家的几倍"
    processor = f"本进程用的处理器时间 {now.processor / before.processor:.2f} 倍"
    if page.most:
        return Figure(group, title, times, "倍", at_most(MOST_GROWTH), processor)
    rows = now.rows / before.rows
    note = f"行数 {before.rows:,} → {now.rows:,}；{processor}"
    return Figure(group, title, times, "倍", at_most(rows), note)


def _huge(place: Place) -> list[Figure]:
    group = f"培育计划（PostgreSQL，{HUGE:,} 家 × 3 轮 × 2 份，不含答案）"
    huge = _served(*place(HUGE), District(HUGE, answers=False, followed=True))
    _begin_as_served()
    figures = [Figure(group, "造出这个区县", huge.filled, "秒")]
    for page in PAGES:
        if page.most:
            (taken,) = _opened(page, huge)
            figures.append(Figure(group, page.title, taken.p95, "毫秒", at_most(MOST_HUGE_MS)))
    return figures


def _served(folder: Path, url: str, district: District) -> Served:
    app = create_app(installation(folder, url))
    started = perf_counter()
    with Session(app.extensions["survey_engine"]) as session:
        district.fill(session)
    filled = perf_counter() - started
    _let_settle(app.extensions["survey_engine"])
    return Served(app, _officer(app), filled)


def _begin_as_served() -> None:
    """Keep what stands in memory out of the search for garbage, as ``wsgi`` does before it serves."""
    gc.collect()
    gc.freeze()


def _let_settle(engine: Engine) -> None:
    """Let the database learn what it holds, as it does within a night."""
    if db.on_postgresql(engine):
        with engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
    else:
        with Session(engine) as session, db.writing(session):
            db.gather_statistics(session)


def _officer(app: Flask) -> FlaskClient:
    now = datetime.now(UTC)
    with Session(app.extensions["survey_engine"]) as session, db.writing(session):
        officer = User(
            username="officer", name="虚构主管", role=Role.OFFICER, active=True, created_at=BEGAN
        )
        session.add(officer)
        session.flush()
        session.add(
            UserSession(
                token_hash=hashed(WORD),
                user_id=officer.id,
                created_at=now,
                seen_at=now,
                address="127.0.0.1",
                agent="测速",
            )
        )
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["sid"] = WORD
    return client


def _opened(page: Page, *districts: Served) -> list[Taken]:
    """Open a page of each district in turn, so that whatever else the machine does meets all alike."""
    for one in districts:
        one.client.get(page.address)  # what is compiled and counted once is there
    times = TIMES if page.most else TIMES_WORKBOOK
    opened = [[_opening(page, one) for one in districts] for _ in range(times)]
    return [_taken(page, of_one) for of_one in zip(*opened, strict=True)]


def _opening(page: Page, district: Served) -> Opening:
    started, used = perf_counter(), process_time()
    with counting(district.app.extensions["survey_engine"]) as sent:
        answer = district.client.get(page.address)
    took, worked = perf_counter() - started, process_time() - used
    assert answer.status_code == 200, (page.address, answer.text)
    return Opening(took * 1000, worked * 1000, len(sent), answer.data)


def _taken(page: Page, opened: Sequence[Opening]) -> Taken:
    took = [one.milliseconds for one in opened]
    last = opened[-1]
    return Taken(
        quantiles(took, n=20, method="inclusive")[-1],
        median(took),
        median(one.processor for one in opened),
        last.statements,
        len(last.content),
        0 if page.most else _rows_of(last.content),
    )


def _rows_of(workbook: bytes) -> int:
    """Count a list's rows under its title, its line of origin and its heads."""
    book = CalamineWorkbook.from_filelike(BytesIO(workbook))
    return len(book.get_sheet_by_index(0).to_python()) - 3
