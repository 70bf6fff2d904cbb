"""What officers keep of their lists: views with an address that stays, and columns."""

import csv
import re
from io import StringIO

import pytest

from survey import db
from survey.lifecycle.views import MOST_VIEWS
from survey.store import views as store
from survey.tables import AssessmentState, Role, SavedView
from tests.support.bureau import NOON, a_district, an_assessment, at_desk, logged, rows_of
from tests.support.people import a_round, a_user

LIST = "/bureau/assessments"
KEEP, COLUMNS = "/bureau/views/assessments", "/bureau/columns/assessments"
ASKED = f"{LIST}?township=碧湖镇&sort=-share"


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def desk(app, session, officer):
    a_district(session)
    return at_desk(app, session, officer)


@pytest.fixture
def firms(session):
    round_ = a_round(session)
    for number, township in enumerate(("碧湖镇", "紫金街道", "碧湖镇")):
        share = f"{number + 1}/5"
        an_assessment(session, round_, f"{number} 厂（虚构）", township=township, share=share)
    confirmed = {"state": AssessmentState.CONFIRMED, "step": 4, "visited_step": 3}
    shares = {"share": "4/5", "visited_share": "13/20"}
    an_assessment(session, round_, "核定厂（虚构）", park="虚构园区", **confirmed, **shares)


def kept(desk, title="重点乡镇", **more):
    desk.get(ASKED)
    return desk.submit(KEEP, {"title": title} | more)


def test_a_view_keeps_filters_and_order_under_an_address_that_stays(desk, session, firms):
    answer = kept(desk)

    view = re.search(r"/bureau/views/(\d+)", answer.location)[0]
    opened = desk.get(view)
    assert opened.status_code == 302
    page = desk.get(opened.location)
    assert page.text.index("2 厂（虚构）") < page.text.index("0 厂（虚构）")
    assert "1 厂（虚构）" not in page.text
    assert f'href="{view}" aria-current="true">重点乡镇' in page.text
    assert logged(session, "view_keep")[0].after == {"title": "重点乡镇", "shared": False}
    assert kept(desk).location == answer.location


def test_a_view_is_its_owners_until_it_is_shared_and_only_they_delete_it(app, desk, session, firms):
    own = kept(desk, "只给自己").location
    shared = kept(desk, "大家都用", shared="yes").location
    other = at_desk(app, session, a_user(session, Role.OFFICER))

    page = other.get(LIST).text
    assert "大家都用" in page
    assert "只给自己" not in page
    assert other.get(own).status_code == 404
    assert other.get(shared).status_code == 302
    for view in (own, shared, "/bureau/views/999999"):
        assert other.post(f"{view}/delete", data={"csrf_token": other.token}).status_code == 404

    desk.get(LIST)
    assert desk.submit(f"{own}/delete").status_code == 302
    assert desk.get(own).status_code == 404


@pytest.mark.parametrize("title", ["", "   ", "长" * 41])
def test_a_view_without_a_good_name_is_not_kept(desk, session, firms, title):
    answer = kept(desk, title)

    assert answer.status_code == 422
    assert "请填写视图名称（40 字以内）" in answer.text
    assert not logged(session, "view_keep")


def test_an_officer_keeps_so_many_views_and_no_more(desk, session, officer, firms):
    with db.writing(session):
        for number in range(MOST_VIEWS):
            view = {"listed": "pool", "title": f"{number}", "asked": {}, "shared": False}
            session.add(SavedView(**view, owner_id=officer.id, kept_at=NOON))

    assert "最多保存 50 个视图" in kept(desk).text


@pytest.mark.parametrize("back", ["https://x.example/?q=1", "//x", "/account?q=1", "\x00"])
def test_a_view_of_no_list_of_ours_keeps_nothing_of_it(desk, firms, back):
    desk.get(LIST)
    answer = desk.submit(KEEP, {"title": "外面的", "back": back})

    assert desk.get(answer.location).location == LIST


