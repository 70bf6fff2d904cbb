"""Two editions are told apart in meaning: every difference in words, every moved firm with reasons."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from questionnaires import __main__ as command
from questionnaires import loading
from questionnaires.diff import Change, Move, differences, read_sheets, rescore
from questionnaires.edition import Edition
from questionnaires.library import EDITIONS, SHIPPED
from questionnaires.model import Question, RatioQuestion
from tests.support.builders import edition_files, write_edition

Files = dict[str, Any]
EDITION = SHIPPED.load("2026")
HOME = EDITIONS / "2026"


def parsed(folder: Path, files: Files) -> Edition:
    edition = loading.read_edition(write_edition(folder, files)).edition
    assert edition is not None
    return edition


def told(tmp_path: Path, change: Callable[[Files], object]) -> tuple[Change, ...]:
    """The differences after one change of the small edition."""
    before, after = edition_files(), edition_files()
    change(after)
    # Codes are counted up by the builder; the same question keeps its own.
    after["core"], after["valve"] = _with_codes_of(before, after)
    return differences(parsed(tmp_path / "old", before), parsed(tmp_path / "new", after))


def _with_codes_of(before: Files, after: Files) -> tuple[Any, Any]:
    known = {q["id"]: q["code"] for f in ("core", "valve") for q in questions(before, f)}
    for name in ("core", "valve"):
        for question in questions(after, name):
            question["code"] = known.get(question["id"], question["code"])
    return after["core"], after["valve"]


def questions(files: Files, name: str = "core") -> list[dict[str, Any]]:
    return [q for s in files[name]["sections"] for q in s["questions"]]


def rung(files: Files, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = files["edition"]["ladder"][index]
    return found


def gate(files: Files) -> dict[str, Any]:
    found: dict[str, Any] = rung(files)["gates"][0]
    return found


def test_an_edition_does_not_differ_from_itself() -> None:
    assert differences(EDITION, EDITION) == ()


def test_a_new_and_a_removed_question_are_named_with_their_section(tmp_path: Path) -> None:
    def swap(files: Files) -> None:
        asked = files["core"]["sections"][0]["questions"]
        asked[1] = asked[1] | {"id": "stocktaking", "code": "Z99", "short": "盘点"}

    added, removed = told(tmp_path, swap)

    assert (added.kind, added.area, added.counts) == ("added", "题目", True)
    assert "Z99 盘点" in added.about
    assert "“production”（通用部分）" in added.words
    assert removed.kind == "removed"
    assert "tracing" in removed.about


def test_a_question_that_changed_section_is_moved_and_not_new(tmp_path: Path) -> None:
    def move(files: Files) -> None:
        section = files["core"]["sections"][0]
        section["weight"] = 60
        asked = section["questions"].pop()
        other = section | {"id": "tracing_part", "title": "追溯", "weight": 5, "questions": [asked]}
        files["core"]["sections"].append(other)

    moved = [c for c in told(tmp_path, move) if c.area == "题目"]

    assert [c.kind for c in moved] == ["moved"]
    assert moved[0].words == "从“production”移到“追溯”"
    assert moved[0].counts


def test_a_changed_descriptor_shows_both_texts(tmp_path: Path) -> None:
    (change,) = told(tmp_path, lambda f: questions(f)[0]["levels"].__setitem__(3, "每道转序扫码"))

    assert change.kind == "reworded"
    assert "3 档的描述" in change.words
    assert (change.before, change.after) == ("第 3 档的做法", "每道转序扫码")
    assert not change.counts


def test_what_an_answer_is_said_to_lack_is_told_by_its_level() -> None:
    path, value = KINDS["core.sections.*.questions.*.weakness.*.lacks.*"]

    gained, lost, *other_levels = differences(EDITION, changed_at(path, value))

    assert (gained.kind, gained.words) == ("added", f"0 档的“说缺什么”增加“{value}1”")
    assert (lost.kind, lost.words) == ("removed", f"0 档的“说缺什么”去掉“{value}”")
    assert all("说缺什么" in change.words for change in other_levels)


def test_a_trade_s_own_words_for_a_common_question_are_told_with_the_trade(tmp_path: Path) -> None:
    def reword(files: Files) -> None:
        files["valve"]["rewords"] = {"scheduling": {"text": "装配怎样排？"}}

    (change,) = told(tmp_path, reword)

    assert (change.kind, change.about.split()[0], change.counts) == ("reworded", "阀门", False)
    assert (change.before, change.after) == ("scheduling 怎样做？", "装配怎样排？")


@pytest.mark.parametrize(
    ("wanted", "kind"), [({"at_least": 3}, "tightened"), ({"at_least": 0}, "loosened")]
)
def test_a_gate_is_told_tightened_or_loosened(
    tmp_path: Path, wanted: dict[str, int], kind: str
) -> None:
    (change,) = told(tmp_path, lambda f: gate(f).update(wanted))

    assert (change.area, change.kind, change.counts) == ("必备条件", kind, True)
    level = wanted["at_least"]
    assert "原为“scheduling”做到“第 1 档的做法”（1 档）" in change.words
    assert f"现为“scheduling”做到“第 {level} 档的做法”（{level} 档）" in change.words


def test_a_gate_that_moved_down_the_ladder_is_tightened(tmp_path: Path) -> None:
    def lower(files: Files) -> None:
        del files["valve"]["gates"]["advanced"]
        files["valve"]["gates"]["basic"] = [{"section": "valves", "at_least_share": "0.5"}]

    (change,) = told(tmp_path, lower)

    assert change.kind == "tightened"
    assert "由“advanced”移到“basic”" in change.words
    assert "阀门" in change.about


def test_new_and_dropped_gates_say_what_they_demand(tmp_path: Path) -> None:
    def swap(files: Files) -> None:
        rung(files)["gates"] = [{"question": "tracing", "at_least": 2}]

    added, dropped = told(tmp_path, swap)

    assert (added.kind, added.words) == ("tightened", "新增：“tracing”做到“第 2 档的做法”（2 档）")
    assert (dropped.kind, dropped.words) == (
        "loosened",
        "取消：“scheduling”做到“第 1 档的做法”（1 档）",
    )


ANY_OF = [{"question": "scheduling", "at_least": 2}, {"question": "tracing", "at_least": 2}]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"count": 2}, "tightened"),
        ({"any_of": [*ANY_OF, {"question": "heat_number", "at_least": 2}]}, "loosened"),
        ({"any_of": [ANY_OF[0] | {"at_least": 3}, ANY_OF[1]]}, "tightened"),
        ({"any_of": [ANY_OF[0] | {"at_least": 3}, ANY_OF[1] | {"at_least": 1}]}, "changed"),
    ],
)
def test_an_any_of_gate_is_weighed_as_a_whole(
    tmp_path: Path, changed: dict[str, Any], kind: str
) -> None:
    before, after = edition_files(), edition_files()
    before["valve"]["gates"]["advanced"] = [{"any_of": ANY_OF}]
    after["valve"]["gates"]["advanced"] = [{"any_of": ANY_OF} | changed]
    after["core"], after["valve"] = _with_codes_of(before, after)

    (change,) = differences(parsed(tmp_path / "old", before), parsed(tmp_path / "new", after))

    assert change.kind == kind


def test_a_threshold_says_both_values(tmp_path: Path) -> None:
    (change,) = told(tmp_path, lambda f: rung(f).update(at_least="0.25"))

    assert change.words == "分数线由 20% 提高到 25%"
    assert (change.kind, change.counts) == ("tightened", True)


def test_what_switches_a_question_on_is_said_in_process_names(tmp_path: Path) -> None:
    (change,) = told(tmp_path, lambda f: questions(f, "valve")[0].update(needs=["casting"]))

    assert change.words == "原来每家都问，现在只问有“铸造”的企业"
    assert change.counts


def test_not_applicable_that_is_no_longer_allowed_is_tightened(tmp_path: Path) -> None:
    (change,) = told(tmp_path, lambda f: questions(f)[0].update(not_applicable=True))

    assert (change.kind, change.words) == ("loosened", "可以答“不适用”了")


def test_a_package_says_its_cost_and_what_it_lifts(tmp_path: Path) -> None:
    def dearer(files: Files) -> None:
        package = files["packages"]["packages"][0]
        package["cost"] = {"low": 8, "high": "20.5"}
        package["lifts"] = package["lifts"] | {"tracing": 3}

    cost, lift = told(tmp_path, dearer)

    assert cost.words == "造价：5–20 万元/项目改为造价：8–20.5 万元/项目"
    assert "由提升到 4 档改为提升到 3 档" in lift.words


# --- nothing goes unsaid ------------------------------------------------------------------------

PLAIN: dict[str, Any] = TypeAdapter(Edition).dump_python(EDITION, mode="json")
SAME = {"id": "id", "code": "code", "number": "number"}
OTHER = {"official": "copy", "copy": "proposal", "proposal": "official", "higher": "lower",
         "lower": "higher", "core": "trade", "trade": "core", "package": "measure",
         "measure": "package", "in_force": "replaced", "micro": "medium", "small": "large", "medium": "small",
         "ticks": "choice", "good": "excellent", "2026-10": "2026-09",
         "above_scale": "revenue"}  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def kind_of(path: tuple[Any, ...]) -> str:
    """A path with ids and positions left out: one leaf stands for all of its kind."""
    named = {"terms", "maps", "lifts", "gates", "trades", "bands"}
    shown = []
    for before, step in zip(("", *path), path, strict=False):
        shown.append("*" if isinstance(step, int) or before in named else step)
    return ".".join(shown)


def one_of_each_kind() -> dict[str, tuple[tuple[Any, ...], Any]]:
    """A leaf of each kind; a range of nothing cannot be changed at one end alone."""
    found: dict[str, tuple[tuple[Any, ...], Any]] = {}
    for path, value in leaves(PLAIN):
        if value is not None and (path[-1] not in ("low", "high") or value != "0"):
            found.setdefault(kind_of(path), (path, value))
    return found


KINDS = one_of_each_kind()


def others(value: Any) -> Iterator[Any]:
    """Values near this one; the first that the model takes is used."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif value in OTHER:
        yield OTHER[value]
    else:
        yield from (
            f"{value}1",
            f"{value}改",
            f"{value}x",
            f"{value[:-1]}9",
            f"{value[:-1]}8",
            "1/3",
            "2/3",
            "1/10",
            "1/5",
            "7",
        )


