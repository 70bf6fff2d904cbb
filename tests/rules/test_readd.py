"""A score is added up again from its proof and the rules of its edition, with nothing but Python."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from questionnaires.library import SHIPPED
from questionnaires.scoring import Score, score
from reports import readd
from reports.proof import answers_hash, proof_of, rules_of
from tests.rules.test_score_properties import Case, cases
from tests.support.builders_large import many_sheets

SEAL = "5" * 64
SCRIPT = Path(readd.__file__)


def proof(found: Score) -> dict[str, Any]:
    made = proof_of(found, number="2026-000007", kind="self", version=1, seal=SEAL)
    return dict(json.loads(made))


def typed(folder: Path, rules: bytes, said: dict[str, Any]) -> tuple[int, str]:
    """Run the script by itself, elsewhere; return its exit status and what it prints."""
    written(folder, rules, said)
    return run(folder)


def written(folder: Path, rules: bytes, said: dict[str, Any]) -> None:
    (folder / "rules.json").write_bytes(rules)
    (folder / "proof.json").write_text(json.dumps(said), "utf-8")


def run(folder: Path, encoding: str = "utf-8") -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, str(SCRIPT), "proof.json", "rules.json"],
        cwd=folder,
        timeout=60,
        capture_output=True,
        encoding=encoding,
        env={"PYTHONIOENCODING": encoding, "PATH": "/usr/bin"},
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("trade", ["valve", "bearing", "metal_products"])
def test_random_sheets_of_every_trade_add_up_to_our_own_score(trade: str, tmp_path: Path) -> None:
    asked = SHIPPED.load("2026").questionnaire(trade)
    rules = rules_of(asked, SEAL)
    for sheet, processes in many_sheets(asked, 3, seed=len(trade)):
        found = score(asked, sheet, processes)

        code, says = typed(tmp_path, rules, proof(found))

        assert (code, readd.AGREES in says) == (0, True), says
        assert f"总得分率：{found.share}（" in says
        for section in found.sections:
            assert section.share is None or f"得分率：{section.share}（" in says


@given(cases())
def test_its_sums_are_ours_on_any_questionnaire(case: Case) -> None:
    found = score(*case)

    sums = readd.Sums(json.loads(rules_of(case[0], SEAL)), proof(found))

    assert sums.share == found.share
    assert sums.sections == {s.section.id: s.share for s in found.sections}
    assert sums.parts == {"core": found.core_share, "trade": found.trade_share}
    assert sum(sums.earned.values(), Fraction(0)) == found.share
    assert sums.gates == [[gate.state for gate in each.gates] for each in found.rungs]
    assert sums.reached == [each.reached for each in found.rungs]


def test_what_was_changed_in_a_proof_does_not_add_up(tmp_path: Path) -> None:
    asked = SHIPPED.load("2026").questionnaire("valve")
    rules = rules_of(asked, SEAL)
    sheet, processes = next(many_sheets(asked, 1))
    said = proof(score(asked, sheet, processes))
    name = next(id for id, answer in said["answers"].items() if answer in (0, 1, 2))
    better = said["answers"] | {name: 4}

    for changed, code, says in [
        ({"share": "9/10"}, 1, "报告写的是：9/10（90.0%）"),
        ({"rungs": [each | {"reached": True} for each in said["rungs"]]}, 1, "不一致"),
        ({"trace": said["trace"][1:]}, 1, "没有这一题"),
        ({"answers": better}, 2, "答案被改动过"),
        ({"answers": better, "answers_sha256": answers_hash(better)}, 1, "报告写的是"),
        ({"rules_sha256": "0" * 64}, 2, "不是报告所用的那一份"),
        ({"processes": None}, 2, "不完整或被改动"),
        ({"format": "another"}, 2, "读不出计分凭证"),
    ]:
        ended, printed = typed(tmp_path, rules, said | changed)
        assert (ended, says in printed) == (code, True), printed


@pytest.mark.parametrize("missing", ["proof.json", "rules.json"])
def test_a_file_that_is_not_there_is_named(missing: str, tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text("{}")
    (tmp_path / "rules.json").write_text("{}")
    (tmp_path / missing).unlink()

    code, printed = run(tmp_path)

    assert (code, f"打不开“{missing}”：请核对文件名" in printed) == (2, True), printed


@pytest.mark.parametrize(("encoding", "knows"), [("gbk", True), ("ascii", False)])
def test_its_signs_are_explained_in_those_of_chinese_windows_and_others_do_not_stop_it(
    encoding: str, knows: bool, tmp_path: Path
) -> None:
    """In Chinese Windows what is written to a file is GBK, which has no tick."""
    asked = SHIPPED.load("2026").questionnaire("valve")
    sheet, processes = next(many_sheets(asked, 1))
    written(tmp_path, rules_of(asked, SEAL), proof(score(asked, sheet, processes)))

    code, printed = run(tmp_path, encoding)

    said = (readd.AGREES, readd.BESIDE, readd.LEGEND)
    assert code == 0
    assert all((each in printed) == knows for each in said)
    assert ("?" in printed) != knows
    assert "规则里没有的题" not in printed


def test_it_is_short_and_runs_on_python_3_9_with_nothing_else() -> None:
    text = SCRIPT.read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 9))
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    taken = {
        name.split(".")[0]
        for n in imports
        for name in (
            [n.module or ""] if isinstance(n, ast.ImportFrom) else [a.name for a in n.names]
        )
    }

    assert len([line for line in text.splitlines() if line.strip()]) <= 200
    assert imports
    assert taken <= set(sys.stdlib_module_names)
