"""What people are told is kept of them, as this release says it until the district says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TITLE: Final = "个人信息处理说明"
FIRST: Final = """\
一、收集哪些信息
企业：联系人姓名、职务、电话、邮箱；签认、签名的人的姓名和职务；现场诊断时见到的人的姓名、职务和电话；上传的佐证材料和照片。
账号：姓名、登录名、手机号（选填）；登录时间、网络地址和所用设备。

二、用来做什么
只用于智能制造水平评估、现场诊断、培育服务和项目申报的联系与核对。不用于营销，不出售，不公开。

三、谁能看到
本企业的同事；被指派到本企业的诊断顾问；{主管部门}的工作人员。谁在什么时候看过，系统都有记录。别的企业看不到。服务商在企业同意以前，看不到企业名称和联系方式。

四、保存多久
联系方式保存到企业改正或要求清除为止。导入名单的原件、已发邮件的地址等过程材料保存 {过程材料月数} 个月，操作日志保存 {日志月数} 个月，到期自动清除。

五、您的权利
可以在“账号与密码”页面下载系统里保存的与您有关的信息；可以要求更正或清除。清除后，姓名换成编号，电话、邮箱、签名图片不再保留。
清除不影响答案、得分、评估结论和佐证材料。已经签发的 PDF 报告作为凭证保留，其中印有当时的签名人。

六、找谁
{主管部门}{联系人}。
"""
PLACES: Final = ("主管部门", "联系人", "过程材料月数", "日志月数")


def said(text: str, known: Mapping[str, str]) -> list[list[str]]:
    """Return a text as blocks of lines, the first of each its head, with the district's own put in."""
    for place in PLACES:
        text = text.replace("{" + place + "}", known[place])
    return [block.splitlines() for block in text.strip().split("\n\n") if block.strip()]
