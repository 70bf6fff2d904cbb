"""A right that is taken back while a request is on its way: what it wanted is not done.

The request has looked and may; before its step begins somebody else's change is committed. Nothing
waits or sleeps here: the change is made the moment the request ends its own reading.
"""

import ast
import io
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from survey import db, views
from survey.tables import Assessment, AssessmentState, Role, User
from tests.support.files import a_photo
from tests.support.people import PASSWORD, a_user, signed_in, with_password
from tests.support.world import QUESTION, contents

PAGE = f"q_{QUESTION}"


@contextmanager
def before_the_step(app, change):
    """Commit ``change`` once, between what the next request reads and what it writes."""
    app.extensions.get("survey_lately", {}).clear()  # so that a save too reads before its step
    sessions, engine = app.extensions["survey_sessions"], app.extensions["survey_engine"]
    waiting = [change]

    def commit(_session):
        if waiting:
            statement = waiting.pop()
            with Session(engine) as other, db.writing(other):
                other.execute(statement)

    event.listen(sessions, "after_rollback", commit)
    yield
    event.remove(sessions, "after_rollback", commit)
    assert not waiting, "the request never came to its step"


def changed(session, statement):
    with db.writing(session):
        session.execute(statement)


def of_user(user_id, **values):
    return update(User).where(User.id == user_id).values(**values)


def of_visit(world, **values):
    return update(Assessment).where(Assessment.id == world.a.ids["visiting"]).values(**values)


def a_file():
    return (io.BytesIO(a_photo("plum")), "虚构.jpg")


def saved(address, base, **text):
    change = {"question": QUESTION, "request_id": "tab.1", "base_revision": base} | text
    return lambda client: client.send(address, change)


def posted(address, **fields):
    def post(client):
        return client.post(address, data={"csrf_token": client.token} | fields)

    return post


def of_consultant(ids):
    """Everything a consultant does on a visit, by name."""
    visit = f"/visits/{ids['visiting']}"
    photo = {f"{PAGE}-base": "2", f"{PAGE}-files": a_file()}
    onsite = {f"{PAGE}-base": "2", f"{PAGE}-finding": "晚了"}
    return {
        "save": saved(f"{visit}/answers", 2, finding="晚了"),
        "section": posted(f"{visit}/sections/production", **onsite),
        "photos": posted(f"{visit}/sections/production", **photo),
        "upload": posted(f"/assessments/{ids['visiting']}/questions/{QUESTION}/evidence", files=a_file()),
        "remove": posted(f"/evidence/{ids['visiting onsite file']}/delete"),
        "processes": posted(f"{visit}/processes", processes=["assembly"]),
        "conclusion": posted(f"{visit}/conclusion", problems="晚了", version="1"),
        "explain": posted(f"{visit}/hints/integration_without_codes", says="晚了"),
        "return": posted(f"{visit}/return", reason="晚了"),
        "confirm": posted(f"{visit}/confirm"),
    }  # fmt: skip


def of_colleague(ids):
    own = {f"{PAGE}-base": "1", f"{PAGE}-remark": "晚了"}
    sheet = f"/firm/assessments/{ids['draft']}"
    return {
        "save": saved(f"{sheet}/answers", 1, remark="晚了"),
        "section": posted(f"{sheet}/sections/production", **own),
        "upload": posted(
            f"/assessments/{ids['draft']}/questions/{QUESTION}/evidence", files=a_file()
        ),
        "remove": posted(f"/evidence/{ids['draft self file']}/delete"),
    }


def of_officer(world):
    ids, visit = world.a.ids, f"/bureau/assessments/{world.a.ids['visiting']}"
    wanted = {"target_rung": "factory", "reason": "晚了", "base_version": "1", "version": "1"}
    return {
        "assign": posted(f"{visit}/assign", consultant=str(world.b.consultant.id), version="1"),
        "return": posted(f"{visit}/return", reason="晚了"),
        "admit": posted(f"{visit}/propose", **wanted),
        "reset": posted(f"/bureau/firms/{ids['firm']}/users/{ids['colleague']}/link"),
        "revoke": posted(f"/bureau/pool/recognitions/{ids['recognition']}/revoke", reason="晚了"),
        "list": lambda client: client.get("/bureau/assessments.xlsx"),
    }


