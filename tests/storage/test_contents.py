"""Contents: kept under their own hash, whole or not at all, in a folder or in a bucket."""

import hashlib
import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import AlreadyExistsError

from survey.config import from_environment
from survey.files.bucket import Bucket
from survey.files.contents import Damaged, Missing, Unreachable, form_of, place_of
from survey.files.folder import Folder
from survey.files.stores import contents_of
from tests.support.patience import PATIENCE_SECONDS

WORDS = "虚构的质保书".encode()
LARGE = random.Random(6).randbytes(3_500_000)


@pytest.fixture
def remote(bucket, tmp_path):
    return Bucket(bucket, tmp_path)


@pytest.fixture(params=["folder", "remote"])
def contents(request, tmp_path):
    if request.param == "folder":
        return Folder(tmp_path / "contents")
    return request.getfixturevalue("remote")


def hash_of(content):
    return hashlib.sha256(content).hexdigest()


def lay(contents, name, content):
    """Lay something under a name as no program of ours would."""
    if isinstance(contents, Folder):
        path = contents.root / place_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    else:
        obstore.put(contents._here(), place_of(name), content)


# --- what both promise ----------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"x", WORDS, LARGE])
def test_a_content_is_found_whole_under_its_own_hash(contents, content):
    sha256 = contents.put(content)

    assert sha256 == hash_of(content)
    assert contents.read(sha256) == content
    assert contents.size(sha256) == len(content)
    assert [(one.name, one.size) for one in contents.all()] == [(sha256, len(content))]


def test_a_file_is_kept_like_its_bytes(contents, tmp_path):
    path = tmp_path / "arrived"
    path.write_bytes(LARGE)

    assert contents.put(path) == hash_of(LARGE)

    assert contents.read(hash_of(LARGE)) == LARGE


def test_the_same_content_again_is_the_same_content(contents):
    assert contents.put(WORDS) == contents.put(WORDS)

    assert len(list(contents.all())) == 1


def test_eight_writers_of_one_content_leave_one(contents):
    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(contents.put, [LARGE] * 8))

    assert hashes == {hash_of(LARGE)}
    assert [one.name for one in contents.all()] == [hash_of(LARGE)]
    assert contents.read(hash_of(LARGE)) == LARGE


def test_what_is_not_there_is_said(contents):
    nothing = hash_of(b"never kept")

    assert not contents.has(nothing)
    assert contents.size(nothing) is None
    with pytest.raises(Missing):
        contents.open(nothing)
    with pytest.raises(Missing):
        contents.read(form_of(nothing, "jpg"))


def test_what_was_changed_behind_our_back_is_not_handed_out_whole(contents):
    sha256 = hash_of(LARGE)
    lay(contents, sha256, LARGE[:-1] + b"?")
    handed_out = []

    with pytest.raises(Damaged):
        contents.read(sha256)
    opened = contents.open(sha256)
    with pytest.raises(Damaged):
        handed_out.extend(opened.pieces)
    assert opened.size == len(LARGE)
    assert sum(map(len, handed_out)) < len(LARGE)


def test_a_form_lies_beside_its_content_and_can_be_drawn_again(contents):
    sha256 = contents.put(WORDS)
    small = form_of(sha256, "jpg")

    contents.put_as(small, b"drawn")

    assert contents.read(small) == b"drawn"
    assert {(one.name, one.sha256) for one in contents.all()} == {
        (sha256, sha256),
        (small, sha256),
    }
    contents.remove(small)
    assert contents.read(sha256) == WORDS


def test_removing_takes_away_and_may_be_done_twice(contents):
    sha256 = contents.put(WORDS)

    contents.remove(sha256)
    contents.remove(sha256)

    assert not contents.has(sha256)
    assert list(contents.all()) == []


def test_a_content_knows_when_it_was_laid_down(contents):
    contents.put(WORDS)

    [one] = contents.all()

    assert abs(datetime.now(UTC) - one.changed_at) < timedelta(minutes=10)


@pytest.mark.parametrize(
    "name",
    ["", "ab", "../../etc/passwd", "A" * 64, "0" * 64 + ".", "0" * 64 + "/x", "0" * 63 + "/"],
)
def test_nothing_but_a_hash_is_a_name(contents, name):
    for asked in (contents.read, contents.size, contents.remove):
        with pytest.raises(ValueError, match="names no content"):
            asked(name)


@pytest.mark.parametrize("form", ["", ".", "JPG", "jpg/", "../x", "a.b.c"])
def test_a_form_has_a_plain_word(form):
    with pytest.raises(ValueError, match="names no form"):
        form_of("0" * 64, form)


# --- the folder -----------------------------------------------------------------------------------