def test_an_address_made_to_break_links_opens_as_a_plain_list(desk, session, officer, firms):
    desk.get(LIST)
    hostile = f"{LIST}?endpoint=x&_scheme=javascript&_external=1&_anchor=x&sort=firm"
    answer = desk.submit(KEEP, {"title": "坏的", "back": hostile})

    assert desk.get(answer.location).location == f"{LIST}?sort=firm"
    assert desk.post("/bureau/views/audit", data={"csrf_token": desk.token}).status_code == 404
    assert desk.post("/bureau/columns/audit", data={"csrf_token": desk.token}).status_code == 404


def heads(answer):
    table = answer.text.partition("<thead>")[2].partition("</thead>")[0]
    words = [re.sub("<[^>]*>|[▲▼↕]", "", head).strip() for head in table.split("</th>")]
    return [head for head in words if head not in ("", "选择")]


def test_the_columns_an_officer_chose_stand_on_the_page_and_in_both_files(
    app, desk, session, firms
):
    desk.get(ASKED)
    answer = desk.submit(COLUMNS, {"columns": ["park", "deviation", "no-such"]})
    assert answer.location.endswith("sort=-share")

    assert heads(desk.get(LIST)) == ["企业名称", "园区", "自评高出核定（百分点）"]
    rows = rows_of(desk.get(f"{LIST}.xlsx?q=核定"))
    assert rows[0] == ["企业名称", "统一社会信用代码", "园区", "自评高出核定（百分点）"]
    assert rows[1][0::2] == ["核定厂（虚构）", "虚构园区"]
    assert rows[1][3] == 15
    [head, line] = csv.reader(
        StringIO(desk.get(f"{LIST}.xlsx?q=核定&kind=csv").data.decode("utf-8-sig"))
    )
    assert head == rows[0]
    assert line[2:] == ["虚构园区", "15.0"]

    other = at_desk(app, session, a_user(session, Role.OFFICER))
    assert "行业" in heads(other.get(LIST))
    assert heads(other.get(f"{LIST}?columns=size.own"))[1:] == ["规模", "自评等级"]
    desk.get(LIST)
    desk.submit(COLUMNS, {"usual": "yes"})
    assert "行业" in heads(desk.get(LIST))


def test_a_view_brings_its_columns_along(desk, session, firms):
    desk.get(f"{LIST}?columns=size.contact")
    answer = desk.submit(KEEP, {"title": "联系"})

    assert heads(desk.get(desk.get(answer.location).location))[1:] == ["规模", "联系人"]


def test_columns_stand_in_the_order_that_was_asked_on_the_page_and_in_both_files(desk, firms):
    asked = f"{LIST}?columns=own.no-such.park.size.own&q=核定"

    assert heads(desk.get(asked)) == ["企业名称", "自评等级", "园区", "规模"]
    book = rows_of(desk.get(asked.replace("?", ".xlsx?")))
    assert book[0] == ["企业名称", "统一社会信用代码", "自评等级", "园区", "规模"]
    assert book[1][3] == "虚构园区"
    text = desk.get(asked.replace("?", ".xlsx?kind=csv&")).data.decode("utf-8-sig")
    [head, line] = csv.reader(StringIO(text))
    assert (head, line[3]) == (book[0], "虚构园区")


@pytest.mark.parametrize(
    "listed",
    ["assessments", "pool", "firms", "needs", "projects", "samples", "providers/introductions"],
)
def test_every_list_of_firms_obeys_the_order_of_its_columns(desk, firms, listed):
    [head, *_rows] = rows_of(desk.get(f"/bureau/{listed}.xlsx?columns=phone.township.trade"))

    assert head[2:] == ["联系电话", "乡镇（街道）", "行业"]


def test_a_column_is_moved_without_script_and_the_choice_stays_open(desk, session, firms):
    desk.get(ASKED)
    three = ["park", "size", "own"]

    answer = desk.submit(COLUMNS, {"columns": three, "move": "up.own"})
    page = desk.get(answer.location)

    assert heads(page)[1:] == ["园区", "自评等级", "规模"]
    assert answer.location.endswith("&open=columns#move-up.own")
    assert re.search(r'name="list-tool" open>\s*<summary[^>]*>列', page.text)
    assert 'id="move-up.own"' in page.text
    assert "open=columns" not in page.text
    ticked = re.findall(r'name="columns" value="(.*?)"', page.text)
    assert ticked[:4] == ["park", "own", "size", "trade"]


