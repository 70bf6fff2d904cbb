"""What the first bytes of a file say it is, in words a reader knows."""

from __future__ import annotations

HEAD = 4096
OLD_OFFICE = "旧版或加密的 Office 文件"
HEIC = "HEIC 照片"
ZIP = "ZIP 压缩包"

EXPECTED = {
    "jpg": "JPEG 图片",
    "jpeg": "JPEG 图片",
    "png": "PNG 图片",
    "webp": "WebP 图片",
    "pdf": "PDF 文档",
    "docx": ZIP,
    "xlsx": ZIP,
    "pptx": ZIP,
}
"""What the signature of a file with this extension must say; Office files are ZIP archives."""

REMEDIES = {
    HEIC: "是 HEIC 照片，暂不支持。请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或另存为 JPG 再上传。",
    OLD_OFFICE: "是旧版（doc、xls、ppt）或设有密码的 Office 文件，不能上传。请去掉密码，另存为 docx、xlsx 或 pptx。",
}
"""What helps with files that are refused whatever they are called."""

_STARTS = (
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"\x89PNG\r\n\x1a\n", "PNG 图片"),
    (b"%PDF-", "PDF 文档"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"MZ", "Windows 程序"),
    (b"\x7fELF", "Linux 程序"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "GZIP 压缩包"),
    (b"#!", "脚本"),
    (b"{\\rtf", "RTF 文档"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


def recognise(head: bytes) -> str:
    """Return what a file is by its first bytes; "" for what is unknown."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP 图片"
    if head[4:8] == b"ftyp":
        return HEIC if head[8:12] in _HEIC_BRANDS else "视频或音频文件"
    for start, words in _STARTS:
        if head.startswith(start):
            return words
    return _text(head)


def _text(head: bytes) -> str:
    words = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in words:
        return "SVG 图片"
    if words.startswith((b"<!doctype html", b"<html")) or b"<script" in words:
        return "网页"
    if words.startswith(b"<?xml"):
        return "XML 文件"
    return "" if b"\x00" in head else "文本文件"
