"""Bodies of requests that are cut, too long, of another kind, or say what nobody asked for."""

import json

import pytest

from tests.support.sitting import LEVEL, Sitting


@pytest.fixture
def sitting(app, session):
    return Sitting(app, session)


NO_REQUESTS = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"5",
    b'"text"',
    b'{"question": "scheduling", "request',
    b'{"question": "sched\xff\xfe", "request_id": "a.1", "base_revision": 0, "value": 2}',
    b'{"question": "scheduling", "question": "exceptions", "request_id": "a.1",'
    b' "base_revision": 0, "value": 2}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"\x00",
    "\ufeff{}".encode("utf-16"),
]


def test_a_body_that_is_no_request_changes_nothing(sitting):
    for body in NO_REQUESTS:
        answer = sitting.raw(body)

        assert answer.status_code == 400
        assert answer.json["message"]
        assert sitting.revisions() == 0


OTHER_NAMES = ["text/plain", "text/html", "application/x-www-form-urlencoded", "image/png", ""]


def test_json_under_another_name_is_refused(sitting):
    for content_type in OTHER_NAMES:
        body = {"question": LEVEL, "request_id": "a.1", "base_revision": 0, "value": 2}

        answer = sitting.raw(json.dumps(body), content_type)

        assert answer.status_code == 400
        assert sitting.revisions() == 0


STRANGE = [
    {"status": "submitted"},
    {"score": 100},
    {"firm_id": 1},
    {"locked": 0},
    {"verification": "verified"},
    {"finding": "x"},
    {"author_id": 1},
    {"kind": "onsite"},
    {"revision": 9},
    {"__proto__": {}},
    {"request_id": 5},
    {"request_id": ""},
    {"request_id": "x" * 65},
    {"request_id": "a b"},
    {"request_id": "copy:1:scheduling"},
    {"request_id": "汉字"},
    {"base_revision": "0"},
    {"base_revision": True},
    {"base_revision": -1},
    {"base_revision": 1.0},
    {"base_revision": 2**63},
    {"base_revision": None},
    {"question": 5},
    {"question": ["scheduling"]},
    {"remark": 5},
    {"remark": ["x"]},
    {"remark": None},
]


def test_fields_of_the_wrong_kind_or_nobody_asked_for_are_refused(sitting):
    for strange in STRANGE:
        body = {"question": LEVEL, "request_id": "a.1", "base_revision": 0, "value": 2} | strange

        answer = sitting.client.send(f"/firm/assessments/{sitting.id}/answers", body)

        assert answer.status_code == 422
        assert sitting.revisions() == 0


def test_too_much_is_refused_in_chinese_before_it_is_read(sitting):
    long = sitting.save(2, remark="长" * 200_000)
    longer = sitting.raw(b'{"remark": "' + b"x" * 5_000_000 + b'"}')
    form = sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data={"csrf_token": sitting.client.token, "q_scheduling-remark": "长" * 9_000_000},
    )

    assert long.status_code == 422
    assert longer.status_code == 413
    assert "太大" in longer.text or "超过" in longer.text
    assert form.status_code == 413
    assert sitting.revisions() == 0


def test_a_form_in_another_encoding_is_refused_and_changes_nothing(sitting):
    sitting.save(2, remark="原来的话")
    answer = sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data=f"csrf_token={sitting.client.token}&q_scheduling=3&q_scheduling-remark=%FF%FE",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 400
    assert sitting.kept() == 2


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
        (b"no boundary at all", "multipart/form-data"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=y"),
        (b"{}", "application/json"),
        (b"<a/>", "text/xml"),
    ],
)
def test_a_broken_form_never_clears_answers(sitting, body, content_type):
    sitting.save(2, remark="原来的话")

    answer = sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data=body,
        content_type=content_type,
        headers={"X-CSRFToken": sitting.client.token},
    )

    assert answer.status_code == 400
    assert sitting.kept() == 2
    assert sitting.revisions() == 1


def test_a_form_that_speaks_of_one_question_leaves_the_others_alone(sitting):
    sitting.save(2)
    sitting.save(4, "exceptions")

    sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data={"csrf_token": sitting.client.token, "q_scheduling": "3", "q_scheduling-base": "1"},
    )

    assert sitting.kept("exceptions") == 4
    assert sitting.kept() == 3


@pytest.mark.parametrize("base", ["", "-1", "99", "１", "²", "9" * 30, "1e3", "x"])
def test_a_form_with_an_invented_base_overwrites_nothing(sitting, base):
    sitting.save(2)

    answer = sitting.client.post(
        f"/firm/assessments/{sitting.id}/sections/production",
        data={"csrf_token": sitting.client.token, "q_scheduling": "4", "q_scheduling-base": base},
    )

    assert answer.status_code in (409, 422)
    assert sitting.kept() == 2
