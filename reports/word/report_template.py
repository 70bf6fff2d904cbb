"""The Word template of a diagnosis report we ship: the chapters of the paper, in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from reports.paper.chapters import APPENDICES, CHAPTERS
from reports.word.building import COVER_LINE, NOTE, TABLE_TITLE, Building
from reports.word.chapters import NAMES

Columns = Sequence[tuple[str, str, int]]
MONEY: Columns = [(name, name, 17) for name in ("设备", "软件", "服务", "一次性", "每年")]


@cache
def of_diagnosis() -> bytes:
    """Return the template of a diagnosis report."""
    it = Building("{{ 企业名称 }}{{ 标题 }}", head="{{ 企业名称 }} · {{ 标题 }}", body=11)
    _cover(it)
    for name, _, _ in (*CHAPTERS, *APPENDICES):
        heading = f"章.{NAMES[name]}"
        it.mark(f"if {heading}")
        it.heading(f"{{{{ {heading} }}}}")
        WRITTEN[name](it)
        it.mark("endif")
    it.heading("怎样核对这份报告")
    it.paragraph(
        "Word 版用来修改和摘录，没有电子签名。真伪和是否有效，以编号 {{ 编号 }} 的 PDF 版为准："
        "扫它最后一页的二维码，或在核对页面选中那份 PDF 比对，文件不会上传。"
    )
    return it.finished()


def _list(it: Building, title: str, name: str, columns: Columns, sums: Sequence[str] = ()) -> None:
    """Add a table under its own title, where the list has something."""
    it.mark(f"if {name}")
    if title:
        it.heading(title, 2)
    it.rows(name, columns, sums)
    it.mark("endif")


def _cover(it: Building) -> None:
    it.line("{{ 区县 }}传统制造业数字化诊断", COVER_LINE)
    it.title("{{ 标题 }}")
    it.line("{{ 企业名称 }}", COVER_LINE)
    it.mark("if 演示")
    it.line("{{ 演示 }}", COVER_LINE)
    it.mark("endif")
    it.line("")
    names = ("编号", "轮次", "年版", "诊断顾问", "核定日期", "出具日期")
    it.facts([*((name, name) for name in names), ("结果", "结果性质"), ("组织单位", "主管部门")])
    it.line("{{ 声明 }}", NOTE)
    it.new_page()


def _summary(it: Building) -> None:
    it.paragraph(
        "{{ 企业名称 }}现在的等级：{{ 等级 }}，总得分率 {{ 总得分率 }}。"
        "{% if 下一等级 %}要到“{{ 下一等级 }}”：{% endif %}{{ 还差什么 }}"
    )
    it.picture("阶梯图")
    it.heading("为什么是现在这个位置", 2)
    it.mark("for 项 in 一页.理由")
    it.paragraph("{{ loop.index }}. {{ 项.标题 }}。{{ 项.说明 }}")
    it.mark("endfor")
    it.mark("if not 一页.理由")
    it.paragraph("没有要补的差距。")
    it.mark("endif")
    it.mark("if not 一页.先做")
    it.paragraph("{{ 方案说明 }}")
    it.mark("endif")
    it.mark("if 一页.先做")
    it.heading("先做哪几件事", 2)
    columns = [("做什么", "标题", 46), ("时间", "时间", 24), ("投入（参考值）", "费用", 42)]
    it.rows("一页.先做", [*columns, ("自己要做", "自己要做", 44)])
    it.paragraph(
        "一次性投入 {{ 一页.投入 }}{% if 一页.每年 != '—' %}，每年 {{ 一页.每年 }}{% endif %}，"
        "{{ 一页.工期 }}，均为参考值。"
    )
    it.mark("endif")


def _firm(it: Building) -> None:
    names = ("企业名称", "统一社会信用代码", "行业", "乡镇", "园区", "规模", "规上规下", "从业人数")
    it.facts([(name, name) for name in (*names, "营业收入", "主要产品", "工序", "资质")])
    _list(it, "设备与数量", "设备", [("名称", "名称", 90), ("数量", "数量", 66)])
    it.heading("在用信息系统", 2)
    it.mark("if 在用系统")
    it.paragraph("按答案看：{{ 在用系统 }}。由答案推断，为参考值，不等于买没买软件。")
    it.mark("endif")
    columns = [("厂商", "厂商", 50), ("启用年份", "启用年份", 30)]
    _list(it, "", "系统", [("系统", "名称", 76), *columns])
    it.mark("if not 系统")
    it.paragraph("企业信息里没有填写在用的系统。")
    it.mark("endif")
    _list(it, "主要设备", "机器", [("设备", "名称", 76), *columns])


def _process(it: Building) -> None:
    names = ("提交日期", "现场日期", "核定日期", "到场时间", "诊断组", "会见人员", "查看场所")
    it.facts([(name, name) for name in names])
    columns = [("抽查的样本", "样本", 50), ("件数", "件数", 26), ("结果", "结果", 44)]
    _list(it, "抽查", "抽查", [*columns, ("备注", "备注", 36)])
    columns = [("演练", "名称", 30), ("查的是什么", "内容", 46), ("用时", "用时", 22)]
    _list(it, "计时演练", "演练", [*columns, ("参考值", "参考用时", 26), ("结果", "结果", 32)])
    it.paragraph(
        "问卷：{{ 年版 }}。模块得分率是题目的加权平均，总得分率是模块的加权平均，不适用的题目不计。"
        "等级从最低一级向上判定：总得分率达到分数线，并且必备条件全部满足，才能站上这一级。"
    )


def _areas(it: Building) -> None:
    it.picture("雷达图")
    it.rows("能力域", [("能力域", "名称", 32), ("得分率", "得分率", 22), ("现状", "现状", 102)])
    columns = [("能力域", "能力域", 22), ("题目", "题目", 28), ("现状", "现状", 36)]
    more = [("得分", "得分", 16), ("建议", "建议", 18), ("目标", "目标", 36)]
    _list(it, "差距与目标", "目标", [*columns, *more])


def _problems(it: Building) -> None:
    columns = [
        ("编号", "编号", 10),
        ("问题", "标题", 26),
        ("说明", "说明", 41),
        ("依据", "依据", 27),
    ]
    more = [("建议", "建议", 20), ("可增加", "可增加", 20), ("优先", "优先", 12)]
    it.rows("问题", [*columns, *more])
    it.mark("if 照片")
    it.heading("现场照片", 2)
    it.mark("for 项 in 照片")
    it.picture("项.图")
    it.line("{{ 项.说明 }}", NOTE)
    it.mark("endfor")
    it.mark("endif")


def _comparison(it: Building) -> None:
    columns = [("题号", "题号", 16), ("题目", "题目", 28), ("企业自评", "自评", 38)]
    _list(it, "", "改动", [*columns, ("现场核定", "核定", 38), ("理由", "理由略", 36)])
    it.paragraph(
        "{% if 改动 %}其余各题两份答卷一致。{% else %}两份答卷逐题一致，没有更正。{% endif %}"
    )


def _ladder(it: Building) -> None:
    columns = [("等级", "名称", 28), ("分数线", "分数线", 20), ("必备条件", "必备条件", 20)]
    it.rows("阶梯", [*columns, ("结果", "结果", 22), ("意味着什么", "意味着", 66)])
    columns = [("要求", "要求", 78), ("本企业", "现状", 54), ("结果", "结果", 24)]
    _list(it, "下一等级还没有满足的必备条件", "必备条件", columns)


def _plan(it: Building) -> None:
    it.paragraph("{{ 方案说明 }}")
    columns = [("类别", "类别", 14), ("场景或措施", "名称", 37), *MONEY, ("时间", "时间", 20)]
    _list(it, "方案一览（万元，参考值）", "方案", columns, ("必做小计", "方案合计"))
    it.mark("if 方案")
    it.heading("实施进度", 2)
    it.picture("进度图")
    it.mark("endif")
    it.mark("if 按年投入.行")
    it.heading("按年投入（万元，参考值）", 2)
    it.grid("按年投入")
    it.mark("endif")
    columns = [("场景或措施", "名称", 50), ("系统测算", "测算", 34), ("顾问方案", "顾问", 34)]
    more = [("启动", "启动", 20), ("差别", "差别", 18)]
    _list(it, "顾问方案与系统测算对照", "两种方案", [*columns, *more])
    _each(it)
    it.mark("if 路线")
    it.heading("到下一等级最省的路", 2)
    it.paragraph("{{ 路线 }}")
    it.line("{{ 路线说明 }}", NOTE)
    it.mark("endif")
    it.line("{{ 费用说明 }}", NOTE)


def _each(it: Building) -> None:
    it.mark("for 批 in 批次")
    it.heading("{{ 批.名称 }}{% if 批.时间 %}（{{ 批.时间 }}）{% endif %}", 2)
    it.mark("for 项 in 批.建议")
    it.heading("{{ 项.编号 }} {{ 项.名称 }}", 3)
    it.paragraph("{{ 项.为什么 }}{{ 项.内容 }}")
    told = ("投入", "年费", "数量", "周期", "可增加", "能提升", "常见成效", "先要做好", "前提")
    more = ("企业自己要做", "验收", "三个月后")
    it.facts([(name, f"项.{name}") for name in (*told, *more)], briefly=True)
    it.mark("endfor")
    it.mark("endfor")


def _effects(it: Building) -> None:
    it.mark("if 预期")
    it.paragraph("{{ 预期 }}")
    it.mark("endif")
    columns = [("指标", "指标", 36), ("现在（基准）", "现在", 28), ("目标（参考值）", "目标", 32)]
    it.rows("成效", [*columns, ("怎样测", "怎样测", 60)])


def _peers(it: Building) -> None:
    it.paragraph("{{ 同行是谁 }}、同一年版问卷里现场核定过的 {{ 同行家数 }} 家企业；数字只写到档。")
    names = ("本企业", "下四分位", "中位数", "上四分位", "位置")
    it.rows("同行", [("能力域", "能力域", 41), *((name, name, 23) for name in names)])


def _trend(it: Building) -> None:
    it.picture("历轮图")
    it.grid("历轮")
    it.line("核定过的写核定的得分率，括号里是自评；口径有变的不能直接比。", NOTE)


def _crosswalk(it: Building) -> None:
    it.mark("for 标准 in 多标准")
    it.heading("{{ 标准.名称 }}", 2)
    it.paragraph("{{ 标准.结论 }}（{{ 标准.声明 }}）")
    _list(it, "", "标准.条目", [("维度或能力域", "名称", 90), ("结果", "结果", 66)])
    it.mark("if 标准.细项")
    it.line("逐条的结果：", NOTE)  # between two tables, or they run into one
    it.rows("标准.细项", [("条目", "名称", 90), ("结果", "结果", 66)])
    it.mark("endif")
    for says, name in (("还缺", "还缺"), ("现有答案不能推出", "不能推出")):
        it.mark(f"if 标准.{name}")
        it.line(f"{says}：{{{{ 标准.{name} }}}}。", NOTE)
        it.mark("endif")
    it.line("来源：{{ 标准.来源 }}。", NOTE)
    it.mark("endfor")


def _conditions(it: Building) -> None:
    it.paragraph("{{ 申报条件.名称 }}：{{ 申报条件.结论 }}。得分率再高，条件不符也不能申报。")
    columns = [("结果", "结果", 20), ("条件", "条件", 28), ("要求", "要求", 54)]
    it.rows("申报条件.条件", [*columns, ("本企业", "本企业", 54)])
    it.line("来源：{{ 申报条件.来源 }}。", NOTE)


def _signatures(it: Building) -> None:
    it.paragraph(
        "{{ 企业名称 }}{{ 结果性质 }}，等级：{{ 等级 }}，总得分率 {{ 总得分率 }}。{{ 声明 }}"
    )
    it.mark("for 项 in 企业意见")
    it.paragraph("企业意见：{{ 项.文字 }}")
    it.mark("endfor")
    columns = [("身份", "身份", 30), ("姓名、职务", "姓名", 44), ("签名", "图", 44)]
    _list(it, "现场留下的签名", "签名", [*columns, ("时间", "时间", 38)])
    it.heading("确认", 2)
    day = "　　 年　 月　 日"
    who = ("企业（盖章）", "诊断顾问：{{ 诊断顾问 }}", "审核人", "主管部门（盖章）：{{ 主管部门 }}")
    room = (("身份", 60), ("签名或盖章", 56), ("日期", 40))
    it.to_fill_in(room, [(one, "", day) for one in who])
    it.line("企业异议（没有请写“无”）：")


def _appendix(it: Building) -> None:
    it.mark("for 块 in 答卷")
    it.heading("{{ 块.名称 }}（得分率 {{ 块.得分率 }}）", 2)
    columns = [("题号", "题号", 16), ("题目", "题目", 44), ("答案", "答案略", 34)]
    more = [("核验", "核验", 16), ("备注", "备注略", 30), ("分值", "分值", 16)]
    it.rows("块.题", [*columns, *more])
    it.mark("for 项 in 块.全文")
    it.line("{{ 项.标题 }}", TABLE_TITLE)
    it.line("{{ 项.文字 }}", NOTE)
    it.mark("endfor")
    it.mark("endfor")


def _evidence(it: Building) -> None:
    it.rows("材料", [("编号", "编号", 16), ("题目", "题目", 70), ("文件", "文件", 70)])


def _glossary(it: Building) -> None:
    it.rows("名词", [("词", "词", 40), ("意思", "意思", 116)])


WRITTEN: dict[str, Callable[[Building], None]] = {
    "summary": _summary, "firm": _firm, "process": _process, "areas": _areas,
    "problems": _problems, "comparison": _comparison, "ladder": _ladder, "plan": _plan,
    "effects": _effects, "peers": _peers, "trend": _trend, "crosswalk": _crosswalk,
    "conditions": _conditions, "signatures": _signatures, "appendix": _appendix,
    "evidence": _evidence, "glossary": _glossary,
}  # fmt: skip
"""What stands in each chapter of the paper."""
