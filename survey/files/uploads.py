"""Take in a file: measure it, recognise what it really is, keep it under its own hash.

Extension, signature and a real look inside must agree. What a browser says about a file is never
believed, and its name is never part of a path.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import subprocess
import sys
import threading
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from defusedxml import DefusedXmlException, ElementTree

from survey.config import MEGABYTE
from survey.files import signatures, thumbnail

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
_OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
}
TYPES = {"jpg": JPEG, "jpeg": JPEG, "png": PNG, "webp": WEBP, "pdf": PDF, **OFFICE}
"""Media type by extension: all that may be uploaded."""
ACCEPT = ",".join(f".{extension}" for extension in TYPES)
WORDS = "照片（JPG、PNG、WebP）、PDF、Word（docx）、Excel（xlsx）、PowerPoint（pptx）"
LONGEST_NAME = 255
CHUNK = 1024 * 1024

MOST_ENTRIES = 3000
MOST_UNPACKED = 300 * MEGABYTE
MOST_RATIO = 200
LARGEST_CONTENTS_LIST = MEGABYTE
PICTURE_SECONDS = 30
# Two pictures at a time: each may take a gigabyte before it is stopped.
_pictures = threading.BoundedSemaphore(2)


class BadUpload(Exception):
    """A file that is not taken; nothing is kept of it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Stored:
    """A file that lies under its hash."""

    name: str
    sha256: str
    media_type: str
    size: int
    has_thumbnail: bool


def place(folder: Path, sha256: str) -> Path:
    """Return where a file's bytes lie; its small picture has ``.jpg`` behind it."""
    return folder / sha256[:2] / sha256


def thumbnail_place(folder: Path, sha256: str) -> Path:
    return place(folder, sha256).with_suffix(".jpg")


def take(stream: IO[bytes], name: str, folder: Path, most: int) -> Stored:
    """Check a file and keep it: whole, on disk, or not at all.

    Args:
        stream: Its bytes, read once.
        folder: The evidence folder.
        most: The largest size in bytes.

    Raises:
        BadUpload: Says what is wrong and what helps (413, 415 or 422).
    """
    name = plain_name(name)
    with _arriving(folder) as path:
        sha256, size = _copy(stream, path, name, most)
        media_type = recognise(path, name)
        small = path.with_suffix(".jpg")
        pictured = media_type.startswith("image/")
        if pictured:
            _picture(path, small, name, media_type)
            settle(small, thumbnail_place(folder, sha256))
        settle(path, place(folder, sha256))
    return Stored(name, sha256, media_type, size, pictured)


@contextmanager
def _arriving(folder: Path) -> Iterator[Path]:
    incoming = folder / "incoming"
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = incoming / secrets.token_hex(16)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        path.with_suffix(".jpg").unlink(missing_ok=True)


def _copy(stream: IO[bytes], path: Path, name: str, most: int) -> tuple[str, int]:
    seen, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise BadUpload(413, f"“{name}”超过 {size_words(most)}，未上传。请压缩后重试。")
            seen.update(chunk)
            file.write(chunk)
    if not size:
        raise BadUpload(422, f"“{name}”是空文件，未上传。请检查文件后重新选择。")
    return seen.hexdigest(), size


def settle(path: Path, target: Path) -> None:
    """Move a finished file to its place so that a crash leaves it whole or absent."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.replace(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def plain_name(name: str) -> str:
    """Return a file's name as text: no folders, no control or direction characters, not too long."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    stem, dot, extension = "".join(c for c in name if not _is_hidden(c)).strip().rpartition(".")
    if not dot or not extension.strip():
        stem, extension = f"{stem}{extension}", ""
    ending = f".{extension.strip()[:10]}" if extension else ""
    return (stem.strip(" .") or "未命名文件")[: LONGEST_NAME - len(ending)] + ending


def extension_of(name: str) -> str:
    """Return what stands behind a name's last dot, in lower case; "" without a dot."""
    _, dot, extension = name.rpartition(".")
    return extension.lower() if dot else ""


def _is_hidden(character: str) -> bool:
    # Zero-width joiners hold emoji together and stay; marks that turn the reading direction go.
    turns = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return character in turns or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def size_words(size: int) -> str:
    """Write a size in the unit a reader expects: 20 MB, 3.4 MB, 120 KB."""
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"
    return f"{max(1, size // 1024)} KB"


