"""The command that checks and seals editions, and how much work a check is."""

from __future__ import annotations

from pathlib import Path

import pytest

from questionnaires import __main__ as command
from questionnaires.checking import check
from questionnaires.library import SHIPPED
from questionnaires.scoring import score
from tests.support.breaking import package, question, rung
from tests.support.builders import edition_files, write_edition
from tests.support.patience import calls

# --- the command --------------------------------------------------------------------------------


def test_an_edition_is_sealed_once_and_only_without_faults(tmp_path: Path) -> None:
    files = edition_files()
    files["core"]["sections"][0]["weight"] = 64
    folder = write_edition(tmp_path, files)

    assert command.main(["seal", str(folder)]) == 1
    assert not (folder / "seal").exists()

    write_edition(tmp_path, edition_files())
    assert command.main(["seal", str(folder)]) == 0
    assert command.main(["seal", str(folder)]) == 1


def test_the_command_sums_up_a_good_edition(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_edition(tmp_path, edition_files())

    assert command.main(["check", str(folder)]) == 0
    assert "1 个行业，3 道题，1 个场景，1 项标准，0 个算例，没有问题" in capsys.readouterr().out


def test_the_command_fails_with_every_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = edition_files()
    files["core"]["sections"][0]["weight"] = 64
    rung(files, 1)["at_least"] = "0.1"
    folder = write_edition(tmp_path, files)

    assert command.main(["check", str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out.count("\n") == 2
    assert "2099/core.yaml 第 " in said.out
    assert "2 处问题" in said.err


def test_without_a_name_every_edition_of_the_program_is_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main([]) == 0

    said = capsys.readouterr().out
    heads = [line.partition("（")[0] for line in said.splitlines() if not line.startswith(" ")]
    assert heads == list(SHIPPED.editions())


# --- size ---------------------------------------------------------------------------------------


def test_the_work_for_a_thousand_questions_does_not_grow_faster_than_they_do(
    tmp_path: Path,
) -> None:
    files = edition_files()
    model = question(files, "valve")
    many = [
        model
        | {"id": f"q{n}", "code": f"{chr(65 + n // 100)}Q{n % 100:02d}", "help": "解释一句" * 9}
        for n in range(1000)
    ]
    files["valve"]["sections"] = [
        {"id": f"s{s}", "title": "模块", "weight": "0.7", "station": "shop",
         "questions": many[s * 20 : s * 20 + 20]}
        for s in range(50)
    ]  # fmt: skip
    del files["valve"]["gates"]
    package(files)["lifts"] = {q["id"]: 4 for q in many} | {"scheduling": 4, "tracing": 4}
    folder = write_edition(tmp_path, files)

    checking = calls(lambda: check(folder))
    edition, faults = check(folder)

    assert faults == ()
    assert edition is not None
    questionnaire = edition.questionnaire("valve")
    sheet = dict.fromkeys(questionnaire.questions, 2)
    assert checking < 1000 * len(many)
    assert calls(lambda: score(questionnaire, sheet)) < 100 * len(many)
