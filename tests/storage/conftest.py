"""An installation on each storage that a queue may stand in, and a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

from survey.config import Config
from tests.soak.networks import may_be_made
from tests.soak.releases import commit_before
from tests.support.bucket import make_bucket, s3_server
from tests.support.nginx import PROGRAM
from tests.support.redis import redis_server

_buckets = count(1)
_networks = may_be_made()
collect_ignore = [
    *([] if PROGRAM else ["test_behind_nginx.py"]),
    *([] if _networks else ["test_several_machines.py"]),
    *([] if PROGRAM and _networks else ["test_pulled_cable.py"]),
    *([] if commit_before() else ["test_two_releases.py"]),
]


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which a program finds a server that speaks S3, one for the whole run."""
    with s3_server(tmp_path_factory.mktemp("s3")) as environment:
        yield environment


@pytest.fixture
def bucket(s3: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket of this test's own."""
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    return make_bucket(s3, f"bucket-{next(_buckets)}")


@pytest.fixture
def installation(
    settings: Config, storage: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Config]:
    """An installation whose queue stands in a ``storage``: file, database or redis."""
    match storage:
        case "database":
            yield replace(settings, queue_url=settings.database_url)
        case "redis":
            with redis_server(tmp_path_factory.mktemp("r")) as url:
                yield replace(settings, queue_url=url)
        case _:
            yield settings
