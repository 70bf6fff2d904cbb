"""What a list's columns may stand for, and what their headings are called in different offices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from survey.lifecycle import addresses
from survey.rosters import cells, units
from survey.rosters.cells import plain_signs
from survey.rosters.periods import is_of_part

Sort = Literal[
    "name", "code", "organisation", "text", "phones", "mail", "day", "industry", "size",
    "truth", "money", "tax", "count", "power", "grade", "digital", "title", "titles", "recognition",
    "until", "year", "period", "unit",
]  # fmt: skip
MONEY: Final = frozenset({"money", "tax"})
AMOUNTS: Final = MONEY | {"power"}
"""What counts something over a year, and means nothing of a part of it."""
YEARLY: Final = AMOUNTS | {"truth", "count", "grade", "digital"}


@dataclass(frozen=True)
class Field:
    """One thing a list may say of a firm.

    Attributes:
        names: Headings that mean it, half width and without blanks.
        holds: Words a heading holds that means it, where no name fits.
        but: What such a heading may not hold besides: a pattern; then it means something else.
        most: The longest text that is kept.
        of: Of an end of validity, the key of the title whose it is.
    """

    key: str
    title: str
    sort: Sort
    names: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    most: int = 60
    of: str = ""
    but: str = ""

    @property
    def is_yearly(self) -> bool:
        return self.sort in YEARLY


_SAID: Final = (
    Field("name", "企业名称", "name",
          ("企业名称", "单位名称", "企业全称", "纳税人名称", "公司名称", "单位详细名称", "企业", "名称"),
          ("企业名称", "单位名称", "纳税人名称"), but="原|曾|变更前|母公司|上级|集团"),
    Field("code", "统一社会信用代码", "code",
          ("统一社会信用代码", "社会信用代码", "信用代码", "纳税人识别号", "税号", "企业代码", "统一代码"),
          ("信用代码", "识别号"), but="原|曾|旧|变更前|母公司|上级|集团|总公司|总部"),
    Field("year", "年度", "year",
          ("年度", "年份", "数据年度", "所属年度", "统计年度", "报告年度", "会计年度", "所属年份", "统计年份")),
    Field("period", "所属期", "period",
          ("报告期", "所属期", "税款所属期", "所属时期", "税款所属时期", "所属期间", "会计期间", "统计期", "期间", "月份",
           "统计月份", "报告月份", "所属月份")),
    Field("period_from", "所属期起", "year",
          ("所属期起", "税款所属期起", "所属时期起", "税款所属时期起", "所属期起始", "所属期开始日期")),
    Field("period_to", "所属期止", "year",
          ("所属期止", "税款所属期止", "所属时期止", "税款所属时期止", "所属期终止", "所属期结束日期")),
    Field("unit", "计量单位", "unit", ("计量单位", "金额单位", "货币单位", "单位")),
    Field("organisation", "组织机构代码", "organisation", ("组织机构代码", "机构代码"), ("组织机构",)),
    Field("township", "乡镇（街道）", "text",
          ("乡镇", "街道", "乡镇街道", "街道乡镇", "属地", "镇街", "所属乡镇", "所在乡镇", "乡镇(街道)",
           "街道(乡镇)", "所属街道", "区镇"), ("乡镇", "镇街", "街道"), but="联系|领导|干部|负责|电话|专员"),
    Field("park", "园区（平台）", "text",
          ("园区", "平台", "所属平台", "所属园区", "所属平台(园区)", "工业园区", "开发区"), ("园区", "平台"),
          but="互联网|云|接入|数字|信息|电商|建设"),
    Field("address", "生产地址", "text",
          ("生产地址", "详细地址", "地址", "经营地址", "企业地址", "实际地址"), ("地址",), 200,
          but="邮|网|IP"),
    Field("industry", "行业代码", "industry",
          ("行业代码", "国民经济行业代码", "行业小类代码", "行业小类", "所属行业代码", "行业"), ("行业",),
          but="协会|龙头|地位|标准"),
    Field("products", "主要产品", "text",
          ("主要产品", "主营业务", "主营产品", "主导产品", "主要业务活动", "经营范围"), ("产品",), 300,
          but="新产品|产值|收入|销|数|产量|认证|专利"),
    Field("founded", "成立时间", "day", ("成立时间", "成立日期", "注册时间", "开业时间"), ("成立",)),
    Field("size", "企业规模", "size", ("规模", "企业规模", "单位规模", "规模类型")),
    Field("above_scale", "是否规上", "truth",
          ("是否规上", "规上", "规上企业", "规模以上", "是否规模以上", "规上/规下"), ("规上", "规模以上")),
    Field("revenue", "营业收入", "money",
          ("营业收入", "主营业务收入", "销售收入", "营收", "年营业收入", "销售额"),
          ("营业收入", "业务收入", "销售收入"), but="新产品|其他业务|出口|外贸|其中|服务|线上|电商|境外|境内|集团|合并|母公司|本地"),
    Field("output", "工业总产值", "money", ("工业总产值", "总产值", "产值"), ("总产值",),
          but="新产品|其中|能耗"),
    Field("tax", "税收", "tax",
          ("税收", "实缴税金", "税金", "入库税收", "实缴税收", "上缴税金", "纳税额"), ("税金", "税收")),
    Field("research", "研发费用", "money", ("研发费", "研发费用", "研发投入", "研究开发费", "研发经费", "研发"),
          ("研发费", "研发投入", "研发经费", "研发支出", "研究开发费")),
    Field("staff", "用工人数", "count",
          ("平均用工人数", "从业人员", "从业人数", "用工人数", "职工人数", "员工人数", "员工数", "人数",
           "期末从业人员"), ("用工", "从业人", "职工", "员工"), but="工资|薪|学历|本科|大专|技术|研发"),
    Field("electricity", "用电量", "power", ("用电量", "年用电量", "工业用电量", "用电", "电量"), ("用电量",),
          but="光伏|绿|峰|谷|分布式|自发|最大"),
    Field("acre_class", "亩均评价", "grade",
          ("亩均评价", "亩均效益评价", "亩均", "亩均等级", "亩均类别", "评价等级"), ("亩均",),
          but="得分|分数|排名"),
    Field("digital_level", "数字化水平", "digital",
          ("数字化水平", "省评数字化水平", "数字化等级"), ("数字化水平",)),
    Field("high_tech", "高新技术企业", "title", ("高新", "高新技术企业", "国高", "高企"), ("高新",),
          but="高新区|高新园|产品|产业"),
    Field("tech_sme", "科技型中小企业", "title",
          ("科技型", "科技型中小企业", "科技和创新型中小企业", "科小"), ("科技型", "创新型")),
    Field("giant", "专精特新“小巨人”企业", "title", ("小巨人", "专精特新小巨人"), ("小巨人",)),
    Field("specialised", "专精特新中小企业", "title", ("专精特新", "专精特新中小企业"), ("专精特新",)),
    Field("hidden_champion", "隐形冠军", "title", ("隐形冠军",), ("隐形冠军",)),
    Field("single_champion", "单项冠军", "title", ("单项冠军",), ("单项冠军",)),
    Field("green", "绿色工厂", "title", ("绿色工厂",), ("绿色工厂",)),
    Field("titles", "资质荣誉", "titles", ("资质", "荣誉", "资质荣誉", "企业资质"), ("资质", "荣誉")),
    Field("workshop", "数字化车间", "recognition", ("数字化车间",), ("数字化车间",)),
    Field("smart_factory", "智能工厂", "recognition", ("智能工厂",), ("智能工厂",)),
    Field("future_factory", "未来工厂", "recognition", ("未来工厂",), ("未来工厂",)),
    Field("recognised", "已获认定", "recognition",
          ("已认定", "认定", "认定情况", "已获认定", "智能制造认定"), ("认定",), 100),
    Field("contact_name", "联系人", "text", ("联系人", "企业联系人", "填报人", "联络员"), ("联系人",),
          but="电话|手机|号|邮箱|微信|职务|身份证|方式|镇|街道|科室"),
    Field("contact_post", "联系人职务", "text", ("职务", "联系人职务"), ("职务",)),
    Field("contact_phone", "联系电话", "phones",
          ("联系电话", "电话", "联系方式", "联系人电话", "联系人手机", "手机", "固定电话"),
          ("联系电话", "联系方式", "联系人手机", "联系人电话", "联系手机", "手机号"), 40,
          but="法人|法定|负责人|服务|专员"),
    Field("contact_mail", "邮箱", "mail",
          ("邮箱", "电子邮箱", "联系邮箱", "电子邮件", "邮件", "Email", "E-mail", "EMAIL"),
          ("邮箱", "邮件", "mail"), addresses.MOST),
    Field("legal_person", "法定代表人", "text", ("法定代表人", "法人", "法人代表", "负责人", "企业负责人")),
    Field("owner_phone", "法人手机", "phones", ("法人手机", "法人电话", "负责人电话", "法人联系方式"),
          ("法人手机", "法人电话", "法人联系", "法定代表人电话", "法定代表人手机", "法定代表人联系",
           "负责人手机", "负责人联系")),
    Field("served_by", "驻企服务员", "text", ("驻企服务员", "助企服务员", "服务专员", "助企专员"), ("服务员",)),
)  # fmt: skip
GENERAL: Final = "titles"
"""The column that names titles of any kind."""
UNTIL: Final[Mapping[str, Field]] = {
    field.key: Field(f"{field.key}_until", f"{field.title}有效期至", "until", of=field.key)
    for field in _SAID
    if field.sort in ("title", "titles")
}
"""The column that says until when a title holds, by the title's key."""
FIELDS: Final = (*_SAID, *UNTIL.values())
BY_KEY: Final[Mapping[str, Field]] = {field.key: field for field in FIELDS}
HEADS: Final[Mapping[str, str]] = {field.key: field.title for field in FIELDS}
NAMES: Final[Mapping[str, Field]] = {name: field for field in FIELDS for name in field.names}
LEFT_OUT = frozenset({"序号", "编号", "备注", "注册资本", "网址", "序"})