def recognise(path: Path, name: str) -> str:
    """Return the media type of a file whose extension, signature and insides agree."""
    extension = extension_of(name)
    with path.open("rb") as file:
        found = signatures.recognise(file.read(signatures.HEAD))
    if found in signatures.REMEDIES:
        raise BadUpload(415, f"“{name}”{signatures.REMEDIES[found]}")
    expected = TYPES.get(extension)
    if expected is None:
        real = f"（实际内容是{found}）" if found else ""
        raise BadUpload(415, f"“{name}”的类型不支持{real}。可以上传：{WORDS}。")
    if signatures.EXPECTED[extension] != found:
        real = f"实际内容是{found}" if found else "实际内容无法识别"
        raise BadUpload(
            415, f"“{name}”的扩展名是 {extension}，{real}，未上传。请用原来的程序重新保存后再试。"
        )
    if check := INSIDES.get(extension):
        check(path, name)
    return expected


def _look_into_pdf(path: Path, name: str) -> None:
    content = path.read_bytes()
    tail = content[-4096:]
    start = re.search(rb"startxref\s+(\d{1,12})\s+%%EOF", tail)
    if not start or int(start.group(1)) >= len(content):
        raise BadUpload(422, f"“{name}”不完整，可能没有传完。请重新导出 PDF 后再上传。")
    if re.search(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)", content):
        raise BadUpload(422, f"“{name}”设有密码或加密，无法查看。请去掉密码后再上传。")


def _look_into_office(path: Path, name: str) -> None:
    extension = extension_of(name)
    broken = BadUpload(422, f"“{name}”已损坏，无法打开。请用办公软件重新保存后再上传。")
    try:
        with zipfile.ZipFile(path) as archive:
            _weigh(archive, name)
            contents = archive.read("[Content_Types].xml")
            types = {
                part.get("PartName", ""): part.get("ContentType", "")
                for part in ElementTree.fromstring(contents).iter()
            }
            if any("macroEnabled" in kind or "vbaProject" in kind for kind in types.values()):
                raise BadUpload(415, f"“{name}”含有宏，不能上传。请另存为不含宏的文件。")
            main = next((p for p, t in types.items() if t == f"{OFFICE[extension]}.main+xml"), "")
            if not main:
                raise BadUpload(415, f"“{name}”的内容与扩展名 {extension} 不符，未上传。")
            with archive.open(main.lstrip("/")) as part:
                part.read(CHUNK)
    except (
        zipfile.BadZipFile,
        KeyError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        ElementTree.ParseError,
        DefusedXmlException,
    ) as error:
        raise broken from error


def _weigh(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse from the directory alone what would not fit once unpacked."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    too_much = (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_UNPACKED
        or (unpacked > 10 * MEGABYTE and unpacked > MOST_RATIO * max(packed, 1))
    )
    listed = next((e.file_size for e in entries if e.filename == "[Content_Types].xml"), 0)
    if too_much or listed > LARGEST_CONTENTS_LIST:
        raise BadUpload(422, f"“{name}”解压后的内容异常大，未上传。请另存为普通文档后再试。")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise BadUpload(415, f"“{name}”设有密码，无法查看。请去掉密码后再上传。")
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise BadUpload(415, f"“{name}”含有宏，不能上传。请另存为不含宏的文件。")


INSIDES: dict[str, Callable[[Path, str], None]] = {
    "pdf": _look_into_pdf,
    **dict.fromkeys(OFFICE, _look_into_office),
}

_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}


def _picture(path: Path, small: Path, name: str, media_type: str) -> None:
    program = [sys.executable, "-I", thumbnail.__file__, str(path), str(small)]
    with _pictures:
        try:
            made = subprocess.run(
                program, capture_output=True, timeout=PICTURE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise BadUpload(422, f"“{name}”处理超时，未上传。请缩小图片后再试。") from error
    if made.returncode == thumbnail.TOO_LARGE:
        most = thumbnail.MOST_PIXELS // 10_000
        raise BadUpload(422, f"“{name}”超过 {most} 万像素，未上传。请缩小图片后再试。")
    if made.returncode != 0 or made.stdout.decode() != _FORMATS[media_type]:
        raise BadUpload(422, f"“{name}”不完整或已损坏，无法显示。请重新拍照或保存后再上传。")
