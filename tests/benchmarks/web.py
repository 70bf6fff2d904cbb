"""Pages and saves under sixteen clients, beside the bare programs of ``bare.py``.

Both servers run all the time, started by the same command; the clients go to one, then to the
other, round after round, so that whatever else this machine does hits both alike.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from questionnaires.model import LevelQuestion, Question, RatioQuestion
from survey import db
from survey.config import Config
from survey.running.web_server import GIVE_BACK, THREADS, WORKERS
from tests.benchmarks import bare, processes
from tests.benchmarks.browser import Browser
from tests.benchmarks.clients import Load, Script, run
from tests.benchmarks.figures import Figure, Target, at_least, at_most
from tests.benchmarks.instance import SECTION, Account, accounts, prepared, questionnaire
from tests.support.servers import PROJECT, free_port

CLIENTS = 16
ROUNDS = 10
SECONDS = 1.5
WARM_UP = 1.0
MOST_SAVES = 20_000
STOP_SECONDS = 10
SERVER = (
    *(sys.executable, "-m", "gunicorn", "--worker-class=gthread", "--preload"),
    *(f"--workers={WORKERS}", f"--threads={THREADS}", "--no-control-socket"),
    *("--timeout=60", "--graceful-timeout=15", "--log-level=warning"),
)
"""gunicorn as the product runs it, for the bare programs too."""


@dataclass(frozen=True)
class Running:
    """A web server under measurement."""

    port: int
    process: int
    """The number of its first process."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def server(application: str, environment: dict[str, str]) -> Iterator[Running]:
    """Run an application on the server command of ``make run``."""
    port = free_port()
    process = subprocess.Popen(
        [*SERVER, application, f"--bind=127.0.0.1:{port}"],
        cwd=PROJECT,
        env=os.environ | GIVE_BACK | environment,
        start_new_session=True,
    )
    try:
        running = Running(port, process.pid)
        wait_until_well(running.url, process)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def wait_until_well(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"the server at {url} did not start")


def our_environment(config: Config) -> dict[str, str]:
    """Return what makes ``wsgi:app`` serve an instance."""
    return {
        "INSTANCE": str(config.instance),
        "DATABASE_URL": config.database_url,
        "SECRET_KEY": config.secret_key,
        "SECOND_FACTOR": "none",
    }


@dataclass(frozen=True)
class Visitor:
    """A signed-in client: its cookies, its token, and the sheet it may write."""

    account: Account
    cookies: str
    token: str
    page: str
    """The section page as it was first answered."""


def signed_in(ours: Running, account: Account) -> Visitor:
    """Sign in and open the section page."""
    browser = Browser(ours.url)
    browser.sign_in(account.username, account.password)
    page = browser.open(account.section_path)
    return Visitor(account, browser.cookies, browser.token, page)


def _head(method: str, path: str, port: int, *lines: str) -> str:
    said = (f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *lines)
    return "".join(f"{line}\r\n" for line in said)


# --- our side -----------------------------------------------------------------------------------


def our_pages(ours: Running, visitors: Sequence[Visitor]) -> list[Script]:
    return [
        Script(
            _head(
                "GET",
                visitor.account.section_path,
                ours.port,
                f"Cookie: {visitor.cookies}",
                "Accept: text/html",
            ),
            [""],
        )
        for visitor in visitors
    ]


def our_saves(
    ours: Running, visitors: Sequence[Visitor], done: Sequence[int], most: int = 0
) -> list[Script]:
    """One changed answer a request, over and over the sheet; ``done`` were saved before."""
    return [
        Script(
            _head(
                "POST",
                visitor.account.save_path,
                ours.port,
                f"Cookie: {visitor.cookies}",
                f"X-CSRFToken: {visitor.token}",
                "Accept: application/json",
                "Content-Type: application/json",
            ),
            [
                json.dumps(_save(visitor.account, n))
                for n in range(before, before + (most or _most()))
            ],
        )
        for visitor, before in zip(visitors, done, strict=True)
    ]


def _most() -> int:
    return MOST_SAVES // CLIENTS


