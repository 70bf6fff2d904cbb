"""The pool's ledger on its pages: lists, workbooks, figures and steps say the same."""

import csv
import re
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from random import Random

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from survey import db
from survey.lifecycle import nation, pool, profiles
from survey.lifecycle.errors import Faulty
from survey.lifecycle.step import Actor, Step
from survey.store import lists, settings
from survey.store.stages import SHIPPED
from survey.tables import (
    AnswerRow,
    AssessmentState,
    Document,
    DocumentKind,
    DocumentStanding,
    FirmTitle,
    FirmYear,
    Ladder,
    Minutes,
    PoolEntry,
    Project,
    ProjectPackage,
    ProjectState,
    Role,
    SheetKind,
    SheetRow,
    StageChange,
    Subsidy,
    SubsidyPolicy,
)
from survey.views.bureau.ledger_columns import AS_KEPT
from tests.pages.test_list_templates import bring
from tests.support.bureau import NOON, a_district, an_assessment, at_desk, counting, logged, rows_of
from tests.support.districts import District
from tests.support.people import a_round, a_user, moment, signed_in
from tests.support.templates import a_template


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER, name="王某")


@pytest.fixture
def desk(app, session, officer):
    a_district(session)
    return at_desk(app, session, officer)


@pytest.fixture
def round_(session):
    return a_round(session)


def an_entry(session, round_, officer, name="虚构阀门一厂", **given):
    known = {"state": AssessmentState.CONFIRMED, "step": 3} | given
    assessment = an_assessment(session, round_, name, **known)
    by = Step(session, Actor(officer.id, officer.name), moment())
    entry = pool.admit(by, assessment.id, target_rung="workshop", reason="条件成熟。", sure=True)
    session.rollback()
    return entry


def now(session, entry):
    session.rollback()
    found = session.get(PoolEntry, entry.id, populate_existing=True)
    session.expunge(found)
    session.rollback()
    return found


# --- page, workbook and figures agree ---------------------------------------------------------------


def test_the_ledger_its_workbook_and_the_districts_figures_count_the_same_in_any_district(
    app, session
):
    seed = 2026
    District(firms=60, rounds=1, seed=seed, sheets=4, answers=False).fill(session)
    desk = at_desk(app, session, a_user(session, Role.OFFICER, id=10_000))
    dice = Random(seed)

    figures = desk.get("/bureau/district").text
    ledger = desk.get("/bureau/pool").text
    told = 0
    for by, ladder, block in (
        ("stage", Ladder.PROVINCE, "stages"),
        ("nation", Ladder.NATION, "nation"),
    ):
        table = figures.partition(f'data-block="{block}"')[2].partition("</section>")[0]
        on_board = dict(
            re.findall(r'<th scope="row">([^<]+)</th><td[^>]*>(?:<a[^>]*>)?(\d+)', table)
        )
        stages = [stage for stage in SHIPPED if stage.ladder == ladder]
        assert len(on_board) == len(stages)
        for stage in dice.sample(stages, 4):
            asked = {by: stage.id, "edition": "2026"}
            page = desk.get("/bureau/pool", query_string=asked).text
            shown = re.search(r"共 (\d+) 家企业", page)
            rows = rows_of(desk.get("/bureau/pool.xlsx", query_string=asked))[1:]
            text = desk.get("/bureau/pool.xlsx", query_string=asked | {"kind": "csv"})
            lines = list(csv.reader(StringIO(text.data.decode("utf-8-sig"))))[1:]
            strip = re.search(rf"{by}={stage.id}[^>]*>[^<]*<strong>(\d+)", ledger)
            counts = {
                int(on_board[stage.title]),
                int(shown[1]) if shown else 0,
                len(rows),
                len(lines),
                int(strip[1]) if strip else 0,
            }
            assert len(counts) == 1, (stage.id, counts)
            told += len(rows)
    assert told > 5


