"""ZIP-based files from outside: what lies about itself or unpacks without end is refused early."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from questionnaires.sheets.archive import Limits, Reason, Refused, inspect, opened

LIMITS = Limits(size=5_000_000, entries=20, unpacked=40_000_000)
SIZE_IN_DIRECTORY, SUM_IN_DIRECTORY = 24, 16
METHOD_IN_DIRECTORY, FLAGS_IN_DIRECTORY = 10, 8


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def directory_says(content: bytes, offset: int, form: str, value: int) -> bytes:
    """The file with one figure of its last entry in the directory changed."""
    changed = bytearray(content)
    struct.pack_into(form, changed, changed.rfind(b"PK\x01\x02") + offset, value)
    return bytes(changed)


def refusal(content: bytes, limits: Limits = LIMITS) -> Reason:
    with pytest.raises(Refused) as caught:
        inspect(io.BytesIO(content), limits)
    return caught.value.reason


def test_an_honest_file_is_open_with_every_entry() -> None:
    content = packed({"a.xml": b"<a/>" * 1000, "empty": b""})

    with opened(io.BytesIO(content), LIMITS) as archive:
        assert archive.namelist() == ["a.xml", "empty"]
        assert archive.read("a.xml") == b"<a/>" * 1000


def test_a_path_is_as_good_as_a_stream(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(packed({"a": b"a"}, zipfile.ZIP_STORED))

    assert inspect(file, LIMITS) == ("a",)


def shorter(content: bytes) -> bytes:
    return directory_says(content, SIZE_IN_DIRECTORY, "<I", 1000)


def shorter_with_the_right_sum(content: bytes) -> bytes:
    """Even the checksum fits the part that the entry admits to."""
    return directory_says(shorter(content), SUM_IN_DIRECTORY, "<I", zlib.crc32(b"\0" * 1000))


def longer_with_the_right_sum(content: bytes) -> bytes:
    return directory_says(content, SIZE_IN_DIRECTORY, "<I", 30_000_001)


def shorter_with_the_sum_of_what_is_asked(content: bytes) -> bytes:
    """The checksum fits one byte more than the entry admits to."""
    return directory_says(shorter(content), SUM_IN_DIRECTORY, "<I", zlib.crc32(b"\0" * 1001))


LIES = [
    shorter,
    shorter_with_the_right_sum,
    shorter_with_the_sum_of_what_is_asked,
    longer_with_the_right_sum,
]
ROOMY = Limits(size=10**6, entries=9, unpacked=10**9, always=10**9)


@pytest.mark.parametrize("lie", LIES)
def test_an_entry_that_lies_about_its_size_is_refused(lie: Callable[[bytes], bytes]) -> None:
    honest = packed({"big": b"\0" * 30_000_000})

    assert inspect(io.BytesIO(honest), ROOMY) == ("big",)
    assert refusal(lie(honest), ROOMY) == Reason.BROKEN


def test_no_lie_costs_memory() -> None:
    bomb = shorter_with_the_right_sum(packed({"big": b"\0" * 60_000_000}))
    tracemalloc.start()

    reason = refusal(bomb)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reason == Reason.BROKEN
    assert most < 3_000_000


BOMBS: dict[Reason, Callable[[], bytes]] = {
    Reason.UNPACKS: lambda: packed({"a": b"\0" * 41_000_000}),
    Reason.TOO_MANY: lambda: packed({str(n): b"" for n in range(21)}),
    Reason.TOO_LARGE: lambda: b"PK\3\4" + b"\0" * 5_000_001,
    Reason.ENCRYPTED: lambda: directory_says(packed({"a": b"a"}), FLAGS_IN_DIRECTORY, "<H", 1),
    Reason.BROKEN: lambda: packed({"a": b"\0" * 1000}, zipfile.ZIP_BZIP2),
}


@pytest.mark.parametrize("reason", BOMBS)
def test_what_is_too_much_is_refused_with_its_reason(reason: Reason) -> None:
    assert refusal(BOMBS[reason]()) == reason


def test_what_is_packed_too_well_is_refused_beyond_what_is_always_allowed() -> None:
    content = packed({"a": b"\0" * 3_000_000})

    assert refusal(content) == Reason.UNPACKS
    assert inspect(io.BytesIO(content), Limits(10**6, 9, 10**8, always=3_000_000))


def test_two_entries_of_one_name_are_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")

    assert refusal(file.getvalue()) == Reason.TOO_MANY


@pytest.mark.parametrize(
    "content",
    [b"", b"words", b"PK\3\4" + b"\1" * 600, packed({"a": b"a" * 5000})[:-30]],
    ids=["nothing", "words", "noise", "cut off"],
)
def test_what_is_no_zip_file_is_refused(content: bytes) -> None:
    assert refusal(content) == Reason.BROKEN


def test_an_entry_cut_off_in_the_middle_is_refused() -> None:
    content = bytearray(packed({"a": bytes(range(256)) * 40}, zipfile.ZIP_STORED))
    content[100:200] = b"\0" * 100

    assert refusal(bytes(content)) == Reason.BROKEN
