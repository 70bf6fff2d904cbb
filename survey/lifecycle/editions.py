"""The life of an edition: copied to a draft, changed from a workbook, published, retired.

A change is made on a copy of the files, which then go to the contents as one archive; the row that
names it is the change. Whoever came second finds another archive named there than the one they
began from, and is refused.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from questionnaires import catalogue, loading, workbook
from questionnaires.checking import check
from questionnaires.library import OWN, UnknownEdition, found
from questionnaires.loading import SEAL
from questionnaires.model import Package
from questionnaires.reading import read
from survey import library
from survey.lifecycle import edition_status, typed
from survey.lifecycle.edition_status import EditionStatus
from survey.lifecycle.errors import (
    AlreadyThere,
    Faulty,
    Invalid,
    NotDraft,
    NotThere,
    Stale,
    Unused,
)
from survey.lifecycle.states import EDITION
from survey.lifecycle.step import About, Step
from survey.store import editions as store
from survey.tables import EditionRow, EditionState

DRAFT_MARK = "-draft"
MOST_TITLE = 100


# --- drafts -------------------------------------------------------------------------------------


def copy(step: Step, edition_id: str) -> str:
    """Make a draft copy of an edition and return the draft's id.

    Raises:
        AlreadyThere: Its draft copy exists.
        NotThere
    """
    return _drafted(step, edition_id)


def _drafted(step: Step, edition_id: str, package: Package | None = None) -> str:
    """Begin an edition's draft copy, with one package otherwise where that is asked."""
    edition, draft_id = _required(step.session, edition_id), draft_of(edition_id)
    with _copied(_folder(step.session, edition_id), draft_id) as folder:
        _set_head(folder, id=draft_id, title=_draft_title(edition.title))
        catalogue.rewritten(folder, [package] if package else [])
        content = library.installed(step.session).keep(folder)
    row = EditionRow(id=draft_id, state=EditionState.DRAFT, content=content, copied_from=edition_id)
    with _adding(step, row):
        before, after = {"edition": edition_id}, {"package": package.code} if package else None
        action = "edition_ranges" if package else "edition_copy"
        step.log(action, About("edition", draft_id), before=before, after=after)
    return draft_id


def draft_of(edition_id: str) -> str:
    """Return what an edition's draft copy is called, whether there is one or not."""
    return f"{edition_id.removesuffix(DRAFT_MARK)[: 40 - len(DRAFT_MARK)]}{DRAFT_MARK}"


def _draft_title(title: str) -> str:
    return f"{title[: MOST_TITLE - 4]}（草稿）"


def take_workbook(step: Step, edition_id: str, file: IO[bytes]) -> str:
    """Read a reviewed workbook into a draft and return the trade it was about.

    Raises:
        NotDraft, NotThere
        Faulty: With every bad cell; nothing was changed.
        Stale: The draft was changed meanwhile.
    """
    _required_draft(step.session, edition_id)
    beside, _ = edition_status.opened(step.session, edition_id)
    draft = workbook.read_workbook(file, beside)
    if draft.faults:
        raise Faulty(draft.faults)
    rewrite(step, edition_id, lambda folder: workbook.keep_draft(draft, folder), trade=draft.trade)
    return draft.trade


def rewrite(
    step: Step,
    edition_id: str,
    write: Callable[[Path], None],
    action: str = "edition_import",
    **about: str,
) -> None:
    """Let a draft's files be what ``write`` makes of a copy of them.

    Raises:
        NotDraft, NotThere
        Stale: The draft was changed meanwhile.
    """
    _required_draft(step.session, edition_id)
    with _copied(_folder(step.session, edition_id), edition_id) as folder:
        write(folder)
        _change(step, edition_id, folder, action, **about)


