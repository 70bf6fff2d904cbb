"""The rubric laboratory's commands: compare editions, hand them out as workbooks, take them back.

Each runs with what was typed and a way to speak, and returns the exit code.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from questionnaires import diff, loading
from questionnaires.model import Edition
from questionnaires.reading import Fault

Say = Callable[[str], None]
Command = Callable[[argparse.Namespace, Say], int]


def add_commands(commands: Any) -> None:
    """Add every command of the laboratory to the parser's commands."""
    compared = commands.add_parser("diff", help="用文字说明两个年版的差别")
    compared.add_argument("old", help="旧年版 id 或文件夹")
    compared.add_argument("new", help="新年版 id 或文件夹")
    compared.add_argument(
        "--sheets", type=Path, help="答卷文件，每行一份 JSON；说明哪些企业等级会变"
    )
    compared.set_defaults(run=compare)


def folder(name: str) -> Path:
    """Find an edition by its folder, or by its id among the program's and the instance's own."""
    own = Path(os.environ.get("INSTANCE", "instance")) / "editions"
    places = (Path(name), loading.EDITIONS / name, own / name)
    return next((p for p in places if (p / "edition.yaml").is_file()), loading.EDITIONS / name)


def _read(name: str, say: Say) -> Edition | None:
    """Read an edition, or say everything that keeps it from being read."""
    source = loading.read_edition(folder(name))
    faults = [*source.missing, *source.shape_faults]
    if source.edition is None or faults:
        _complain(name, faults, say)
        return None
    return source.edition


def _complain(name: str, faults: list[Fault] | tuple[Fault, ...], say: Say) -> None:
    for fault in faults:
        say(f"{name}/{fault}")
    say(f"{name}：{len(faults)} 处问题。")


# --- diff ---------------------------------------------------------------------------------------


def compare(chosen: argparse.Namespace, say: Say) -> int:
    """Say how two editions differ, and who would move."""
    old, new = _read(chosen.old, say), _read(chosen.new, say)
    if old is None or new is None:
        return 1
    found = diff.differences(old, new)
    found += diff.folder_differences(folder(chosen.old), folder(chosen.new))
    for change in found:
        say(str(change))
    counting = sum(change.counts for change in found)
    say(f"{old.id} → {new.id}：{len(found)} 处差别，其中 {counting} 处可能改变得分或等级。")
    return _who_moves(old, new, chosen.sheets, say) if chosen.sheets else 0


def _who_moves(old: Edition, new: Edition, file: Path, say: Say) -> int:
    cases, faults = diff.read_sheets(file)
    if faults:
        _complain(file.name, faults, say)
        return 1
    moves = list(diff.rescore(old, new, cases))
    for move in moves:
        if move.direction != "same":
            say(str(move))
    counts = {d: sum(m.direction == d for m in moves) for d in ("up", "down", "same", "unknown")}
    say(
        f"{len(moves)} 份答卷：{counts['up']} 份升级，{counts['down']} 份降级，"
        f"{counts['same']} 份等级不变，{counts['unknown']} 份无法判定。"
    )
    return 0
