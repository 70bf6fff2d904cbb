"""Take from a photo what its camera noted (place, owner, device), and leave every point as it is.

Nothing is decoded: a file is a row of pieces, and those that only tell something are left out. Which
way is up is told again, alone.

Source: ITU-T T.81 annex B (JPEG), W3C PNG, the WebP container specification.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from zlib import crc32

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_KEPT_PNG = frozenset({b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"})
_KEPT_WEBP = frozenset({b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})
_SAYS_EXIF, _SAYS_XMP = 0x08, 0x04
_HEAD = 12


def bare(content: bytes, kind: str, orientation: int) -> bytes:
    """Return the photo without anything it carried.

    Args:
        kind: jpeg, png or webp.
        orientation: As EXIF counts it; 1 is upright and needs no word.
    """
    upright = orientation == 1
    note = b"" if upright else _note(orientation)
    return {"jpeg": _jpeg, "png": _png, "webp": _webp}[kind](content, note)


def _note(orientation: int) -> bytes:
    """Return an EXIF block that says which way is up, and nothing else."""
    return b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + bytes(4)


def _jpeg(content: bytes, note: bytes) -> bytes:
    told = b"Exif\0\0" + note
    lead = b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told if note else b""
    return content[:2] + lead + b"".join(_jpeg_pieces(content))


def _jpeg_pieces(content: bytes) -> Iterator[bytes]:
    """Give segments that draw, with the points behind each; other pictures behind the end stay out."""
    at = 2
    while found := _MARKER.search(content, at):
        yield content[at : found.start()]  # points of a scan; nothing between other segments
        at, marker = found.start(), content[found.start() + 1]
        if marker == 0xD9:
            yield content[at : at + 2]
            return
        size = 0 if marker in (0x01, 0xD8) else int.from_bytes(content[at + 2 : at + 4], "big")
        segment = content[at : at + 2 + size]
        if not _only_tells(marker, segment[4:]):
            yield segment
        at += 2 + size
    yield content[at:]


def _only_tells(marker: int, words: bytes) -> bool:
    kept = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
    if marker in kept:
        return not words.startswith(kept[marker])
    return 0xE0 <= marker <= 0xEF or marker == 0xFE


def _png(content: bytes, note: bytes) -> bytes:
    at, pieces = 8, [content[:8]]
    while at < len(content):
        name, size = content[at + 4 : at + 8], int.from_bytes(content[at : at + 4], "big")
        if name[:1].isupper() or name in _KEPT_PNG:
            if name == b"IDAT" and note:
                pieces.append(_chunk(b"eXIf", note))
                note = b""
            pieces.append(content[at : at + _HEAD + size])
        if name == b"IEND":
            break
        at += _HEAD + size
    return b"".join(pieces)


def _chunk(name: bytes, words: bytes) -> bytes:
    return struct.pack(">I", len(words)) + name + words + struct.pack(">I", crc32(name + words))


def _webp(content: bytes, note: bytes) -> bytes:
    at, pieces = 12, []
    end = min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while at < end:
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        piece = content[at : at + 8 + size + size % 2]
        if name == b"VP8X":
            flags = piece[8] & ~(_SAYS_EXIF | _SAYS_XMP) | (_SAYS_EXIF if note else 0)
            piece = piece[:8] + bytes((flags,)) + piece[9:]
        if name in _KEPT_WEBP:
            pieces.append(piece)
        at += 8 + size + size % 2
    if note:
        pieces.append(b"EXIF" + struct.pack("<I", len(note)) + note + bytes(len(note) % 2))
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + struct.pack("<I", len(body)) + body
