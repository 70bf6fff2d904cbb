"""``flask serve``: the web server and the jobs are one program, which begins and ends as one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.guardian import mark_of_the_run
from tests.support.servers import PROJECT, free_port

PATIENCE_SECONDS = 60


class Program:
    """``flask serve`` over an empty instance, with what it said so far."""

    def __init__(self, instance: Path, **settings: str) -> None:
        self.instance = instance
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._said = instance.with_suffix(".log")
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app=wsgi", "serve", "--no-demo"],
                cwd=PROJECT,
                env=os.environ
                | mark_of_the_run()
                | {"INSTANCE": str(instance), "PORT": str(port), "BASE_URL": self.url}
                | settings,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def is_well(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def web(self) -> int:
        """Return the number of the process that serves pages."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(task.read_text().split()[0])


@contextmanager
def served(instance: Path, **settings: str) -> Iterator[Program]:
    program = Program(instance, **settings)
    try:
        until(lambda: program.is_well() or program.process.poll() is not None)
        assert program.is_well(), program.said
        yield program
    finally:
        program.process.kill()
        program.process.wait()


def until(holds, seconds: float = PATIENCE_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    (place := tmp_path / "instance").mkdir()
    return place


def test_it_greets_answers_and_leaves_one_whole_file_when_it_is_stopped(instance: Path):
    with served(instance) as program:
        assert "/link/" in program.said
        with urllib.request.urlopen(f"{program.url}/sign-in", timeout=30) as answer:
            assert answer.status == 200
        program.process.send_signal(signal.SIGINT)
        assert program.process.wait(PATIENCE_SECONDS) == 0
    assert "已停止" in program.said
    assert not program.is_well()
    assert not (instance / "survey.db-wal").exists()  # the last to close emptied it into the file


def test_the_jobs_do_not_go_on_without_the_pages_nor_the_pages_without_the_jobs(instance: Path):
    with served(instance) as program:
        os.kill(program.web(), signal.SIGKILL)
        assert program.process.wait(PATIENCE_SECONDS) == 1
    with served(instance) as program:
        program.process.kill()
        until(lambda: not program.is_well())
        assert not program.is_well()


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def value(metrics: str, name: str) -> float:
    """Return a sample by its name with its labels."""
    found = [line for line in metrics.splitlines() if line.startswith(f"{name} ")]
    assert len(found) == 1, (name, metrics)
    return float(found[0].rpartition(" ")[2])


def test_whoever_watches_reads_counts_of_all_processes_at_an_address_of_their_own(instance: Path):
    port = free_port()
    with served(instance, METRICS=f"127.0.0.1:{port}") as program:
        for _ in range(12):
            read(f"{program.url}/sign-in")
        with pytest.raises(urllib.error.HTTPError):
            read(f"{program.url}/nowhere")
        with pytest.raises(urllib.error.HTTPError):
            read(f"{program.url}/metrics")

        metrics = read(f"http://127.0.0.1:{port}/metrics")

    signed = 'survey_requests_total{method="GET",route="account.sign_in",status="200"}'
    assert value(metrics, signed) == 12
    assert value(metrics, 'survey_refusals_total{status="404"}') == 2
    assert value(metrics, 'survey_request_seconds_count{method="GET"}') >= 14
    assert value(metrics, "survey_database_up") == 1
    assert value(metrics, 'survey_jobs{state="failed"}') == 0
    with served(instance, METRICS=f"127.0.0.1:{port}"):
        assert signed not in read(f"http://127.0.0.1:{port}/metrics"), "counts begin with the start"


def test_log_lines_for_machines_hold_requests_by_number_and_nobodys_name(instance: Path):
    with served(instance, LOG_FORMAT="json") as program:
        with urllib.request.urlopen(
            f"{program.url}/sign-in?next=/firms/{quote('虚构人')}", timeout=30
        ) as said:
            number = said.headers["X-Request-ID"]
        with pytest.raises(urllib.error.HTTPError):
            read(f"{program.url}/link/{'x' * 43}")

    lines = [json.loads(line) for line in program.said.splitlines() if line.startswith("{")]
    (mine,) = [line for line in lines if line.get("request") == number]
    assert mine["route"] == "account.sign_in"
    assert (mine["method"], mine["status"]) == ("GET", 200)
    assert mine["milliseconds"] > 0
    assert {line["status"] for line in lines if line.get("route") == "account.link"} == {404}
    assert quote("虚构人") not in program.said
    assert "x" * 43 not in program.said