_ASIDE = re.compile(r"[(（\[【〔].*?[)）\]】〕]")
_ENDS = re.compile(r"有效期?限?[至到]|有效期限?[)）]?$|到期")
_ANY_TITLE = re.compile(r"资质|证书|荣誉|^(有效期?限?[至到]?|到期[日时]?[期间]?)$")
_OTHER_FIGURE = re.compile(
    r"同比|同期|环比|增速|增长|增幅|增减|占比|比重|比例|强度|[占率](?=$|[(])|排名|目标|预计|预测|完成率"
    r"|上年|上一年|去年|前年|上期|基期|[年期]初|人均|每亩|亩均(?=[税营产增收利])|%"
)
"""A growth, a rank, a share of another figure, another year: no figure of the year, whatever it is a
growth of."""
_MEANT = re.compile(r"拟|计划|意向|培育|申报|争取|储备")
"""Of a title: that somebody means to have it, or is helped to."""
_WHEN = re.compile(r"(时间|日期|年月|年份|年度|批次|文号|部门|机构)$")
"""Says when or by whom a thing was given, not what it is."""
_COUNTED = re.compile(r"[(](人|名|家|个|台|套|条|项|亩|平方米|m2|[万亿千]?[美欧日港]元)[)]")
"""What a heading counts that is neither money nor power."""
_MONTH = re.compile(r"\d{1,2}")
_HUNDREDS = re.compile(r"[(][百千万]人[)]")
_OF_A_YEAR = re.compile(
    rf"(?<!\d)((?:19|20)\d\d)(?=(?:\d\d)?(?!\d))(?!{cells.COUNTS})|^['’]?([1-4]\d)年(?![以内期限来])"
)
"""How a heading says its year: 2023, 202312, 23年."""
_LEADING_YEAR = re.compile(r"^(?:(?:19|20)\d\d年?度?|['’]?[1-4]\d年(?![以内期限来])度?)")
_NUMBERED = re.compile(r"^\d{1,2}[.、．](?!\d)")
_NO_YEARS = re.compile(
    r"计划|预算|预期|力争|拟|测算|承诺|任务|预估|估算|考核|[月日季]均|[本当每各]月|月度|[本当每]季|近[\d一二两三四五]年"
    r"|(?<!\d)(?:20)?\d\d年?[-—~至到、和](?:20)?\d\d年|20\d\d年?[-—~至到、和]20\d\d"
    r"|[较比](?=[上去同]|20)|增加|减少|净增"
)
"""Of a figure: a plan, a month, a mean or a sum over years."""
_MEAN = re.compile(r"平均|年均")


