"""The administrator's editions: looked at, copied, changed from a workbook, published, retired."""

import io
import os
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from questionnaires import loading, workbook
from questionnaires.library import SHIPPED, UnknownEdition
from questionnaires.model import is_asked
from questionnaires.reading import read
from survey import library
from survey.config import sqlite_url
from survey.files.folder import Folder
from survey.joining import create_app
from survey.lifecycle import edition_status, rounds
from survey.lifecycle import editions as steps
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.step import Actor, Step
from survey.tables import AuditEntry, EditionRow, Role
from tests.support.client import CheckingClient
from tests.support.people import EDITION, TESTER, a_user, filled, handed_in, moment, signed_in

DRAFT_ID = f"{EDITION}-draft"
PUBLISH = {"new_id": "2027", "title": "2027 年版", "issued": "2027-01-15"}


@pytest.fixture
def desk(app, session) -> CheckingClient:
    return signed_in(app, session, a_user(session, Role.ADMINISTRATOR, name="虚构管理员"))


@pytest.fixture
def draft(desk) -> str:
    """A draft copy of the program's edition."""
    page = desk.get("/editions")
    assert page.status_code == 200
    assert desk.submit(f"/editions/{EDITION}/copy").status_code == 302
    return DRAFT_ID


def folder_of(session, edition_id) -> Path:
    """Where an edition's files are unpacked, as they stand now."""
    session.rollback()
    return library.of(session).folder_of(edition_id)


def edited(session, tmp_path, draft, file, old, new):
    """Change a draft's file by hand, as an operator does."""
    folder = tmp_path / draft
    shutil.copytree(folder_of(session, draft), folder, dirs_exist_ok=True)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    assert steps.take_folder(Step(session, TESTER, moment()), folder) == draft


def step(desk, edition, name, data=None, **given):
    """Open an edition's page and press one of its steps."""
    assert desk.get(f"/editions/{edition}").status_code == 200
    return desk.submit(f"/editions/{edition}/{name}", data, **given)


def published(desk) -> str:
    assert desk.get("/editions").status_code == 200
    assert desk.submit(f"/editions/{EDITION}/copy").status_code == 302
    assert step(desk, DRAFT_ID, "publish", PUBLISH).status_code == 302
    return "2027"


