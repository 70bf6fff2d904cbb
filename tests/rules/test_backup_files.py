"""A backup is one file that is read to its end, and believed only when all of it holds."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from survey.files.backups import locks
from survey.files.backups.members import (
    HEAD,
    ROWS_MOST,
    BadBackup,
    Reader,
    Writer,
    packed,
    unpacked,
)
from survey.words.backups import FAULTS, fault

NAME = "0" * 64
MEMBERS = {
    "rows/firms/000000.gz": packed(b'[1,"x"]\n[2,null]'),
    f"contents/{NAME}": b"a content" * 300,
    f"contents/{NAME}.jpg": b"",
    "keys/secret_key": b"secret",
}


def written(members=MEMBERS) -> bytes:
    file = io.BytesIO()
    with Writer(file) as writer:
        writer.begin({"schema": "1"})
        for name, content in members.items():
            writer.add_whole(name, content)
        writer.close({"rows": {}})
    return file.getvalue()


def read(file: bytes) -> dict[str, bytes]:
    return known(file)[0]


def known(file: bytes) -> tuple[dict[str, bytes], str]:
    """Return the members, and the digest by which the backup is known."""
    with Reader(io.BytesIO(file)) as reader:
        held = {member.name: b"".join(member.pieces) for member in reader.members()}
        return held, reader.digest


def rows_of(file: bytes) -> list[list[list[object]]]:
    with Reader(io.BytesIO(file)) as reader:
        return [unpacked(member) for member in reader.members()]


def refused(file: bytes) -> str:
    """Read a file that must be refused; return the code, which must have a sentence."""
    with pytest.raises(BadBackup) as caught:
        read(file)
    assert fault(caught.value.what, caught.value.values)
    return caught.value.what


def by_tar(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """Return what somebody else's tar writes after our head."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for about, content in ((entry(HEAD, 13), b'{"format": 1}'), *entries):
            archive.addfile(about, io.BytesIO(content))
    return file.getvalue()


def entry(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.size, about.type, about.mode = size, kind, 0o600
    return about


def test_what_was_written_is_read_and_known_by_one_digest():
    held, digest = known(written())

    assert held == MEMBERS
    assert len(digest) == 64
    assert known(written(MEMBERS | {"keys/secret_key": b"Secret"}))[1] != digest


def test_whoever_has_nothing_but_tar_reads_it_too():
    with tarfile.open(fileobj=io.BytesIO(written())) as archive:
        assert archive.getnames() == [HEAD, *MEMBERS, "manifest"]
        rows = archive.extractfile("rows/firms/000000.gz")
        assert rows
        assert gzip.decompress(rows.read()) == b'[1,"x"]\n[2,null]'


def test_a_backup_that_ends_anywhere_but_at_its_end_is_refused():
    whole = written()

    for length in [*range(0, len(whole), 97), len(whole) - 1]:
        assert refused(whole[:length]) in {"cut", "not_ours", "garbled"}, length


def test_one_changed_byte_is_found_wherever_it_is():
    whole = bytearray(written())

    for place in range(0, len(whole), 13):
        whole[place] ^= 1
        refused(bytes(whole))
        whole[place] ^= 1


def test_a_changed_content_is_named():
    with pytest.raises(BadBackup) as caught:
        read(written().replace(b"a contenta", b"A contenta", 1))

    assert (caught.value.what, caught.value.values) == ("changed", {"name": f"contents/{NAME}"})


def test_a_member_taken_out_is_named():
    whole = written()
    first = whole.index(b"keys/secret_key")

    with pytest.raises(BadBackup) as caught:
        read(whole[:first] + whole[first + 1024 :])

    assert (caught.value.what, caught.value.values) == ("missing", {"name": "keys/secret_key"})


def test_a_member_put_in_or_something_after_the_end_is_refused():
    whole = written()
    last = whole.index(b"manifest\0")
    one = whole.index(b"keys/secret_key")

    assert refused(whole[:last] + whole[one : one + 1024] + whole[last:]) in {"missing", "changed"}
    assert refused(whole + b"more") == "longer"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "contents/../../x",
        f"contents/{NAME}/../x",
        "keys/../secret_key",
        "keys/.ssh",
        "rows/firms/1.gz",
        "head",
        "contents\\x",
        "",
    ],
)
def test_no_name_leads_out_of_its_place(name):
    assert refused(by_tar((entry(name, 1), b"x"))) in {"strange", "cut", "garbled"}


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.DIRTYPE,
        tarfile.FIFOTYPE,
        tarfile.CHRTYPE,
        tarfile.XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_SPARSE,
    ],
)
def test_nothing_but_plain_files_is_read(kind):
    assert refused(by_tar((entry(f"contents/{NAME}", 0, kind), b""))) == "strange"


