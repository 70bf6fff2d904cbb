"""Samples on their pages: the officer writes, the firm agrees, another copies, nobody else sees."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from survey.lifecycle import samples as steps
from survey.store import samples as store
from survey.tables import Firm, Project, ProjectState, Role, Sample, SampleState
from tests.support.files import a_pdf
from tests.support.people import a_firm, a_user, handed_in, signed_in
from tests.support.projects import a_project, a_step
from tests.support.samples import a_copy, a_sample, a_typed_card, again, as_owner


@pytest.fixture
def person(session):
    return a_user(session, firm=a_firm(session, "虚构学样厂"))


@pytest.fixture
def firm(app, session, person):
    return signed_in(app, session, person)


@pytest.fixture
def officer(app, session):
    return signed_in(app, session, a_user(session, Role.OFFICER))


def said(answer):
    return answer.get_data(as_text=True)


def test_a_card_goes_from_an_accepted_project_to_a_copy_at_another_firm(
    app, session, officer, firm, person
):
    sampled = a_firm(session, "云碓阀门（虚构）")
    owner = signed_in(app, session, a_user(session, firm=sampled))
    project = a_project(session, sampled, ProjectState.ACCEPTED)

    new = f"/bureau/firms/{sampled.id}/samples/new?project={project.id}"
    page = said(officer.get(new))
    for known in ('value="24.5"', 'value="10"', "虚构软件公司", "现场看过"):
        assert known in page
    card = {
        "title": "扫码报工样本", "problem": "报工靠纸卡。", "pitfalls": "标签要耐油。",
        "visiting": "周三下午", "accepted_by": "经信局", "figure-0-title": "准时交付率",
        "figure-0-unit": "%", "figure-0-before": "80", "figure-0-before_on": "2026-03-01",
        "figure-0-after": "92", "figure-0-after_on": "2026-06-30",
    }  # fmt: skip
    drafted = officer.submit(new.partition("?")[0], card)
    officer.get(drafted.location)
    assert officer.submit(f"{drafted.location}/steps/ask").status_code == 302

    (row,) = session.scalars(select(Sample)).all()
    session.rollback()
    theirs = f"/firm/samples/{row.id}"
    assert theirs in said(owner.get("/firm/"))
    assert firm.get(theirs).status_code == 404
    owner.get(theirs)
    assert owner.submit(f"{theirs}/agree", {"masked": "masked"}).status_code == 302

    shown = said(firm.get(theirs))
    assert "报工靠纸卡。" in shown
    assert "云碓" not in shown
    firm.get(f"{theirs}/copy")
    assert firm.submit(f"{theirs}/copy", {"quantity-N01": "2"}).status_code == 302

    copied = session.scalar(select(Project).where(Project.firm_id == person.firm_id))
    assert copied.state == ProjectState.PLANNED
    session.rollback()
    assert "照样本做的" in said(firm.get(f"/firm/projects/{copied.id}/"))
    assert "虚构学样厂" in said(officer.get(drafted.location))


def test_a_card_that_is_not_shown_is_absent_for_every_other_reader(app, session, firm):
    consultant = signed_in(app, session, a_user(session, Role.CONSULTANT))
    for state in (SampleState.DRAFT, SampleState.ASKED, SampleState.WITHDRAWN):
        row = a_sample(session, a_firm(session), state)
        for client, where in (
            (firm, f"/firm/samples/{row.id}"),
            (firm, f"/firm/samples/{row.id}/copy"),
            (consultant, f"/visits/samples/{row.id}"),
        ):
            assert client.get(where).status_code == 404, (state, where)
        for client, where in ((firm, "/firm/samples"), (consultant, "/visits/samples")):
            assert "还没有公开的样本" in said(client.get(where))

    shown = a_sample(session, a_firm(session), masked=True)
    for client, where in ((firm, "/firm/samples"), (consultant, "/visits/samples")):
        assert "名称未公开" in said(client.get(where))
        assert shown.title in said(client.get(f"{where}/{shown.id}"))


def test_a_withdrawn_card_is_gone_for_who_copied_it_and_their_project_goes_on(
    session, firm, person
):
    row = a_sample(session)
    project = a_copy(session, row, person.firm_id)[0]
    page = f"/firm/projects/{project.id}/"
    assert "样本花了 12 万元" in said(firm.get(page))

    steps.revoke(as_owner(session, row.firm_id), row.firm_id, row.id, revision=1)

    assert firm.get(f"/firm/samples/{row.id}").status_code == 404
    after = said(firm.get(page))
    assert "已经撤下" in after
    for gone in (row.title, "样本花了", "虚构样本厂"):
        assert gone not in after


def test_only_the_owner_agrees_and_to_the_card_the_page_showed(app, session):
    row = a_sample(session, a_firm(session, "虚构样本厂"), SampleState.ASKED)
    owner = signed_in(app, session, a_user(session, firm=session.get_one(Firm, row.firm_id)))
    colleague = a_user(session, firm=session.get_one(Firm, row.firm_id), owner=False)
    page = f"/firm/samples/{row.id}"

    other = signed_in(app, session, colleague)
    assert "由企业负责人来办" in said(other.get(page))
    posted = {"csrf_token": other.token, "masked": "named", "version": "1"}
    assert other.post(f"{page}/agree", data=posted).status_code == 403

    owner.get(page)
    steps.edit(a_step(session), row.id, a_typed_card(problem="改了。"), base_version=row.version)
    steps.ask(a_step(session), row.id, base_version=again(session, row).version)
    late = owner.submit(f"{page}/agree", {"masked": "named"})
    assert late.status_code == 409
    assert "改了。" in said(late)
    assert again(session, row).state == SampleState.ASKED
    assert owner.submit(f"{page}/agree", {"masked": "named"}).status_code == 302
    assert again(session, row).state == SampleState.PUBLISHED


def test_a_paper_publishes_and_is_handed_out_to_the_bureau(session, officer):
    row = a_sample(session, state=SampleState.ASKED)
    page = f"/bureau/samples/{row.id}"

    officer.get(page)
    nothing = officer.submit(f"{page}/consent", {"masked": "named"})
    assert nothing.status_code == 422
    assert "请先选择要上传的文件" in said(nothing)
    paper = (io.BytesIO(a_pdf("同意公开")), "同意书.pdf")
    taken = officer.submit(f"{page}/consent", {"masked": "named", "paper": paper})
    assert taken.status_code == 302

    (consent,) = store.consents(session, row.id)
    session.rollback()
    kept = officer.get(f"/bureau/samples/consents/{consent.id}")
    assert kept.data.startswith(b"%PDF")


def test_what_is_typed_wrongly_is_named_with_its_line_and_kept(session, officer):
    firm = a_firm(session)
    new = f"/bureau/firms/{firm.id}/samples/new"
    officer.get(new)

    answer = officer.submit(new, {"title": "样本", "item-0-package": "N01", "item-0-price": "很多"})

    assert answer.status_code == 422
    for words in ("改造内容第 1 条，合同价（万元）", "必选还是自选", 'value="很多"'):
        assert words in said(answer)
    assert session.scalars(select(Sample)).all() == []


def test_an_n_item_that_is_left_out_asks_why_beside_its_field(session, firm):
    row = a_sample(session)
    firm.get(f"/firm/samples/{row.id}/copy")

    answer = firm.submit(f"/firm/samples/{row.id}/copy", {"quantity-N01": "", "quantity-N05": "1"})

    assert answer.status_code == 422
    assert 'id="why-N01-error"' in said(answer)
    assert 'name="quantity-N05" value="1"' in said(answer)


def test_a_firm_sees_first_what_is_most_like_it_with_the_reasons(session, firm, person):
    handed_in(session, person)
    a_sample(session, a_firm(session, trade="bearing"), said=a_typed_card(title="轴承样本"))
    a_sample(session, a_firm(session, size="large"), said=a_typed_card(title="别的样本"))
    a_sample(session, a_firm(session), said=a_typed_card(title="很像的样本"))

    page = said(firm.get("/firm/samples"))

    assert page.index("很像的样本") < page.index("别的样本") < page.index("轴承样本")
    assert "同是阀门行业" in page
    assert "规模相同" in page
    assert "看同行怎么做的（2 个样本）" in said(firm.get("/firm/"))


def test_the_list_and_its_workbook_count_copies_by_card_and_trade(session, officer):
    row = a_sample(session)
    a_copy(session, row, a_firm(session, "照做一厂"), quantities={"N01": "1"})
    a_copy(
        session, row, a_firm(session, "照做二厂"),
        quantities={"N05": "1"}, reasons={"N01": "已经做过。"},
    )  # fmt: skip

    assert "公开 1 张，看过 0 家次，照做 2 家（计划中 2 家）" in said(
        officer.get("/bureau/samples")
    )
    book = officer.get("/bureau/samples.xlsx")
    with zipfile.ZipFile(io.BytesIO(book.data)) as archive:
        words = "".join(archive.read(name).decode() for name in archive.namelist() if "xml" in name)
    for known in ("照做台账", "分行业汇总", "照做一厂", "照做二厂", "没有做", "已经做过。"):
        assert known in words
