"""An edition as one file: it comes back as it was, and nothing else comes with it."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from questionnaires import loading
from questionnaires.library import SHIPPED
from questionnaires.packing import packed, unpack
from questionnaires.sheets.archive import Refused
from tests.support.builders import edition_files, write_edition


def test_every_edition_of_the_program_comes_back_under_its_seal(tmp_path: Path) -> None:
    for edition_id in SHIPPED.editions():
        folder = SHIPPED.folder_of(edition_id)

        unpack(packed(folder), tmp_path / edition_id)

        assert loading.seal(tmp_path / edition_id) == loading.seal(folder)
        assert loading.broken_seal(tmp_path / edition_id) == ()
        assert loading.load(tmp_path / edition_id) == SHIPPED.load(edition_id)


def test_equal_files_make_equal_bytes_whenever_they_were_written(tmp_path: Path) -> None:
    files = edition_files()
    one, other = (write_edition(tmp_path / name, files) for name in ("one", "other"))
    os.utime(other / "core.yaml", (0, 0))

    assert packed(one) == packed(other)
    (other / "core.yaml").write_text("sections: []\n", "utf-8")
    assert packed(one) != packed(other)


def test_what_is_no_data_file_is_left_behind(tmp_path: Path) -> None:
    folder = write_edition(tmp_path, edition_files())
    before = packed(folder)
    for name in ("notes.txt", ".core.yaml.7", "examples/.hidden.yaml", "run.sh"):
        (folder / name).write_text("x", "utf-8")

    assert packed(folder) == before


@pytest.mark.parametrize(
    "name", ["../core.yaml", "/core.yaml", "a/../../core.yaml", "core.yaml\n", "run.sh", ".x.yaml"]
)
def test_an_archive_with_any_other_name_is_refused_and_writes_nothing(
    tmp_path: Path, name: str
) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as into:
        into.writestr("edition.yaml", "id: x")
        into.writestr(name, "x")

    with pytest.raises(Refused):
        unpack(made.getvalue(), tmp_path / "2099")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"words"], ids=["nothing", "words"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused):
        unpack(content, tmp_path / "2099")