def of_administrator(world):
    other = f"/admin/users/{world.other.id}"
    return {
        "disable": posted(f"{other}/active", active="no"),
        "role": posted(f"{other}/role", role=Role.CONSULTANT),
        "link": posted(f"{other}/link"),
        "copy": posted("/editions/2026/copy"),
    }


def try_all(session, client, requests, *, taken, given_back, status, returned=False):
    """Send each request while the right is taken; nothing but that may change.

    Args:
        returned: Whether the sheet is back with its firm: who knew it is told so.
    """
    changed(session, taken)
    without = contents(session)
    changed(session, given_back)
    for name, request in requests.items():
        with before_the_step(client.application, taken):
            answer = request(client)
        # A single answer is told that its sheet is locked, so that a device keeps it.
        told = {status, 409} if name == "save" or returned else {status}
        assert answer.status_code in told, (name, answer.status_code)
        assert contents(session) == without, name
        changed(session, given_back)


def test_a_visit_given_to_another_or_back_to_the_firm_takes_nothing_more(app, session, world):
    client = signed_in(app, session, world.a.consultant)
    back = of_visit(world, consultant_id=world.a.consultant.id, state=AssessmentState.VISITING)
    for values in ({"consultant_id": world.b.consultant.id}, {"state": AssessmentState.DRAFT}):
        taken, requests = of_visit(world, **values), of_consultant(world.a.ids)
        returned = "state" in values

        try_all(
            session,
            client,
            requests,
            taken=taken,
            given_back=back,
            status=404,
            returned=returned,
        )


def test_a_colleague_whose_access_was_taken_back_or_narrowed_writes_nothing(app, session, world):
    colleague = world.a.colleague.id
    back = of_user(colleague, active=True, sections=["production"])
    changed(session, back)
    client = signed_in(app, session, world.a.colleague)
    for values, status in (({"active": False}, 401), ({"sections": ["data"]}, 403)):
        taken, requests = of_user(colleague, **values), of_colleague(world.a.ids)

        try_all(session, client, requests, taken=taken, given_back=back, status=status)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_staff_disabled_or_given_another_role_decide_nothing(app, session, world, role):
    reader = world.reader(role)
    client, back = signed_in(app, session, reader), of_user(reader.id, active=True, role=role)
    for values, status in (({"active": False}, 401), ({"role": Role.CONSULTANT}, 403)):
        taken = of_user(reader.id, **values)
        requests = (of_officer if role == Role.OFFICER else of_administrator)(world)

        try_all(session, client, requests, taken=taken, given_back=back, status=status)


def test_an_officer_decides_nothing_on_a_sheet_that_became_a_draft(app, session, world):
    client = signed_in(app, session, world.officer)
    taken = of_visit(world, state=AssessmentState.DRAFT)
    back = of_visit(world, state=AssessmentState.VISITING)
    requests = {name: of_officer(world)[name] for name in ("assign", "return", "admit")}

    try_all(session, client, requests, taken=taken, given_back=back, status=409, returned=True)


def test_a_password_that_changed_while_it_was_checked_opens_nothing(app, session):
    user = a_user(session)
    client, known = app.test_client(), with_password(app, user)
    client.get("/sign-in")
    known.get("/account")
    change = of_user(user.id, password_hash="$argon2id$another")
    back = of_user(user.id, password_hash=user.password_hash)
    old = {"username": user.username, "password": PASSWORD}

    with before_the_step(app, change):
        assert client.submit("", old).status_code == 422
    changed(session, back)
    with before_the_step(app, change):
        phone = {"phone-phone": "13800000000", "phone-password": PASSWORD}
        assert known.submit("/account/phone", phone).status_code == 422


def test_no_view_makes_a_step_or_writes_without_asking_again():
    found = {
        f"{module.name}:{node.lineno}"
        for module in Path(views.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("Step", "step.Step", "db.writing", "writing")
    }

    assert not found, f"take here.step() instead: {found}"
