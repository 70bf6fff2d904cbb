"""The life of an edition: copied to a draft, changed from a workbook, published, retired.

Files are prepared aside and put in place by one rename, under a lock of the instance; a published
edition's files are never touched again.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from questionnaires import loading, workbook
from questionnaires.checking import check
from questionnaires.reading import read
from survey import library
from survey.lifecycle import typed
from survey.lifecycle.errors import (
    AlreadyThere,
    Faulty,
    Invalid,
    NotDraft,
    NotThere,
    Unused,
)
from survey.lifecycle.states import EDITION
from survey.lifecycle.step import About, Step
from survey.store import editions as store
from survey.tables import EditionRow, EditionState

DRAFT_MARK = "-draft"
MOST_TITLE = 100


# --- drafts -------------------------------------------------------------------------------------


def copy(step: Step, home: Path, edition_id: str) -> str:
    """Make a draft copy of an edition and return the draft's id.

    Args:
        home: The instance's folder of editions.

    Raises:
        AlreadyThere: Its draft copy exists.
        NotThere
    """
    standing = _required(step.session, edition_id)
    source = library.of(step.session).folder_of(edition_id)
    draft_id = f"{edition_id.removesuffix(DRAFT_MARK)[: 40 - len(DRAFT_MARK)]}{DRAFT_MARK}"
    with _alone(home), _aside(home, draft_id) as making:
        if library.standing(step.session, draft_id):
            raise AlreadyThere(draft_id)
        shutil.copytree(source, making, ignore=shutil.ignore_patterns(loading.SEAL, ".*"))
        _set_head(making, id=draft_id, title=_draft_title(standing.title))
        row = EditionRow(id=draft_id, state=EditionState.DRAFT, copied_from=edition_id)
        with _placed(making, home / draft_id), step.writing():
            _keep(step, row)
            step.log("edition_copy", About("edition", draft_id), before={"edition": edition_id})
    return draft_id


def _draft_title(title: str) -> str:
    return f"{title[: MOST_TITLE - 4]}（草稿）"


def take_workbook(step: Step, home: Path, edition_id: str, file: IO[bytes]) -> str:
    """Read a reviewed workbook into a draft and return the trade it was about.

    Raises:
        NotDraft, NotThere
        Faulty: With every bad cell; nothing was changed.
    """
    _required_draft(step.session, edition_id)
    beside, _ = library.opened(step.session, edition_id)
    draft = workbook.read_workbook(file, beside)
    if draft.faults:
        raise Faulty(draft.faults)
    with _alone(home):
        _required_draft(step.session, edition_id)
        folder = home / edition_id
        before = loading.seal(folder)
        workbook.keep_draft(draft, folder)
        after = loading.seal(folder)
        with step.writing():
            step.log("edition_import", About("edition", edition_id), before={"seal": before[:12]}, after={"seal": after[:12], "trade": draft.trade})  # fmt: skip
    return draft.trade


def discard(step: Step, home: Path, edition_id: str) -> None:
    """Throw a draft away.

    Raises:
        NotDraft, NotThere
    """
    with _alone(home), _aside(home, edition_id) as going:
        _required_draft(step.session, edition_id)
        with _placed(home / edition_id, going), step.writing() as session:
            if row := store.row(session, edition_id):
                session.delete(row)
            step.log("edition_discard", About("edition", edition_id))


# --- publishing ---------------------------------------------------------------------------------


def publish(
    step: Step, home: Path, edition_id: str, *, new_id: str, title: str, issued: date
) -> None:
    """Seal a draft under the id and title it will bear for ever.

    Raises:
        NotDraft, NotThere, Invalid, AlreadyThere
        Faulty: The draft has faults; it stays a draft.
    """
    _required_draft(step.session, edition_id)
    new_id, title = new_id.strip(), typed.line(title)
    _require_good_names(new_id, title)
    with _alone(home), _aside(home, new_id) as making:
        if library.standing(step.session, new_id):
            raise AlreadyThere(new_id)
        shutil.copytree(home / edition_id, making)
        _set_head(making, id=new_id, title=title, issued=issued.isoformat())
        edition, faults = check(making)
        if edition is None or faults:
            raise Faulty(faults)
        seal = loading.seal(making)
        (making / loading.SEAL).write_text(f"{seal}\n", "utf-8")
        with _placed(making, home / new_id), step.writing() as session:
            draft = store.row(session, edition_id)
            copied_from = draft.copied_from if draft else None
            if draft:
                session.delete(draft)
            row = EditionRow(
                id=new_id, state=EditionState.PUBLISHED, seal=seal, copied_from=copied_from
            )
            _keep(step, row)
            step.log("edition_publish", About("edition", new_id), before={"edition": edition_id}, after={"title": title, "seal": seal[:12]})  # fmt: skip
        shutil.rmtree(home / edition_id, ignore_errors=True)


def _require_good_names(new_id: str, title: str) -> None:
    faults = {}
    if not loading.may_be_id(new_id) or new_id.endswith(DRAFT_MARK):
        faults["new_id"] = (
            "年版编号以四位年份开头，只用小写英文、数字和连字符，例如 2027 或 2027-b。"
        )
    if not 1 <= len(title) <= MOST_TITLE:
        faults["title"] = f"请填写年版名称（{MOST_TITLE} 字以内）。"
    if faults:
        raise Invalid(faults)


def retire(step: Step, edition_id: str) -> None:
    """Take an edition out of use for new rounds; what was begun on it goes on."""
    _turn(step, edition_id, "edition_retire")


def restore(step: Step, edition_id: str) -> None:
    """Let new rounds use a retired edition again."""
    _turn(step, edition_id, "edition_restore")


def _turn(step: Step, edition_id: str, action: str) -> None:
    turn = EDITION[action]
    standing = _required(step.session, edition_id)
    with step.writing() as session:
        row = store.row(session, edition_id, lock=True)
        before = row.state if row else standing.state
        if before not in turn.begins:
            raise Unused
        if row is None:
            # The seal is remembered from now on, so that a changed file is noticed.
            seal = standing.seal or None
            row = EditionRow(id=edition_id, seal=seal)
        row.state = turn.leads
        _keep(step, row)
        step.log(
            action,
            About("edition", edition_id),
            before={"state": before},
            after={"state": turn.leads},
        )


# --- what the steps share -----------------------------------------------------------------------


def _required(session: Session, edition_id: str) -> library.Standing:
    standing = library.standing(session, edition_id)
    if standing is None:
        raise NotThere
    return standing


def _required_draft(session: Session, edition_id: str) -> None:
    if not _required(session, edition_id).is_draft:
        raise NotDraft


def _keep(step: Step, row: EditionRow) -> None:
    row.changed_at, row.changed_by = step.now, step.by.user_id
    step.session.add(row)
    step.session.flush()


def _set_head(folder: Path, **head: str) -> None:
    """Change lines of ``edition.yaml`` and leave its comments; rewrite it where that fails."""
    file = folder / loading.HEAD
    before: Any = read(file).value
    text = file.read_text("utf-8")
    for key, value in head.items():
        line = workbook.yaml_text({key: value}).rstrip("\n").replace("\\", r"\\")
        text = re.sub(rf"(?m)^{key}:.*$", line, text, count=1)
    file.write_text(text, "utf-8")
    if isinstance(before, dict) and read(file).value != before | head:
        file.write_text(workbook.yaml_text(before | head), "utf-8")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let one process at a time change the instance's editions."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _placed(folder: Path, target: Path) -> Iterator[None]:
    """Put a folder where it belongs, and back again if the step that needs it fails."""
    if target.exists():
        raise AlreadyThere(target.name)
    folder.rename(target)
    try:
        yield
    except BaseException:
        target.rename(folder)
        raise


@contextmanager
def _aside(home: Path, name: str) -> Iterator[Path]:
    """Give a place beside the editions, on the same disk, for a folder of this name; then tidy up."""
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=home))
    try:
        yield making / name
    finally:
        shutil.rmtree(making, ignore_errors=True)
