"""The administrator's page of how the installation runs."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from survey import db
from survey.files import refusals
from survey.files.backups import shelf
from survey.joining import create_app
from survey.lifecycle import alerts as steps
from survey.lifecycle.alerts import Bad
from survey.lifecycle.step import Step
from survey.tables import Job, Role
from survey.words import condition as words
from tests.support.client import CheckingClient
from tests.support.labour import work
from tests.support.people import TESTER, a_user, moment, signed_in

HOME = "/admin/operation"


@pytest.fixture
def folder(tmp_path):
    (folder := tmp_path / "backups").mkdir()
    return folder


def an_app(settings, engine, **given):
    app = create_app(replace(settings, **given), engine)
    app.test_client_class = CheckingClient
    return app


def administrator(app, session):
    return signed_in(app, session, a_user(session, Role.ADMINISTRATOR))


def test_without_a_folder_the_page_says_what_to_set_and_a_forged_press_does_nothing(app, session):
    client = administrator(app, session)

    page = client.get(HOME).text
    answer = client.post(f"{HOME}/backup", data={"csrf_token": client.token})

    assert "没有定时备份" in page
    assert "BACKUP_FOLDER" in page
    assert "现在备份" not in page
    assert answer.status_code == 409
    assert session.scalar(select(func.count(Job.id))) == 0


def test_a_backup_is_asked_for_made_and_told_with_size_moment_and_proof(
    settings, engine, session, folder
):
    app = an_app(settings, engine, backup_folder=folder)
    client = administrator(app, session)
    assert "还没有备份过" in client.get(HOME).text

    client.submit(f"{HOME}/backup")
    assert "正在备份" in client.get(HOME).text
    assert work(app) == 1

    page = client.get(HOME).text
    for said in ("已核对", "可以恢复", "没有加密", "文件夹里现有 1 份", "最近 7 天每天一份"):
        assert said in page
    assert shelf.standing(folder)[0].name in page
    assert str(folder) not in page


def test_a_backup_that_failed_is_told_with_its_remedy_beside_the_last_good_one(
    settings, engine, session, folder
):
    app = an_app(settings, engine, backup_folder=folder)
    client = administrator(app, session)
    client.get(HOME)
    client.submit(f"{HOME}/backup")
    work(app)
    good = shelf.standing(folder)[0].name

    folder.rename(folder.with_name("away"))
    client.get(HOME)
    client.submit(f"{HOME}/backup")
    work(app)

    page = client.get(HOME).text
    for said in ("最近一次备份没有成功", "备份文件夹不存在", "要先建好", "读不到备份文件夹", good):
        assert said in page
    assert (
        "最近一次备份没有成功"
        not in administrator(an_app(settings, engine), session).get(HOME).text
    )


def test_every_check_stands_on_the_page_with_its_grade_and_what_to_do(app, session):
    page = administrator(app, session).get(HOME).text

    for title in words.TITLES.values():
        assert title in page
    assert "有几处请留意" in page
    assert words.SAID["backup.unset"].remedy in page
    with db.writing(session):
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    page = administrator(app, session).get(HOME).text
    assert "有问题，请尽快处理" in page
    assert "请先备份，再运行 flask migrate" in page


def test_from_where_on_something_is_bad_is_told_as_our_proposal(app, session):
    page = administrator(app, session).get(HOME).text

    assert "留意和坏的界限（参考值）" in page
    assert "磁盘空余不到 15% 留意，不到 5% 或 512 MB 为坏。" in page
    assert "10 分钟内登录失败 20 次留意，60 次为坏。" in page


def test_an_alert_stands_on_the_page_and_on_the_first_one_until_it_is_over(app, session):
    client = administrator(app, session)
    assert "警报" not in client.get("/admin/").text
    bad = Bad("disk", "tight", {"percent": 3, "bytes": 2 * 2**30})
    steps.keep(Step(session, TESTER, moment()), [bad])

    page = client.get(HOME).text
    for said in ("警报：磁盘空间", "只有 3%（2 GB）空着", "请马上扩大磁盘"):
        assert said in page
    first = client.get("/admin/").text
    assert "警报：磁盘空间" in first
    assert f'href="{HOME}"' in first

    steps.keep(Step(session, TESTER, moment() + steps.CALM), [])
    page = client.get(HOME).text
    assert "警报：磁盘空间" not in page
    assert "最近 30 天消除的警报" in page
    assert "警报" not in client.get("/admin/").text


def test_an_alert_of_a_newer_release_beside_this_one_is_shown_as_one(app, session):
    steps.keep(Step(session, TESTER, moment()), [Bad("orbit", "decayed", {"height": 1})])

    client = administrator(app, session)

    assert "更新的程序查出" in client.get(HOME).text
    assert "警报：orbit" in client.get("/admin/").text


def test_what_is_refused_is_counted_and_what_is_mistyped_is_not(app, session, settings):
    client = administrator(app, session)
    folder = settings.instance / refusals.FOLDER
    for where in ("/nowhere", "/else"):
        assert client.get(where).status_code == 404
    assert client.post(f"{HOME}/backup", data={"csrf_token": client.token}).status_code == 409

    assert refusals.count(folder, moment(), 2) == 2
    assert "本机拒绝了 2 次" in client.get(HOME).text
