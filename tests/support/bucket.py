"""A server that speaks S3 on loopback, for as long as tests need one."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.forking import PROJECT
from tests.support.guardian import mark_of_the_run
from tests.support.servers import free_port

PATIENCE_SECONDS = 60


@contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, str]]:
    """Run one; give the environment in which a program finds it."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    with (folder / "s3.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.s3", str(port)],
            cwd=PROJECT,
            # Whatever the machine's own settings for S3 are, they are not for tests.
            env={"PATH": "", "HOME": str(folder)} | mark_of_the_run(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(address, process)
        yield {
            "AWS_ENDPOINT_URL": address,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "invented",
            "AWS_SECRET_ACCESS_KEY": "invented",
        }
    finally:
        process.kill()
        process.wait()


def make_bucket(environment: dict[str, str], name: str) -> str:
    """Make an empty bucket; return its address for ``CONTENT_URL``, with a prefix."""
    order = urllib.request.Request(f"{environment['AWS_ENDPOINT_URL']}/{name}", method="PUT")
    urllib.request.urlopen(order, timeout=PATIENCE_SECONDS).close()
    return f"s3://{name}/survey"


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the S3 server ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"{address}/moto-api/", timeout=PATIENCE_SECONDS).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)