def upload(desk, edition, content: bytes, name="问卷.xlsx"):
    return step(
        desk,
        edition,
        "workbook",
        {"workbook": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def reviewed(desk, edition, trade="valve", change=lambda book: None) -> bytes:
    """A trade's workbook as downloaded, after somebody worked on it."""
    answer = desk.get(f"/editions/{edition}/workbook/{trade}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def actions(session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


# --- looking ------------------------------------------------------------------------------------


def test_the_list_says_what_each_edition_is_and_who_uses_it(desk, session):
    filled(session, a_user(session))

    page = desk.get("/editions").text

    assert "2026 年版" in page
    assert "已发布" in page
    assert "1 个轮次，1 份评估" in page


def test_an_edition_says_that_nothing_is_wrong_with_it(desk):
    page = desk.get(f"/editions/{EDITION}").text

    assert "都没有问题" in page
    assert "阀门" in page
    assert "建立草稿副本" in page


@pytest.mark.parametrize(
    "address",
    [
        "/editions/2099",
        "/editions/..%2F2026",
        "/editions/2026/preview/pumps",
        "/editions/2026/preview/valve/nothing",
        "/editions/2026/paper/pumps",
        "/editions/2026/workbook/pumps",
        "/editions/2099/differences",
    ],
)
def test_what_is_not_there_is_not_found(desk, address):
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize("trade", ["valve", "bearing", "metal_products"])
def test_the_preview_asks_what_a_firm_is_asked(desk, trade):
    questionnaire = SHIPPED.load(EDITION).questionnaire(trade)
    processes = frozenset(process.id for process in questionnaire.trade.processes)
    overview = desk.get(f"/editions/{EDITION}/preview/{trade}")
    assert overview.status_code == 200

    for section in questionnaire.sections:
        page = desk.get(f"/editions/{EDITION}/preview/{trade}/{section.id}")
        assert page.status_code == 200
        for question in section.questions:
            asked = is_asked(question, processes)
            assert (f'data-question="{question.id}"' in page.text) == asked, question.id
        assert "不会保存" in page.text
        assert "<form" not in page.text.partition('id="content"')[2]


def test_a_preview_leaves_out_what_the_ticked_processes_do_not_ask(desk):
    questionnaire = SHIPPED.load(EDITION).questionnaire("valve")
    question = next(q for q in questionnaire.questions.values() if q.needs == ("welding",)
                    or "welding" in q.needs)  # fmt: skip
    section = questionnaire.section_of[question.id].id
    address = f"/editions/{EDITION}/preview/valve/{section}?chosen=1"

    assert f'data-question="{question.id}"' not in desk.get(address).text
    asked = desk.get(f"{address}&process={question.needs[0]}")
    assert f'data-question="{question.id}"' in asked.text


def test_the_paper_holds_every_question_and_option(desk):
    page = desk.get(f"/editions/{EDITION}/paper/valve").text
    questionnaire = SHIPPED.load(EDITION).questionnaire("valve")

    for question in questionnaire.questions.values():
        assert question.code in page
    assert "手绘，或拿客户来图直接用" in page


# --- drafts -------------------------------------------------------------------------------------


def test_a_copy_is_a_draft_of_its_own(desk, draft, session):
    home = folder_of(session, draft).parent
    assert library.of(session).drafts() == (DRAFT_ID,)
    assert DRAFT_ID not in library.of(session).editions()
    assert read(home / DRAFT_ID / "edition.yaml").value["id"] == DRAFT_ID
    assert not (home / DRAFT_ID / "seal").exists()
    # Comments and everything else are the original's.
    original = (SHIPPED.folder_of(EDITION) / "valve.yaml").read_bytes()
    assert (home / DRAFT_ID / "valve.yaml").read_bytes() == original
    assert not list(home.parent.glob(".making*"))
    assert actions(session)[-1] == "edition_copy"

    page = desk.get(f"/editions/{draft}").text
    assert "（草稿）" in page
    assert "都没有问题" in page


def test_a_second_copy_is_refused_while_the_first_is_there(desk, draft):
    answer = step(desk, EDITION, "copy")

    assert answer.status_code == 409
    assert f"草稿“{DRAFT_ID}”已经有了" in answer.text


def test_a_draft_is_never_used_for_anything(desk, draft, session):
    assert draft not in edition_status.usable(session)
    with pytest.raises(UnknownEdition):
        library.of(session).load(draft)
    with pytest.raises(Invalid) as refused:
        rounds.open_round(
            Step(session, TESTER, moment()), rounds.Plan("轮次", date(2026, 1, 1)), draft
        )
    assert "已发布" in refused.value.fields["edition"]


def test_a_reviewed_workbook_changes_the_draft_and_the_page_says_how(desk, draft, session):
    def change(book):
        page = book["题目"]
        column = [cell.value for cell in page[1]].index("2 档") + 1
        page.cell(2, column).value = "每班扫码一次"

    answer = upload(desk, draft, reviewed(desk, draft, change=change))

    assert answer.status_code == 302
    said = desk.get(f"/editions/{draft}/differences?from={EDITION}").text
    assert "改写了 2 档的描述" in said
    assert "每班扫码一次" in said
    assert "edition_import" in actions(session)


def test_a_bad_cell_is_listed_and_nothing_is_changed(desk, draft, session):
    def change(book):
        page = book["题目"]
        column = [cell.value for cell in page[1]].index("题目") + 1
        page.cell(3, column).value = None

    before = folder_of(session, draft)
    answer = upload(desk, draft, reviewed(desk, draft, change=change))

    assert answer.status_code == 422
    assert "“题目”没有填写" in answer.text
    assert "F3" in answer.text
    assert folder_of(session, draft) == before


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"not a workbook", bomb()],
    ids=["empty", "words", "bomb"],
)
def test_a_hostile_file_is_refused_in_chinese(desk, draft, session, content):
    before = folder_of(session, draft)

    answer = upload(desk, draft, content)

    assert answer.status_code == 422
    assert "没有读回" in answer.text
    assert folder_of(session, draft) == before


def test_a_file_that_is_too_large_is_refused_before_it_is_read(desk, draft):
    desk.get(f"/editions/{draft}")
    answer = desk.post(
        f"/editions/{draft}/workbook",
        data=b"--x--",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(workbook.LIMITS.size + 200_000)},
    )

    assert answer.status_code == 413
    assert "工作簿超过 8 MB" in answer.text


