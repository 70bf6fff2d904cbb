"""Where an installation calls by itself: nowhere but where its settings say, and who could listen."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from survey.config import Config, Issuer
from survey.jobs.syslog import require_address
from survey.readings.condition.outgoing import Outgoing, away_from_here, require_guarded
from survey.running.outgoing import drop_in
from tests.rules.test_cryptography import modules

CALLS = {
    "survey/db.py",  # DATABASE_URL
    "survey/jobs/queue.py",  # QUEUE_URL
    "survey/web/rates.py",  # QUEUE_URL, where it is a Redis
    "survey/files/bucket.py",  # CONTENT_URL
    "survey/files/clamd.py",  # CLAMD
    "survey/jobs/mails.py",  # MAIL_URL
    "survey/jobs/alerts.py",  # the same
    "survey/jobs/calls.py",  # WEBHOOK_HOSTS
    "survey/jobs/syslog.py",  # SYSLOG
    "survey/web/issuer.py",  # OIDC_ISSUER, OIDC_HOSTS
}
"""Modules that open a line to whom a setting names."""
OPENS = re.compile(
    r"create_connection\(|socket\.socket\(|\bSMTP(?:_SSL)?\(|requests\.(?:get|post)\(|OAuth2Session\("
    r"|\bS3Store\.|create_engine\(|\.\w+Huey\(|\bLimiter\(|urlopen\(|HTTPS?Connection\("
)
TALKS = re.compile(
    r"^ *(?:import|from) (?:smtplib|ftplib|telnetlib|requests|httpx|urllib3|aiohttp|paramiko|obstore"
    r"|boto3|http\.client|urllib\.request|socketserver|xmlrpc)\b",
    re.MULTILINE,
)


def called(environ=None, **settings):
    here = {"instance": Path("/srv/x"), "database_url": "sqlite:////srv/x/x.db", "secret_key": ""}
    config = Config(**(here | settings))
    return [(str(one), one.guarded) for one in away_from_here(config, environ or {})]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://survey@/survey?host=/run/postgresql", []),
        ("postgresql://survey@127.0.0.1/survey", []),
        ("postgresql://survey:word@[::1]:5433/survey", []),
        ("postgresql://survey:word@db.example/survey", [("db.example:5432", False)]),
        (
            "postgresql://survey:word@db.example/survey?sslmode=require",
            [("db.example:5432", False)],
        ),
        ("postgresql://survey:w@10.0.0.5:5433/x?sslmode=verify-full", [("10.0.0.5:5433", True)]),
        (
            "postgresql://survey@a,b:5433/survey?sslmode=verify-full",
            [("a:5432", True), ("b:5433", True)],
        ),
        ("postgresql:///survey?host=a,b&sslmode=verify-full", [("a:5432", True), ("b:5432", True)]),
    ],
)
def test_a_database_on_another_machine_is_guarded_where_its_certificate_is_looked_at(url, found):
    wanted = [(f"DATABASE_URL → {place}", guarded) for place, guarded in found]

    assert called(database_url=url) == wanted


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"queue_url": "redis://10.0.0.6/0"}, ("QUEUE_URL → 10.0.0.6:6379", False)),
        ({"queue_url": "rediss://q.example/0"}, ("QUEUE_URL → q.example:6379", True)),
        ({"queue_url": "rediss://q.example/0?ssl_cert_reqs=none"}, ("QUEUE_URL → q.example:6379", False)),
        ({"queue_url": "postgresql://s@q.example/x"}, ("QUEUE_URL → q.example:5432", False)),
        ({"mail_url": "smtps://m.example"}, ("MAIL_URL → m.example:465", True)),
        ({"mail_url": "smtp://name:word@m.example"}, ("MAIL_URL → m.example:587", True)),
        ({"mail_url": "smtp://m.example:25"}, ("MAIL_URL → m.example:25", False)),
        ({"syslog": "tls://log.example:6514"}, ("SYSLOG → log.example:6514", True)),
        ({"syslog": "tcp://log.example:601"}, ("SYSLOG → log.example:601", False)),
        ({"clamd": "tcp://10.0.0.9"}, ("CLAMD → 10.0.0.9:3310", False)),
        ({"content_url": "s3://b/x"}, ("AWS_ENDPOINT_URL → s3.us-east-1.amazonaws.com:443", True)),
        ({"webhook_hosts": frozenset({"d.example:8443"})}, ("WEBHOOK_HOSTS → d.example:8443", True)),
    ],
)  # fmt: skip
def test_every_setting_that_names_another_machine_is_in_the_list(settings, found):
    assert called(**settings) == [found]


def test_a_bucket_and_an_issuer_are_in_the_list_with_all_their_hosts():
    issuer = Issuer("https://sso.example/realm", "id", "s", hosts=frozenset({"keys.example"}))

    found = called(
        {"AWS_ENDPOINT_URL": "http://s3.example:9000"}, content_url="s3://b/x", issuer=issuer
    )

    assert found == [
        ("AWS_ENDPOINT_URL → s3.example:9000", False),
        ("OIDC_ISSUER → sso.example:443", True),
        ("OIDC_HOSTS → keys.example:443", True),
    ]  # fmt: skip


def test_all_lines_that_anybody_could_read_are_named_where_none_may_be():
    here = Config(Path("/srv/x"), "sqlite:////srv/x/x.db", "", syslog="tls://10.0.0.8:6514")
    require_guarded(here)

    with pytest.raises(ValueError, match=r"ENCRYPTED_ONLY.*CLAMD.*SYSLOG"):
        require_guarded(replace(here, clamd="tcp://10.0.0.9", syslog="tcp://10.0.0.8:601"))


@pytest.mark.parametrize(
    "address", ["10.0.0.8", "udp://h:514", "tls://h", "tls://[::1", "tcp://h:0"]
)
def test_an_address_of_a_log_that_is_none_says_how_one_reads(address):
    with pytest.raises(ValueError, match="SYSLOG"):
        require_address(address)


def test_sockets_and_this_machine_itself_are_nowhere_else():
    assert called(queue_url="unix:///run/redis.sock", clamd="unix:/run/clamav/clamd.ctl") == []
    assert called(queue_url="redis://localhost/0", mail_url="smtp://127.0.0.1:25") == []


def test_no_secret_of_an_address_is_told():
    found = called(database_url="postgresql://survey:word@db.example/survey?password=word")

    assert "word" not in str(found)


def test_the_wall_for_a_service_lets_it_reach_this_machine_and_the_list_and_nothing_else():
    said = list(drop_in([Outgoing("CLAMD", "127.0.0.9", 3310, False)], resolvers=["10.0.0.1"]))

    assert said == [
        *("[Service]", "IPAddressDeny=any", "IPAddressAllow=localhost"),
        "IPAddressAllow=10.0.0.1",
        *("# CLAMD → 127.0.0.9:3310", "IPAddressAllow=127.0.0.9"),
    ]


def test_lines_are_opened_by_known_modules_alone_each_to_what_a_setting_names():
    opening = {name for name, text in modules() if OPENS.search(text) or TALKS.search(text)}

    assert opening == CALLS