@pytest.mark.parametrize(
    ("move", "left"),
    [
        ("down.park", ["size", "park", "own"]),
        ("up.park", ["park", "size", "own"]),
        ("down.own", ["park", "size", "own"]),
        ("up.trade", ["park", "size", "own"]),
        ("sideways.size", ["park", "size", "own"]),
        ("\x00", ["park", "size", "own"]),
    ],
)
def test_a_moved_column_stops_at_either_end(desk, session, officer, firms, move, left):
    desk.get(LIST)
    desk.submit(COLUMNS, {"columns": ["park", "size", "own"], "move": move})

    assert store.columns_of(session, officer.id, "assessments") == left


def test_a_shared_view_shows_its_columns_in_the_order_its_owner_sees_them(
    app, desk, session, firms
):
    desk.get(LIST)
    desk.submit(COLUMNS, {"columns": ["size", "contact", "trade"]})
    view = kept(desk, shared="yes").location

    other = at_desk(app, session, a_user(session, Role.OFFICER))
    opened = other.get(other.get(view).location)
    assert heads(opened)[1:] == ["规模", "联系人", "行业"]
    assert f'href="{view}" aria-current="true"' in opened.text


def test_every_list_is_sent_with_every_column_it_has(desk, session, firms):
    for listed in ("assessments", "pool", "firms"):
        rows = rows_of(desk.get(f"/bureau/{listed}.xlsx?columns=all"))

        assert len(rows[0]) >= 16, listed
        assert rows[0][:2] == ["企业名称", "统一社会信用代码"]


TWO = f"{LIST}?township=碧湖镇&township=紫金街道"


def shown(answer):
    heads = re.findall(r'<th scope="row">(.*?)</th>', answer.text, re.DOTALL)
    return {found[1] for head in heads if (found := re.search(r"(\d 厂|核定厂)（虚构）", head))}


def test_a_filter_takes_any_of_several_values_and_one_link_says_them(desk, firms):
    both = desk.get(TWO)

    assert shown(both) == {"0 厂", "1 厂", "2 厂"}
    assert shown(desk.get(f"{LIST}?township=碧湖镇")) == {"0 厂", "2 厂"}
    assert "乡镇（街道）：碧湖镇、紫金街道" in both.text
    assert both.text.count('name="township" value="碧湖镇" checked') == 1
    assert shown(desk.get(f"{LIST}?township=碧湖镇||紫金街道")) == shown(both)
    book = rows_of(desk.get(TWO.replace("?", ".xlsx?")))
    assert len(book) == 1 + 3


def test_several_values_narrow_every_list_of_firms(desk, firms):
    asked = "trade=valve&trade=bearing&township=碧湖镇&township=紫金街道&size=small&size=none"
    for listed in (
        "assessments",
        "firms",
        "pool",
        "projects",
        "samples",
        "providers/introductions",
    ):
        assert desk.get(f"/bureau/{listed}?{asked}").status_code == 200, listed
    found = desk.get("/bureau/firms?state=none&state=confirmed")
    assert shown(found) == {"核定厂"}
    drafted = desk.get(f"{LIST}?consultant=none&consultant=1&own=none&own=workshop&rung=line")
    assert drafted.status_code == 200


@pytest.mark.parametrize(
    "bad", ["state=draft&state=gone", "trade=a||b", "consultant=1&consultant=x"]
)
def test_one_bad_value_among_several_is_refused(desk, firms, bad):
    assert desk.get(f"{LIST}?{bad}").status_code == 400


def test_a_view_keeps_several_values(desk, firms, session):
    desk.get(LIST)
    for back in (TWO, f"{LIST}?township=碧湖镇||紫金街道"):
        desk.submit(KEEP, {"title": back[-9:], "back": back})

    kept = [view.asked["township"] for view in session.query(SavedView)]
    assert kept == ["碧湖镇||紫金街道"] * 2