def _save(account: Account, number: int) -> dict[str, object]:
    levels = [q for q, value in account.answers.items() if isinstance(value, int)]
    question = levels[number % len(levels)]
    turn = number // len(levels)
    kept = account.answers[question]
    assert isinstance(kept, int)
    return {
        "question": question,
        "request_id": f"{account.username}.{number}",
        "base_revision": 1 + turn,
        "value": (kept + 1 + turn) % 5,
    }


# --- the bare side ------------------------------------------------------------------------------


def bare_pages(other: Running) -> list[Script]:
    return [Script(_head("GET", "/page", other.port, "Accept: text/html"), [""])] * CLIENTS


def bare_saves(other: Running, visitors: Sequence[Visitor], done: Sequence[int]) -> list[Script]:
    scripts = []
    head = _head("POST", "/answers", other.port, "Content-Type: application/json")
    for number, (visitor, before) in enumerate(zip(visitors, done, strict=True), start=1):
        bodies = [_save(visitor.account, n) for n in range(before, before + _most())]
        scripts.append(Script(head, [json.dumps(_row(number, body)) for body in bodies]))
    return scripts


def _row(sheet_id: int, save: dict[str, object]) -> dict[str, object]:
    return {
        "sheet_id": sheet_id,
        "question_id": save["question"],
        "revision": save["base_revision"],
        "value": save["value"],
        "remark": "",
    }