def test_every_column_of_the_ledger_is_told_by_what_knows_it_and_else_is_empty(
    desk, session, round_, officer
):
    full, _bare = (an_entry(session, round_, officer, name) for name in ("虚构甲厂", "虚构乙厂"))
    _projects(session, full.firm_id)
    with db.writing(session):
        session.add(FirmYear(firm_id=full.firm_id, year=2025, digital_level="2.0"))
        entry = session.get(PoolEntry, full.id)
        entry.credit, entry.credit_on, entry.remark = "良好", date(2026, 11, 2), "已走访"
        entry.next_step, entry.next_by, entry.responsible_id = "催报", date(2026, 12, 1), officer.id

    head, *rows = rows_of(desk.get("/bureau/pool.xlsx?columns=all&sort=firm"))
    said = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    first, second = said["虚构甲厂"], said["虚构乙厂"]

    assert {
        name: first[name]
        for name in (
            "项目或车间名称", "项目总投资（万元）", "软硬件投资（万元）", "土建投资（万元）",
            "已完成投资（万元）", "投资截至", "备案代码", "建设内容", "服务商", "省评数字化水平",
            "省评年度", "信用核查结果", "政策兑现", "备注", "下一步", "责任人",
        )
    } == {
        "项目或车间名称": "装配线改造（二车间）；立体仓库",
        "项目总投资（万元）": 180.5,
        "软硬件投资（万元）": 130.5,
        "土建投资（万元）": 50,
        "已完成投资（万元）": 60,
        "投资截至": "2026-10",
        "备案代码": "2611-331102-07-02-123456",
        "建设内容": "两条线联网",
        "服务商": "虚构软件公司",
        "省评数字化水平": "2.0",
        "省评年度": 2025,
        "信用核查结果": "良好",
        "政策兑现": "虚构技改补助 2026 年 12.5 万元",
        "备注": "已走访",
        "下一步": "催报",
        "责任人": "王某",
    }  # fmt: skip
    assert first["主要系统"]
    assert first["培育阶段"] == "区级储备"
    assert first["入库依据"] == "条件成熟。"  # taken in by itself: no minutes name it
    for name in ("项目或车间名称", "项目总投资（万元）", "备案代码", "信用核查结果", "省评年度"):
        assert second[name] == "", name
    assert first["阶段建议"] == "建议：完工"
    assert "已验收" in first["建议理由"]


def _projects(session, firm_id):
    known = {"firm_id": firm_id, "edition": "2026", "begun_at": NOON, "changed_at": NOON}
    with db.writing(session):
        done = Project(
            title="装配线改造", place="二车间", state=ProjectState.ACCEPTED, summary="两条线联网",
            filing_code="2611-331102-07-02-123456", provider_name="虚构软件公司",
            price_equipment=10_000, price_software=3_050, price_building=5_000, invested=6_000,
            progress_on=date(2026, 10, 31), accepted_on=date(2026, 11, 1), **known,
        )  # fmt: skip
        stopped = Project(title="停掉的", state=ProjectState.STOPPED, price_equipment=9, **known)
        planned = Project(title="立体仓库", state=ProjectState.PLANNED, **known)
        policy = SubsidyPolicy(name="虚构技改补助", year=2025, share=20, counted=["equipment"])
        session.add_all([done, stopped, planned, policy])
        session.flush()
        session.add(ProjectPackage(project_id=done.id, package="XV02"))
        session.add(
            Subsidy(
                project_id=done.id, policy_id=policy.id, asked=2_000, asked_on=date(2026, 9, 1),
                paid=1_250, paid_on=date(2026, 11, 5),
            )
        )  # fmt: skip


def test_the_bureaus_own_template_holds_any_column_of_the_ledger(
    desk, session, round_, officer, settings
):
    an_entry(session, round_, officer)
    names = ("企业名称", "培育阶段", "项目总投资", "国家梯度目标", "下一步", "备注")
    template = a_template(session, settings, officer, "虚构台账", "pool", names)

    answer = desk.get(f"/bureau/assessments/templates/{template.id}")

    assert "区级储备" in str(rows_of(answer))