def test_members_in_another_order_are_refused():
    assert refused(written(dict(reversed(MEMBERS.items())))) == "strange"


def test_rows_that_unpack_to_more_than_was_ever_packed_are_refused():
    bomb = written({"rows/firms/000000.gz": gzip.compress(bytes(ROWS_MOST + 1))})

    with pytest.raises(BadBackup) as caught:
        rows_of(bomb)

    assert caught.value.what == "strange"


@pytest.mark.parametrize("lines", [b"{}", b"[1", b"[" * 100_000, b"\xff"])
def test_rows_that_are_no_lists_are_refused(lines):
    file = written({"rows/firms/000000.gz": packed(lines)})

    with pytest.raises(BadBackup):
        rows_of(file)


def test_a_member_that_says_it_is_larger_than_the_file_takes_no_memory():
    about = entry("keys/secret_key", 1 << 60)
    file = by_tar()[:1024] + about.tobuf(tarfile.GNU_FORMAT) + b"x"

    assert refused(file) == "cut"
    with pytest.raises(BadBackup) as caught, Reader(io.BytesIO(file)) as reader:
        [member.read() for member in reader.members()]
    assert caught.value.what == "strange"


def test_a_format_of_another_time_is_said_to_be_one():
    assert refused(written().replace(b'"format": 1', b'"format": 2', 1)) == "format"


def test_every_fault_that_is_found_has_a_sentence():
    folder = Path(__file__).parents[2] / "survey"
    sources = "".join(
        path.read_text("utf-8")
        for path in [*folder.glob("files/backups/*.py"), folder / "lifecycle/backups.py"]
    )
    assert FAULTS
    for code in FAULTS:
        assert f'"{code}"' in sources, code


# --- locked ---------------------------------------------------------------------------------------


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """The file of a secret key, and its public key."""
    secret, public = locks.new_key()
    (tmp_path / "key").write_text(f"# made for a test\n{secret}\n")
    return tmp_path / "key", public


def locked(public: str) -> bytes:
    file = io.BytesIO()
    with locks.locking(file, public) as target, Writer(target) as writer:
        writer.begin({"schema": "1"})
        writer.add_whole("keys/secret_key", os.urandom(200_000))
        writer.close({"rows": {}})
    return file.getvalue()


def opened(file: bytes, key: Path | None) -> list[str]:
    with locks.unlocked(io.BytesIO(file), key) as source, Reader(source) as reader:
        return [member.name for member in reader.members()]


def test_a_locked_backup_is_opened_with_its_key_alone(key, tmp_path):
    file = locked(key[1])
    (tmp_path / "other").write_text(locks.new_key()[0])
    (tmp_path / "none").write_text("no key")

    assert b"secret_key" not in file
    assert opened(file, key[0]) == ["keys/secret_key"]
    for wrong, what in ((None, "locked"), (tmp_path / "other", "other_key")):
        with pytest.raises(BadBackup) as caught:
            opened(file, wrong)
        assert caught.value.what == what
    with pytest.raises(locks.NoKey):
        opened(file, tmp_path / "none")


def test_a_locked_backup_that_was_cut_or_changed_is_refused(key):
    file = locked(key[1])

    for length in (100, 300, 70_000, len(file) - 1):
        with pytest.raises(BadBackup):
            opened(file[:length], key[0])
    for place in (150, 300, 70_000, len(file) - 1):
        with pytest.raises(BadBackup):
            opened(file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :], key[0])


def test_an_open_backup_needs_no_key(key):
    assert opened(written(), None) == opened(written(), key[0]) == [*MEMBERS]


def test_what_cannot_be_locked_is_not_half_written(key):
    class Full(io.BytesIO):
        def write(self, piece) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"), locks.locking(Full(), key[1]) as target:
        target.write(bytes(5_000_000))
    with pytest.raises(locks.NoKey), locks.locking(io.BytesIO(), "age1nothing"):
        pass
