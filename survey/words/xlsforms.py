"""Why a workbook that should be an XLSForm is not taken, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.config import MEGABYTE
from survey.files.inside import Verdict
from survey.files.signatures import Signature
from survey.files.uploads import BadUpload, Fault

_FAULTS: Final[Mapping[Fault | Verdict, str]] = {
    Fault.EMPTY: "是空文件。请检查后重新选择。",
    Fault.UNSUPPORTED: "不是 xlsx 或 xls 工作簿。别的格式请先用表格软件另存为 xlsx。",
    Verdict.LOCKED: "设有密码。请去掉密码后再选。",
    Verdict.UNPACKS: "展开后异常大。请另存为普通工作簿，只留 survey、choices、settings 三张表。",
    Verdict.HEAVY: "内容太多。请只留 survey、choices、settings 三张表，删去不用的行和列。",
    Verdict.MACROS: "含有宏。请另存为不含宏的 xlsx。",
}
_LOCKED: Final = "设有密码或其实是旧版工作簿。请去掉密码，另存为 xlsx。"
_UNREAD: Final = "读不了。请用表格软件另存为 xlsx，只留 survey、choices、settings 三张表。"


def refusal(error: BadUpload) -> str:
    """Say why a form was not read, and what helps."""
    return f"“{error.name}”{_reason(error)}"


def _reason(error: BadUpload) -> str:
    if error.fault == Fault.OVERSIZED:
        return f"超过 {error.most // MEGABYTE or 1} MB。请删去图片和多余的表。"
    if error.fault == Fault.MISNAMED and error.found == Signature.OLD_OFFICE:
        return _LOCKED
    return _FAULTS.get(error.fault, _UNREAD)
