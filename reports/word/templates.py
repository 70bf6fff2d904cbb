"""The Word templates we ship: a bureau takes one, restyles it and brings it back."""

from __future__ import annotations

from functools import cache

from reports.word.building import COVER_LINE, NOTE, TABLE_TITLE, Building


@cache
def of_diagnosis() -> bytes:
    """Return the template of a diagnosis report."""
    it = Building("{{ 企业名称 }}{{ 标题 }}", head="{{ 企业名称 }} · {{ 标题 }}", body=11)
    _cover(it)
    _summary(it)
    _gaps(it)
    _plan(it)
    _conditions(it)
    _answers(it)
    return it.finished()


def _cover(it: Building) -> None:
    it.line("{{ 区县 }}传统制造业数字化诊断", COVER_LINE)
    it.title("{{ 标题 }}")
    it.line("{{ 企业名称 }}", COVER_LINE)
    _if(it, "演示", lambda: it.line("{{ 演示 }}", COVER_LINE))
    it.line("")
    it.facts(
        [
            (name, name)
            for name in ("编号", "统一社会信用代码", "行业", "乡镇", "规模", "工序", "轮次", "年版")
        ]
        + [("结果", "结果性质"), ("诊断顾问", "诊断顾问"), ("核定日期", "核定日期")]
        + [("出具日期", "出具日期"), ("组织单位", "主管部门")]
    )
    it.line("{{ 声明 }}", NOTE)
    it.new_page()


def _summary(it: Building) -> None:
    it.heading("一、结论摘要")
    it.paragraph(
        "{{ 企业名称 }}目前处于“{{ 等级 }}”，总得分率 {{ 总得分率 }}。"
        "{% if 下一等级 %}要到“{{ 下一等级 }}”：{% endif %}{{ 还差什么 }}"
    )
    it.picture("阶梯图")
    for title, name in (("做得最好的模块", "强项"), ("最需要补的模块", "弱项")):
        it.heading(title, 2)
        it.mark(f"for 项 in {name}")
        it.paragraph("{{ loop.index }}. {{ 项.名称 }}：{{ 项.得分率 }}")
        it.mark("endfor")
    _if(it, "必备条件", lambda: _gates(it))
    it.heading("各模块得分", 2)
    it.picture("雷达图")
    columns = [("模块", "名称", 66), ("权重", "权重", 30), ("得分率", "得分率", 30)]
    it.rows("模块", [*columns, ("企业自评", "自评得分率", 30)])


def _gates(it: Building) -> None:
    it.heading("挡住“{{ 下一等级 }}”的必备条件", 2)
    it.rows("必备条件", [("要求", "要求", 78), ("本企业", "现状", 54), ("结果", "结果", 24)])


def _gaps(it: Building) -> None:
    it.heading("二、差距与问题")
    _if(it, "差距", lambda: _gap_list(it))
    _if(it, "问题清单", lambda: _found(it))
    _if(it, "改动", lambda: _changes(it))


def _gap_list(it: Building) -> None:
    it.heading("差距清单", 2)
    columns = [("题号", "题号", 16), ("题目", "题目", 28), ("现状", "现状", 38)]
    it.rows(
        "差距", [*columns, ("问题", "问题", 38), ("可增加", "可增加", 18), ("场景", "场景", 18)]
    )


def _found(it: Building) -> None:
    it.heading("现场发现的问题", 2)
    columns = [("问题", "标题", 30), ("现状", "现状", 46), ("差距", "差距", 30)]
    it.rows("问题清单", [*columns, ("程度", "程度", 14), ("建议", "建议", 36)])


def _changes(it: Building) -> None:
    it.heading("现场诊断与自评不同的题", 2)
    columns = [("题号", "题号", 16), ("题目", "题目", 28), ("企业自评", "自评", 38)]
    it.rows("改动", [*columns, ("现场核定", "核定", 38), ("理由", "理由", 36)])


def _plan(it: Building) -> None:
    it.heading("三、提升建议与费用")
    _if(it, "路线", lambda: _route(it))
    it.mark("for 批 in 批次")
    it.heading("{{ 批.名称 }}（{{ 批.时间 }}）", 2)
    it.mark("for 项 in 批.建议")
    it.heading("{{ 项.编号 }} {{ 项.名称 }}", 3)
    it.paragraph("{{ 项.为什么 }}{{ 项.内容 }}")
    it.facts(
        [
            (title, f"项.{field}")
            for title, field in (
                ("一次性投入（参考值）", "投入"), ("年费（参考值）", "年费"), ("计价数量", "数量"),
                ("周期", "周期"), ("可增加", "可增加"), ("能提升", "能提升"), ("先要做好", "先要做好"),
                ("企业自己要做", "企业自己要做"), ("验收看", "验收"),
            )
        ]
    )  # fmt: skip
    it.mark("endfor")
    it.mark("endfor")
    _if(it, "费用", lambda: _costs(it))


def _route(it: Building) -> None:
    it.heading("到下一等级最省的路", 2)
    it.paragraph("{{ 路线 }}")
    it.line("{{ 路线说明 }}", NOTE)


def _costs(it: Building) -> None:
    it.heading("投入（万元，参考值）", 2)
    money = [(name, name, 20) for name in ("设备", "软件", "服务", "一次性合计", "每年")]
    it.rows("费用", [("场景", "名称", 56), *money], sum_of="费用合计")
    it.line("{{ 费用说明 }}", NOTE)


def _conditions(it: Building) -> None:
    it.mark("if 申报条件.条件")
    it.heading("四、申报条件核对")
    it.paragraph("{{ 申报条件.名称 }}：{{ 申报条件.结论 }}。得分率再高，条件不符也不能申报。")
    columns = [("结果", "结果", 20), ("条件", "条件", 28), ("要求", "要求", 54)]
    it.rows("申报条件.条件", [*columns, ("本企业", "本企业", 54)])
    it.line("来源：{{ 申报条件.来源 }}。", NOTE)
    it.mark("endif")


def _answers(it: Building) -> None:
    it.heading("附录：全部答案")
    it.mark("for 块 in 答卷")
    it.heading("{{ 块.名称 }}（得分率 {{ 块.得分率 }}）", 2)
    columns = [("题号", "题号", 16), ("题目", "题目", 50), ("答案", "答案", 34)]
    it.rows("块.题", [*columns, ("核验", "核验", 16), ("备注", "备注", 24), ("分值", "分值", 16)])
    it.mark("endfor")


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
