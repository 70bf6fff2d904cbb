"""An installation on each storage that a queue may stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from survey.config import Config
from tests.support.redis import redis_server


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