def test_the_ledger_as_offices_keep_it_is_the_template_to_begin_with_and_every_column_is_told(
    desk, session, round_, officer
):
    whole = {"township": "碧湖镇", "park": "虚构园区", "above_scale": True}
    entry = an_entry(session, round_, officer, unmet=("traceability",), **whole)
    _projects(session, entry.firm_id)
    _all_else(session, entry, officer)
    sample = desk.get("/bureau/assessments/templates/pool/sample").data
    assert bring(desk, sample, title="虚构台账", listed="pool").status_code == 302
    [kept] = logged(session, "template_keep")

    filled = rows_of(desk.get(f"/bureau/assessments/templates/{kept.subject_id}"))

    head, first = filled[0], filled[1]
    said = dict(zip(head, first, strict=True))
    names = ["序号", *(name for ours in AS_KEPT.values() for name in ours)]
    assert [head.partition("（")[0] for head in said] == names
    assert said["已完成投资（万元）"] == 60
    assert [name for name, cell in said.items() if cell in ("", None)] == []
    assert len(["序号", *AS_KEPT]) == 25
    assert (said["入库依据"], said["国家梯度阶段"]) == ("虚构纪要〔2026〕5 号", "对照条件")


def _all_else(session, entry, officer):
    """Let everything be told of an entry beside its projects' prices."""
    paper = Minutes(document="虚构纪要〔2026〕5 号", decided_on=date(2026, 10, 9), recorded_at=NOON)
    with db.writing(session):
        session.add(paper)
        session.flush()
        _set(
            session.get(PoolEntry, entry.id),
            admission_id=paper.id, nation_stage="nation_scouting", nation_target="basic",
            credit="良好", credit_on=date(2026, 11, 2), offences="没有", remark="已走访",
            next_step="催报", next_by=date(2026, 12, 1), responsible_id=officer.id,
        )  # fmt: skip
        _set(
            session.scalars(select(Project).where(Project.title == "装配线改造")).one(),
            started_on=date(2026, 3, 1), planned_end=date(2026, 9, 1),
            finished_on=date(2026, 10, 20), price_services=800,
        )  # fmt: skip
        session.add(FirmYear(firm_id=entry.firm_id, year=2025, digital_level="2.0"))
        _confirmed(session, entry.assessment_id, officer)


def _set(row, **values):
    for name, value in values.items():
        setattr(row, name, value)


def _confirmed(session, assessment_id, officer):
    """Let the visited sheet tell of the firm's maturity, and have its report."""
    visited = SheetRow.assessment_id == assessment_id, SheetRow.kind == SheetKind.ONSITE
    sheet = session.scalars(select(SheetRow).where(*visited)).one()
    kept = {"sheet_id": sheet.id, "remark": "", "revision": 1, "saved_at": NOON}
    said = {"level": "two", "date": "2026-06-01", "report": "虚构 9 号"}
    for name, value in said.items():
        question = {"question_id": f"maturity_{name}", "value": value}
        session.add(AnswerRow(**kept, **question, author_id=officer.id))
    session.add(
        Document(
            number="虚构-000001", token="t" * 43, kind=DocumentKind.ONSITE_REPORT,
            subject="assessment", subject_id=assessment_id, basis="b" * 64, sha256="0" * 64,
            size=1, attached=[], standing=DocumentStanding.VALID, issued_at=NOON,
        )
    )  # fmt: skip


def test_nothing_typed_into_the_ledger_goes_out_as_a_formula(
    desk, session, round_, officer, settings
):
    typed = '=HYPERLINK("http://evil.example","点我")'
    entry = an_entry(session, round_, officer, "=1+1 虚构厂")
    with db.writing(session):
        session.get(PoolEntry, entry.id).next_step = typed
        session.get(PoolEntry, entry.id).remark = "@SUM(A1:A9)"
    names = ("企业名称", "下一步", "备注")
    template = a_template(session, settings, officer, "虚构台账", "pool", names)
    sent = {
        "ours": desk.get("/bureau/pool.xlsx?columns=all").data,
        "the bureau's": desk.get(f"/bureau/assessments/templates/{template.id}").data,
    }
    text = desk.get("/bureau/pool.xlsx?columns=all&kind=csv").data.decode("utf-8-sig")

    for whose, data in sent.items():
        cells = [cell for row in load_workbook(BytesIO(data)).active.iter_rows() for cell in row]
        assert typed in [cell.value for cell in cells], whose
        formulas = [cell.value for cell in cells if cell.data_type == "f"]
        assert [said for said in formulas if not said.startswith("=SUBTOTAL(109,")] == [], whose
        assert {cell.data_type for cell in cells} <= {"s", "n", "d", "f"}, whose
    fields = [field for line in csv.reader(StringIO(text)) for field in line]
    assert not [field for field in fields if field[:1] in "=+-@" and field[:1]]


