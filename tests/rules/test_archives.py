"""ZIP archives: whole, the same each time, with names that any system can unpack."""

import io
import zipfile

import pytest

from survey.files.archives import (
    LONGEST,
    MOST_BYTES,
    Entry,
    Names,
    of_content,
    safe_name,
    write_zip,
)
from survey.files.contents import Damaged, place_of
from survey.files.folder import Folder


class Stream(io.RawIOBase):
    """What takes bytes and can neither be read nor sought in."""

    def __init__(self):
        self.taken = bytearray()

    def writable(self):
        return True

    def write(self, piece):
        self.taken += piece
        return len(piece)


def entries():
    yield Entry("报告/0001 虚构𠮷阀门.pdf", (b"%PDF-", b"1.7"))
    yield Entry("目录.txt", ["一".encode()] * 500)


def packed(target):
    write_zip(target, entries())
    return bytes(target.taken) if isinstance(target, Stream) else target.getvalue()


@pytest.mark.parametrize("target", [io.BytesIO, Stream])
def test_an_archive_holds_what_was_put_in_and_is_the_same_each_time(target):
    made = packed(target())

    assert made == packed(target())
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["报告/0001 虚构𠮷阀门.pdf", "目录.txt"]
        assert archive.read("报告/0001 虚构𠮷阀门.pdf") == b"%PDF-1.7"
        assert archive.getinfo("目录.txt").compress_size < 100


def test_two_entries_of_one_path_are_refused():
    with pytest.raises(ValueError, match=r"目录\.txt"):
        write_zip(io.BytesIO(), [Entry("目录.txt", ()), Entry("目录.txt", ())])


def test_a_content_that_is_something_else_ends_the_archive(tmp_path):
    contents = Folder(tmp_path)
    sha256 = contents.put(b"issued")
    (tmp_path / place_of(sha256)).write_bytes(b"altered")

    with pytest.raises(Damaged):
        write_zip(io.BytesIO(), [of_content(contents, sha256, "1.pdf")])


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("0001 虚构阀门.pdf", "0001 虚构阀门.pdf"),
        ("../../etc/a.pdf", "_.._etc_a.pdf"),
        ('甲<乙>:"丙"|?*.pdf', "甲_乙___丙____.pdf"),
        ("CON.pdf", "CON_.pdf"),
        ("con", "con_"),
        ("console.pdf", "console.pdf"),
        ("甲\u202efdp.exe", "甲fdp.exe"),
        ("\x00\n", "未命名文件"),
        ("甲. .pdf", "甲.pdf"),
    ],
)
def test_a_name_holds_nothing_that_a_system_refuses(wanted, given):
    assert safe_name(wanted) == given


def test_a_long_name_keeps_its_extension():
    name, plain = safe_name("阀" * 300 + ".pdf"), safe_name("valve" * 60 + ".pdf")

    assert (len(plain), plain[-4:]) == (LONGEST, ".pdf")
    assert name == "阀" * 78 + ".pdf"
    assert len(name.encode()) <= MOST_BYTES


def test_a_name_is_given_once_however_letters_are_compared():
    names = Names()

    given = [names.give(wanted) for wanted in ("Alpha.pdf", "alpha.PDF", "Alpha.pdf", "甲", "甲")]

    assert given == ["Alpha.pdf", "alpha（2）.PDF", "Alpha（3）.pdf", "甲", "甲（2）"]
