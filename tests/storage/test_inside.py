"""Several machines: the database knows whoever works with it by a certificate, and no password is anywhere."""

import os
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from survey import db
from survey.config import AUTHORITY, CERTIFICATE, KEY
from tests.support.certificates import inside
from tests.support.cluster import a_cluster
from tests.support.servers import free_port

SETTINGS = """
port = {port}
ssl = on
ssl_cert_file = '{folder}/certificate.pem'
ssl_key_file = '{folder}/key.pem'
ssl_ca_file = '{folder}/ca.pem'
"""


@pytest.fixture
def ours(tmp_path):
    return inside(tmp_path / "ours")


@pytest.fixture
def port(ours):
    """A database on a port, which takes what the steps say alone."""
    port, data = free_port(), "data"
    with a_cluster(listen_addresses="127.0.0.1") as cluster:
        owner = (cluster.folder / data).stat()
        for name in (AUTHORITY, CERTIFICATE, KEY):
            at = cluster.folder / name
            at.write_bytes((ours["database"] / name).read_bytes())
            at.chmod(0o600)
            os.chown(at, owner.st_uid, owner.st_gid)
        with (cluster.folder / data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS.format(port=port, folder=cluster.folder))
        allowed = "local all all trust\nhostssl postgres survey 127.0.0.1/32 cert\n"
        (cluster.folder / data / "pg_hba.conf").write_text(allowed)
        cluster.stop()
        cluster.start()
        yield port


def address(port, by, *, sslmode="verify-full", user="survey"):
    """What DATABASE_URL says, as the steps write it; ``by`` is whose certificate is shown."""
    said = {"sslmode": sslmode, "sslrootcert": by / AUTHORITY}
    if sslmode == "verify-full":
        said |= {"sslcert": by / CERTIFICATE, "sslkey": by / KEY}
    return f"postgresql://{user}@localhost:{port}/postgres?{urlencode(said)}"


def who(url):
    engine = db.engine_for(url)
    try:
        with engine.connect() as connection:
            asked = "SELECT usename, ssl FROM pg_stat_ssl NATURAL JOIN pg_stat_activity WHERE pid = pg_backend_pid()"
            return tuple(connection.execute(text(asked)).one())
    finally:
        engine.dispose()


def test_a_machine_s_certificate_opens_the_database_and_nothing_else_does(ours, port, tmp_path):
    others = inside(tmp_path / "others")

    assert who(address(port, ours["work1"])) == ("survey", True)
    for refused, why in (
        (address(port, ours["web1"], sslmode="verify-ca"), "certificate"),
        (address(port, ours["web1"], sslmode="disable"), "no encryption"),
        (address(port, ours["nginx"]), "authentication failed"),
        (address(port, others["web1"]), "certificate verify failed"),
    ):
        with pytest.raises(OperationalError, match=why):
            who(refused)
