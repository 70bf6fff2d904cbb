"""A library of editions: what may be used, what is a draft, what is read and when it is read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from questionnaires import loading
from questionnaires.checking import check
from questionnaires.library import SHIPPED, Library, UnknownEdition, found, in_folder
from questionnaires.loading import SEAL, BadEdition
from tests.support.builders import Files, edition_files, write_edition


def sealed(home: Path, files: Files | None = None) -> Path:
    """A sealed edition in a folder of editions."""
    folder = write_edition(home, files or edition_files())
    (folder / SEAL).write_text(loading.seal(folder) + "\n", "utf-8")
    return folder


def test_the_program_brings_editions_and_every_one_is_sealed() -> None:
    assert SHIPPED.editions()
    assert SHIPPED.drafts() == ()
    for edition_id in SHIPPED.editions():
        assert (SHIPPED.folder_of(edition_id) / SEAL).is_file()
        assert SHIPPED.load(edition_id).id == edition_id


@pytest.mark.parametrize("name", ["2099", "../2099", "", "2026/../2026", "../editions/2026"])
def test_an_edition_that_is_not_there_is_called_unknown(name: str) -> None:
    for look in (SHIPPED.load, SHIPPED.folder_of):
        with pytest.raises(UnknownEdition):
            look(name)


def test_only_folders_named_like_an_edition_hold_one(tmp_path: Path) -> None:
    write_edition(tmp_path, edition_files())
    for name in (".making-2098", "drafts", "2098 kept"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "edition.yaml").write_text("id: x\n", "utf-8")

    assert set(found(tmp_path)) == {"2099"}


def test_a_sealed_edition_is_published_and_another_is_a_draft(tmp_path: Path) -> None:
    write_edition(tmp_path, edition_files()).rename(tmp_path / "2100-draft")
    sealed(tmp_path)

    library = Library(*in_folder(tmp_path))

    assert (library.editions(), library.drafts()) == (("2099",), ("2100-draft",))
    assert library.folder_of("2100-draft") == tmp_path / "2100-draft"
    with pytest.raises(UnknownEdition):
        library.load("2100-draft")


def test_an_edition_is_read_once_whoever_asks(tmp_path: Path) -> None:
    sealed(tmp_path)
    library = Library(found(tmp_path))
    more = library.joined({"2100": tmp_path / "2100"})

    assert library.load("2099") is library.load("2099") is more.load("2099")


def test_a_library_knows_nothing_of_what_another_holds(tmp_path: Path) -> None:
    sealed(tmp_path)
    more = SHIPPED.joined(found(tmp_path))

    assert "2099" in more.editions()
    assert "2099" not in SHIPPED.editions()


def test_an_edition_of_the_same_name_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    more = SHIPPED.joined({"2026": tmp_path / "2026"}, {"2026": tmp_path / "2026"})

    assert more.folder_of("2026") == SHIPPED.folder_of("2026")
    assert more.drafts() == ()


def test_an_edition_published_again_under_its_name_is_read_again(tmp_path: Path) -> None:
    sealed(tmp_path)
    library = Library(found(tmp_path))
    before = library.load("2099")
    files = edition_files()
    files["edition"]["title"] = "再版"
    sealed(tmp_path, files)

    assert (before.title, library.load("2099").title) == ("测试年版", "再版")


def test_an_edition_whose_references_are_broken_is_not_loaded(tmp_path: Path) -> None:
    files = edition_files()
    files["edition"]["ladder"][0]["gates"].append({"question": "typo", "at_least": 1})
    write_edition(tmp_path, files)

    with pytest.raises(BadEdition) as caught:
        Library(found(tmp_path)).load("2099")

    assert "typo" in caught.value.faults[0].fault


def test_a_sealed_edition_is_refused_after_any_change_until_it_is_restored(tmp_path: Path) -> None:
    folder = sealed(tmp_path)
    library = Library(found(tmp_path))
    assert library.load("2099")
    assert check(folder)[1] == ()
    core = folder / "core.yaml"
    original = core.read_text("utf-8")
    core.write_text(original.replace("第 1 档", "第 1  档", 1), "utf-8")

    with pytest.raises(BadEdition) as caught:
        library.load("2099")

    assert "改动" in caught.value.faults[0].fault
    assert check(folder)[1] == caught.value.faults
    core.write_text(original, "utf-8")
    assert library.load("2099").id == "2099"


def test_a_frame_stands_under_the_same_seal_and_is_part_of_the_edition(tmp_path: Path) -> None:
    folder = sealed(tmp_path)
    (folder / "conditions.yaml").write_text("entries: []\n", "utf-8")

    with pytest.raises(BadEdition, match="改动"):
        Library(found(tmp_path)).load("2099")
    assert SHIPPED.load("2026").crosswalk is not None
    assert SHIPPED.load("2026").conditions is not None


def test_a_frame_without_a_good_shape_keeps_an_edition_from_use(tmp_path: Path) -> None:
    folder = write_edition(tmp_path, edition_files())
    (folder / "crosswalk.yaml").write_text("miit: {}\n", "utf-8")

    with pytest.raises(BadEdition) as caught:
        Library(found(tmp_path)).load("2099")

    assert {fault.file for fault in caught.value.faults} == {"crosswalk.yaml"}
    assert {fault.file for fault in check(folder)[1]} == {"crosswalk.yaml"}


def test_an_edition_whose_folder_went_is_unknown(tmp_path: Path) -> None:
    library = Library({"2099": tmp_path / "2099"})

    with pytest.raises(UnknownEdition):
        library.load("2099")


def test_adding_removing_or_renaming_a_file_breaks_the_seal(tmp_path: Path) -> None:
    folder = write_edition(tmp_path, edition_files())
    before = loading.seal(folder)
    example = folder / "examples" / "valve-01-top.yaml"

    example.write_text("trade: valve\n", "utf-8")
    added = loading.seal(folder)
    example.rename(example.with_name("valve-02-top.yaml"))
    renamed = loading.seal(folder)

    assert len({before, added, renamed}) == 3