def matter(page: str) -> dict[str, object]:
    """Return the same questions for the bare form, and what fills its page to the same size."""
    asked = questionnaire().section_by_id[SECTION].questions
    questions = [_question(question) for question in asked]
    kept = {q["id"]: 2 for q in questions}
    plain = {"title": "质量", "questions": questions, "kept": kept, "padding": ""}
    missing = len(page.encode()) - len(_bare_page(plain).encode())
    return plain | {"padding": "佐" * max(0, missing // 3)}


def _question(question: Question) -> dict[str, object]:
    words = "。".join(filter(None, (question.text, question.help, question.evidence)))
    options = list(question.levels) if isinstance(question, LevelQuestion) else []
    if question.not_applicable:
        options.append("不适用")
    parts = [question.part, question.whole] if isinstance(question, RatioQuestion) else []
    return {"id": question.id, "text": words, "options": options, "parts": parts}


def _bare_page(matter: dict[str, object]) -> str:
    from jinja2 import Template

    form = bare.bare_form(matter)(data=matter["kept"])
    template = Template(bare.PAGE, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    return template.render(form=form, title=matter["title"], padding=matter["padding"])


def fields_in(page: str) -> int:
    """Count the inputs a page shows."""
    return len(re.findall(r"<(?:input|textarea|select)\b", page))


# --- measuring ----------------------------------------------------------------------------------


@dataclass
class Side:
    """One side of a comparison: every round it went through."""

    title: str
    rounds: list[Load] = field(default_factory=list)
    used: float = 0.0
    """Processor seconds the server took for them all."""

    def go(self, running: Running, scripts: Sequence[Script]) -> Load:
        """Send one round and keep what it met."""
        before = processes.processor_seconds(running.process)
        load = run(running.port, scripts, SECONDS)
        self.used += processes.processor_seconds(running.process) - before
        self.rounds.append(load)
        return load

    @property
    def cost(self) -> float:
        """Processor time of the server for one request, in milliseconds."""
        return 1000 * self.used / sum(len(load.waits) for load in self.rounds)

    @property
    def rates(self) -> list[float]:
        return [len(load.waits) / load.seconds for load in self.rounds]

    @property
    def rate(self) -> float:
        return median(self.rates)

    @property
    def errors(self) -> int:
        return sum(load.errors for load in self.rounds)

    def wait(self, percent: float) -> float:
        """Return a percentile of all waits in milliseconds."""
        ordered = sorted(wait for load in self.rounds for wait in load.waits)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    @property
    def busy(self) -> float:
        """The part of one processor that the load generator took."""
        return median(load.processor / load.seconds for load in self.rounds)


def measure(folder: Path) -> list[Figure]:
    """Measure pages and saves; start and stop both servers."""
    (folder / "ours").mkdir()
    app = prepared(folder / "ours", demonstration=False)
    config: Config = app.config["SURVEY"]
    clients = accounts(app, CLIENTS)
    url = f"sqlite:///{folder / 'bare.db'}"
    engine = db.engine_for(url, create=True)
    bare.answers.metadata.create_all(engine)
    engine.dispose()
    with server("wsgi:app", our_environment(config)) as ours:
        visitors = [signed_in(ours, account) for account in clients]
        told = folder / "page.json"
        told.write_text(json.dumps(matter(visitors[0].page)), encoding="utf-8")
        environment = {"DATABASE_URL": url, bare.MATTER: str(told)}
        with server("tests.benchmarks.bare:create_bare_app()", environment) as other:
            pages = _pages(ours, other, visitors)
            saves = _saves(ours, other, visitors)
            with urllib.request.urlopen(f"{other.url}/page") as answer:
                bare_page = answer.read().decode()
    sizes = (
        f"{fields_in(visitors[0].page)} 个输入项、{len(visitors[0].page.encode()) / 1000:.0f} kB；"
        f"对照 {fields_in(bare_page)} 个、{len(bare_page.encode()) / 1000:.0f} kB"
    )
    return [
        *_figures("问卷页 GET", pages, at_least(0.75), sizes),
        *_figures(
            "自动保存 POST", saves, at_least(0.7), "对照：Flask+SQLAlchemy 一次 upsert", at_most(3)
        ),
    ]


def _pages(ours: Running, other: Running, visitors: Sequence[Visitor]) -> tuple[Side, Side]:
    mine, theirs = Side("本应用"), Side("对照")
    sides = (mine, ours, our_pages(ours, visitors)), (theirs, other, bare_pages(other))
    for _, running, scripts in sides:
        run(running.port, scripts, WARM_UP)
    for _ in range(ROUNDS):
        for side, running, scripts in sides:
            side.go(running, scripts)
    return mine, theirs


def _saves(ours: Running, other: Running, visitors: Sequence[Visitor]) -> tuple[Side, Side]:
    mine, theirs = Side("本应用"), Side("对照")
    sent = {"本应用": [0] * CLIENTS, "对照": [0] * CLIENTS}

    def scripts(side: Side) -> list[Script]:
        done = sent[side.title]
        if side is mine:
            return our_saves(ours, visitors, done)
        return bare_saves(other, visitors, done)

    def count(side: Side, load: Load) -> None:
        sent[side.title] = [a + b for a, b in zip(sent[side.title], load.sent, strict=True)]

    for side, running in ((mine, ours), (theirs, other)):
        count(side, run(running.port, scripts(side), WARM_UP))
    for _ in range(ROUNDS):
        for side, running in ((mine, ours), (theirs, other)):
            count(side, side.go(running, scripts(side)))
    return mine, theirs


def _figures(
    group: str, sides: tuple[Side, Side], least: Target, note: str, tail: Target | None = None
) -> list[Figure]:
    mine, theirs = sides
    ratio = median(a / b for a, b in zip(mine.rates, theirs.rates, strict=True))
    group = f"{group}（{CLIENTS} 个客户端，{ROUNDS} 轮 × {SECONDS:g} 秒，两边交替）"
    return [
        Figure(group, "与对照之比（各轮之比的中位数）", ratio, "", least, note),
        *_side(group, mine, at_most(0), tail),
        *_side(group, theirs),
    ]


def _side(
    group: str, side: Side, errors: Target | None = None, tail: Target | None = None
) -> list[Figure]:
    title = side.title
    least, most = min(side.rates), max(side.rates)
    spread = f"各轮 {least:.0f}–{most:.0f}；发压进程占一个核的 {side.busy:.0%}"
    return [
        Figure(group, f"{title} 吞吐", side.rate, "次/秒", note=spread),
        *(Figure(group, f"{title} p{p}", side.wait(p), "毫秒") for p in (50, 95, 99)),
        Figure(group, f"{title} p99 与 p50 之比", side.wait(99) / side.wait(50), "倍", tail),
        Figure(group, f"{title} 处理器时间", side.cost, "毫秒/次"),
        Figure(group, f"{title} 错误", side.errors, "次", errors),
    ]