def test_no_file_at_all_is_said(desk, draft):
    assert step(desk, draft, "workbook").status_code == 422
    assert step(desk, draft, "workbook", {"workbook": None}).status_code == 422


def test_a_discarded_draft_is_gone_and_may_be_made_again(desk, draft, session):
    assert step(desk, draft, "discard").status_code == 302

    session.rollback()
    assert library.of(session).drafts() == ()
    assert desk.get(f"/editions/{draft}").status_code == 404
    assert session.get(EditionRow, draft) is None
    session.rollback()
    assert step(desk, EDITION, "copy").status_code == 302


# --- publishing ---------------------------------------------------------------------------------


def test_publishing_seals_and_lets_a_round_use_it(desk, draft, session):
    assert step(desk, draft, "publish", PUBLISH).status_code == 302

    folder = folder_of(session, "2027")
    assert (folder / "seal").read_text().strip() == loading.seal(folder)
    row = session.get(EditionRow, "2027")
    assert (row.state, row.seal, row.copied_from) == ("published", loading.seal(folder), EDITION)
    edition = library.of(session).load("2027")
    assert (edition.title, edition.issued) == ("2027 年版", "2027-01-15")
    assert edition.questionnaire("valve").sections == (
        SHIPPED.load(EDITION).questionnaire("valve").sections
    )
    assert library.of(session).drafts() == ()
    assert "edition_publish" in actions(session)

    officer = a_user(session, Role.OFFICER)
    made = rounds.open_round(
        Step(session, Actor(officer.id, officer.name), moment()),
        rounds.Plan("2027 轮次", date(2027, 1, 1)),
        "2027",
    )
    assert made.edition == "2027"


