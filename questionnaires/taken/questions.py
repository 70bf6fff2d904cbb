"""A row of an XLSForm as one of our questions, and what of the row our questions cannot say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from questionnaires.model.kinds import LEVELS
from questionnaires.sheets.kinds import exact_text
from questionnaires.taken import conditions
from questionnaires.taken.rows import Asked, Choice

Said = dict[str, Any]
"""A question as the data files hold it, still without its code."""
LARGEST = 10**9
MOST_OPTIONS = 100
"""Of one question; a longer list is a register, which nobody ticks through."""
LINE, PROSE, SHORT = 200, 2000, 20
ASIDE = ("not_applicable", "na", "n_a", "n/a")
UNTOLD_UNIT = "未注明单位"
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_MARKS = re.compile(r"\*\*|__|(?m:^#{1,6} )")
_UNIT = re.compile(r"[（(]([^（）()]{1,20})[）)]\s*$")
_LEVEL_HEAD = re.compile(
    r"^\s*[0-9]\s*(?:(?:档|级|分)\s*[：:、.．\s]|[：:、]|[.．](?![0-9]))\s*(?=\S)"
)
"""A number before a level that only counts it; one that belongs to what is said stays."""
_ENDS = re.compile(r"[？?。！!，,；;：:]")


@dataclass
class Reading:
    """One row while it is read: what is wrong with it, as far as it comes at all."""

    row: Asked
    losses: list[str] = field(default_factory=list)

    def lose(self, said: str) -> None:
        if said not in self.losses:
            self.losses.append(said)

    def text(self, typed: str, most: int) -> str:
        """Return plain words: no markup, no reference to other answers, no longer than they may be."""
        plain = _MARKS.sub("", _TAG.sub("", typed))
        if plain != typed:
            self.lose("文字里的格式标记去掉了")
        bare = conditions.REFERENCE.sub("", plain)
        if bare != plain:
            self.lose("文字里引用了别题的答案，引用去掉了")
        words = " ".join(bare.split())
        if len(words) > most:
            self.lose(f"文字超过 {most} 字，后面截去了")
        return words[:most]


def question(row: Asked, choices: Mapping[str, Sequence[Choice]]) -> tuple[Said | None, Reading]:
    """Return a row as a question; None where it becomes none, and why stands in its losses."""
    reading = Reading(row)
    make = _KINDS.get(row.type)
    if make is None:
        reading.lose(unknown(row.type))
        return None, reading
    said = make(reading, choices.get(row.list, ()))
    if said is None:
        return None, reading
    if row.hint:
        said["help"] = reading.text(row.hint, PROSE)
    if row.guidance:
        said["evidence"] = reading.text(row.guidance.removeprefix("查证："), PROSE)
    _note_the_rest(reading, scored=said["kind"] == "level")
    return {name: value for name, value in said.items() if value not in ("", None)}, reading


def unknown(kind: str) -> str:
    """Say why a type of row does not come."""
    for kinds, said in REASONS.items():
        if kind in kinds:
            return said
    return f"类型 {kind or '（空）'} 本系统没有" if kind else "没有写类型"


REASONS: Mapping[tuple[str, ...], str] = {
    (
        *("start", "end", "today", "deviceid", "username", "email", "phonenumber", "audit"),
        *("start-geopoint", "background-audio", "simserial", "subscriberid"),
    ): "自动记录的信息，本系统自己记录",
    ("calculate", "hidden", "csv-external", "xml-external"): "计算和隐藏的内容，本系统没有",
    ("image", "audio", "video", "file"): "要上传的文件：本系统每题都可以上传佐证材料，不用单独设题",
    ("geopoint", "geotrace", "geoshape"): "位置，本系统不收集",
    ("date", "time", "datetime", "barcode"): "这种答案本系统没有，可以改成文字或数字题",
    ("rank",): "排序题本系统没有，可以改成多选题",
    ("acknowledge", "trigger"): "只要点确认的题，本系统没有",
    (
        *("select one from file", "select multiple from file", "select one external"),
        *("entity", "xlsform"),
    ): "选项在别的文件里，本系统不读",
}


def _named(reading: Reading, kind: str) -> Said:
    text = reading.text(reading.row.label, PROSE) or reading.row.name or "没有题目文字"
    return {"kind": kind, "text": text, "short": short_of(text)}


def short_of(text: str) -> str:
    """Return the beginning of a text as its name in lists and charts."""
    return (_ENDS.split(text)[0].strip() or text)[:SHORT]


def _one(reading: Reading, choices: Sequence[Choice]) -> Said | None:
    if not _are_so_few(reading, choices):
        return None
    aside = [one for one in choices if one.name.lower() in ASIDE or one.label == "不适用"]
    others = [one for one in choices if one not in aside]
    if len(others) < 2:
        reading.lose("选项不到两个，或 choices 表里没有这一组")
        return None
    said = _levels(reading, others)
    if said is None:
        said = _named(reading, "choice") | {"options": _options(reading, others)}
        reading.lose("不计分的单选题：选项恰好五个、代号为 0 至 4（或 1 至 5）才计分")
    return said | ({"not_applicable": True} if aside else {})


def _levels(reading: Reading, choices: Sequence[Choice]) -> Said | None:
    """Read five numbered options as levels, whichever way they stand."""
    numbers = [int(one.name) if one.name.isdecimal() else -1 for one in choices]
    if sorted(numbers) not in (list(range(LEVELS)), list(range(1, LEVELS + 1))):
        return None
    ordered = [one for _, one in sorted(zip(numbers, choices, strict=True), key=lambda two: two[0])]
    levels = [
        reading.text(_LEVEL_HEAD.sub("", one.label), LINE) or one.label[:LINE] for one in ordered
    ]
    return _named(reading, "level") | {"levels": levels}


def _options(reading: Reading, choices: Sequence[Choice], alone: Sequence[str] = ()) -> list[Said]:
    taken: set[str] = set()
    options: list[Said] = []
    for one in choices:
        option: Said = {
            "id": word(one.name, taken),
            "text": reading.text(one.label, LINE) or one.name[:LINE],
        }
        options.append(option | ({"exclusive": True} if one.name in alone else {}))
    return options


def word(name: str, taken: set[str]) -> str:
    """Return a name as our data files call things, one that is not taken yet, and take it."""
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
    base = (plain if plain[:1].isalpha() else f"q_{plain}".rstrip("_"))[:50]
    found, number = base, 2
    while found in taken:
        found, number = f"{base}_{number}", number + 1
    taken.add(found)
    return found


def _are_so_few(reading: Reading, choices: Sequence[Choice]) -> bool:
    if len(choices) > MOST_OPTIONS:
        reading.lose(f"选项超过 {MOST_OPTIONS} 个，本系统的题没有这么多选项")
    return len(choices) <= MOST_OPTIONS


def _several(reading: Reading, choices: Sequence[Choice]) -> Said | None:
    if not _are_so_few(reading, choices):
        return None
    if len(choices) < 2:
        reading.lose("选项不到两个，或 choices 表里没有这一组")
        return None
    rule = conditions.bounds(reading.row.constraint)
    _require_understood(reading, rule)
    return _named(reading, "multiple") | {"options": _options(reading, choices, rule.alone)}


def _require_understood(reading: Reading, rule: conditions.Bounds) -> None:
    if rule.left or rule.part_of:
        reading.lose("填写规则（constraint）只认上下限、字数和“单独选”，其余没有导入")


def _number(reading: Reading, _choices: Sequence[Choice]) -> Said:
    usual = 2 if reading.row.type == "decimal" else 0
    rule, said = conditions.bounds(reading.row.constraint, usual), _named(reading, "number")
    _require_understood(reading, rule)
    said["text"], said["unit"] = unit_of(reading, said["text"])
    said["short"] = short_of(said["text"])
    said["decimals"] = usual if rule.decimals is None else rule.decimals
    least, most = _range(reading, rule)
    return said | {"least": exact_text(least), "most": exact_text(most)}


def _range(reading: Reading, rule: conditions.Bounds) -> tuple[Fraction, Fraction]:
    """Return from where to where a number reaches; what the form does not say is set for now."""
    least, most = rule.least, rule.most
    if least is None:
        least = Fraction(0 if most is None or most > 0 else -LARGEST)
        reading.lose(f"没有写下限，暂定 {least}")
    if most is None or most <= least:
        said = "没有写上限" if most is None else "上限不大于下限"
        most = Fraction(LARGEST)
        reading.lose(f"{said}，上限暂定 {LARGEST}")
    return least, most


def unit_of(reading: Reading, text: str) -> tuple[str, str]:
    """Part a text from the unit in brackets at its end."""
    found = _UNIT.search(text)
    if found and text[: found.start()].strip():
        return text[: found.start()].strip(), found[1].strip()
    reading.lose(f"没有写单位（写在题目最后的括号里），暂记“{UNTOLD_UNIT}”")
    return text, UNTOLD_UNIT


def _text(reading: Reading, _choices: Sequence[Choice]) -> Said:
    rule = conditions.bounds(reading.row.constraint)
    _require_understood(reading, rule)
    return _named(reading, "text") | {"most": min(max(rule.longest or 1000, 1), 5000)}


_KINDS: Mapping[str, Callable[[Reading, Sequence[Choice]], Said | None]] = {
    "select one": _one,
    "select multiple": _several,
    "integer": _number,
    "int": _number,
    "decimal": _number,
    "text": _text,
    "string": _text,
}
_SHOWS = frozenset({"appearance", "body::accuracythreshold", "parameters", "autoplay", "rows"})
"""Columns that only say how a row looks."""
_COLUMNS = {
    "default": "预填的答案",
    "calculation": "计算",
    "choice_filter": "选项的筛选",
    "read_only": "只读",
    "readonly": "只读",
    "trigger": "触发",
    "repeat_count": "重复次数",
    "save_to": "存入实体",
    "or_other": "自填的“其他”",
}


def _note_the_rest(reading: Reading, *, scored: bool) -> None:
    for head in reading.row.others:
        if head in _COLUMNS:
            reading.lose(f"{_COLUMNS[head]}（{head}）没有导入")
        elif head.partition("::")[0] in ("media", "image", "audio", "video", "big-image"):
            reading.lose("题目里的图片、声音或视频没有导入")
        elif head not in _SHOWS and head not in ("disabled", "note", "notes", "comment"):
            reading.lose(f"{head[:40]} 这一列没有导入")
    if reading.row.required and not scored:
        reading.lose("本系统里不计分的题不强制填写")
