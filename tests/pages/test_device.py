"""A consultant's device: whose visits it may hold, and photos that arrive in parts, each once."""

import hashlib
import re
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey.joining import create_app
from survey.lifecycle import assessments as steps
from survey.lifecycle import photos
from survey.lifecycle.step import Step
from survey.tables import Evidence, Upload, UploadPart
from tests.support.files import a_photo
from tests.support.people import (
    TESTER,
    a_consultant,
    a_user,
    confirmed,
    moment,
    signed_in,
    visited,
)

QUESTION = "scheduling"
PHOTO = a_photo(size=(400, 300))
HALF = len(PHOTO) // 2


@pytest.fixture
def consultant(session):
    return a_consultant(session)


@pytest.fixture
def visit(session, consultant):
    number = visited(session, a_user(session), consultant, level=2).id
    session.rollback()
    return number


@pytest.fixture
def tablet(app, session, consultant):
    return signed_in(app, session, consultant)


def announce(tablet, visit, photo=PHOTO, request="tablet.1", **more):
    body = {
        "question": QUESTION,
        "request_id": request,
        "sha256": hashlib.sha256(photo).hexdigest(),
        "size": len(photo),
        "name": "照片.jpg",
    }
    return tablet.send(f"/visits/{visit}/photos", body | more)


def part(tablet, visit, offset, content, request="tablet.1", **headers):
    return tablet.post(
        f"/visits/{visit}/photos/{request}/parts/{offset}",
        data=content,
        content_type="application/octet-stream",
        headers={"X-CSRFToken": tablet.token, "Accept": "application/json"} | headers,
    )


def finish(tablet, visit, request="tablet.1"):
    headers = {"X-CSRFToken": tablet.token, "Accept": "application/json"}
    return tablet.post(f"/visits/{visit}/photos/{request}/finish", headers=headers)


def kept(session):
    session.rollback()
    return session.scalars(select(Evidence)).all()


def count(session, table):
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


# --- contact ------------------------------------------------------------------------------------


def test_a_device_is_told_which_visits_are_its_consultants(tablet, session, visit, consultant):
    closed = confirmed(session, a_user(session), consultant).id
    visited(session, a_user(session), a_consultant(session))

    told = tablet.get("/visits/device").json

    assert told["reader"] == consultant.id
    assert told["visits"] == {str(visit): "visiting", str(closed): "confirmed"}


def test_the_token_of_a_contact_is_good_for_saving(tablet, visit):
    tablet.token = tablet.get("/visits/device").json["token"]

    assert announce(tablet, visit).status_code == 200


def test_each_person_has_a_key_of_their_own_on_every_device(app, session, tablet, consultant):
    again = signed_in(app, session, consultant)
    other = signed_in(app, session, a_consultant(session))

    keys, same, others = (c.get("/visits/device").json["keys"] for c in (tablet, again, other))

    assert keys == same
    assert not set(keys) & set(others)
    assert [len(b64decode(key)) for key in keys] == [32]


def test_what_was_locked_before_the_secret_changed_can_still_be_opened(
    session, tablet, consultant, settings, engine
):
    [before] = tablet.get("/visits/device").json["keys"]
    fallbacks = (settings.secret_key,)
    later = replace(settings, secret_key="another-" + "0" * 32, secret_key_fallbacks=fallbacks)
    app = create_app(later, engine)
    app.test_client_class = type(tablet)

    keys = signed_in(app, session, consultant).get("/visits/device").json["keys"]

    assert len(keys) == 2
    assert keys[1] == before


# --- photos in parts ----------------------------------------------------------------------------