def test_an_officer_is_offered_what_is_published_only(app, desk, session):
    published(desk)
    step(desk, "2027", "retire")
    step(desk, EDITION, "copy")
    officer = signed_in(app, session, a_user(session, Role.OFFICER))

    page = officer.get("/bureau/rounds").text

    assert 'value="2026"' in page
    assert 'value="2027"' not in page
    assert f'value="{DRAFT_ID}"' not in page


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"new_id": EDITION}, 409, "已有这个编号的年版"),
        ({"new_id": "next"}, 422, "年版编号以四位年份开头"),
        ({"new_id": "../2027"}, 422, "年版编号以四位年份开头"),
        ({"new_id": "2027-draft"}, 422, "年版编号以四位年份开头"),
        ({"new_id": "2" * 41}, 422, "最多 40 个字符"),
        ({"new_id": ""}, 422, "请填写年版编号"),
        ({"title": "\u200b"}, 422, "请填写年版名称"),
        ({"title": "长" * 101}, 422, "100 字以内"),
        ({"issued": "昨天"}, 422, "发布"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_what_was_typed(
    desk, draft, session, changed, status, words
):
    answer = step(desk, draft, "publish", PUBLISH | changed)

    assert answer.status_code == status
    assert words in answer.text
    session.rollback()
    assert list(session.scalars(select(EditionRow.id))) == [draft]


def test_a_draft_with_faults_is_not_published(desk, draft, session, tmp_path):
    edited(session, tmp_path, draft, "core.yaml", "weight: 5", "weight: 6")

    answer = step(desk, draft, "publish", PUBLISH)

    assert answer.status_code == 422
    assert "模块权重合计" in answer.text
    session.rollback()
    assert library.of(session).drafts() == (draft,)


def test_a_title_of_yaml_signs_is_only_a_title(desk, draft, session):
    title = '"no": {{ 7*7 }} \\1 # <b>'

    assert step(desk, draft, "publish", PUBLISH | {"title": title}).status_code in (302, 422)
    session.rollback()
    if "2027" in library.of(session).editions():
        assert library.of(session).load("2027").title == title


def test_a_published_edition_is_not_changed_and_a_copy_is_offered(desk, session):
    published(desk)
    before = folder_of(session, "2027")
    book = reviewed(desk, "2027")
    desk.get(f"/editions/{EDITION}")
    token = desk.token

    for name, data in (
        ("workbook", {"workbook": (io.BytesIO(book), "a.xlsx")}),
        ("publish", PUBLISH | {"new_id": "2028"}),
        ("discard", {}),
    ):
        answer = desk.post(f"/editions/2027/{name}", data=data | {"csrf_token": token})
        assert answer.status_code == 409, name
        assert "建立草稿副本" in answer.text
    assert folder_of(session, "2027") == before


def damage(settings, session, edition_id):
    """Spoil what the contents hold of an edition, and forget what was unpacked."""
    sha256 = library.content_of(folder_of(session, edition_id))
    (settings.contents / sha256[:2] / sha256).write_bytes(b"spoilt")
    shutil.rmtree(settings.instance / library.FOLDER)


@pytest.mark.parametrize("lost", ["core.yaml", "seal", "folder"])
def test_what_was_unpacked_and_spoilt_is_unpacked_anew(desk, session, lost):
    published(desk)
    folder = folder_of(session, "2027")
    before = contents(folder)
    if lost == "folder":
        shutil.rmtree(folder)
    elif lost == "seal":
        (folder / "seal").unlink()
    else:
        (folder / lost).write_bytes((folder / lost).read_bytes() + b"# later\n")

    assert desk.get("/editions/2027/preview/valve").status_code == 200
    assert "2027" in edition_status.usable(session)
    assert contents(folder_of(session, "2027")) == before


def test_a_published_edition_whose_content_is_spoilt_is_told_and_other_pages_go_on(
    desk, settings, session
):
    published(desk)
    damage(settings, session, "2027")

    page = desk.get("/editions/2027")
    assert page.status_code == 200
    assert "缺失或已损坏" in page.text
    assert "文件有问题" in desk.get("/editions").text
    assert desk.get("/editions/2027/preview/valve").status_code == 409
    session.rollback()
    assert "2027" not in edition_status.usable(session)
    with pytest.raises(UnknownEdition):
        library.of(session).load("2027")


def test_another_archive_under_a_published_row_is_not_used(desk, session):
    published(desk)
    row = session.get(EditionRow, "2027")
    folder = folder_of(session, "2027")
    (folder / "core.yaml").write_bytes((folder / "core.yaml").read_bytes() + b"# later\n")
    (folder / "seal").write_text(loading.seal(folder))
    row.content = library.installed(session).keep(folder)
    session.commit()

    assert "2027" not in edition_status.usable(session)
    assert "缺失或已损坏" in desk.get("/editions/2027").text


def test_an_assessment_on_a_broken_edition_says_so_and_loses_nothing(app, desk, settings, session):
    published(desk)
    user = a_user(session)
    assessment = filled(session, user)
    assessment.edition = "2027"
    session.commit()
    damage(settings, session, "2027")

    answer = signed_in(app, session, user).get(f"/firm/assessments/{assessment.id}/")

    assert answer.status_code == 503
    assert "发布后被改动" in answer.text


# --- retiring -----------------------------------------------------------------------------------


def test_a_retired_edition_serves_what_was_begun_and_nothing_new(app, desk, session):
    user = a_user(session)
    assessment = filled(session, user)

    assert step(desk, EDITION, "retire").status_code == 302

    assert EDITION not in edition_status.usable(session)
    with pytest.raises(Invalid):
        rounds.open_round(
            Step(session, TESTER, moment()), rounds.Plan("轮次", date(2026, 1, 1)), EDITION
        )
    assert (
        signed_in(app, session, user).get(f"/firm/assessments/{assessment.id}/").status_code == 200
    )
    session.rollback()
    assert step(desk, EDITION, "restore").status_code == 302
    assert EDITION in edition_status.usable(session)
    assert actions(session)[-2:] == ["edition_retire", "edition_restore"]


@pytest.mark.parametrize("name", ["restore", "retire"])
def test_a_turn_that_does_not_fit_is_refused(desk, draft, name):
    desk.get(f"/editions/{EDITION}")
    edition = EDITION if name == "restore" else draft

    answer = desk.post(f"/editions/{edition}/{name}", data={"csrf_token": desk.token})

    assert answer.status_code == 409


# --- differences --------------------------------------------------------------------------------


def test_differences_say_what_they_would_mean_for_sheets_without_naming_a_firm(
    desk, draft, session, tmp_path
):
    user = a_user(session)
    handed_in(session, user)
    for line in ('at_least: "0.20"', 'at_least: "0.30"', 'at_least: "0.45"'):
        edited(session, tmp_path, draft, "edition.yaml", line, line.replace("0.", "0.5"))

    page = desk.get(f"/editions/{draft}/differences").text

    assert "分数线由 20% 提高到" in page
    assert "最近提交的 1 份自评试算" in page
    assert "虚构阀门厂" not in page


def test_editions_that_say_the_same_have_no_differences(desk, draft):
    page = desk.get(f"/editions/{draft}/differences?from={EDITION}").text

    assert "名称由“2026 年版”改为“2026 年版（草稿）”" in page
    assert "题目" not in page.partition("共 ")[2].partition("</main>")[0].partition("<ul")[0]


def test_without_another_edition_there_is_nothing_to_compare(desk):
    assert "还没有别的年版可比" in desk.get(f"/editions/{EDITION}/differences?from=x").text


# --- many processes -----------------------------------------------------------------------------


def another_machine(settings, engine, tmp_path):
    """A session on another machine: the same database and contents, a folder of its own."""
    there = library.Installed(tmp_path / "elsewhere", Folder(settings.contents))
    return Session(engine, expire_on_commit=False, info={library.INSTALLED: there})


def test_another_machine_finds_drafts_and_what_was_published(
    desk, draft, settings, engine, session, tmp_path
):
    with another_machine(settings, engine, tmp_path) as there:
        assert library.of(there).drafts() == (draft,)
        there.rollback()
        assert step(desk, draft, "publish", PUBLISH).status_code == 302

        assert (library.of(there).drafts(), library.of(there).editions()[-1]) == ((), "2027")
        assert library.of(there).load("2027").title == "2027 年版"
        assert contents(folder_of(there, "2027")) == contents(folder_of(session, "2027"))
        assert folder_of(there, "2027") != folder_of(session, "2027")


def test_a_session_sees_the_same_editions_throughout_one_transaction(
    desk, settings, engine, tmp_path
):
    with another_machine(settings, engine, tmp_path) as there:
        before = library.of(there)
        assert before.drafts() == ()

        assert step(desk, EDITION, "copy").status_code == 302

        assert library.of(there) is before
        there.rollback()
        assert library.of(there).drafts() == (DRAFT_ID,)


def test_whoever_changes_a_draft_second_is_refused(
    desk, draft, settings, engine, session, tmp_path
):
    mine = tmp_path / "mine" / draft
    shutil.copytree(folder_of(session, draft), mine)
    (mine / "core.yaml").write_bytes((mine / "core.yaml").read_bytes() + b"# mine\n")
    with another_machine(settings, engine, tmp_path) as there:
        edited(there, tmp_path, draft, "edition.yaml", "title: ", "title: 他们的")
    theirs = contents(tmp_path / draft)

    with pytest.raises(Stale):
        steps.take_folder(Step(session, TESTER, moment()), mine)

    assert contents(folder_of(session, draft)) == theirs


def test_an_unpacked_edition_nobody_needs_any_more_is_forgotten_after_a_day(
    desk, draft, session, tmp_path
):
    old = folder_of(session, draft).parent
    recent = old.with_name("f" * 64)
    recent.mkdir()
    edited(session, tmp_path, draft, "edition.yaml", "title: ", "title: 新的")
    os.utime(old, (0, 0))
    assert step(desk, draft, "discard").status_code == 302

    session.rollback()
    assert library.of(session).drafts() == ()
    assert not old.exists()
    assert recent.exists()


def test_two_installations_in_one_process_do_not_see_each_others_editions(
    desk, app, settings, tmp_path, migrated_file
):
    published(desk)
    database = sqlite_url(shutil.copyfile(migrated_file, tmp_path / "elsewhere.db"))
    elsewhere = create_app(
        replace(settings, instance=tmp_path / "elsewhere", database_url=database)
    )

    with (
        app.extensions["survey_sessions"]() as here,
        elsewhere.extensions["survey_sessions"]() as there,
    ):
        assert "2027" in library.of(here).editions()
        assert "2027" not in library.of(there).editions()
        assert library.of(here).load("2027").title == "2027 年版"


def test_a_step_that_fails_in_the_database_leaves_everything_as_it_was(desk, draft, session):
    before = folder_of(session, draft)
    nobody = Actor(999_999, "不在表里的人")

    with pytest.raises(IntegrityError):
        steps.publish(Step(session, nobody, moment()), draft, new_id="2027", title="2027 年版", issued=date(2027, 1, 1))  # fmt: skip

    assert folder_of(session, draft) == before
    assert session.get(EditionRow, "2027") is None