def put(path: tuple[Any, ...], value: Any) -> Any:
    """The edition with one value changed, to be validated; what lies off the path is read already."""
    return _with(EDITION, PLAIN, path, value)


def _with(read: Any, plain: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    step, *further = path
    if isinstance(read, BaseModel):
        here: Any = {name: getattr(read, name) for name in type(read).model_fields}
    elif isinstance(read, tuple):
        here = list(read)
    else:
        here = dict(read) if isinstance(read, dict) and step in read else plain.copy()
    here[step] = _with(here[step], plain[step], tuple(further), value)
    return here


def changed_at(path: tuple[Any, ...], value: Any) -> Edition:
    for other in others(value):
        try:
            edition = Edition.model_validate(put(path, other))
        except ValidationError:
            continue
        if edition != EDITION:
            return edition
    raise AssertionError(f"no other value found for {path}: {value}")


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("id", "trades.*.id") and
                                  not k.endswith(".kind")])  # fmt: skip
def test_no_change_of_any_key_goes_unsaid(kind: str) -> None:
    path, value = KINDS[kind]

    found = differences(EDITION, changed_at(path, value))

    assert found
    assert all(change.words and change.about for change in found)


def test_the_walk_sees_every_kind_of_key() -> None:
    assert len(KINDS) > 100
    assert "core.sections.*.questions.*.levels.*" in KINDS
    assert "trades.*.gates.*.*.at_least" in KINDS


