"""The district's profile: one file makes an installation another district's, whole or not at all."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image

from reports.contracts import Rate
from reports.district import Counting, Target
from survey.clock import utc_now
from survey.lifecycle import profiles
from survey.lifecycle.errors import Faulty
from survey.lifecycle.step import Actor, Step
from survey.store import settings
from survey.store.settings import District
from survey.tables import Role
from tests.support.bureau import a_district, logged
from tests.support.people import a_user, signed_in

WHOLE = """\
name: 虚构区
bureau: 虚构区经信局
department: 企业科
contact: {name: 钱某, phone: "000-1111"}
plan: 虚构区规划
townships: [东镇, 西镇]
parks: [虚构园区]
targets: [{year: 2027, count: 4, rungs: [workshop, factory]}]
counting: {titles: [智能工厂], levels: [省级], since: "2023-01-01", base: 1}
reduced: true
link_days: 5
stuck_days: 9
bundle_days: 3
retention_months: 12
log_months: 24
providers: {classes: [软件, 设备], rates: "2026-01-01 6.5% 虚构〔2026〕9 号"}
colours: {main: "#1c5790", deep: "#123a61"}
"""


def a_logo() -> str:
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "#1c5790").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def step(session):
    return Step(session, Actor(None, "测试"), utc_now())


@pytest.fixture
def administrator(app, session):
    a_district(session)
    return signed_in(app, session, a_user(session, Role.ADMINISTRATOR))


def handed_in(client, text: str):
    client.get("/admin/district/profile")
    file = (io.BytesIO(text.encode()), "district.yaml")
    return client.submit("/admin/district/profile", {"profile": file})


def test_a_profile_makes_the_installation_another_districts(administrator, session):
    answer = handed_in(administrator, WHOLE + f"logo: {a_logo()}\n")

    assert answer.status_code == 302, answer.text
    session.expire_all()
    kept = settings.read(session)
    assert kept.logo
    assert replace(kept, logo="") == District(
        name="虚构区",
        bureau="虚构区经信局",
        department="企业科",
        townships=("东镇", "西镇"),
        parks=("虚构园区",),
        targets=(Target(2027, 4, ("workshop", "factory")),),
        counting=Counting(("智能工厂",), ("省级",), date(2023, 1, 1), 1),
        plan="虚构区规划",
        contact_name="钱某",
        contact_phone="000-1111",
        link_days=5,
        stuck_days=9,
        bundle_days=3,
        retention_months=12,
        log_months=24,
        provider_classes=("软件", "设备"),
        provider_rates=(Rate(65, "虚构〔2026〕9 号", date(2026, 1, 1)),),
        reduced=True,
        main_colour="#1c5790",
        deep_colour="#123a61",
    )
    (entry,) = logged(session, "settings")
    assert entry.after["bureau"] == "虚构区经信局"


def test_pages_wear_the_districts_colours_and_logo(administrator, session):
    handed_in(administrator, WHOLE + f"logo: {a_logo()}\n")
    session.expire_all()
    digest = settings.read(session).logo

    page = administrator.get("/admin/district/profile").text

    assert f"/district/{digest}/logo.png" in page
    sheet = administrator.get("/district/1c5790123a61/colours.css")
    assert "--brand: #1c5790; --brand-deep: #123a61;" in sheet.text
    assert "immutable" in sheet.headers["Cache-Control"]
    assert administrator.get(f"/district/{digest}/logo.png").data.startswith(profiles.PNG)
    assert administrator.get("/district/0c5f63084347/colours.css").status_code == 404
    assert administrator.get("/district/0/logo.png").status_code == 404


def test_what_is_handed_out_is_read_as_it_was(administrator, session, step):
    handed_in(administrator, WHOLE + f"logo: {a_logo()}\n")
    session.expire_all()
    before = settings.read(session)

    given = administrator.get("/admin/district/profile/district.yaml")

    assert given.status_code == 200
    assert profiles.read(step, given.data, "district.yaml")[0] == before
    session.rollback()
    empty = profiles.written(session, District(name="甲", bureau="乙"))
    assert profiles.read(step, empty.encode(), "x")[0] == District(name="甲", bureau="乙")


@pytest.mark.parametrize(
    "wrong, place, told",
    [
        ("name: 虚构区\n", "", "缺少“bureau”"),
        (WHOLE.replace("link_days: 5", "link_days: 五"), "link_days", "应为整数"),
        (WHOLE.replace("link_days: 5", 'link_days: "5"'), "link_days", "应为整数"),
        (WHOLE.replace("stuck_days: 9", "stuck_days: 61"), "stuck_days", "60"),
        (WHOLE.replace("months: 12", "months: 5"), "retention_months", "6"),
        (WHOLE.replace("months: 12", "months: 121"), "retention_months", "120"),
        (WHOLE.replace("2026-01-01 6.5%", "2026-02-30 6%"), "providers › rates", "没有 2026-02-30"),
        (WHOLE.replace("months: 24", "months: 5"), "log_months", "6"),
        (WHOLE.replace("reduced: true", "reduced: 1"), "reduced", "true 或 false"),
        (WHOLE + "mayor: 某某\n", "mayor", "不认识的键"),
        (WHOLE.replace("factory]", "palace]"), "rungs", "没有等级“palace”"),
        (WHOLE.replace("[省级]", "[国家]"), "levels", "没有级别“国家”"),
        (WHOLE.replace("2023-01-01", "2023-02-30"), "since", "没有“2023-02-30”这一天"),
        (WHOLE.replace('"2023-01-01"', "2023-01-01"), "since", "没有加引号"),
        (WHOLE.replace("西镇", "东镇"), "townships", "与前面的重复"),
        (WHOLE.replace("#1c5790", "#7fb5e6"), "colours › main", "对比度只有 2.0:1，不到 4.5:1"),
        (WHOLE.replace("#1c5790", "blue"), "colours › main", "不是颜色"),
        (WHOLE + "logo: PHN2Zz4=\n", "logo", "不是 base64 写成的 PNG"),
        (
            WHOLE + f"logo: {base64.b64encode(profiles.PNG + b'x' * 99).decode()}\n",
            "logo",
            "打不开",
        ),
        ("&a [*a]\n", "", "别名"),
        ("", "", "文件是空的"),
    ],
)
def test_a_wrong_profile_names_field_and_remedy_and_changes_nothing(
    session, step, wrong, place, told
):
    a_district(session)
    before = settings.read(session)

    with pytest.raises(Faulty) as refused:
        profiles.load(step, wrong.encode(), "district.yaml")

    assert any(
        place in fault.place and told in fault.fault + fault.remedy
        for fault in refused.value.faults
    ), [str(fault) for fault in refused.value.faults]
    assert all(fault.remedy for fault in refused.value.faults)
    session.rollback()
    assert settings.read(session) == before


def test_every_fault_is_named_on_the_page_with_its_line(administrator, session):
    answer = handed_in(
        administrator, WHOLE.replace("#1c5790", "#ffff00").replace("factory]", "palace]")
    )

    assert answer.status_code == 422
    assert "有 2 处要改" in answer.text
    assert "第 17 行 colours › main" in answer.text
    assert handed_in(administrator, "").status_code == 422
    administrator.get("/admin/district/profile")
    assert administrator.submit("/admin/district/profile", {}).status_code == 422


def test_a_profile_cannot_say_that_it_is_no_demonstration(administrator, session, step):
    a_district(session, demonstration=True)

    handed_in(administrator, WHOLE)

    session.expire_all()
    assert settings.read(session).demonstration
    with pytest.raises(Faulty):
        profiles.load(step, (WHOLE + "demonstration: false\n").encode(), "district.yaml")


def test_an_operator_loads_a_profile_from_the_command_line(app, session, tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(WHOLE, "utf-8")
    bad.write_text("name: 虚构区\n", "utf-8")
    run = app.test_cli_runner().invoke

    assert "已载入虚构区的档案" in run(args=["district-profile", str(good)]).output
    assert "name: 虚构区" in run(args=["district-profile"]).output
    refused = run(args=["district-profile", str(bad)])
    assert refused.exit_code == 1
    assert "缺少“bureau”" in refused.output
    session.expire_all()
    assert settings.read(session).department == "企业科"