def move_ranges(step: Step, edition_id: str, package: Package) -> str:
    """Let an edition's draft copy say what a package costs and takes; it is made where there is none.

    Returns:
        The draft's id.

    Raises:
        NotThere: No such edition.
        Unused: The draft says this already, or has no such package.
        Faulty: The draft's files cannot be read.
        Stale, AlreadyThere: The draft was changed, or made, meanwhile.
    """
    draft_id = draft_of(edition_id)
    if edition_status.one(step.session, draft_id) is None:
        return _drafted(step, edition_id, package)
    draft, faults = edition_status.opened(step.session, draft_id)
    if draft is None:
        raise Faulty(faults)
    with _copied(_folder(step.session, draft_id), draft_id) as folder:
        if not catalogue.rewritten(folder, [package]):
            raise Unused
        _change(step, draft_id, folder, action="edition_ranges", package=package.code)
    return draft_id


def take_folder(step: Step, folder: Path) -> str:
    """Take a folder of data files as a draft, new or known, and return its id.

    Raises:
        NotDraft: The folder is called like a published edition.
        NotThere: It is no edition, or no edition may be called so.
    """
    edition_id = folder.name
    if folder not in found(folder.parent).values():
        raise NotThere
    known = edition_status.one(step.session, edition_id)
    with _copied(folder, edition_id) as copied:
        if known is not None:
            _required_draft(step.session, edition_id)
            _change(step, edition_id, copied)
            return edition_id
        content = library.installed(step.session).keep(copied)
    row = EditionRow(id=edition_id, state=EditionState.DRAFT, content=content)
    with _adding(step, row):
        step.log("edition_import", About("edition", edition_id), after=_said(folder))
    return edition_id


def _change(
    step: Step, edition_id: str, folder: Path, action: str = "edition_import", **about: str
) -> None:
    """Let a draft's files be those of a folder; ``about`` is what the log says besides."""
    seen, known = _content(step.session, edition_id), _folder(step.session, edition_id)
    before, after = _said(known), _said(folder) | about
    content = library.installed(step.session).keep(folder)
    with step.writing() as session:
        row = _locked_draft(session, edition_id, seen)
        row.content = content
        _keep(step, row)
        step.log(action, About("edition", edition_id), before=before, after=after)


def _said(folder: Path) -> dict[str, str]:
    """Return what the log says of an edition's files."""
    return {"seal": loading.seal(folder)[:12]}


def discard(step: Step, edition_id: str) -> None:
    """Throw a draft away.

    Raises:
        NotDraft, NotThere
    """
    _required_draft(step.session, edition_id)
    with step.writing() as session:
        session.delete(_locked_draft(session, edition_id))
        step.log("edition_discard", About("edition", edition_id))


# --- publishing ---------------------------------------------------------------------------------


def publish(step: Step, edition_id: str, *, new_id: str, title: str, issued: date) -> None:
    """Seal a draft under the id and title it will bear for ever.

    Raises:
        NotDraft, NotThere, Invalid, AlreadyThere
        Faulty: The draft has faults; it stays a draft.
        Stale: The draft was changed meanwhile.
    """
    _required_draft(step.session, edition_id)
    new_id, title = new_id.strip(), typed.line(title)
    _require_good_names(new_id, title)
    if edition_status.one(step.session, new_id):
        raise AlreadyThere(new_id)
    before = _content(step.session, edition_id)
    with _copied(_folder(step.session, edition_id), new_id) as folder:
        _set_head(folder, id=new_id, title=title, issued=issued.isoformat())
        seal = _sealed(folder)
        content = library.installed(step.session).keep(folder)
    row = EditionRow(id=new_id, state=EditionState.PUBLISHED, seal=seal, content=content)
    row.published_at = step.now
    with _adding(step, row) as session:
        draft = _locked_draft(session, edition_id, before)
        row.copied_from = draft.copied_from
        session.delete(draft)
        step.log("edition_publish", About("edition", new_id), before={"edition": edition_id}, after={"title": title, "seal": seal[:12]})  # fmt: skip