@pytest.mark.parametrize("name", ["conditions.yaml", "crosswalk.yaml"])
def test_changed_frames_are_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "2026"
    shutil.copytree(HOME, folder, ignore=shutil.ignore_patterns("examples", "seal"))
    text = (folder / name).read_text("utf-8")
    changes = (("least: 2000", "least: 2001"), ("title: 网络建设", "title: 网络"))
    for old, new in changes:
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, "utf-8")

    found = differences(EDITION, loading.load(folder))

    assert found
    assert {change.area for change in found} == {"申报条件" if "cond" in name else "对照"}


# --- who moves ----------------------------------------------------------------------------------


def wire(question: Question, level: int) -> object:
    if isinstance(question, RatioQuestion):
        return {"part": (5, 15, 30, 55, 90)[level], "whole": 100}
    return level


def a_line(level: int = 3, **answers: Any) -> dict[str, Any]:
    questionnaire = EDITION.questionnaire("valve")
    scored = [q for s in questionnaire.sections if s.counts for q in s.scored_questions]
    return {
        "name": "瓯阀（虚构）",
        "trade": "valve",
        "processes": [p.id for p in questionnaire.trade.processes],
        "answers": {q.id: wire(q, level) for q in scored} | answers,
    }


def moved(tmp_path: Path, new: Edition, *lines: dict[str, Any]) -> list[Move]:
    file = tmp_path / "sheets.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    cases, faults = read_sheets(file)
    assert faults == ()
    return list(rescore(EDITION, new, cases))


def edition_with(path: tuple[Any, ...], value: Any) -> Edition:
    return Edition.model_validate(put(path, value))


def ladder_index(rung_id: str) -> int:
    return [r.id for r in EDITION.ladder].index(rung_id)


def test_a_raised_threshold_moves_a_firm_down_and_says_so(tmp_path: Path) -> None:
    new = edition_with(("ladder", ladder_index("equipment"), "at_least"), "0.29")
    (move,) = moved(tmp_path, new, a_line(1))

    assert move.direction == "down"
    assert str(move).startswith("瓯阀（虚构）：设备改造 → 尚未达到最低等级")
    assert "达不到“设备改造”的分数线 29%（原为 20%）" in str(move)


