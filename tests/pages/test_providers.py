"""Supply and demand on the pages: who is shown to whom, and that nobody sees what was not agreed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from reports.contracts import Rate
from survey import db
from survey.files.spool import FOLDER, Spool
from survey.jobs.seen import take_over
from survey.lifecycle import benchmarks
from survey.lifecycle.interests import Declared, declare
from survey.lifecycle.provider_files import Case
from survey.lifecycle.step import Actor, Step
from survey.readings.demand import demand_for
from survey.readings.recommended import recommended
from survey.store import introductions as met
from survey.store.settings import District, keep
from survey.tables import (
    Firm,
    Introduction,
    IntroductionState,
    Project,
    ProjectState,
    Provider,
    ProviderStanding,
    Role,
    Showing,
    Tally,
)
from tests.pages.test_canary import Personal, crawl
from tests.support.bureau import at_desk, logged, rows_of
from tests.support.people import (
    TESTER,
    a_consultant,
    a_firm,
    a_user,
    confirmed,
    handed_in,
    moment,
    signed_in,
)
from tests.support.projects import a_project
from tests.support.providers import (
    PACKAGE,
    a_file,
    a_provider,
    a_provider_user,
    an_accepted_project,
    introduced,
)
from tests.support.samples import a_sample


@pytest.fixture
def desk(app, session):
    return at_desk(app, session, a_user(session, Role.OFFICER))


@pytest.fixture
def owner(session):
    user = a_user(session)
    handed_in(session, user)
    return user


@pytest.fixture
def package(session, owner):
    """The code of what the firm should buy first."""
    return recommended(session, owner.firm_id).purchases[0].package.code


def send(client, address, typed):
    return client.post(address, data={"csrf_token": client.token, **typed})


def worker_comes(app):
    """Have the half minute come in which what was shown is taken over."""
    return take_over(app.config["SURVEY"].instance / FOLDER, app.extensions["survey_sessions"])


def of_word(session, word, package, **given):
    return a_provider(session, a_file(f"虚构{word}公司", package, **given))


# --- the firm -----------------------------------------------------------------------------------


def test_a_firm_sees_three_that_fit_and_each_is_noted(app, session, owner, package):
    for word in "甲乙丙丁":
        of_word(session, word, package)
    client = signed_in(app, session, owner)

    page = client.get("/firm/providers").text

    shown = [word for word in "甲乙丙丁" if f"虚构{word}公司" in page]
    assert len(shown) == 3
    assert "13800000000" not in page  # no contact before an introduction
    session.rollback()
    assert session.scalars(select(Showing)).all() == []  # the page wrote into no table
    session.rollback()
    client.get("/firm/providers")
    worker_comes(app)
    assert worker_comes(app) == 0  # what was taken over is not taken again
    rows = session.scalars(select(Showing)).all()
    assert len(rows) == 3
    assert {row.days for row in rows} == {1}
    assert sum(row.first for row in rows) == 1
    (entry,) = logged(session, "show_providers")
    assert (entry.firm_id, entry.user_id) == (owner.firm_id, owner.id)


def test_nothing_is_shown_that_cannot_be_noted(app, session, owner, package):
    of_word(session, "甲", package)
    client = signed_in(app, session, owner)
    app.extensions["survey_seen"] = Spool(Path("/dev/null/nowhere"))

    answer = client.get("/firm/providers")

    assert answer.status_code == 503
    assert "虚构甲公司" not in answer.text


def test_fewer_than_three_are_said_to_be_all_there_are(app, session, owner, package):
    of_word(session, "甲", package)

    page = signed_in(app, session, owner).get("/firm/providers").text

    assert "名录里合适的只有这 1 家，不足三家。" in page


def test_a_firm_in_a_case_is_named_only_with_its_consent(app, session, owner, package):
    cases = (
        Case(package, "虚构同意厂", "valve", moment().date(), named=True),
        Case(package, "虚构未同意厂", "valve", moment().date(), named=False),
    )
    of_word(session, "甲", package, cases=cases)

    page = signed_in(app, session, owner).get("/firm/providers").text

    assert "虚构同意厂" in page
    assert "虚构未同意厂" not in page


def test_a_consultants_own_company_is_told_apart_and_never_first(app, session, owner, package):
    tied = of_word(session, "甲", package, trades=("valve",), on_the_spot=9)
    of_word(session, "乙", package, cases=(), on_the_spot=0, response_hours=None)
    consultant = a_consultant(session)
    given = Declared(tied.name, tied.code, True, "在该公司任职。")
    declare(Step(session, Actor(consultant.id, "顾问"), moment()), consultant.id, given, demonstration=True)  # fmt: skip

    page = signed_in(app, session, owner).get("/firm/providers").text

    assert "与诊断顾问有利益关系" in page
    assert page.index("虚构乙公司") < page.index("虚构甲公司")
    session.rollback()
    worker_comes(app)
    assert session.get(Showing, (owner.firm_id, package, tied.id)).first == 0


def test_a_firm_agrees_is_introduced_and_takes_its_consent_back(app, session, desk, owner, package):
    provider = of_word(session, "甲", package)
    seller = signed_in(app, session, a_provider_user(session, provider))
    firm = session.get(Firm, owner.firm_id)
    with db.writing(session):
        firm.contact_phone = "0578-1234567"
    client = signed_in(app, session, owner)
    client.get("/firm/providers")
    assert firm.name not in seller.get("/provider/").text

    send(client, f"/firm/providers/{provider.id}/agree", {"package": package})
    named = seller.get("/provider/").text
    assert firm.name in named
    assert "0578-1234567" not in named
    (found,) = met.of_firm(session, firm.id)
    moved = {"turn": "introduce", "version": str(found.version), "reason": "周三上门看现场。"}
    assert send(desk, f"/bureau/providers/introductions/{found.id}", moved).status_code == 302
    assert "0578-1234567" in seller.get("/provider/").text
    told = client.get("/firm/providers").text
    assert "13800000000" in told
    assert "谈成以后，请在" in told

    send(client, f"/firm/introductions/{found.id}", {"turn": "withdraw"})
    after = seller.get("/provider/").text
    assert firm.name not in after
    assert "0578-1234567" not in after


def test_the_list_of_introductions_is_narrowed_ordered_laid_out_and_sent_as_it_stands(
    app, session, desk, package
):
    known = [("甲", "碧湖镇"), ("乙", "紫金街道"), ("丙", "碧湖镇")]
    providers = [of_word(session, name, package) for name in ("子", "丑")]
    for number, (name, township) in enumerate(known):
        owner = a_user(session, firm=a_firm(session, f"{name}虚构厂", township=township))
        handed_in(session, owner)
        introduced(session, owner, providers[number % 2], package)
    session.rollback()

    def names(address: str) -> list[str]:
        heads, *rows = rows_of(desk.get(address.replace("introductions?", "introductions.xlsx?")))
        page = desk.get(address).text
        found = [row[heads.index("企业名称")] for row in rows]
        places = [page.index(name) for name in found]
        assert places == sorted(places)
        assert f"共 {len(found)} 条" in page
        return found

    at = "/bureau/providers/introductions?"
    ordered = names(f"{at}township=碧湖镇&sort=firm")
    assert set(ordered) == {"甲虚构厂", "丙虚构厂"}
    assert names(f"{at}township=碧湖镇&sort=-firm") == ordered[::-1]
    assert sorted(names(f"{at}provider={providers[0].id}")) == ["丙虚构厂", "甲虚构厂"]
    assert names(f"{at}q=乙") == ["乙虚构厂"]
    assert len(names(f"{at}package={package}&state=agreed")) == 3
    assert "没有找到引荐" in desk.get(f"{at}state=ended").text
    heads = rows_of(desk.get("/bureau/providers/introductions.xlsx?columns=all"))[0]
    assert {"同意日期", "引荐说明", "没有谈成的原因", "联系电话"} <= set(heads)
    assert desk.get(f"{at}provider=x").status_code == 400


@pytest.mark.parametrize("listed", ["introductions", "projects", "samples"])
def test_an_officer_keeps_views_and_columns_of_these_lists_too(
    session, desk, owner, package, listed
):
    introduced(session, owner, of_word(session, "甲", package), package)
    a_project(session, owner.firm_id)
    a_sample(session)
    page = {"introductions": "/bureau/providers/introductions"}.get(listed, f"/bureau/{listed}")

    desk.get(page)
    laid_out = desk.submit(f"/bureau/columns/{listed}", {"columns": ["park"]})
    shown = desk.get(f"{page}?sort=firm").text
    kept = desk.submit(f"/bureau/views/{listed}", {"title": "常看的"})
    opened = desk.get(kept.location)

    assert (laid_out.status_code, kept.status_code) == (302, 302)
    assert '<th scope="col">园区</th>' in shown
    assert opened.location.endswith("?sort=firm&columns=park")


def test_only_the_owner_of_a_firm_decides_whether_it_is_named(app, session, owner, package):
    provider = of_word(session, "甲", package)
    colleague = a_user(session, firm=session.get(Firm, owner.firm_id), owner=False)
    client = signed_in(app, session, colleague)

    page = client.get("/firm/providers")
    sent = send(client, f"/firm/providers/{provider.id}/agree", {"package": package})

    assert "同意告知企业名称" not in page.text
    assert sent.status_code == 403
    assert session.scalars(select(Introduction)).all() == []


# --- the provider -------------------------------------------------------------------------------


def wanting(session, count, package=PACKAGE):
    """Firms of one trade, size and township that were recommended a package on their visit."""
    owners = [a_user(session, firm=a_firm(session, township="虚构镇")) for _ in range(count)]
    for owner in owners[:2]:
        assessment = confirmed(session, owner, a_consultant(session))
        with db.writing(session):
            session.add(
                Tally(
                    assessment_id=assessment.id,
                    kind="onsite",
                    what="package",
                    key=package,
                    round_id=assessment.round_id,
                    trade=assessment.trade,
                    counts=True,
                    low=0,
                    high=0,
                )
            )
    return owners


def test_demand_is_told_by_groups_and_asks_all_behind_one_at_once(app, session):
    provider = a_provider(session)
    owners = wanting(session, 6)
    client = signed_in(app, session, a_provider_user(session, provider))

    page = client.get("/provider/demand").text

    names = [session.get(Firm, one.firm_id).name for one in owners]
    assert "虚构镇：若干家" in page
    assert not [name for name in names if name in page]
    (one,) = demand_for(session, provider)
    session.rollback()
    asked = {"package": PACKAGE, "says": "我们做过三家。", **one.group.described._asdict()}
    assert send(client, "/provider/demand", asked | {"says": ""}).status_code == 422
    assert send(client, "/provider/demand", asked | {"township": "别处"}).status_code == 409
    assert send(client, "/provider/demand", asked).status_code == 302
    session.rollback()
    states = session.scalars(select(Introduction.state)).all()
    assert states
    assert set(states) == {IntroductionState.ASKED}
    again = client.get("/provider/").text + client.get("/provider/demand").text
    assert not [name for name in names if name in again]


def test_a_wish_to_change_waits_for_the_officer(app, session, desk):
    provider = a_provider(session)
    client = signed_in(app, session, a_provider_user(session, provider))
    client.get("/provider/file")
    assert client.submit("/provider/file", {"response_hours": "很快"}).status_code == 422
    client.get("/provider/file")
    assert client.submit("/provider/file", {"name": "虚构改名公司"}).status_code == 302
    listed = desk.get("/bureau/providers?change=yes").text
    assert "有更改待核对" in listed
    assert "虚构改名公司" not in listed
    shown = desk.get(f"/bureau/providers/{provider.id}").text
    assert "虚构改名公司" in shown


def test_a_removed_provider_still_signs_in_and_sees_why_and_no_firm(app, session, owner, package):
    provider = of_word(session, "甲", package)
    introduced(session, owner, provider, package)
    with db.writing(session):
        row = session.get(Provider, provider.id)
        row.standing, row.reason = "removed", "虚构的理由。"
    client = signed_in(app, session, a_provider_user(session, provider))

    pages = [client.get(f"/provider/{at}") for at in ("", "demand", "file")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert "虚构的理由。" in pages[0].text
    name = session.get(Firm, owner.firm_id).name
    assert not [page for page in pages if name in page.text]


def test_what_a_paused_provider_leaves_open_is_named_to_officer_and_firm(
    app, session, desk, owner, package
):
    provider = of_word(session, "甲", package)
    met_with = introduced(session, owner, provider, package)
    firm = session.get(Firm, owner.firm_id)
    given = {"title": "虚构没做完的项目", "state": ProjectState.UNDER_WAY, "accepted_on": None}
    project = an_accepted_project(session, firm, provider, **given)
    waits, ended = "/bureau/providers/introductions", f"/bureau/providers/{provider.id}"
    assert f"introduce-{met_with.id}" in desk.get(waits).text
    assert "还有 1 个没有验收的项目" in desk.get(ended).text
    with db.writing(session):
        session.get(Provider, provider.id).standing = ProviderStanding.PAUSED

    listed, shown = desk.get(waits).text, desk.get(ended).text

    assert f"introduce-{met_with.id}" not in listed
    assert f"end-{met_with.id}" in listed
    assert f'/bureau/projects/{project.id}/">虚构没做完的项目</a>' in shown
    assert "这些合同照旧，请逐一跟进" in shown
    told = signed_in(app, session, owner).get("/firm/providers").text
    assert "这家服务商的状态是“暂停推荐”" in told
    moved = {"turn": "introduce", "version": str(met_with.version), "reason": "上门。"}
    refused = send(desk, f"{waits}/{met_with.id}", moved)
    assert refused.status_code == 409
    assert "请先在它的页面恢复在用" in refused.text


def test_nothing_of_another_provider_or_of_an_unnamed_firm_reaches_a_provider(app, session, world):
    client = signed_in(app, session, world.a.seller)

    found, personal = list(crawl(app, session, client, Role.PROVIDER)), Personal(app, world)
    for at, text in found:
        personal.look(at, text)

    assert not personal.unmarked
    assert not [at for at, text in found if "信天翁乙" in text or world.b.word in text]
    # Of the firm that agreed: name, contact and its project, nothing that was assessed.
    everything = "\n".join(text for _, text in found)
    for part in ("名称", "联系人", "电话"):
        assert f"{world.a.word}{part}" in everything
    for part in ("备注", "产品", "地址", "镇", "问题", "发现", "理由"):
        assert f"{world.a.word}{part}" not in everything
    assert "信天翁甲名称" in everything


# --- the officer --------------------------------------------------------------------------------


def test_providers_are_listed_narrowed_and_exported(session, desk, owner, package):
    of_word(session, "甲", package, classes=("软件",))
    of_word(session, "乙", package, classes=("设备",))

    assert "共 2 家服务商" in desk.get("/bureau/providers").text
    page = desk.get("/bureau/providers", query_string={"class": "设备"}).text
    assert "虚构乙公司" in page
    assert "虚构甲公司" not in page
    rows = rows_of(desk.get("/bureau/providers.xlsx?columns=all", buffered=True))
    assert {row[0] for row in rows} >= {"虚构甲公司", "虚构乙公司"}
    assert desk.get("/bureau/providers?standing=gone").status_code == 400


def test_the_ledger_is_derived_from_accepted_contracts(session, desk):
    with db.writing(session):
        keep(session, District(provider_rates=(Rate(60, "虚构〔2026〕9 号"),)))
    provider = a_provider(session)
    project = an_accepted_project(session, a_firm(session), provider)

    page = desk.get("/bureau/providers/ledger").text
    assert "7.4 万元" in page
    assert "6%（虚构〔2026〕9 号）" in page
    assert "参考值" not in page
    day = moment().date().isoformat()
    typed = {"version": "0", "claimed": "7.4", "claimed_on": day, "paid": "", "paid_on": "", "note": ""}  # fmt: skip
    address = f"/bureau/providers/{provider.id}/claims/{project.id}"
    wrong = send(desk, address, typed | {"claimed": "99"})
    assert wrong.status_code == 422
    assert "最多可申领 7.4 万元" in wrong.text
    assert 'value="99"' in wrong.text  # beside its fault, to be mended
    assert send(desk, address, typed).status_code == 302
    assert send(desk, address, typed).status_code == 409  # another window


def test_what_was_paid_for_a_project_that_counts_no_more_stands_on_every_page_of_the_ledger(
    session, app, desk
):
    provider = a_provider(session)
    project = an_accepted_project(session, a_firm(session, "虚构阀门厂"), provider)
    seller = signed_in(app, session, a_provider_user(session, provider))
    day = moment().date().isoformat()
    typed = {"version": "0", "claimed": "7.4", "claimed_on": day, "paid": "7.4", "paid_on": day, "note": "分两次付"}  # fmt: skip
    desk.get("/bureau/providers/ledger")
    address = f"/bureau/providers/{provider.id}/claims/{project.id}"
    assert send(desk, address, typed).status_code == 302
    assert "超出" not in desk.get("/bureau/providers/ledger").text
    with db.writing(session):
        row = session.get(Project, project.id)
        row.state, row.accepted_on = ProjectState.FINISHED, None

    page = desk.get("/bureau/providers/ledger").text

    assert "已兑付的 7.4 万元超出了现在可申领的" in page
    assert "验收已撤回或合同待核对" in page
    assert 'value="分两次付"' in page  # what was noted is not lost by saving again
    head, line = rows_of(desk.get("/bureau/providers/ledger.xlsx"))[:2]
    told = dict(zip(head, line, strict=True))
    assert (told["合同销售额（万元）"], told["已兑付超出可申领（万元）"]) == (0, 7.4)
    assert (told["现状"], told["备注"]) == ("验收已撤回或合同待核对", "分两次付")
    assert "验收已撤回或合同待核对" in seller.get("/provider/").text
    assert "还没有验收的项目" in desk.get(f"/bureau/providers/{provider.id}").text


def test_providers_and_officers_read_of_a_price_what_everybody_is_told(session, app, desk):
    sellers = [a_provider(session) for _ in range(3)]
    for number in range(6):
        an_accepted_project(session, a_firm(session), sellers[number % 3])
    seller = signed_in(app, session, a_provider_user(session, sellers[0]))

    assert "不公布成交价" in seller.get("/provider/").text
    benchmarks.publish_prices(Step(session, TESTER, moment()))

    told = "5–9 家的验收合同：中位数在 100–125 万元一档，中间一半在 100–125 万元"
    assert told in seller.get("/provider/").text
    assert told in desk.get(f"/bureau/providers/{sellers[0].id}").text


def test_everybody_reads_the_same_of_how_satisfied_firms_are(session, app, desk, owner, package):
    provider = of_word(session, "甲", package)
    for mark in (5, 4, 4, 4, 3, 2):
        an_accepted_project(session, a_firm(session), provider, satisfaction=mark)
    seller = signed_in(app, session, a_provider_user(session, provider))
    too_few = "打分的企业太少，不公布"
    assert too_few in seller.get("/provider/").text
    assert too_few in desk.get(f"/bureau/providers/{provider.id}").text

    benchmarks.publish_satisfaction(Step(session, TESTER, moment()))

    told = "4 分（满分 5 分，6 家以上企业打分的中间值）"
    assert told in seller.get("/provider/").text
    assert told in desk.get(f"/bureau/providers/{provider.id}").text
    assert told in signed_in(app, session, owner).get("/firm/providers").text


def test_an_officer_adds_a_provider_and_invites_its_people(session, desk):
    typed = {"name": "虚构新公司", "code": "91330000OI99999999"}
    desk.get("/bureau/providers/new")
    assert desk.submit("/bureau/providers/new", typed).status_code == 422
    with db.writing(session):
        keep(session, District(demonstration=True))
    added = desk.submit("/bureau/providers/new", typed)
    assert added.status_code == 302
    desk.get(added.location)
    link = desk.submit(f"{added.location}/users", {"person": "虚构经办人"})
    assert "虚构新公司" in link.text
    assert "邀请链接" in link.text
