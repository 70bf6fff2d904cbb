"""Requests that break off or do not add up, on the wire of a real server: all refused, none kept."""

import io
import logging
import shutil
import socket
import tempfile

import pytest

from survey.tables import Firm
from tests.support.files import a_photo
from tests.support.people import a_user, begun, signed_in
from tests.support.servers import serving
from tests.support.world import QUESTION, contents

FIELD = f"q_{QUESTION}"
JSON = f'{{"question": "{QUESTION}", "request_id": "c.1", "base_revision": 0, "value": 3}}'
FORM = f"{FIELD}-base=1&{FIELD}=3&{FIELD}-remark=67.5"


def part(name, content):
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{content}\r\n'


PIECES = (
    part(f"{FIELD}-base", 2) + part(FIELD, 3) + part(f"{FIELD}-remark", "第十二行") + "--x--\r\n"
)


def chunk(body):
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


def bad_bodies(body):
    """Ways for a body to be no whole one: (header, what is sent)."""
    chunked = "Transfer-Encoding: chunked"
    return {
        "cut": (f"Content-Length: {len(body)}", body[:-3]),
        "nothing": (f"Content-Length: {len(body)}", b""),
        "chunk cut": (chunked, chunk(body)[:-5]),
        "last chunk missing": (chunked, chunk(body)),
        "size of a chunk": (chunked, b"zz\r\n" + body + b"\r\n0\r\n\r\n"),
        "negative size": (chunked, b"-5\r\n" + body + b"\r\n0\r\n\r\n"),
        "too long a chunk": (chunked, b"1\r\n" + body + b"\r\n0\r\n\r\n"),
        "two lengths": (f"Content-Length: {len(body)}\r\n{chunked}", chunk(body)),
        "two lengths, the other first": (f"{chunked}\r\nContent-Length: {len(body)}", body),
    }


def said(port, head, body):
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(head + body)
        line.shutdown(socket.SHUT_WR)
        return line.recv(300).split(b"\r\n")[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_request_that_breaks_off_is_taken_for_a_whole_one(app, session, settings):
    user = a_user(session)
    sheet = f"/firm/assessments/{begun(session, session.get(Firm, user.firm_id)).id}"
    client = signed_in(app, session, user)
    cookie, token = client.get_cookie("survey").value, client.token
    kinds = {
        "application/json": (f"{sheet}/answers", JSON.encode()),
        "application/x-www-form-urlencoded": (f"{sheet}/sections/production", FORM.encode()),
        "multipart/form-data; boundary=x": (f"{sheet}/sections/production", PIECES.encode()),
    }
    before = contents(session)
    with serving(settings) as server:
        for kind, (where, body) in kinds.items():
            same = (
                f"POST {where} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: survey={cookie}"
                f"\r\nX-CSRFToken: {token}\r\nContent-Type: {kind}\r\nConnection: close\r\n"
            )
            for name, (length, sent) in bad_bodies(body).items():
                first = said(server.port, f"{same}{length}\r\n\r\n".encode(), sent)
                assert not first or b" 400 " in first, (kind, name, first)
                assert contents(session) == before, (kind, name)
            packed = f"{same}Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
            assert b" 415 " in said(server.port, packed.encode(), body), kind
            assert contents(session) == before
            whole = f"{same}Transfer-Encoding: chunked\r\n\r\n".encode()
            status = said(server.port, whole, chunk(body) + b"0\r\n\r\n").split()[1]
            assert status in (b"200", b"302"), kind
            before = contents(session)
        assert "Traceback" not in server.log.read_text("utf-8")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_failing_disk_is_told_as_such_with_one_line_in_the_log(
    app, session, settings, caplog, monkeypatch, tmp_path
):
    caplog.set_level(logging.ERROR)
    user = a_user(session)
    where = f"/assessments/{begun(session, session.get(Firm, user.firm_id)).id}/questions/{QUESTION}/evidence"
    client = signed_in(app, session, user)
    before = contents(session)

    def upload(size):
        caplog.clear()
        head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
        body = head + a_photo() + bytes(size) + b"\r\n--x--\r\n"
        answer = client.post(
            where,
            input_stream=io.BytesIO(body),
            content_length=len(body),
            content_type="multipart/form-data; boundary=x",
            headers={"X-CSRFToken": client.token},
        )
        assert (answer.status_code, contents(session)) == (503, before)
        assert "磁盘" in answer.text
        assert [record.exc_info for record in caplog.records] == [None]

    settings.contents.write_bytes(b"no folder")
    upload(0)
    settings.contents.unlink()
    shutil.rmtree(settings.contents, ignore_errors=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    upload(700_000)
