"""Forms in parts, as browsers send files: what is no UTF-8 is refused whole, and never mended."""

import pytest
from sqlalchemy import select

from survey.tables import AnswerRow, Evidence, Firm
from survey.web.bodies import DAMAGED
from tests.support.files import a_photo
from tests.support.people import a_consultant, a_user, begun, signed_in, visited

QUESTION = "scheduling"
NAME = b'name="q_scheduling-%s"'
TEXTS = {"firm": b"remark", "consultant": b"finding"}


def part(names, content, *headers):
    """One part: what its disposition says beside form-data, its content, and further headers."""
    lines = (b"Content-Disposition: form-data; " + names, *headers)
    return b"\r\n".join((b"--x", *lines, b"", content, b""))


def a_file(names=b'filename="a.jpg"', field=b'name="files"'):
    return part(field + b"; " + names, a_photo(), b"Content-Type: image/jpeg")


BAD = {
    "bytes of nothing": part(b'name="note"', b"\xff\xfe"),
    "half a letter": part(b'name="note"', "周三".encode()[:-1]),
    "a surrogate": part(b'name="note"', b"\xed\xa0\x80"),
    "GBK": part(b'name="note"', "周三".encode("gbk")),
    "Latin-1, and said so": part(
        b'name="note"', b"caf\xe9", b"Content-Type: text/plain; charset=iso-8859-1"
    ),
    "a field's name": part(b'name="note\xff"', b"1"),
    "a field's name in percent": part(b"name*=UTF-8''note%FF", b"1"),
    "a field without a name": part(b'title="note"', b"1"),
    "a file's name": a_file(b'filename="\xd6\xdc.jpg"'),
    "a file's name in percent": a_file(b"filename*=UTF-8''%D6%DC.jpg"),
    "a file's name in ASCII that is none": a_file(b"filename*=us-ascii''%E5%91%A8.jpg"),
    "a file's field": a_file(field=b'name="files\xff"'),
}


@pytest.fixture(params=list(TEXTS))
def place(request, app, session):
    """Who fills: a client, the address of the section's form, that of the upload, the text's name."""
    if request.param == "firm":
        user = a_user(session)
        number = begun(session, session.get(Firm, user.firm_id)).id
        address = f"/firm/assessments/{number}/sections/production"
    else:
        user = a_consultant(session)
        number = visited(session, a_user(session), user).id
        address = f"/visits/{number}/sections/production"
    client = signed_in(app, session, user)
    client.get(address)
    upload = f"/assessments/{number}/questions/{QUESTION}/evidence"
    return client, {"form": address, "upload": upload}, NAME % TEXTS[request.param]


def send(client, address, *parts, **headers):
    return client.post(
        address,
        data=b"".join(parts) + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": client.token, **headers},
    )


def stored(session):
    session.rollback()
    texts = [
        (row.question_id, row.revision, row.value, row.remark, row.finding)
        for row in session.scalars(
            select(AnswerRow).order_by(AnswerRow.sheet_id, AnswerRow.question_id)
        )
    ]
    files = [row.name for row in session.scalars(select(Evidence))]
    session.rollback()
    return texts, files


@pytest.mark.parametrize("door", ["form", "upload"])
def test_a_part_that_is_no_utf_8_refuses_the_whole_and_changes_nothing(session, place, door):
    client, addresses, text = place
    before = stored(session)
    good = part(text, "看过看板".encode()), a_file()

    answers = {
        name: send(client, addresses[door], *good, bad, Accept="application/json")
        for name, bad in BAD.items()
    }

    said = {name: (answer.status_code, answer.json["message"]) for name, answer in answers.items()}
    assert said == dict.fromkeys(BAD, (400, DAMAGED))
    assert stored(session) == before


def test_a_refused_form_is_answered_by_a_page_in_chinese(place):
    client, addresses, _ = place

    answer = send(client, addresses["form"], BAD["GBK"])

    assert answer.status_code == 400
    assert DAMAGED in answer.text


def test_good_letters_are_kept_as_they_are_whatever_charset_a_part_names(session, place):
    client, addresses, text = place
    words = "周三刚换过看板，含\ufffd与𠮷"
    charset = b"Content-Type: text/plain; charset=us-ascii"
    base = b"1" if "visits" in addresses["form"] else b"0"

    kept = send(
        client,
        addresses["form"],
        part(text, words.encode(), charset),
        part(b'name="q_scheduling-base"', base),
    )
    put = send(client, addresses["upload"], a_file('filename="周三𠮷.jpg"'.encode()))
    again = send(client, addresses["upload"], a_file(b"filename*=UTF-8''%E5%91%A8%E4%B8%89.jpg"))

    assert [answer.status_code for answer in (kept, put, again)] == [302, 302, 302]
    texts, files = stored(session)
    assert words in {text for row in texts for text in row[3:]}
    assert files == ["周三𠮷.jpg"]  # the same picture once more is the same file
