"""The Word templates we ship: a bureau takes one, restyles it and brings it back."""

from __future__ import annotations

from functools import cache

from reports.word.building import COVER_LINE, NOTE, TABLE_TITLE, Building
from reports.word.report_template import of_diagnosis as of_diagnosis


@cache
def of_annual() -> bytes:
    """Return the template of a district's yearly report."""
    from reports.annual.chapters import CHAPTERS

    it = Building("{{ 标题 }}", head="{{ 标题 }}（{{ 版别 }}）", body=14)
    it.title("{{ 区县 }}传统制造业数字化培育工作\n{{ 年份 }} 年度报告")
    for line in ("（{{ 版别 }}）", "{{ 主管部门 }}{{ 科室 }}", "{{ 出具日期 }}", "编号 {{ 编号 }}"):
        it.line(line, COVER_LINE)
    _if(it, "演示", lambda: it.line("{{ 演示 }}", COVER_LINE))
    it.line("{{ 数据来源 }}", NOTE)
    it.line("{{ 版别说明 }}", NOTE)
    it.new_page()
    for chapter in CHAPTERS:
        it.heading(chapter.title)
        for part in chapter.says:
            it.mark(f"for 段 in {part}")
            it.paragraph("{{ 段.文字 }}")
            it.mark("endfor")
        for name in chapter.tables.values():
            _table(it, name)
    it.mark("if 有附表")
    it.heading("附表")
    it.mark("endif")
    from reports.annual.annexes import ANNEXES

    for name in ANNEXES.values():
        _table(it, name)
    return it.finished()


def _table(it: Building, name: str) -> None:
    it.mark(f"if {name}.行")
    it.line(f"{{{{ {name}.标题 }}}}", TABLE_TITLE)
    it.picture(f"{name}.图")
    it.grid(name)
    it.line(f"{{{{ {name}.口径 }}}}", NOTE)
    it.mark("endif")


def _if(it: Building, name: str, write: object) -> None:
    it.mark(f"if {name}")
    write()  # type: ignore[operator]
    it.mark("endif")
