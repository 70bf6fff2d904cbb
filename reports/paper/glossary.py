"""Words a reader of a report may not know (名词解释): ours, and those of the questions it speaks of."""

from __future__ import annotations

from reports.diagnosis import Diagnosis

OURS = {
    "得分率": "得到的分与满分之比；能力域的得分率按题目权重平均，总得分率按能力域权重平均",
    "档": "一道题从低到高的五种做法，0 档最低，4 档最高",
    "等级": "从设备改造到未来工厂的五级阶梯，由分数线和必备条件共同决定",
    "分数线": "站上一级至少要有的总得分率",
    "必备条件": "站上一级必须做到的几件事，总分再高也不能代替",
    "必须、建议": "必须是到下一等级最省的一条路上的项目；建议是此外提升最多的项目",
    "参考值": "没有官方出处的数字，供参考，以当地文件和实际报价为准",
    "暂核": "等级靠没有人看过的答案站住，等补看以后才算数",
}


def glossary(it: Diagnosis) -> tuple[tuple[str, str], ...]:
    """Return words with what they mean: of ours all but what does not occur, then the questions'.

    A question explains a word where it uses it; it is listed where a row of the gaps has it.
    """
    rows = [(row.short + row.now + row.target) for area in it.areas for row in area.rows]
    spoken = "\n".join(rows)
    known: dict[str, str] = {}
    for mark in it.score.question.values():
        known.update(mark.question.terms or {})
    ours = [(w, m) for w, m in OURS.items() if w != "暂核" or it.unseen.provisional]
    terms = sorted((word, meaning) for word, meaning in known.items() if word in spoken)
    return (*ours, *((word, meaning.rstrip("。")) for word, meaning in terms))