# --- steps on pages ---------------------------------------------------------------------------------


def test_an_officer_moves_a_firm_and_reads_its_stages_and_who_sees_to_it(
    desk, session, round_, officer
):
    entry = an_entry(session, round_, officer)
    page = f"/bureau/pool/{entry.id}"

    def press(where, **fields):
        desk.get(page)
        version = {"version": str(now(session, entry).version)}
        return desk.submit(f"{page}/{where}", version | fields)

    assert press("stage", stage="underway", reason="").status_code == 302
    assert press("stage", stage="paused", reason="").status_code == 422
    assert press("nation/target", nation_target="advanced", reason="想报。").status_code == 422
    assert press("nation/target", nation_target="basic", reason="想报。").status_code == 302
    assert press("nation/stage", stage="nation_check", reason="").status_code == 302
    follow = {"responsible": str(officer.id), "next_step": "催报备案", "next_by": "2099-01-05"}
    assert press("follow", **follow).status_code == 302
    assert press("known", credit="良好", offences="没有").status_code == 302
    filed = {"document": "虚构备〔2026〕1 号", "filed_on": "2026-01-05"}
    assert press("nation/filing", **filed).status_code == 302
    shown = desk.get(page).text

    for words in ("改造中", "催报备案", "王某", "虚构备〔2026〕1 号", "基础级", "阶段记录"):
        assert words in shown
    assert now(session, entry).nation_stage == "nation_listed"


def test_a_page_shown_before_a_colleague_moved_the_firm_moves_nothing(
    desk, session, round_, officer
):
    entry = an_entry(session, round_, officer)
    shown = str(entry.version)
    fields = {"version": shown, "reason": ""}
    desk.get(f"/bureau/pool/{entry.id}")
    desk.submit(f"/bureau/pool/{entry.id}/stage", fields | {"stage": "underway"})

    late = desk.submit(f"/bureau/pool/{entry.id}/stage", fields | {"stage": "city"})

    assert late.status_code == 409
    assert "刚刚被其他人更改" in late.text
    assert now(session, entry).stage == "underway"


def test_proposals_are_taken_or_left_alone_and_many_at_once(desk, session, round_, officer):
    entries = [an_entry(session, round_, officer, f"虚构{n}厂") for n in "甲乙丙"]
    page = desk.get(f"/bureau/pool/{entries[0].id}")
    assert "建议改为“已诊断”" in page.text
    answer = {"version": str(entries[0].version), "stage": "diagnosed", "answer": "leave"}
    assert desk.submit(f"/bureau/pool/{entries[0].id}/proposal", answer).status_code == 302

    home = desk.get("/bureau/").text
    chosen = [f"{entry.id}-{entry.version}" for entry in entries[1:]]
    desk.get("/bureau/pool/proposals", query_string={"chosen": [e.id for e in entries[1:]]})
    proposed = ",".join(f"{entry.id}:diagnosed" for entry in entries[1:])
    done = desk.submit("/bureau/pool/proposals", {"chosen": chosen, "proposed": proposed})

    assert "有阶段建议，待采纳" in home
    assert done.status_code == 302
    assert [now(session, entry).stage for entry in entries] == ["reserve", "diagnosed", "diagnosed"]
    assert "共 3 家" in desk.get("/bureau/pool").text
    assert "没有符合条件的企业" in desk.get("/bureau/pool?proposed=yes").text


def test_somebody_is_named_for_all_a_filter_finds(desk, session, round_, officer):
    entries = [an_entry(session, round_, officer, f"虚构{n}厂") for n in "甲乙"]
    asked = "/bureau/pool/give?whole=yes&stage=reserve"
    mark = re.search(r'name="whole" value="(\w+)"', desk.get(asked).text)[1]

    done = desk.submit(
        "/bureau/pool/give", {"whole": mark, "responsible": str(officer.id), "department": "企业科"}
    )

    assert done.status_code == 302, done.text
    assert {now(session, entry).responsible_id for entry in entries} == {officer.id}
    assert "没有符合条件的企业" in desk.get("/bureau/pool?responsible=none").text


