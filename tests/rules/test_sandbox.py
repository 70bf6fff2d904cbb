"""The process that looks into a stranger's file has little memory, little time and no secrets."""

import json

import pytest

from survey.files import sandbox
from survey.files.inside import Verdict
from survey.files.inside import program as real

SCRIPT = """
import io, json, os, resource, signal, sys, time
sys.path.append({folder!r})
import program

def answer(content, verdict="fine"):
    print(verdict, len(content))
    print(content, end="")

{body}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Have a program of the test's own run where the real one runs."""

    def run(body, content=b"", **given):
        path = tmp_path / "script.py"
        folder = str(sandbox.PROGRAM.parent)
        path.write_text(SCRIPT.format(folder=folder, body=body))
        with monkeypatch.context() as patched:
            patched.setattr(sandbox, "PROGRAM", path)
            return sandbox.look("picture", "jpeg", content, **given)

    return run


def test_it_finds_no_secret_in_its_environment(run, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://survey:secret@db/survey")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    seen = run("answer(json.dumps(dict(os.environ)))")

    found = json.loads(seen.drawn[0])
    assert "secret" not in json.dumps(found)
    assert set(found) <= {"LC_CTYPE", "LD_LIBRARY_PATH"}


def test_it_has_a_gigabyte_and_no_more(run):
    seen = run(
        "program.confine(program.SECONDS)\n"
        "try:\n"
        "    taken = bytearray(program.MEMORY)\n"
        "except MemoryError:\n"
        "    answer('refused')\n"
    )

    assert seen.drawn == (b"refused",)


def test_it_writes_no_file(run, tmp_path):
    target = tmp_path / "written"

    seen = run(
        "program.confine(program.SECONDS)\n"
        "try:\n"
        f"    with open({str(target)!r}, 'wb') as file:\n"
        "        file.write(b'x')\n"
        "except OSError:\n"
        "    answer('refused')\n"
    )

    assert seen.drawn == (b"refused",)
    assert target.read_bytes() == b""


def test_it_is_stopped_when_its_time_is_over(run):
    seen = run("program.confine(1)\nwhile True:\n    pass\n")

    assert seen == sandbox.Seen(Verdict.SLOW)


def test_it_is_not_waited_for_when_it_sleeps(run):
    assert run("time.sleep(600)", seconds=1) == sandbox.Seen(Verdict.SLOW)


@pytest.mark.parametrize("number", ["SIGSEGV", "SIGABRT", "SIGBUS"])
def test_falling_over_a_file_is_said_of_the_file(run, number):
    seen = run(f"program.confine(program.SECONDS)\nos.kill(os.getpid(), signal.{number})")

    assert seen == sandbox.Seen(Verdict.BROKEN)


def test_a_program_that_does_not_start_is_our_fault_and_not_the_file_s(run):
    with pytest.raises(sandbox.Unlooked, match="no_such_part"):
        run("import no_such_part")


def test_it_is_given_the_file_whole_from_disk_or_memory(run, tmp_path):
    content = bytes(range(256)) * 9000
    path = tmp_path / "file"
    path.write_bytes(content)

    body = "import hashlib; answer(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"

    assert run(body, content) == run(body, path)


def test_only_the_works_that_are_there_are_done():
    with pytest.raises(sandbox.Unlooked):
        sandbox.look("os.path", "x", b"")
    modules = sandbox.PROGRAM.parent.glob("*.py")
    assert set(real.WORKS) == {
        module.stem for module in modules if "\ndef look(" in module.read_text("utf-8")
    }