def test_a_photo_arrives_in_parts_with_its_words_and_its_moment(tablet, session, visit):
    announce(tablet, visit, caption="  三号机床 看板 ", taken_at="2026-11-20T09:30:00+08:00")
    first = part(tablet, visit, 0, PHOTO[:HALF]).json
    second = part(tablet, visit, HALF, PHOTO[HALF:]).json
    done = finish(tablet, visit).json

    [file] = kept(session)
    assert (first["received"], second["received"]) == (HALF, len(PHOTO))
    assert (done["done"], done["file"]["id"]) == (True, file.id)
    assert (file.question_id, file.sha256) == (QUESTION, hashlib.sha256(PHOTO).hexdigest())
    assert file.likeness is not None
    assert (file.caption, file.taken_at.isoformat()) == (
        "三号机床 看板",
        "2026-11-20T01:30:00+00:00",
    )
    assert count(session, UploadPart) == 0


def test_whatever_is_sent_again_is_kept_once(tablet, session, visit):
    for _ in range(3):
        announce(tablet, visit)
    for _ in range(3):
        part(tablet, visit, 0, PHOTO[:HALF])
    assert part(tablet, visit, HALF + 1, PHOTO[HALF + 1 :]).json["received"] == HALF
    part(tablet, visit, HALF, PHOTO[HALF:])
    ids = {finish(tablet, visit).json["file"]["id"] for _ in range(3)}
    again = announce(tablet, visit).json

    assert ids == {file.id for file in kept(session)}
    assert len(ids) == 1
    assert again["done"]


def test_a_photo_goes_on_where_it_was_cut(tablet, visit):
    announce(tablet, visit)
    part(tablet, visit, 0, PHOTO[:HALF])

    assert announce(tablet, visit).json["received"] == HALF
    assert finish(tablet, visit).json["done"] is False


def test_a_photo_damaged_on_its_way_begins_again(tablet, session, visit):
    announce(tablet, visit)
    part(tablet, visit, 0, PHOTO[:-1] + b"?")

    damaged = finish(tablet, visit).json

    assert (damaged["done"], damaged["received"]) == (False, 0)
    assert (kept(session), count(session, UploadPart)) == ([], 0)
    part(tablet, visit, 0, PHOTO)
    assert finish(tablet, visit).json["done"]


def test_a_photo_that_arrived_is_known_after_the_visit_is_closed(tablet, session, visit):
    announce(tablet, visit)
    part(tablet, visit, 0, PHOTO)
    finish(tablet, visit)
    steps.return_to_firm(Step(session, TESTER, moment()), visit, reason="补充")

    assert finish(tablet, visit).status_code == 404  # the visit is not theirs to see any more


def test_a_removed_photo_is_not_put_back_by_a_late_repetition(tablet, session, visit):
    announce(tablet, visit)
    part(tablet, visit, 0, PHOTO)
    number = finish(tablet, visit).json["file"]["id"]
    tablet.send(f"/evidence/{number}/delete", {}, content_type="application/x-www-form-urlencoded")

    late = finish(tablet, visit).json

    assert (late["done"], late["file"], kept(session)) == (True, None, [])


def test_one_number_stands_for_one_photo(tablet, visit):
    announce(tablet, visit)

    assert announce(tablet, visit, photo=a_photo("maroon")).status_code == 409
    assert announce(tablet, visit, question="exceptions").status_code == 409


@pytest.mark.parametrize("at", ["announce", "part", "finish"])
def test_a_visit_taken_away_takes_no_more_of_a_photo(tablet, session, visit, at):
    if at != "announce":
        announce(tablet, visit)
    if at == "finish":
        part(tablet, visit, 0, PHOTO)
    steps.assign(Step(session, TESTER, moment()), visit, a_consultant(session).id)

    send = {"announce": announce, "finish": finish}.get(at)
    answer = send(tablet, visit) if send else part(tablet, visit, 0, PHOTO)

    assert (answer.status_code, answer.json["status"]) == (404, 404)
    assert kept(session) == []
    assert tablet.get("/visits/device").json["visits"] == {}


def test_the_assignment_is_read_again_under_the_lock(session, visit, consultant):
    steps.assign(Step(session, TESTER, moment()), visit, a_consultant(session).id)
    by = replace(TESTER, user_id=consultant.id)

    with pytest.raises(photos.NotThere):
        photos.add_part(Step(session, by, moment()), visit, "tablet.1", 0, b"x")


