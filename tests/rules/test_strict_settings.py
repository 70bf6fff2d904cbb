"""What ``STRICT=1`` asks of the settings before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey import strict
from survey.config import from_environment


@pytest.fixture
def good(tmp_path):
    """Settings that keep every secret where systemd lays it, and know services without words."""
    (vault := tmp_path / "credentials").mkdir()
    for name, held in (
        ("secret-key", "x" * 40),
        ("signing.p12", "p12"),
        ("database", "postgresql://survey@db.example/survey?sslmode=verify-full&sslcert=c.pem"),
    ):
        (vault / name).write_text(held + "\n")
    return {
        "STRICT": "1",
        "INSTANCE": str(tmp_path / "instance"),
        "CREDENTIALS_DIRECTORY": str(vault),
        "SECRET_KEY_FILE": str(vault / "secret-key"),
        "SIGNING_FILE": str(vault / "signing.p12"),
        "DATABASE_URL_FILE": str(vault / "database"),
    }


def test_where_all_is_held_by_the_vault_the_settings_are_taken(good):
    config = from_environment(good)

    assert config.strict
    assert config.secret_key == "x" * 40
    assert not (config.instance / "secret_key").exists()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"SECRET_KEY": "word"}, "SECRET_KEY stands in the environment"),
        ({"OLD_SECRET_KEYS": "word"}, "OLD_SECRET_KEYS stands in the environment"),
        ({"OIDC_SECRET": "word"}, "OIDC_SECRET stands in the environment"),
        ({"SECRET_KEY_FILE": ""}, "SECRET_KEY_FILE is not set"),
        ({"SIGNING_FILE": ""}, "SIGNING_FILE is not set"),
        ({"SIGNING_FILE": "/etc/survey/signing.p12"}, "SIGNING_FILE lies neither in"),
        ({"SIGNING_PASSWORD_FILE": "/etc/word"}, "SIGNING_PASSWORD_FILE lies neither in"),
        ({"TLS_FOLDER": "/etc/survey/inside"}, "TLS_FOLDER lies neither in"),
        ({"SECRET_KEY_FILE": "/run/secrets/../../etc/key"}, "SECRET_KEY_FILE lies neither in"),
    ],
)
def test_a_secret_outside_of_the_vault_keeps_it_from_starting(good, setting, said):
    with pytest.raises(ValueError, match=said) as refused:
        from_environment(good | setting)

    assert not Path(good["INSTANCE"]).exists()
    assert "word" not in str(refused.value)


def test_without_systemd_secrets_of_containers_are_a_vault(good):
    outside = dict.fromkeys(("CREDENTIALS_DIRECTORY", "DATABASE_URL_FILE"), "")
    held = {"SECRET_KEY_FILE": "/run/secrets/key", "SIGNING_FILE": "/run/secrets/signing"}

    strict.require(good | outside | held)
    with pytest.raises(ValueError, match="SECRET_KEY_FILE lies neither in"):
        strict.require(good | outside)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"DATABASE_URL": "postgresql://survey:word@db.example/survey"}, "DATABASE_URL holds"),
        ({"DATABASE_URL": "postgresql://s@db.example/s?password=word"}, "DATABASE_URL holds"),
        ({"DATABASE_URL": "postgresql://s@db.example/s?sslmode=require"}, "names no sslcert"),
        ({"DATABASE_URL": "postgresql://s@/s?host=/run/postgresql,db.example"}, "names no sslcert"),
        ({"QUEUE_URL": "postgresql://s@localhost/s"}, "QUEUE_URL names no sslcert"),
        ({"QUEUE_URL": "rediss://:word@queue.example/0"}, "QUEUE_URL holds a password"),
        ({"QUEUE_URL": "rediss://queue.example/0"}, "QUEUE_URL: Redis"),
        ({"MAIL_URL": "smtps://name:word@mail.example"}, "MAIL_URL holds a password"),
        ({"MAIL_URL": "smtps://mail.example"}, "MAIL_URL: a mail service on this machine"),
        ({"AWS_SECRET_ACCESS_KEY": "word"}, "AWS_SECRET_ACCESS_KEY is a word that lasts"),
        ({"PGPASSWORD": "word"}, "PGPASSWORD is a word that lasts"),
        ({"CLAMD": "tcp://10.0.0.9:3310"}, "CLAMD"),
    ],
)
def test_a_service_that_knows_us_by_a_lasting_word_keeps_it_from_starting(good, setting, said):
    with pytest.raises(ValueError, match=said):
        from_environment(good | setting)


@pytest.mark.parametrize(
    "setting",
    [
        {"DATABASE_URL": "postgresql://survey@/survey?host=/run/postgresql"},
        {"DATABASE_URL": "sqlite:////var/lib/survey/survey.db"},
        {"QUEUE_URL": "postgresql://s@db.example/s?sslmode=verify-full&sslcert=c.pem"},
        {"MAIL_URL": "smtp://127.0.0.1:25"},
        {"CLAMD": "unix:/run/clamav/clamd.ctl"},
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/run/token", "CONTENT_URL": "s3://bucket/x"},
    ],
)
def test_sockets_certificates_and_tokens_that_end_are_taken(good, setting):
    assert from_environment(good | setting).strict


def test_a_password_in_a_held_file_is_a_lasting_word_all_the_same(good):
    Path(good["DATABASE_URL_FILE"]).write_text("postgresql://survey:word@db.example/survey")

    with pytest.raises(ValueError, match="DATABASE_URL holds a password"):
        from_environment(good)
