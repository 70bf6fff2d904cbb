"""What the first bytes of a file say it is."""

from __future__ import annotations

from enum import StrEnum

HEAD = 4096


class Signature(StrEnum):
    """What a file begins like."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    ZIP = "zip"
    HEIC = "heic"
    OLD_OFFICE = "old_office"
    GIF = "gif"
    BMP = "bmp"
    TIFF = "tiff"
    SVG = "svg"
    MEDIA = "media"
    WINDOWS = "windows"
    LINUX = "linux"
    SCRIPT = "script"
    RAR = "rar"
    SEVEN_ZIP = "7z"
    GZIP = "gzip"
    RTF = "rtf"
    WEB_PAGE = "web_page"
    XML = "xml"
    TEXT = "text"
    UNKNOWN = "unknown"


_STARTS = (
    (b"\xff\xd8\xff", Signature.JPEG),
    (b"\x89PNG\r\n\x1a\n", Signature.PNG),
    (b"%PDF-", Signature.PDF),
    (b"PK\x03\x04", Signature.ZIP),
    (b"PK\x05\x06", Signature.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Signature.OLD_OFFICE),
    (b"GIF8", Signature.GIF),
    (b"BM", Signature.BMP),
    (b"II*\x00", Signature.TIFF),
    (b"MM\x00*", Signature.TIFF),
    (b"MZ", Signature.WINDOWS),
    (b"\x7fELF", Signature.LINUX),
    (b"Rar!", Signature.RAR),
    (b"7z\xbc\xaf", Signature.SEVEN_ZIP),
    (b"\x1f\x8b", Signature.GZIP),
    (b"#!", Signature.SCRIPT),
    (b"{\\rtf", Signature.RTF),
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_BYTE_ORDER = b"\xef\xbb\xbf"


def recognise(head: bytes) -> Signature:
    """Return what a file is by its first bytes."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Signature.WEBP
    if head[4:8] == b"ftyp":
        return Signature.HEIC if head[8:12] in _HEIC_BRANDS else Signature.MEDIA
    for start, signature in _STARTS:
        if head.startswith(start):
            return signature
    return _after_blanks(head)


def _after_blanks(head: bytes) -> Signature:
    words = head.removeprefix(_BYTE_ORDER).lstrip().lower()
    # Mail and web programs put blank lines before a PDF; every reader skips them.
    if words.startswith(b"%pdf-"):
        return Signature.PDF
    if b"<svg" in words:
        return Signature.SVG
    if words.startswith((b"<!doctype html", b"<html")) or b"<script" in words:
        return Signature.WEB_PAGE
    if words.startswith(b"<?xml"):
        return Signature.XML
    return Signature.UNKNOWN if b"\x00" in head else Signature.TEXT