def test_nobody_else_goes_on_with_a_consultants_photo(app, session, tablet, visit):
    announce(tablet, visit)
    other = signed_in(app, session, a_consultant(session))

    assert part(other, visit, 0, PHOTO).status_code == 404
    assert part(tablet, visit, 0, PHOTO, request="tablet.2").status_code == 409


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"question": "nothing_like_it"}, 422, "没有这道题"),
        ({"sha256": "ABC"}, 422, "十六进制"),
        ({"size": 0}, 422, "大于 0"),
        ({"size": 21 * 1024 * 1024}, 422, "20 MB"),
        ({"caption": "长" * 201}, 422, "200 字"),
        ({"taken_at": "昨天"}, 422, "拍摄时间"),
        ({"taken_at": "2026-11-20T09:30:00"}, 422, "时区"),
        ({"taken_at": "1899-11-20T09:30:00+08:00"}, 422, "拍摄时间"),
        ({"more": 1}, 422, "more"),
    ],
)
def test_a_bad_announcement_is_refused_in_words(tablet, session, visit, fields, status, words):
    answer = announce(tablet, visit, **fields)

    assert answer.status_code == status
    assert words in answer.json["message"] or words in str(answer.json["fields"])
    assert count(session, Upload) == 0


def test_a_part_is_neither_empty_nor_too_large_nor_more_than_announced(tablet, session, visit):
    announce(tablet, visit)
    largest = photos.PART_BYTES

    assert part(tablet, visit, 0, b"").status_code == 422
    assert part(tablet, visit, 0, b"x" * (len(PHOTO) + 1)).status_code == 422
    assert part(tablet, visit, 0, b"x" * (largest + 1)).status_code == 422
    assert part(tablet, visit, 0, PHOTO, **{"X-CSRFToken": "wrong"}).status_code == 400
    assert count(session, UploadPart) == 0


def test_what_is_no_photo_is_refused_and_can_be_given_up(tablet, session, visit):
    wrong = b"MZ" + b"\0" * 500
    announce(tablet, visit, photo=wrong)
    part(tablet, visit, 0, wrong)

    assert finish(tablet, visit).status_code == 415
    assert kept(session) == []


def test_only_a_few_photos_of_one_person_lie_half_finished(tablet, session, visit):
    for number in range(photos.AT_ONCE + 3):
        announce(tablet, visit, request=f"tablet.{number}")
        part(tablet, visit, 0, PHOTO[:HALF], request=f"tablet.{number}")

    assert count(session, Upload) == count(session, UploadPart) == photos.AT_ONCE
    assert announce(tablet, visit, request="tablet.0").json["received"] == 0


def test_at_night_half_photos_go_and_finished_ones_are_remembered(tablet, session, visit):
    announce(tablet, visit)
    part(tablet, visit, 0, PHOTO)
    finish(tablet, visit)
    announce(tablet, visit, request="tablet.2", photo=a_photo("maroon"))
    part(tablet, visit, 0, b"half", request="tablet.2")

    def sweep(after):
        step = Step(session, TESTER, moment() + after)
        with step.writing():
            return photos.forget_left_behind(step)

    assert sweep(timedelta(hours=2)) == {"uploads": 0}
    assert sweep(timedelta(days=2)) == {"uploads": 1}
    assert (count(session, Upload), count(session, UploadPart)) == (1, 0)
    assert sweep(timedelta(days=200)) == {"uploads": 1}
    assert len(kept(session)) == 1


# --- answers ------------------------------------------------------------------------------------


def test_an_answer_to_a_visit_that_was_taken_away_is_not_kept(tablet, session, visit):
    body = {"question": QUESTION, "request_id": "tablet.1", "base_revision": 1, "value": 3}
    steps.assign(Step(session, TESTER, moment()), visit, a_consultant(session).id)

    answer = tablet.send(f"/visits/{visit}/answers", body)

    assert (answer.status_code, answer.json["status"]) == (404, 404)
    assert re.search(r"[一-鿿]", answer.json["message"])
