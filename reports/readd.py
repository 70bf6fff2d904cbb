"""Add the score of a report up again, from the answers attached to it and the rules of its edition.

    python3 readd.py report.pdf rules.json

Needs Python 3.9 or later and nothing else: no part of the system that made the report, no network.
Every sum is exact (fractions). Ends with 0 where all agrees, 1 where not, 2 where a file is not what
it should be. ``rules.json`` is offered beside this script on the page that the report's QR code leads to.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

FILE = re.compile(rb"/Type\s*/EmbeddedFile\b.{0,600}?\bstream\r?\n(.*?)\r?\nendstream", re.DOTALL)
PROOF, RULES = "score-proof/1", "score-rules/1"
ABSENT = {"not_applicable": True}
SIGNS = {"passed": "√", "failed": "×", "not_applicable": "○"}  # a file on Windows knows these
LEGEND = "√ 满足　× 未满足　○ 不适用，依报告里的次序"
AGREES = "全部一致：得分由这些答案按这份规则算出。"
BESIDE = "这里只重算得分。文件是不是签发的原件，请在报告二维码打开的页面选中这份 PDF 比对。"
Part = Optional[Fraction]
Weighed = tuple[dict[str, Any], Fraction]


class Unreadable(Exception):
    """A file is not what it should be."""


class Sums:
    """What one sheet earns by the rules: every level, every share, every gate, every rung."""

    def __init__(self, rules: dict[str, Any], proof: dict[str, Any]) -> None:
        self.answers, self.processes = proof["answers"], set(proof["processes"])
        self.given: dict[str, Any] = {}
        self.levels: dict[str, Optional[int]] = {}
        self.earned: dict[str, Fraction] = {}
        self.sections = {section["id"]: self._section(section) for section in rules["sections"]}
        counted = [(s, Fraction(s["weight"])) for s in rules["sections"] if s["weight"]]
        self.share = self._mean(counted) or Fraction(0)
        apart = {part: [c for c in counted if c[0]["part"] == part] for part in ("core", "trade")}
        self.parts = {part: self._mean(sections) for part, sections in apart.items()}
        self._contribute(counted)
        self.gates = [[self._gate(gate) for gate in rung["gates"]] for rung in rules["ladder"]]
        self.reached: list[bool] = []
        for rung, gates in zip(rules["ladder"], self.gates):
            met = self.share >= Fraction(rung["at_least"]) and "failed" not in gates
            self.reached.append(met and all(self.reached))

    def _section(self, section: dict[str, Any]) -> Part:
        """The weighted mean of level / 4 over the questions that apply; None where none does."""
        weights = earned = Fraction(0)
        for question in section["questions"]:
            level = self.levels[question["id"]] = self._level(question)
            if level is not None and section["weight"]:
                weights += Fraction(question["weight"])
                earned += Fraction(question["weight"]) * level / 4
        return earned / weights if weights else None

    def _level(self, question: dict[str, Any]) -> Optional[int]:
        """0 to 4; None where it is not asked (its process is absent), 不适用, or has no levels."""
        asked = not question["needs"] or self.processes.intersection(question["needs"])
        answer = self.answers.get(question["id"]) if asked else None
        if answer is None and asked and question["required"]:
            raise Unreadable(f"必答题 {question['id']} 没有答案，不能计分。")
        self.given[question["id"]] = answer = None if answer == ABSENT else answer
        if answer is None or question["kind"] == "level":
            return answer
        if question["kind"] != "ratio" or question["above"] is None:
            return None
        percent = Fraction(100 * answer["part"], answer["whole"])
        return sum(percent > Fraction(edge) for edge in question["above"])

    def _mean(self, sections: list[Weighed]) -> Part:
        """The weighted mean of shares; a section in which nothing applies leaves both sides."""
        shares = [(weight, self.sections[s["id"]]) for s, weight in sections]
        counted = [(weight, share) for weight, share in shares if share is not None]
        whole = sum(weight for weight, _ in counted)
        return sum(weight * share for weight, share in counted) / Fraction(whole) if whole else None

    def _contribute(self, sections: list[Weighed]) -> None:
        """What each question adds to the whole: its points, of its section, of all sections."""
        whole = sum(weight for s, weight in sections if self.sections[s["id"]] is not None)
        for section, weight in sections:
            asked = [q for q in section["questions"] if self.levels[q["id"]] is not None]
            units = sum(Fraction(q["weight"]) for q in asked)
            for question in asked:
                points = Fraction(self.levels[question["id"]] or 0, 4)
                part = Fraction(question["weight"]) / units
                self.earned[question["id"]] = points * part * weight / whole

    def _gate(self, gate: dict[str, Any]) -> str:
        if "any_of" in gate:
            states = [self._gate(member) for member in gate["any_of"]]
            applicable = [state for state in states if state != "not_applicable"]
            needed = min(gate["count"], len(applicable))
            return _state(applicable or None, applicable.count("passed") >= needed)
        if "question" in gate:
            answer, level = self.given[gate["question"]], self.levels[gate["question"]]
            return _state(answer, answer is not None and _holds(gate, answer, level))
        share = self.sections[gate["section"]] if "section" in gate else self.parts[gate["part"]]
        return _state(share, share is not None and share >= Fraction(gate["at_least_share"]))


def _state(looked_at: object, holds: bool) -> str:
    return "not_applicable" if looked_at is None else "passed" if holds else "failed"


def _holds(gate: dict[str, Any], answer: Any, level: Optional[int]) -> bool:
    if gate["at_least"] is not None and (level is None or level < gate["at_least"]):
        return False
    if gate["at_least_percent"] is None:
        return True
    return Fraction(100 * answer["part"], answer["whole"]) >= Fraction(gate["at_least_percent"])


def compare(rules: dict[str, Any], proof: dict[str, Any]) -> int:
    """Print every sum beside what the report says; return how many differ."""
    sums, differ = Sums(rules, proof), 0

    def line(name: str, ours: str, theirs: str) -> None:
        nonlocal differ
        differ += ours != theirs
        print(f"  {name}：{ours}" + ("" if ours == theirs else f"  ← 报告写的是：{theirs}"))

    rows = {row["question"]: row for row in proof["trace"]}
    for section in (section for section in rules["sections"] if section["weight"]):
        print(f"{section['title']}（权重 {section['weight']}）")
        for question in section["questions"]:
            row, level = rows.pop(question["id"], None), sums.levels[question["id"]]
            if row or level is not None:
                ours = worth(level, sums.earned.get(question["id"], Fraction(0)))
                theirs = worth(row["level"], Fraction(row["contribution"])) if row else "没有这一题"
                line(question["name"], ours, theirs)
        share = proof["sections"].get(section["id"])
        line("得分率", said(sums.sections[section["id"]]), said(share and Fraction(share)))
    print("合计")
    if rows:
        line("规则里没有的题", "没有", "、".join(rows))
    line("总得分率", said(sums.share), said(Fraction(proof["share"])))
    line("各题之和", said(sum(sums.earned.values(), Fraction(0))), said(Fraction(proof["share"])))
    rungs = {rung["id"]: rung for rung in proof["rungs"]}
    for rung, gates, reached in zip(rules["ladder"], sums.gates, sums.reached):
        its = rungs[rung["id"]]
        line(rung["title"], standing(reached, gates), standing(its["reached"], its["gates"]))
    print(f"  （{LEGEND}）")
    return differ


def worth(level: Optional[int], adds: Fraction) -> str:
    return "不适用" if level is None else f"{level} 档，计入总分 {said(adds)}"


def standing(reached: bool, gates: list[str]) -> str:
    """Whether a rung is reached, and how each of its gates stands, in their order."""
    return f"{'达到' if reached else '未达到'}，必备条件 {''.join(SIGNS[gate] for gate in gates)}"


def said(share: Part) -> str:
    """A share exactly, and in percent, cut and never rounded."""
    if share is None:
        return "不适用"
    tenths = 1000 * share // 1
    return f"{share}（{tenths // 10}.{tenths % 10}%）"


def read(report: str, rules: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rules and the proof, which must be about each other."""
    content, known = Path(report).read_bytes(), Path(rules).read_bytes()
    end = content.rfind(b"\nendstream") + 10  # behind it no file ends, however many begin
    attached = [found[1] for found in FILE.finditer(content, 0, end)] or [content]
    proof = loaded(attached[0], PROOF) if len(attached) == 1 else None
    its = loaded(known, RULES)
    if not proof:
        raise Unreadable(
            "报告里读不出计分凭证（score-proof.json）：文件被改动，或不是本系统的报告。"
        )
    if not its or hashlib.sha256(known).hexdigest() != proof["rules_sha256"]:
        raise Unreadable("这份计分规则不是报告所用的那一份：请从报告二维码打开的页面下载。")
    answers = json.dumps(proof["answers"], ensure_ascii=False, sort_keys=True).encode()
    if hashlib.sha256(answers).hexdigest() != proof["answers_sha256"]:
        raise Unreadable("计分凭证里的答案被改动过：与凭证自己的哈希值不符。")
    return its, proof


def loaded(content: bytes, kind: str) -> Optional[dict[str, Any]]:
    try:
        text = zlib.decompress(content) if content[:1] == b"\x78" else content
        found = json.loads(text)
    except (ValueError, zlib.error):
        return None
    return found if isinstance(found, dict) and found.get("format") == kind else None


def main(arguments: list[str]) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="replace"
        )  # a file on Windows knows fewer signs than a screen
    if len(arguments) != 2:
        print("用法：python3 readd.py 报告.pdf 计分规则.json")
        return 2
    try:
        rules, proof = read(*arguments)
        print(f"报告 {proof['number']}，年版 {proof['edition']}，封存值 {proof['seal']}")
        differ = compare(rules, proof)
    except OSError as error:
        print(f"打不开“{error.filename}”：请核对文件名，并把它和本程序放在同一个文件夹里。")
        return 2
    except Unreadable as error:
        print(error)
        return 2
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        print(f"计分凭证的内容不完整或被改动，无法重算：{error!r}")
        return 2
    print(f"有 {differ} 处不一致：得分与答案、规则对不上。" if differ else AGREES)
    print(BESIDE)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
