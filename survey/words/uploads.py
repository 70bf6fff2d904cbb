"""What is said of files: what may be uploaded, how large they are, and why one is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.config import MEGABYTE
from survey.files.inside import MOST_PIXELS, Verdict
from survey.files.kinds import BY_CONTENT
from survey.files.signatures import Signature
from survey.files.uploads import BadUpload, Fault

TYPES = "照片（JPG、PNG、WebP）、PDF、Word（docx）、Excel（xlsx）、PowerPoint（pptx）"
MISSING = "文件缺失：记录还在，但文件不在服务器上。请重新上传，或联系{bureau}。"
DAMAGED = "文件已损坏：内容与上传时不一致。请重新上传，或联系{bureau}从备份恢复。"

SIGNATURES: Final[Mapping[Signature, str]] = {
    Signature.JPEG: "JPEG 图片",
    Signature.PNG: "PNG 图片",
    Signature.WEBP: "WebP 图片",
    Signature.PDF: "PDF 文档",
    Signature.ZIP: "ZIP 压缩包",
    Signature.HEIC: "HEIC 照片",
    Signature.OLD_OFFICE: "旧版或加密的 Office 文件",
    Signature.GIF: "GIF 图片",
    Signature.BMP: "BMP 图片",
    Signature.TIFF: "TIFF 图片",
    Signature.SVG: "SVG 图片",
    Signature.MEDIA: "视频或音频文件",
    Signature.WINDOWS: "Windows 程序",
    Signature.LINUX: "Linux 程序",
    Signature.SCRIPT: "脚本",
    Signature.RAR: "RAR 压缩包",
    Signature.SEVEN_ZIP: "7z 压缩包",
    Signature.GZIP: "GZIP 压缩包",
    Signature.RTF: "RTF 文档",
    Signature.WEB_PAGE: "网页",
    Signature.XML: "XML 文件",
    Signature.TEXT: "文本文件",
}
_REMEDIES: Final[Mapping[Signature, str]] = {
    Signature.HEIC: "是 HEIC 照片，暂不支持。请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或另存为 JPG 再上传。",
    Signature.OLD_OFFICE: "是旧版（doc、xls、ppt）或设有密码的 Office 文件，不能上传。请去掉密码，另存为 docx、xlsx 或 pptx。",
}
"""What helps with files that are refused whatever they are called."""
_FAULTS: Final[Mapping[Fault | Verdict, str]] = {
    Fault.EMPTY: "是空文件，未上传。请检查文件后重新选择。",
    Fault.UNNAMED: "没有扩展名，看不出是哪种文件，未上传。请在文件名末尾补上 .docx、.xlsx 或 .pptx 后重试。",
    Fault.INFECTED: "含有病毒，未上传。请先杀毒，换一个干净的文件再上传。",
    Verdict.LOCKED: "设有密码，无法查看。请去掉密码后再上传。",
    Verdict.PIXELS: f"超过 {MOST_PIXELS // 10_000} 万像素，未上传。请缩小图片后再试。",
    Verdict.UNPACKS: "解压后的内容异常大，未上传。请另存为普通文档后再试。",
    Verdict.MACROS: "含有宏或会自动运行的内容，不能上传。请另存为不含宏的文件，或另存为 PDF 后再上传。",
    Verdict.EMBEDS: "里面嵌有别的文件或控件，不能上传。请把它们单独上传或改成图片，也可以另存为 PDF 后再上传。",
    Verdict.REACHES_OUT: "打开时会读取外部的图片、模板、数据或其他工作簿，不能上传。请把图片改为嵌入、断开外部链接（Excel 在“数据”里的“编辑链接”），或另存为 PDF 后再上传。",
    Verdict.HEAVY: "内容过大，处理不了，未上传。请缩小或拆分后再试。",
    Verdict.SLOW: "处理超时，未上传。请缩小或拆分后再试。",
}
_BROKEN: Final[Mapping[str, str]] = {
    "picture": "不完整或已损坏，无法显示。请重新拍照或保存后再上传。",
    "pdf": "不完整或已损坏，可能没有传完。请重新导出 PDF 后再上传。",
    "office": "已损坏，无法打开。请用办公软件重新保存后再上传。",
}


def refusal(error: BadUpload) -> str:
    """Say why a file was not taken, and what helps."""
    return f"“{error.name}”{_reason(error)}"


def _reason(error: BadUpload) -> str:
    if error.found in _REMEDIES:
        return _REMEDIES[error.found]
    if error.fault == Fault.OVERSIZED:
        return f"超过 {size_words(error.most)}，未上传。请压缩后重试。"
    if error.fault == Fault.UNSUPPORTED:
        return _unsupported(error)
    if error.kind and error.fault == Fault.MISNAMED:
        return f"的扩展名与内容不符，{_really(error)}，未上传。请用原来的程序重新保存后再试。"
    if error.kind and error.fault == Verdict.BROKEN:
        return _BROKEN[error.kind.work]
    if error.kind and error.fault == Verdict.OTHER_KIND:
        return f"的内容与扩展名 {error.kind.id} 不符，未上传。请用原来的程序重新保存后再试。"
    return _FAULTS[error.fault]


def _unsupported(error: BadUpload) -> str:
    kind = BY_CONTENT.get(error.found)
    remedy = f"请把扩展名改为 .{kind.extensions[0]} 后重试。" if kind else ""
    really = f"（{_really(error)}）" if error.found in SIGNATURES else ""
    return f"的类型不支持{really}。{remedy}可以上传：{TYPES}。"


def _really(error: BadUpload) -> str:
    words = SIGNATURES.get(error.found)
    return f"实际内容是{words}" if words else "实际内容无法识别"


def size_words(size: int) -> str:
    """Write a size in the unit a reader expects: 1.5 GB, 20 MB, 3.4 MB, 120 KB."""
    if size >= 1024 * MEGABYTE:
        return f"{size / 1024 / MEGABYTE:.1f}".removesuffix(".0") + " GB"
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"
    return f"{max(1, size // 1024)} KB"
