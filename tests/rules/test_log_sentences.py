"""Every action the log may hold is said in a sentence, and none is said that no step takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey.lifecycle import states
from survey.tables import AuditEntry
from survey.words.log import LogWords
from survey.words.log_actions import ACTIONS
from survey.words.log_sentences import SENTENCES, LogSentences

LIFECYCLE = Path(__file__).parents[2] / "survey"
SILENT = {"job_ask", "job_take", "job_finish", "job_put_off", "job_release"}
"""Turns of a job that nobody decides: the job's own row tells them."""
DOCUMENTS = {"document_issue", "document_supersede"}
"""Turns of a document, told as the report that was issued."""
TOLD = LogSentences(
    LogWords({"workshop": "数字化车间"}, {}, {}),
    {("user", "7"): "钱某", ("user", "guwen"): "李某", ("round", "3"): "首轮"},
)


def logged() -> Iterator[ast.expr]:
    """The first argument of every call of ``….log(…)`` of a step."""
    for module in sorted(LIFECYCLE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if called and node.func.attr == "log" and node.args[1:]:
                yield node.args[0]


def beginning(text: ast.JoinedStr) -> str:
    first = text.values[0]
    return first.value if isinstance(first, ast.Constant) else ""


def test_every_action_a_step_leaves_in_the_log_has_a_sentence():
    calls = list(logged())
    codes = {one.value for one in calls if isinstance(one, ast.Constant)}
    turns = {
        code
        for table in (states.ASSESSMENT, states.POOL, states.EDITION, states.JOB)
        for code in table
    }
    turns |= set(states.RECOGNITION) | set(states.DOCUMENT)

    assert len(codes) > 30
    assert not codes - SENTENCES.keys()
    assert not turns - SENTENCES.keys() - SILENT - DOCUMENTS
    for made in (one for one in calls if isinstance(one, ast.JoinedStr)):
        begins, ends = beginning(made), made.values[-1]
        end = ends.value if isinstance(ends, ast.Constant) else ""
        assert [c for c in SENTENCES if c.startswith(begins) and c.endswith(end)], ast.unparse(made)


def test_what_may_be_filtered_for_is_what_is_said():
    assert SENTENCES.keys() == ACTIONS.keys()


def a_row(action: str, subject: str, subject_id: str = "", **given) -> AuditEntry:
    known = {"who": "王某（zhuguan）", "succeeded": True, "user_id": 1, "request_id": "r"}
    return AuditEntry(action=action, subject=subject, subject_id=subject_id, **known | given)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (a_row("return", "assessment", "12"), "王某（zhuguan）把云碓阀门的答卷退回企业补充"),
        (a_row("assign", "assessment", "12", after={"consultant": "guwen"}), "王某（zhuguan）指派李某到云碓阀门做现场诊断"),
        (a_row("disable", "user", "7"), "王某（zhuguan）停用了钱某的账号"),
        (a_row("password_change", "user", "1"), "王某（zhuguan）修改了自己的密码"),
        (a_row("round_end", "round", "3"), "王某（zhuguan）调整了评估轮次“首轮”的截止日期"),
        (a_row("create", "firm", "5"), "王某（zhuguan）新增了企业云碓阀门"),
        (a_row("export", "list", "pool"), "王某（zhuguan）导出了培育库"),
        (a_row("view_person", "assessment", "26"), "王某（zhuguan）查看了评估 26 里的个人信息"),
        (a_row("view_evidence", "evidence", "219"), "王某（zhuguan）查看了佐证材料 219"),
        (a_row("sign_in", "user", "7", succeeded=False), "王某（zhuguan）登录，没有成功"),
    ],
)  # fmt: skip
def test_a_row_says_who_did_what_to_whom(entry, said):
    assert TOLD.sentence(entry, "云碓阀门") == said


def test_every_sentence_can_be_said_of_a_row_that_names_nobody():
    for action in SENTENCES:
        said = TOLD.sentence(a_row(action, "assessment", "1"), "")
        assert "{" not in said
        assert said.startswith("王某")


def test_a_change_is_said_value_by_value_and_a_sheets_own_details_nowhere():
    row = a_row("profile", "firm", "5", before={"size": None, "employees": 80}, after={"size": "small", "employees": 90})  # fmt: skip
    quiet = a_row("attach_evidence", "assessment", "1", after={"name": "质保书.pdf"})

    assert TOLD.changes(row) == ["规模 无 → 小型", "从业人数 80 → 90"]
    assert TOLD.changes(quiet) == []
    assert "质保书" not in TOLD.raw(quiet)
    assert '"employees": 90' in TOLD.raw(row)
