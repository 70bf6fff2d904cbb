"""Taking a firm on: its code checked, its user invited, all of it or nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from survey.lifecycle import links, new_firms
from survey.lifecycle.errors import (
    CodeTaken,
    Doubtful,
    Invalid,
    LinkSpent,
    NotThere,
    Stale,
)
from survey.lifecycle.new_firms import NewFirm, Offered
from survey.lifecycle.step import Actor, Step
from survey.tables import Doubt, Firm, LinkPurpose, OneTimeLink, Role, User
from tests.support.bureau import NOON, logged
from tests.support.people import a_firm, a_user, begun

CODE = "91110000600037341L"
FICTIONAL = "91331102DEMO00001X"
OFFERED = Offered(("valve", "bearing"), ("碧湖镇",))
DEMONSTRATION = Offered(("valve", "bearing"), ("碧湖镇",), demonstration=True)
BY = Actor(None, "主管")


def wanted(**given):
    known = {
        "name": "虚构阀门厂",
        "code": CODE,
        "trade": "valve",
        "township": "碧湖镇",
        "person": "虚构人",
        "username": "famen",
    }
    return NewFirm(**known | given)


def add(session, offered=OFFERED, **given):
    return new_firms.add_firm(Step(session, BY, NOON), wanted(**given), offered)


def test_a_new_firm_comes_with_a_user_whose_invitation_works(session):
    invited = add(session)

    user = links.user_of_link(session, invited.token, NOON)
    assert (user.username, user.firm_id, user.password_hash) == ("famen", invited.firm_id, None)
    assert session.get(Firm, invited.firm_id).fictional is False
    assert [row.subject for row in logged(session, "create")] == ["firm", "user"]


def test_a_user_without_a_name_of_their_own_signs_in_by_the_firms_code(session):
    assert add(session, username=" ").username == CODE.lower()


@pytest.mark.parametrize(
    "typed",
    [
        "９１１１００００６０００３７３４１Ｌ",
        "91110000 600037341l",
        " " + CODE,
        f"\u200b{CODE[:9]}-{CODE[9:]}\ufeff",
    ],
)
def test_a_code_is_brought_to_its_one_form(session, typed):
    firm = session.get(Firm, add(session, code=typed).firm_id)

    assert firm.code == CODE


@pytest.mark.parametrize(
    "code, remedy",
    [
        ("", "18 位"),
        (CODE[:-1], "现在是 17 位"),
        (CODE + "1", "现在是 19 位"),
        (CODE[:-1] + "M", "校验位"),
        ("91110000600037341O", "没有 I、O、S、V、Z"),
        ("A1A10000600037341L", "第 3 至 8 位是数字"),
        ("000000000000000000", "行政区划"),
        ("91110000\x006037341L", "18 位"),
        ("９１１１０００٠600037341L", "数字"),
        (FICTIONAL, "没有 I、O、S、V、Z"),
    ],
)
def test_a_code_that_no_licence_can_bear_is_refused_with_its_remedy(session, code, remedy):
    with pytest.raises(Invalid) as refused:
        add(session, code=code)

    assert remedy in refused.value.fields["code"]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Firm)) == 0


def test_an_unusual_code_is_taken_once_somebody_says_it_is_meant(session):
    for start, own, doubt in (
        ("Y1110000", "600037341", Doubt.OTHER_REGISTRAR),
        ("N2110000", "600037341", Doubt.OTHER_REGISTRAR),
        ("12110000", "600037341", Doubt.OTHER_REGISTRAR),
        ("91990000", "600037341", Doubt.OTHER_PLACE),
        ("91110000", "600037342", Doubt.OWN_CODE),
        ("91110000", "60003734X", Doubt.OWN_CODE),
    ):
        code = start + own + uscc.calc_check_digit(start + own)
        with pytest.raises(Doubtful) as refused:
            add(session, code=code, username="")
        assert refused.value.doubts == (doubt,), code

        step = Step(session, BY, NOON)
        added = new_firms.add_firm(step, wanted(code=code, username=""), OFFERED, sure=True)
        assert session.get(Firm, added.firm_id).code == code
        with pytest.raises(Invalid):
            add(session, code=code[:-1] + ("0" if code[-1] != "0" else "1"))


def test_a_demonstration_takes_codes_that_cannot_exist_and_marks_the_firm(session):
    firm = session.get(Firm, add(session, DEMONSTRATION, code=FICTIONAL).firm_id)

    assert firm.fictional is True


def test_a_demonstration_still_refuses_a_wrong_check_digit(session):
    with pytest.raises(Invalid):
        add(session, DEMONSTRATION, code=CODE[:-1] + "M")


def test_a_code_that_is_taken_names_the_firm_that_has_it(session):
    add(session)

    with pytest.raises(CodeTaken) as refused:
        add(session, username="other")

    assert "虚构阀门厂" in refused.value.fields["code"]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_two_officers_adding_one_firm_at_once_make_one(engine, session):
    def press(number):
        with Session(engine, expire_on_commit=False) as own:
            try:
                return add(own, username=f"famen{number}").firm_id
            except CodeTaken as taken:
                return taken.fields["code"]

    with ThreadPoolExecutor(4) as officers:
        answers = list(officers.map(press, range(4)))

    refused = [answer for answer in answers if isinstance(answer, str)]
    assert len(refused) == 3
    assert all("虚构阀门厂" in words for words in refused), "the slower ones read which firm it is"
    assert session.scalar(select(func.count()).select_from(Firm)) == 1


@pytest.mark.parametrize(
    "field, given",
    [
        ("name", {"name": " "}),
        ("name", {"name": "长" * 101}),
        ("trade", {"trade": "bakery"}),
        ("township", {"township": "别处"}),
        ("person", {"person": ""}),
        ("username", {"username": "不行"}),
    ],
)
def test_a_firm_that_cannot_be_taken_leaves_nothing_behind(session, field, given):
    with pytest.raises(Invalid) as refused:
        add(session, **given)

    assert list(refused.value.fields) == [field]
    session.rollback()
    for table in (Firm, User, OneTimeLink):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert logged(session, "create") == []


def test_a_new_invitation_voids_the_last_one(session):
    invited = add(session)
    user = links.user_of_link(session, invited.token, NOON)
    again = links.hand_out(Step(session, BY, NOON), user.id, firm_id=invited.firm_id)

    assert links.user_of_link(session, again.token, NOON).id == user.id
    with pytest.raises(LinkSpent):
        links.user_of_link(session, invited.token, NOON)


def test_a_forgotten_password_is_reset_by_an_officer_and_holds_until_a_new_one_is_set(session):
    user = a_user(session)
    consultant = a_user(session, Role.CONSULTANT)
    kept = user.password_hash

    link = links.hand_out(Step(session, BY, NOON), user.id, firm_id=user.firm_id)
    other = links.hand_out(Step(session, BY, NOON), consultant.id, firm_id=None)

    assert (link.purpose, other.purpose) == (LinkPurpose.RESET, LinkPurpose.RESET)
    session.refresh(user)
    assert user.password_hash == kept
    assert [row.subject_id for row in logged(session, "link_reset")] == [
        str(user.id),
        str(consultant.id),
    ]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_an_officer_reaches_no_other_staff_and_no_user_of_another_firm(session, role):
    firm = a_firm(session)
    other, staff = a_user(session), a_user(session, role)
    consultant = a_user(session, Role.CONSULTANT)

    for user, of in ((staff, None), (other, None), (other, firm.id), (staff, firm.id)):
        with pytest.raises(NotThere):
            links.hand_out(Step(session, BY, NOON), user.id, firm_id=of)
    with pytest.raises(NotThere):
        links.hand_out(Step(session, BY, NOON), consultant.id, firm_id=firm.id)
    assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0


def edit(session, firm, **given):
    known = {"name": firm.name, "trade": firm.trade, "township": "", "offered": OFFERED}
    known |= {"base_version": firm.version}
    new_firms.edit_firm(Step(session, BY, NOON), firm.id, **known | given)


def test_a_firm_changes_its_trade_only_before_its_first_assessment(session):
    firm = a_firm(session)
    edit(session, firm, trade="bearing")
    firm = session.get(Firm, firm.id)
    assert firm.trade == "bearing"

    begun(session, firm)
    session.rollback()
    with pytest.raises(Invalid) as refused:
        edit(session, session.get(Firm, firm.id), trade="valve")

    assert list(refused.value.fields) == ["trade"]


def test_a_firm_somebody_else_changed_is_not_overwritten(session):
    firm = a_firm(session)
    edit(session, firm, name="虚构阀门二厂")

    with pytest.raises(Stale):
        edit(session, firm, name="虚构阀门三厂", base_version=1)
    edit(session, firm, name="虚构阀门二厂", base_version=1)

    session.rollback()
    assert session.scalar(select(Firm.name)) == "虚构阀门二厂"
    assert len(logged(session, "edit")) == 1
