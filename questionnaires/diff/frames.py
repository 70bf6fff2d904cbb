"""What became different in the frames that read the same answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from questionnaires.diff.changes import Area, Change
from questionnaires.edition import Edition
from questionnaires.model import Value

Parts = dict[str, object]
"""What a file says, cut into parts that readers know by name."""


def changes(old: Edition, new: Edition) -> Iterator[Change]:
    """Yield the differences of the conditions, the national ladder and the crosswalk."""
    before, after = _written(old.conditions), _written(new.conditions)
    yield from _parts("申报条件", _conditions(before), _conditions(after))
    yield from _parts("对照", _frames(old), _frames(new))


def _written(frame: Value | None) -> dict[str, object]:
    """Return a frame as its file writes it."""
    return frame.model_dump(mode="json", exclude_unset=True) if frame else {}


def _parts(area: Area, before: Parts, after: Parts) -> Iterator[Change]:
    for about, value in after.items():
        if about not in before:
            yield Change(area, about, "added", "新增")
        elif before[about] != value:
            yield Change(area, about, "changed", f"改动了{_keys(before[about], value)}")
    for about in before:
        if about not in after:
            yield Change(area, about, "removed", "删去")


_WORDS = {
    "title": "名称",
    "document": "文件",
    "number": "文号",
    "confidence": "依据",
    "note": "备注",
    "investment": "投入要求",
    "completion": "竣工要求",
    "digital_level": "数字化水平要求",
    "credit": "信用要求",
    "incidents": "事件要求",
    "breaches": "失信要求",
    "unlawful_acts": "违法行为要求",
    "project": "项目要求",
    "applicant": "申报主体",
    "points": "分值",
    "question": "所读的题目",
    "questions": "所读的题目",
    "options": "选项得分",
    "above": "分档",
    "earns": "分档得分",
    "levels": "各级要求",
    "most": "最高可得等级",
    "score": "得分要求",
    "scenarios": "场景数要求",
    "items": "评分项数",
    "elements": "要素要求",
    "maturity": "成熟度要求",
    "after": "先要达到的等级",
    "unasked": "没有问到的条件",
    "group": "分组",
    "source": "来源",
    "notes": "说明",
}


def _keys(before: object, after: object) -> str:
    """Name what differs inside a part."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return "内容"
    differ = [k for k in dict.fromkeys((*before, *after)) if before.get(k) != after.get(k)]
    return "、".join(dict.fromkeys(_WORDS.get(key, "内容") for key in differ))


def _conditions(value: Mapping[str, object]) -> Parts:
    parts: Parts = {"说明": value["notes"]} if "notes" in value else {}
    for entry in _dicts(value.get("entries")):
        parts[f"{entry.get('year')} 年度 {entry.get('title')}"] = entry
    return parts


def _frames(edition: Edition) -> Parts:
    return _crosswalk(
        _written(edition.crosswalk)
        | {"national": _written(edition.national), "systems": _systems(edition)}
    )


def _systems(edition: Edition) -> dict[str, object]:
    written = _written(edition.systems)
    return {"title": "重点信息系统", **written} if written else {}


def _crosswalk(value: Mapping[str, object]) -> Parts:
    """Cut each frame into what has a title: items, scenarios, levels, subdomains."""
    parts: Parts = {}
    for frame in value.values():
        if isinstance(frame, dict) and frame:
            name = str(frame.get("title", ""))
            plain = {k: v for k, v in frame.items() if not _dicts(v)}
            parts[name] = plain
            for key, inner in frame.items():
                if _dicts(inner):
                    parts |= {f"{name} {k}": v for k, v in _titled(key, inner)}
    return parts


def _titled(kind: str, items: object) -> Iterator[tuple[str, object]]:
    """Yield (name, part) for every titled item, inner ones apart from what holds them."""
    for index, item in enumerate(_dicts(items), start=1):
        name = str(item.get("title") or f"{kind} {index}")
        yield name, {k: v for k, v in item.items() if not _dicts(v)}
        for key, inner in item.items():
            if _dicts(inner):
                yield from ((f"{name} › {k}", part) for k, part in _titled(key, inner))


def _dicts(value: object) -> list[dict[str, object]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