def test_a_tightened_gate_moves_a_firm_down_and_is_called_new(tmp_path: Path) -> None:
    workshop = ladder_index("workshop")
    gates = [g.question for g in EDITION.ladder[workshop].gates]  # type: ignore[union-attr]
    path = ("ladder", workshop, "gates", gates.index("shop_network"), "at_least")
    (move,) = moved(tmp_path, edition_with(path, 3), a_line(3, shop_network=2))

    assert move.direction == "down"
    (reason,) = move.reasons
    assert "（3 档），现为“有独立的车间网络，覆盖主要区域”（2 档）（旧年版没有这样要求）" in reason


def test_a_loosened_gate_moves_a_firm_up_and_says_what_held_it_back(tmp_path: Path) -> None:
    workshop = ladder_index("workshop")
    gates = [g.question for g in EDITION.ladder[workshop].gates]  # type: ignore[union-attr]
    path = ("ladder", workshop, "gates", gates.index("shop_network"), "at_least")
    (move,) = moved(tmp_path, edition_with(path, 1), a_line(3, shop_network=1))

    assert move.direction == "up"
    assert "现在不再拦住" in move.reasons[-1]


def test_a_new_question_leaves_the_rung_open_between_bounds(tmp_path: Path) -> None:
    changed = json.loads(json.dumps(PLAIN))
    asked = changed["core"]["sections"][0]["questions"]
    asked.append(asked[0] | {"id": "new_one", "code": "C99", "short": "新题"})
    (move,) = moved(tmp_path, Edition.model_validate(changed), a_line(3))

    assert move.direction == "unknown"
    assert move.reasons[0] == "新年版里 C99 新题：没有答案"
    assert "之间" in move.reasons[1]


def test_an_answer_the_new_edition_refuses_says_why(tmp_path: Path) -> None:
    changed = json.loads(json.dumps(PLAIN))
    asked = changed["trades"]["valve"]["sections"][0]["questions"][0]
    assert asked["not_applicable"]
    asked["not_applicable"] = False
    line = a_line(3, **{asked["id"]: {"not_applicable": True}})
    (move,) = moved(tmp_path, Edition.model_validate(changed), line)

    assert move.direction == "unknown"
    assert "原答案不能沿用" in move.reasons[0]


def test_a_firm_that_stays_has_no_reason_to_move(tmp_path: Path) -> None:
    (move,) = moved(tmp_path, EDITION, a_line(2))

    assert (move.direction, move.reasons) == ("same", ())


BAD_LINES = {
    "not json": "{",
    "a list": "[]",
    "unknown key": '{"trade": "valve", "answers": {}, "rung": 1}',
    "repeated key": '{"trade": "valve", "trade": "bearing", "answers": {}}',
    "nan": '{"trade": "valve", "answers": {"oee": NaN}}',
    "deep": '{"trade": "valve", "answers": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "wrong type": '{"trade": 1, "answers": {}}',
    "too long": '{"trade": "valve", "answers": {"a": "' + "x" * 1_000_001 + '"}}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_is_a_fault_with_its_number_and_the_others_are_read(
    tmp_path: Path, line: str
) -> None:
    file = tmp_path / "sheets.jsonl"
    file.write_text('{"trade": "valve", "answers": {}}\n\n' + line + "\n", "utf-8")

    cases, (fault,) = read_sheets(file)

    assert len(cases) == 1
    assert fault.place == "第 3 行"
    assert fault.remedy


def test_a_file_that_cannot_be_read_is_one_fault(tmp_path: Path) -> None:
    file = tmp_path / "sheets.jsonl"
    file.write_bytes(b"\xff\xfe\x00")

    assert "UTF-8" in read_sheets(file)[1][0].fault
    assert read_sheets(tmp_path / "nothing")[1]


# --- the command --------------------------------------------------------------------------------


def test_the_command_says_differences_and_moves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = write_edition(tmp_path / "old", edition_files())
    changed = edition_files()
    rung(changed)["at_least"] = "0.3"
    new = write_edition(tmp_path / "new", changed)
    sheets = tmp_path / "sheets.jsonl"
    answers = {"scheduling": 1, "tracing": 1, "heat_number": 1}
    sheets.write_text(json.dumps({"trade": "valve", "answers": answers}), "utf-8")

    assert command.main(["diff", str(old), str(new), "--sheets", str(sheets)]) == 0

    said = capsys.readouterr().out
    assert "分数线由 20% 提高到 30%" in said
    assert "第 1 份：basic → 尚未达到最低等级" in said
    assert "1 份答卷：0 份升级，1 份降级" in said


def test_the_command_fails_on_an_edition_or_sheet_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_edition(tmp_path, edition_files())
    sheets = tmp_path / "sheets.jsonl"
    sheets.write_text("{", "utf-8")

    assert command.main(["diff", str(good), "2099-none"]) == 1
    assert "文件不存在" in capsys.readouterr().out
    assert command.main(["diff", str(good), str(good), "--sheets", str(sheets)]) == 1
    assert "第 1 行" in capsys.readouterr().out
