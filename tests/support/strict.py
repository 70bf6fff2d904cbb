"""A server where the standard goes before convenience (``STRICT=1``), as an operator starts it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from survey.config import Config, sqlite_url
from tests.support.servers import Server


class Strict(Server):
    """A server that puts the standard first, its secrets in a folder such as systemd makes."""

    def environment(self) -> dict[str, str]:
        vault = self.config.instance / "credentials"
        vault.mkdir(exist_ok=True)
        for name in ("secret-key", "signing.p12"):
            (vault / name).write_text(self.config.secret_key)
        given = super().environment()
        del given["SECRET_KEY"]
        return given | {
            "STRICT": "1",
            "CREDENTIALS_DIRECTORY": str(vault),
            "SECRET_KEY_FILE": str(vault / "secret-key"),
            "SIGNING_FILE": str(vault / "signing.p12"),
        }


@contextmanager
def strictly_serving(instance: Path, migrated_file: Path) -> Iterator[Server]:
    """Run one on an empty instance, at a name: passkeys are made for none of numbers."""
    shutil.copyfile(migrated_file, instance / "survey.db")
    url = sqlite_url(instance / "survey.db")
    server = Strict(
        Config(instance=instance, database_url=url, secret_key="tests-only-" + "0" * 32)
    )
    server.url = f"http://localhost:{server.port}"
    try:
        server.start()
        yield server
    finally:
        server.kill()