def test_the_nations_proposals_stand_apart_are_answered_apart_and_taken_together(
    desk, session, round_, officer
):
    step = Step(session, Actor(officer.id, officer.name), moment())
    entries = [an_entry(session, round_, officer, f"虚构{n}厂") for n in "甲乙丙"]
    for entry in entries:
        at = {"reason": "条件具备。", "base_version": now(session, entry).version}
        nation.aim(step, entry.id, rung="basic", **at)
        with db.writing(session):
            named = {"title": "基础级智能工厂", "year": 2026, "level": None}
            session.add(FirmTitle(firm_id=entry.firm_id, **named))
    first, *others = (now(session, entry) for entry in entries)
    page = desk.get(f"/bureau/pool/{first.id}").text
    answer = {"version": str(first.version), "stage": "nation_published", "answer": "leave"}
    assert desk.submit(f"/bureau/pool/{first.id}/proposal", answer).status_code == 302

    home, listed = desk.get("/bureau/").text, desk.get("/bureau/pool?proposed=nation").text
    chosen = {"chosen": [entry.id for entry in others], "ladder": "nation"}
    many = desk.get("/bureau/pool/proposals", query_string=chosen).text
    sent = {
        "chosen": [f"{entry.id}-{entry.version}" for entry in others],
        "proposed": ",".join(f"{entry.id}:nation_published" for entry in others),
        "ladder": "nation",
    }
    done = desk.submit("/bureau/pool/proposals", sent)

    assert "省级梯度：建议改为“已诊断”" in page
    assert "国家梯度：建议改为“公示”" in page
    assert "名单列有“基础级智能工厂”（2026 年）。" in page
    assert "国家梯度有阶段建议，待采纳" in home
    assert "共 2 家" in listed
    assert "对照条件 → 公示" in many
    assert "区级储备" not in many
    assert done.status_code == 302
    stood = [(now(session, entry).stage, now(session, entry).nation_stage) for entry in entries]
    assert stood == [("reserve", "nation_scouting"), *[("reserve", "nation_published")] * 2]
    assert "没有符合条件的企业" in desk.get("/bureau/pool?proposed=nation").text


def test_minutes_move_firms_to_a_stage_together(desk, session, round_, officer):
    entries = [an_entry(session, round_, officer, f"虚构{n}厂") for n in "甲乙"]
    chosen = [f"{entry.id}-{entry.version}" for entry in entries]
    desk.get(
        "/bureau/pool/decide", query_string={"action": "move_stage", "chosen": [entries[0].id]}
    )
    fields = {
        "action": "move_stage", "chosen": chosen, "stage": "city", "reason": "一起推荐。",
        "document": "虚构纪要〔2026〕3 号", "decided_on": "2026-01-05",
    }  # fmt: skip

    done = desk.submit("/bureau/pool/decide", fields)

    assert done.status_code == 302, done.text
    assert [now(session, entry).stage for entry in entries] == ["city", "city"]
    assert session.query(StageChange).filter(StageChange.minutes_id.is_not(None)).count() == 2


def test_an_overdue_step_waits_for_an_officer_and_can_be_listed(desk, session, round_, officer):
    entry = an_entry(session, round_, officer)
    with db.writing(session):
        session.get(PoolEntry, entry.id).next_step = "催报备案"
        session.get(PoolEntry, entry.id).next_by = date(2020, 1, 5)

    assert "下一步过了时限" in desk.get("/bureau/").text
    assert "虚构阀门一厂" in desk.get("/bureau/pool?overdue=step&sort=next").text
    assert "已过期" in desk.get(f"/bureau/pool/{entry.id}").text


# --- the district's own stages ----------------------------------------------------------------------


@pytest.fixture
def administrator(app, session):
    a_district(session)
    return signed_in(app, session, a_user(session, Role.ADMINISTRATOR))


