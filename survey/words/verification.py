"""What is said about a document that somebody verifies: on its public page, and by ``flask verify``."""

from __future__ import annotations

from typing import Final, Protocol

from survey import clock
from survey.tables import Document, DocumentKind, DocumentStanding
from survey.words.wording import DOCUMENTS, STANDINGS

TITLES: Final = {
    DocumentKind.SELF_REPORT: "诊断报告",
    DocumentKind.ONSITE_REPORT: "诊断报告",
    DocumentKind.DISTRICT_PAGE: "全区一页纸",
    DocumentKind.DISTRICT_OUTWARD: "全区一页纸",
    DocumentKind.ANNUAL_REPORT: "年度报告",
    DocumentKind.ANNUAL_OUTWARD: "年度报告",
}
TONES: Final = {
    DocumentStanding.VALID: "good",
    DocumentStanding.SUPERSEDED: "warn",
    DocumentStanding.WITHDRAWN: "bad",
}
SHOWN, HIDDEN = 2, "＊＊＊"
LEGAL_FORMS: Final = ("股份有限公司", "有限责任公司", "有限公司", "合作社", "厂")
VERDICTS: Final = {
    "genuine": ("good", "一致：这就是签发的那份文件", "文件和签发时一个字节也不差。它现在是否有效，看上面的状态。"),
    "stamped": ("warn", "这是加盖“已被替代”的副本", "文件由本系统加盖后给出，内容没有改动，但已经不再有效，请使用替代它的那一份。"),
    "attachment": ("bad", "附件被改动过", "附在 PDF 里的答案和得分与签发时不同，请不要采信，向出具单位要原件。"),
    "changed": ("bad", "文件被改动过", "文件里有本系统的签名，内容却与签发时不同。请不要采信，向出具单位要原件。用阅读器“另存为”或“打印成 PDF”的文件也会这样，请用下载时的原文件核对。"),
    "other": ("warn", "这是另一份文件", "文件上签的是另一个编号，请扫它自己的二维码来核对。"),
    "foreign": ("bad", "这份文件由别的系统签名", "签名不是本系统签发这份报告时用的，请不要当作这份报告采信。"),
    "stripped": ("bad", "签名被去掉了", "所附的答案和得分与签发时相同，电子签名却没有了，其余内容也可能改过。请不要采信，用下载时的原文件核对。"),
    "unsigned": ("bad", "这份 PDF 不是签发的文件", "文件里没有本系统的签名：可能是另存、打印、扫描得到的，也可能不是本系统的报告。请用下载时的原文件核对。"),
    "no_pdf": ("warn", "这不是 PDF 文件", "请选择下载得到的 PDF 报告（文件名以 .pdf 结尾）。"),
    "unread": ("warn", "没有读出这个文件", "文件可能已被移动或太大。请重新选择，或按下面的办法自己计算哈希值比对。"),
}  # fmt: skip
"""What the page says of a file, by what ``static/js/verify.js`` finds: tone, title, what to do."""
FILE: Final = {
    "genuine": "真实、有效：{number} 号文件由本实例签发，内容没有改动。",
    "stamped": "加盖副本：这是 {number} 号文件加盖“已被替代”的副本，由本实例给出，不再有效{newer}。",
    "superseded": "真实，但已被替代：{number} 号文件由本实例签发，没有改动，自 {since} 起不再有效{newer}。",
    "withdrawn": "真实，但已撤销：{number} 号文件由本实例签发，没有改动，{since} 已撤销，理由：{reason}请不要再使用。",
    "attachment": "附件被改动过：{number} 号文件所附的答案和得分与签发时不同。请不要采信，在系统里重新下载原件。",
    "changed": "被改动过：文件签的是 {number} 号，内容与签发时不同。请不要采信，在系统里重新下载原件。",
    "stripped": "签名被去掉了：所附的答案和得分是 {number} 号的，电子签名却没有了，其余内容也可能改过。请不要采信，在系统里重新下载原件。",
    "unrecorded": "没有登记：签名是本实例的，但没有签发过 {number} 号这份内容。可能是恢复备份以前签发的，请核对备份。",
    "foreign": "别的实例签发：签名用的不是本实例的证书（指纹 {signer}），文件{intact}。请到签发它的系统核对。",
    "not_ours": "不是本系统的文件：里面没有能认出的签名。可能是另存、打印或扫描得到的，请用下载时的原文件。",
    "no_pdf": "不是 PDF 文件：请指定下载得到的 PDF 报告。",
}
"""What ``flask verify`` says of a file, by its verdict."""


class Said(Protocol):
    """What is known of a file that somebody verifies."""

    @property
    def document(self) -> Document | None: ...
    @property
    def newer(self) -> Document | None: ...
    @property
    def number(self) -> str: ...
    @property
    def signer(self) -> str: ...
    @property
    def holds(self) -> bool: ...


def of_file(verdict: str, it: Said, reason: str) -> str:
    """Say what a file is, and what to do."""
    gone = it.document and (it.document.withdrawn_at or it.document.superseded_at)
    newer = it.newer.number if it.newer and it.newer is not it.document else ""
    return FILE[verdict].format(
        number=it.number or "（读不出编号）",
        since=f"{gone.astimezone(clock.LOCAL):%Y-%m-%d}" if gone else "此前",
        newer=f"，以 {newer} 号为准" if newer else "，新的还没有签发",
        reason=f"{reason.rstrip('。')}。" if reason else "没有记下。",
        signer=it.signer[:16],
        intact="从签名以来没有改动" if it.holds else "在签名以后被改动过",
    )


def title(document: Document) -> str:
    return f"{TITLES.get(document.kind, '文件')}（{DOCUMENTS.get(document.kind, document.kind)}）"


def standing(document: Document) -> str:
    return STANDINGS[document.standing]


def masked(name: str) -> str:
    """Return a firm's name for whoever need not know it: its beginning and its legal form."""
    form = next((form for form in LEGAL_FORMS if name.endswith(form)), "")
    rest = name.removesuffix(form)
    return f"{rest[: min(SHOWN, len(rest) // 2)]}{HIDDEN}{form}"