@dataclass(frozen=True)
class Heading:
    """The head over one column: its text as the mapping names it, and what it says besides.

    Attributes:
        key: Unlike every other heading's of the list; what a remembered mapping knows it by.
        parts: From the top line down, merged cells repeated.
        unit: Of its figures; empty where the head does not say.
        year: The year its figures are of, where the head says.
        hidden: Whether the sheet hides the column.
    """

    key: str
    parts: tuple[str, ...]
    unit: str = ""
    year: int | None = None
    hidden: bool = False


def plain(heading: str) -> str:
    """Return a heading without blanks, brackets' contents, a year in front, stars."""
    joined = _NUMBERED.sub("", plain_signs(heading).strip("*:：·"))
    bare = _ASIDE.sub("", joined)
    return _LEADING_YEAR.sub("", bare) or bare


def year_in(heading: str) -> int | None:
    """Return the year a heading's figures are of, where it says one."""
    found = _OF_A_YEAR.search(plain_signs(heading))
    return (int(found[1]) if found[1] else 2000 + int(found[2])) if found else None


_PIVOTED = re.compile(r"(计数|求和|平均值|最大值|最小值|乘积|非重复计数)项[:：]|[行列]标签$")
"""Headings of a pivot table: it counts firms and names none."""


def field_of(heading: Heading) -> Field | None:
    """Return what a heading most likely stands for; the line next to the figures speaks first."""
    return named(heading) or held(heading)