def test_an_administrator_renames_orders_adds_and_removes_stages(administrator, session):
    administrator.get("/admin/district/stages")
    new = {
        "province-16-title": "专家评审",
        "province-16-order": "10",
        "province-16-state": "in_pool",
    }
    wanted = {"province-1-title": "区级入库", "province-8-title": ""} | new

    done = administrator.submit("", wanted)

    assert done.status_code == 302, done.text
    session.rollback()
    kept = {stage.id: stage for stage in settings.read(session).stages}
    assert kept["reserve"].title == "区级入库"
    assert "city" not in kept
    assert [*kept].index("province_1") == [*kept].index("judged") - 1 == 9


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"province-0-title": ""}, "归“拟入库”"),
        ({"province-1-title": "已诊断"}, "写了两次"),
        ({"province-4-fact": "filed"}, "请只留一个"),
        ({"province-12-fact": "filed", "province-3-fact": ""}, "不能按“项目有备案代码”建议"),
        ({"province-1-order": "第一"}, "请填整数"),
        ({"province-1-state": "nowhere"}, "请从列出的里面选"),
        ({"province-1-id": "stranger"}, "刚刚被删除"),
    ],
)
def test_stages_that_make_no_ledger_are_refused_in_words(administrator, session, changed, said):
    administrator.get("/admin/district/stages")

    refused = administrator.submit("", changed)

    assert refused.status_code == 422
    assert said in refused.text
    session.rollback()
    assert settings.read(session).stages == SHIPPED


def test_a_stage_with_firms_in_it_is_not_removed_by_page_or_profile(
    administrator, session, round_, officer
):
    an_entry(session, round_, officer)
    administrator.get("/admin/district/stages")

    refused = administrator.submit("", {"province-1-title": ""})

    assert refused.status_code == 422
    assert "“区级储备”里还有 1 家" in refused.text


def test_a_profile_carries_the_districts_own_stages_and_refuses_those_that_make_no_ledger(
    administrator, session
):
    step = Step(session, Actor(None, "测试"), moment())
    own = [replace(s, title="区级入库") if s.id == "reserve" else s for s in SHIPPED]
    plain = settings.District(name="虚构区", bureau="虚构局")

    text = profiles.written(session, replace(plain, stages=tuple(own)))
    taken = profiles.read(step, text.encode(), "district.yaml").district
    with pytest.raises(Faulty) as refused:
        profiles.read(step, text.replace("区级入库", "改造中").encode(), "district.yaml")
    session.rollback()

    assert taken.stages == tuple(own)
    assert "stages" not in profiles.written(session, plain)
    assert "写了两次" in refused.value.faults[0].fault
    session.rollback()


def test_a_proposal_that_is_gone_says_so_on_the_page(desk, session, round_, officer):
    entry = an_entry(session, round_, officer)
    desk.get(f"/bureau/pool/{entry.id}")
    answer = {"version": str(entry.version), "stage": "city", "answer": "take"}

    refused = desk.submit(f"/bureau/pool/{entry.id}/proposal", answer)

    assert refused.status_code == 409
    assert "建议已经变了" in refused.text


def test_the_ledger_asks_as_much_of_ten_firms_as_of_two(desk, session, engine, round_, officer):
    def asked():
        with counting(engine) as sent:
            desk.get("/bureau/pool?columns=all")
        return len(sent)

    for n in range(2):
        an_entry(session, round_, officer, f"虚构{n}厂")
    few = asked()
    for n in range(2, 10):
        an_entry(session, round_, officer, f"虚构{n}厂")

    assert asked() <= few


def test_a_ledger_that_goes_out_in_portions_has_every_firm_in_the_order_asked(
    desk, session, round_, officer, monkeypatch
):
    for number in range(7):
        an_entry(session, round_, officer, f"虚构第{number}厂")
    orders = ("firm", "-firm", "next", "-changed")
    asked = [f"/bureau/pool.xlsx?columns=all&sort={order}" for order in orders]
    whole = [rows_of(desk.get(address)) for address in asked]

    monkeypatch.setattr(lists, "PORTION", 2)

    assert [rows_of(desk.get(address)) for address in asked] == whole
    assert [len(rows) for rows in whole] == [8] * 4
