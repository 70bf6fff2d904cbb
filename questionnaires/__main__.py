"""The questionnaire's own command: check every edition, or seal one that is published.

python -m questionnaires                 check every edition
python -m questionnaires check 2026      check some
python -m questionnaires seal 2026       seal one that has no faults
python -m questionnaires mutate 2026     see whether its examples notice every single wrong figure

python -m questionnaires diff 2026 2026-draft [--sheets FILE]
python -m questionnaires export 2026 valve --xlsx FILE
python -m questionnaires import FILE --into FOLDER
python -m questionnaires xlsform 2026 valve --xlsx FILE
python -m questionnaires schema > FILE
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from questionnaires import laboratory, loading
from questionnaires.checking import check, mutation
from questionnaires.contradictions import counts
from questionnaires.edition import Edition
from questionnaires.library import EDITIONS, SHIPPED
from questionnaires.reading import Fault
from questionnaires.words import CHECK_KINDS


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when every edition is good, 1 with the faults printed."""
    parser = argparse.ArgumentParser(prog="python -m questionnaires", description="检查与封存年版")
    commands = parser.add_subparsers(dest="command")
    checked = commands.add_parser("check", help="检查年版，列出全部问题")
    checked.add_argument("editions", nargs="*", help="年版 id 或文件夹，不写则检查全部")
    sealed = commands.add_parser("seal", help="封存没有问题的年版")
    sealed.add_argument("editions", nargs=1, help="年版 id 或文件夹")
    mutated = commands.add_parser("mutate", help="逐处改动评分规则，看算例能否发现")
    mutated.add_argument("editions", nargs="*", help="年版 id 或文件夹，不写则试全部")
    laboratory.add_commands(commands)
    chosen = parser.parse_args(arguments)
    if "run" in chosen:
        return int(chosen.run(chosen, print))
    names = getattr(chosen, "editions", None) or list(SHIPPED.editions())
    if not names:
        print("没有找到任何年版。", file=sys.stderr)
        return 1
    run = {"seal": _seal, "mutate": _mutate}.get(chosen.command, _check)
    return max(run(_folder(name)) for name in names)


def _folder(name: str) -> Path:
    return Path(name) if Path(name).is_dir() else EDITIONS / name


def _check(folder: Path) -> int:
    edition, faults = check(folder)
    if edition is None or faults:
        _complain(folder, faults)
        return 1
    print(_summary(edition, folder))
    for line in (*_alike(edition), _checks(edition)):
        print(line)
    return 0


def _seal(folder: Path) -> int:
    if (folder / loading.SEAL).exists():
        print(f"{folder.name}：已经封存，不能重新封存。", file=sys.stderr)
        return 1
    if _check(folder):
        return 1
    (folder / loading.SEAL).write_text(loading.seal(folder) + "\n", "utf-8")
    print(f"{folder.name}：已封存。")
    return 0


def _mutate(folder: Path) -> int:
    try:
        trial = mutation.try_out(folder)
    except loading.BadEdition as bad:
        _complain(folder, bad.faults)
        return 1
    print(trial.report())
    return 0 if trial.passed else 1


def _complain(folder: Path, faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        print(f"{folder.name}/{fault}")
    print(f"{folder.name}：{len(faults)} 处问题。", file=sys.stderr)


def _summary(edition: Edition, folder: Path) -> str:
    sections = [*edition.core.sections, *edition.extras]
    sections += [s for trade in edition.trades.values() for s in trade.sections]
    questions = sum(len(s.questions) for s in sections)
    examples = len(list((folder / "examples").glob("*.yaml")))
    sealed = "已封存" if (folder / loading.SEAL).exists() else "草稿"
    return (
        f"{edition.id}（{sealed}）：{len(edition.trades)} 个行业，{questions} 道题，"
        f"{len(edition.packages)} 个场景，{len(edition.standards)} 项标准，{examples} 个算例，没有问题。"
    )


def _alike(edition: Edition) -> Iterator[str]:
    """Name the questions declared to measure the same."""
    asked = {q.id: q for section in edition.sections for q in section.questions}
    for question in asked.values():
        if question.same_as:
            other = asked[question.same_as]
            pair = f"{question.code} {question.short} 与 {other.code} {other.short}"
            yield f"  {pair} 量同一件事，至多一题计分。"


def _checks(edition: Edition) -> str:
    """Say how many cross-checks of each kind stand."""
    own = (check for trade in edition.trades.values() for check in trade.checks)
    checks = (*edition.core.checks, *own)
    found = counts(checks)
    kinds = "，".join(f"{CHECK_KINDS[k]} {found[k]}" for k in CHECK_KINDS if k in found)
    return f"  互查 {len(checks)} 条：{kinds or '没有'}。"


if __name__ == "__main__":
    sys.exit(main())