def named(heading: Heading) -> Field | None:
    """Return the field that a heading calls by one of its names."""
    if any(_ENDS.search("".join(part.split())) for part in heading.parts):
        return _end_of(heading)
    if _is_other(heading):
        return None
    for above, word in enumerate(_words(heading)):
        if word in LEFT_OUT:
            return None
        found = NAMES.get(word)
        if found and not (above and found.sort == "truth"):
            return found if _fits(found, heading) else None
    return None


def _words(heading: Heading) -> list[str]:
    """A heading's parts from the line next to the figures up; a yes or no is only said there."""
    return [word for part in reversed(heading.parts) if (word := plain(part))]


def held(heading: Heading) -> Field | None:
    """Return the field of which a heading holds a word, and nothing that makes it another's."""
    if _is_other(heading) or any(plain(part) in LEFT_OUT for part in heading.parts):
        return None
    for above, word in enumerate(_words(heading)):
        for field in FIELDS:
            said = any(part in word for part in field.holds) and not (
                above and field.sort == "truth"
            )
            if said and not (field.but and re.search(field.but, word)) and _fits(field, heading):
                return field
    return None


def _is_other(heading: Heading) -> bool:
    """Whether a heading stands for nothing that is kept: a pivot's column, an end, another figure."""
    return any(
        _PIVOTED.match(plain(part))
        or _OTHER_FIGURE.search(plain_signs(part))
        or _ENDS.search(plain_signs(part))
        or is_of_part(plain_signs(part))
        for part in heading.parts
    )


def _fits(field: Field, heading: Heading) -> bool:
    """Whether the line next to the figures may say of a field what it says besides: unit, when, meant."""
    last = plain_signs(heading.parts[-1])
    unit = units.unit_in(last)
    if (unit in cells.UNITS and field.sort not in ("money", "tax")) or (
        unit in cells.POWERS and field.sort != "power"
    ):
        return False
    match field.sort:
        case "money" | "tax" | "power":
            said = [plain_signs(part) for part in heading.parts]
            other = any(_NO_YEARS.search(part) or _MEAN.search(part) for part in said)
            strange = not heading.unit and any(map(units.is_strange, heading.parts))
            return not (other or strange or _COUNTED.search(last) or _MONTH.fullmatch(last))
        case "count":
            other = any(_NO_YEARS.search(plain_signs(part)) for part in heading.parts)
            return not (other or _HUNDREDS.search(last))
        case "truth" | "grade" | "digital":
            return not _WHEN.search(plain(last))
        case "year" | "period":
            return not any(NAMES[word].is_yearly for word in _words(heading) if word in NAMES)
        case "title" | "titles" | "recognition":
            whose = field.key in (GENERAL, "recognised") and _WHEN.search(plain(last))
            return not (whose or _COUNTED.search(last) or _MEANT.search(last))
    return True


def _end_of(heading: Heading) -> Field | None:
    """Return the end of validity a heading stands for: of the title it names, else of any title."""
    joined = plain_signs("".join(heading.parts))
    for key, field in UNTIL.items():
        if any(name in joined for name in (*BY_KEY[key].names, *BY_KEY[key].holds)):
            return field
    return UNTIL[GENERAL] if _ANY_TITLE.search(joined) else None
