"""An installation's editions outside its contents: taken over from before, taken out and back."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.library import SHIPPED
from questionnaires.loading import SEAL
from survey import library
from survey.config import Config
from survey.files.bucket import Bucket
from survey.lifecycle import editions as steps
from survey.lifecycle.step import Step
from survey.running import commands, serving
from survey.tables import AuditEntry, EditionRow, EditionState
from tests.support.builders import edition_files, write_edition
from tests.support.people import EDITION, TESTER, moment


def an_edition(home: Path, name: str, *, sealed: bool = False) -> Path:
    """A small edition in a folder, as the first release kept it."""
    files = edition_files()
    files["edition"]["id"] = name
    folder = write_edition(home, files).rename(home / name)
    if sealed:
        (folder / SEAL).write_text(loading.seal(folder) + "\n", "utf-8")
    return folder


def type_in(app: Flask, *words: object) -> tuple[int, str]:
    commands.init_app(app)
    result = app.test_cli_runner().invoke(args=[str(word) for word in words])
    return result.exit_code, result.output


@pytest.fixture
def home(settings: Config) -> Path:
    folder = settings.instance / "editions"
    folder.mkdir()
    return folder


def test_what_the_first_release_kept_in_a_folder_is_taken_over_once(
    app: Flask, session: Session, home: Path
) -> None:
    published, draft = an_edition(home, "2027", sealed=True), an_edition(home, "2027-draft")
    retired = an_edition(home, "2028", sealed=True)
    row = EditionRow(id="2028", state=EditionState.RETIRED, seal=loading.seal(retired))
    row.changed_at = moment()
    session.add(row)
    session.commit()
    seals = {folder.name: loading.seal(folder) for folder in (published, draft, retired)}

    serving.catch_up(app)
    serving.catch_up(app)

    session.rollback()
    there = library.of(session)
    assert (there.editions(), there.drafts()) == ((EDITION, "2027", "2028"), ("2027-draft",))
    assert {name: loading.seal(there.folder_of(name)) for name in seals} == seals
    assert session.get_one(EditionRow, "2028").state == EditionState.RETIRED
    assert there.load("2027").title == "测试年版"
    assert not home.exists()
    actions = list(session.scalars(select(AuditEntry.action)))
    assert actions == ["edition_adopt"] * 3


def test_a_published_edition_that_was_changed_is_not_taken_over(
    app: Flask, settings: Config, session: Session, home: Path
) -> None:
    folder = an_edition(home, "2027", sealed=True)
    (folder / "core.yaml").write_bytes((folder / "core.yaml").read_bytes() + b"# later\n")

    serving.catch_up(app)

    assert library.of(session).editions() == SHIPPED.editions()
    assert (settings.instance / "editions.adopted" / "2027" / "core.yaml").is_file()


def test_an_instance_without_such_a_folder_is_left_alone(app: Flask, settings: Config) -> None:
    serving.catch_up(app)

    assert not (settings.instance / "editions.adopted").exists()


def test_an_operator_takes_files_out_changes_them_and_puts_them_back(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    assert type_in(app, "edition-out", EDITION, tmp_path)[0] == 0
    draft = (tmp_path / EDITION).rename(tmp_path / "2026-draft")
    head = draft / "edition.yaml"
    head.write_text(head.read_text("utf-8").replace("id: ", "id: 2026-draft # ", 1), "utf-8")

    for title in ("第一稿", "第二稿"):
        text = head.read_text("utf-8")
        head.write_text(text.replace("title: ", f"title: {title}", 1), "utf-8")
        code, said = type_in(app, "edition-in", draft)

        assert (code, "2026-draft" in said) == (0, True)
        session.rollback()
        folder = library.of(session).folder_of("2026-draft")
        assert title in (folder / "edition.yaml").read_text("utf-8")
        assert not (folder / SEAL).exists()


def test_what_cannot_be_taken_out_or_in_is_said(app: Flask, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED.folder_of(EDITION), tmp_path / EDITION)
    (tmp_path / "notes").mkdir()

    for words, says in (
        (("edition-out", "2099", tmp_path), "没有年版“2099”"),
        (("edition-out", EDITION, tmp_path), "没有覆盖"),
        (("edition-in", tmp_path / EDITION), "已发布的年版不能改"),
        (("edition-in", tmp_path / "notes"), "没有 edition.yaml"),
    ):
        code, said = type_in(app, *words)

        assert code != 0
        assert says in said


# --- many machines ------------------------------------------------------------------------------


def test_two_machines_with_one_database_and_one_bucket_see_the_same_editions(
    engine: Engine, tmp_path: Path, bucket: str
) -> None:
    def machine(name: str) -> Session:
        there = library.Installed(tmp_path / name, Bucket(bucket, tmp_path / f"{name} incoming"))
        return Session(engine, expire_on_commit=False, info={library.INSTALLED: there})

    with machine("one") as one, machine("two") as two:
        draft = steps.copy(Step(one, TESTER, moment()), EDITION)
        assert library.of(two).drafts() == (draft,)
        two.rollback()
        steps.publish(Step(two, TESTER, moment()), draft, new_id="2027", title="2027 年版",
                      issued=date(2027, 1, 1))  # fmt: skip

        assert library.of(one).drafts() == ()
        assert library.of(one).load("2027") == library.of(two).load("2027")
        assert {path.name for path in tmp_path.iterdir()} >= {"one", "two"}
