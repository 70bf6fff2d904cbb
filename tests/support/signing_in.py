"""Signing in by the form, from an address and a browser of the test's choice."""

from __future__ import annotations

WRONG = "不对的密码 123"
NEW_PASSWORD = "另一句更长的话 2026"


def try_sign_in(app, username, password=WRONG, address="198.51.100.7", client=None):
    client = client or app.test_client()
    client.get("/sign-in", environ_base={"REMOTE_ADDR": address})
    return client.submit(
        "",
        {"username": username, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )


def is_signed_in(client):
    return client.get("/account").status_code == 200


def post(client, address, data):
    return client.post(address, data=data | {"csrf_token": client.token})
