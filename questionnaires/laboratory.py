"""The rubric laboratory's commands: compare editions, hand them out as workbooks, take them back.

Each runs with what was typed and a way to speak, and returns the exit code.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from questionnaires import diff, loading, schema, workbook
from questionnaires.checking import check
from questionnaires.edition import Edition
from questionnaires.library import EDITIONS
from questionnaires.reading import Fault
from questionnaires.xlsform import write_xlsform

Say = Callable[[str], None]


def add_commands(commands: Any) -> None:
    """Add every command of the laboratory to the parser's commands."""
    compared = commands.add_parser("diff", help="用文字说明两个年版的差别")
    compared.add_argument("old", help="旧年版 id 或文件夹")
    compared.add_argument("new", help="新年版 id 或文件夹")
    compared.add_argument(
        "--sheets", type=Path, help="答卷文件，每行一份 JSON；说明哪些企业等级会变"
    )
    compared.set_defaults(run=compare)
    handed = commands.add_parser("export", help="把一个行业的问卷写成工作簿，供打印和审阅")
    handed.add_argument("edition", help="年版 id 或文件夹")
    handed.add_argument("trade", help="行业 id")
    handed.add_argument("--xlsx", type=Path, help="写到哪个文件；不写则用“年版-行业.xlsx”")
    handed.set_defaults(run=export)
    taken = commands.add_parser("import", help="把改过的工作簿读回成草稿")
    taken.add_argument("workbook", type=Path, help="工作簿")
    taken.add_argument("--into", type=Path, required=True, help="草稿文件夹")
    taken.set_defaults(run=take_back)
    fielded = commands.add_parser("xlsform", help="把一个行业的问卷写成 XLSForm，供 ODK、KoBo 使用")
    fielded.add_argument("edition", help="年版 id 或文件夹")
    fielded.add_argument("trade", help="行业 id")
    fielded.add_argument("--xlsx", type=Path, help="写到哪个文件；不写则用“年版-行业-xlsform.xlsx”")
    fielded.set_defaults(run=field)
    drawn = commands.add_parser("schema", help="输出数据文件的 JSON Schema，供编辑器使用")
    drawn.add_argument("kind", nargs="?", choices=list(schema.FILES), help="只要一种文件的")
    drawn.set_defaults(run=draw)


def folder(name: str) -> Path:
    """Find an edition by its folder, or by its id among the program's own."""
    return Path(name) if (Path(name) / loading.HEAD).is_file() else EDITIONS / name


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


# --- workbooks ----------------------------------------------------------------------------------


def export(chosen: argparse.Namespace, say: Say) -> int:
    """Write one trade's questionnaire as a workbook."""
    return _write(chosen, say, chosen.xlsx or Path(f"{chosen.edition}-{chosen.trade}.xlsx"), _book)


def _book(edition: Edition, trade: str, target: Path) -> None:
    workbook.write_workbook(edition, trade, target)


def _write(
    chosen: argparse.Namespace,
    say: Say,
    target: Path,
    write: Callable[[Edition, str, Path], None],
) -> int:
    edition = _read(chosen.edition, say)
    if edition is None:
        return 1
    if chosen.trade not in edition.trades:
        say(f"{edition.id} 没有行业“{chosen.trade}”，可选：{'、'.join(edition.trades)}。")
        return 1
    try:
        write(edition, chosen.trade, target)
    except (OSError, workbook.UnsayableText) as error:
        say(f"没有写成 {target}：{error}。")
        return 1
    say(f"已写到 {target}。")
    return 0


def field(chosen: argparse.Namespace, say: Say) -> int:
    """Write one trade's questionnaire as an XLSForm."""
    target = chosen.xlsx or Path(f"{chosen.edition}-{chosen.trade}-xlsform.xlsx")
    return _write(chosen, say, target, write_xlsform)


def draw(chosen: argparse.Namespace, say: Say) -> int:
    """Print the JSON Schema."""
    say(schema.schema_text(chosen.kind).rstrip())
    return 0


def take_back(chosen: argparse.Namespace, say: Say) -> int:
    """Read a reviewed workbook back into a draft's folder."""
    target: Path = chosen.into
    if not chosen.workbook.is_file():
        say(f"没有文件 {chosen.workbook}。")
        return 1
    draft = workbook.read_workbook(chosen.workbook, loading.read_edition(target).edition)
    if draft.faults:
        _complain(chosen.workbook.name, draft.faults, say)
        return 1
    try:
        workbook.keep_draft(draft, target)
    except workbook.Published:
        say(f"{target} 已经发布，不能再改；请写到另一个文件夹，另立草稿。")
        return 1
    _, faults = check(target)
    for fault in faults:
        say(f"{target.name}/{fault}")
    left = f"，还有 {len(faults)} 处要处理" if faults else "，检查没有问题"
    say(f"已读回 {len(draft.files)} 个文件到 {target}{left}。")
    return 0