def _sealed(folder: Path) -> str:
    """Seal an edition's files and return the seal."""
    edition, faults = check(folder)
    if edition is None or faults:
        raise Faulty(faults)
    seal = loading.seal(folder)
    (folder / SEAL).write_text(f"{seal}\n", "utf-8")
    return seal


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
    edition = _required(step.session, edition_id)
    with step.writing() as session:
        row = store.row(session, edition_id, lock=True)
        before = row.state if row else edition.state
        if before not in turn.begins:
            raise Unused
        if row is None:
            # The seal is remembered from now on, so that a changed file is noticed.
            row = EditionRow(id=edition_id, seal=edition.seal or None)
        row.state = turn.leads
        _keep(step, row)
        step.log(
            action,
            About("edition", edition_id),
            before={"state": before},
            after={"state": turn.leads},
        )


# --- an earlier release's editions --------------------------------------------------------------


def adopt(step: Step, home: Path) -> tuple[str, ...]:
    """Take over the editions an earlier release kept in a folder, once; return their ids.

    What was published and is no longer what was sealed stays where it is.
    """
    taken = tuple(
        edition_id
        for edition_id, folder in sorted(found(home).items())
        if edition_id not in OWN.published and _adopted(step, edition_id, folder)
    )
    home.rename(home.with_name(f"{home.name}.adopted"))
    return taken


def _adopted(step: Step, edition_id: str, folder: Path) -> bool:
    seal = (folder / SEAL).read_text("utf-8").strip() if (folder / SEAL).is_file() else None
    content = library.installed(step.session).keep(folder)
    with step.writing() as session:
        row = store.row(session, edition_id, lock=True)
        if row is None:
            state = EditionState.PUBLISHED if seal else EditionState.DRAFT
            row = EditionRow(id=edition_id, state=state, seal=seal)
        if row.content or row.seal != seal or loading.broken_seal(folder):
            return False
        row.content = content
        _keep(step, row)
        step.log("edition_adopt", About("edition", edition_id), after=_said(folder))
    return True


# --- what the steps share -----------------------------------------------------------------------


def _required(session: Session, edition_id: str) -> EditionStatus:
    edition = edition_status.one(session, edition_id)
    if edition is None:
        raise NotThere
    return edition


def _required_draft(session: Session, edition_id: str) -> None:
    if not _required(session, edition_id).is_draft:
        raise NotDraft


def _folder(session: Session, edition_id: str) -> Path:
    try:
        return library.of(session).folder_of(edition_id)
    except UnknownEdition as lost:
        raise NotThere from lost


def _content(session: Session, edition_id: str) -> str:
    """Return which archive holds a draft's files, as this transaction sees them."""
    return library.content_of(_folder(session, edition_id))


def _locked_draft(session: Session, edition_id: str, before: str | None = None) -> EditionRow:
    """Return a draft's row under the lock, as it was ``before`` where that matters."""
    row = store.row(session, edition_id, lock=True)
    if row is None:
        raise NotThere
    if row.state != EditionState.DRAFT:
        raise NotDraft
    if before is not None and row.content != before:
        raise Stale
    return row


@contextmanager
def _adding(step: Step, row: EditionRow) -> Iterator[Session]:
    """Add an edition in the step's transaction, unless one of its id is there."""
    edition_id = row.id
    with step.writing() as session:
        if edition_id in OWN.published or store.row(session, edition_id):
            raise AlreadyThere(edition_id)
        yield session
        try:
            _keep(step, row)
        except IntegrityError as error:
            session.rollback()
            if store.row(session, edition_id):
                raise AlreadyThere(edition_id) from error
            raise


def _keep(step: Step, row: EditionRow) -> None:
    row.changed_at, row.changed_by = step.now, step.by.user_id
    step.session.add(row)
    step.session.flush()


@contextmanager
def _copied(source: Path, name: str) -> Iterator[Path]:
    """Give a copy of an edition's files, without seal, in a folder of the name it will bear."""
    with tempfile.TemporaryDirectory(prefix="edition-") as aside:
        folder = Path(aside) / name
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(SEAL, ".*"))
        yield folder


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