def test_a_full_disk_leaves_nothing_half(tmp_path, monkeypatch):
    folder = Folder(tmp_path / "contents")

    def full(_handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        folder.put(b"first")  # its folders are there
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            folder.put(WORDS)

    assert [one.name for one in folder.all()] == [hash_of(b"first")]
    assert list((folder.incoming).iterdir()) == []


WRITER = """
import sys
from pathlib import Path
from survey.files.folder import Folder
folder = Folder(Path(sys.argv[1]))
for number in range(1_000_000):
    print(folder.put(b"%d " % number * 40_000), flush=True)
"""


def test_a_killed_writer_leaves_every_content_it_spoke_of_and_no_half_one(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    timer = threading.Timer(PATIENCE_SECONDS, writer.kill)  # in case it never says anything
    timer.start()
    spoken = [writer.stdout.readline().strip() for _ in range(40)]
    writer.kill()
    spoken += writer.stdout.read().split()[:-1]
    timer.cancel()
    writer.wait()
    writer.stdout.close()
    folder = Folder(tmp_path)

    assert len(spoken) >= 40
    assert all(folder.has(sha256) for sha256 in spoken)
    assert all(hash_of(folder.read(one.name)) == one.name for one in folder.all())


def test_what_a_dead_writer_left_is_forgotten_after_a_while(tmp_path):
    folder = Folder(tmp_path)
    folder.put(WORDS)
    (folder.incoming / "half").write_bytes(b"half")
    (folder.incoming / "stamped").mkdir()
    (folder.incoming / "stamped" / "copy.pdf").write_bytes(b"half as well")
    now = datetime.now(UTC)

    assert folder.forget_half_written(now - timedelta(hours=1)) == 0
    assert folder.forget_half_written(now + timedelta(hours=1)) == 2

    assert list((folder.incoming).iterdir()) == []
    assert folder.read(hash_of(WORDS)) == WORDS


def test_a_file_from_another_disk_is_kept_all_the_same(tmp_path, monkeypatch):
    path = tmp_path / "arrived"
    path.write_bytes(WORDS)
    replace = Path.replace

    def as_between_disks(self, target):
        if self == path:
            raise OSError(18, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", as_between_disks)
    folder = Folder(tmp_path / "contents")

    assert folder.read(folder.put(path)) == WORDS


# --- the bucket -----------------------------------------------------------------------------------


def test_of_eight_writers_one_wins_and_the_others_are_told(remote):
    store, place = remote._here(), place_of(hash_of(WORDS))

    def write(_number):
        try:
            obstore.put(store, place, WORDS, mode="create")
        except AlreadyExistsError:
            return "late"
        return "first"

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(write, range(8)))

    assert said == ["first"] + ["late"] * 7


def test_two_machines_with_one_bucket_find_each_others_contents(remote):
    sha256 = Bucket(remote.url, remote.incoming).put(WORDS)

    assert remote.read(sha256) == WORDS


def test_a_content_too_large_for_one_request_goes_in_parts(remote, monkeypatch, tmp_path):
    path = tmp_path / "arrived"
    path.write_bytes(LARGE * 2)
    monkeypatch.setattr("survey.files.bucket.MOST_AT_ONCE", 1_000_000)

    sha256 = remote.put(path)

    assert remote.read(sha256) == LARGE * 2


def test_a_bucket_that_cannot_be_reached_is_not_an_empty_one(remote, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("survey.files.bucket.RETRIES", 0)
    lost = Bucket("s3://nowhere/survey", remote.incoming)

    for asked in (lost.put, lambda _: lost.size("0" * 64), lambda _: lost.open("0" * 64)):
        with pytest.raises(Unreachable):
            asked(WORDS)
    with pytest.raises(Unreachable):
        list(lost.all())


def test_a_connection_is_never_used_on_the_other_side_of_a_fork(remote, monkeypatch):
    remote.put(WORDS)

    monkeypatch.setattr(os, "getpid", lambda: 1)

    with pytest.raises(RuntimeError, match="forked"):
        remote.has(hash_of(WORDS))


# --- which of the two -----------------------------------------------------------------------------


def test_one_setting_chooses_the_place(tmp_path):
    at_home = contents_of(from_environment({"INSTANCE": str(tmp_path)}))
    away = contents_of(from_environment({"INSTANCE": str(tmp_path), "CONTENT_URL": "s3://b/p"}))

    assert isinstance(at_home, Folder)
    assert at_home.root == tmp_path / "contents"
    assert isinstance(away, Bucket)
    assert away.url == "s3://b/p"


def test_a_setting_that_names_no_bucket_is_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match="s3://"):
        contents_of(from_environment({"INSTANCE": str(tmp_path), "CONTENT_URL": "/mnt/x"}))
