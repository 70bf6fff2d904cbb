"""Contents in a bucket that speaks S3, shared by as many machines as there are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, NotSupportedError
from obstore.store import S3Store

from survey.files.contents import PIECE, Contents, Lying, Missing, Opened, Unreachable, is_name

# One request carries so much; larger contents go in parts, which no condition can be put on.
MOST_AT_ONCE = 64 * 1024 * 1024
RETRIES = 4
PATIENCE = timedelta(seconds=20)
NOT_THERE = (NotFoundError, FileNotFoundError)  # the library says either


class Bucket(Contents):
    """A bucket and what stands before every name in it.

    Address, region and credentials come from the environment, in the variables every S3 program
    reads (``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``).
    What an upload in parts leaves when its writer dies is removed by the bucket's own rules.
    """

    def __init__(self, url: str, incoming: Path) -> None:
        self.url = url
        self.incoming = incoming
        self._store: S3Store | None = None
        self._owner = 0

    def all(self) -> Iterator[Lying]:
        with _spoken():
            for page in obstore.list(self._here()):
                for about in page:
                    folder, _, name = about["path"].rpartition("/")
                    if is_name(name) and folder == name[:2]:
                        yield Lying(name, about["size"], about["last_modified"])

    def _here(self) -> S3Store:
        """Connect on first use. The library's threads do not live on in a fork: used there, it
        would wait for ever."""
        if self._store is None:
            endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
            self._store = S3Store.from_url(
                self.url,
                client_options={
                    "allow_http": endpoint.startswith("http://"),
                    "connect_timeout": timedelta(seconds=5),
                    "timeout": timedelta(seconds=60),
                },
                retry_config={"max_retries": RETRIES, "retry_timeout": PATIENCE},
            )
            self._owner = os.getpid()
        if self._owner != os.getpid():
            raise RuntimeError("the bucket was used before this process was forked")
        return self._store

    def _write(self, place: str, source: bytes | Path) -> None:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        with _spoken():
            if size > MOST_AT_ONCE:
                if self._size(place) != size:
                    obstore.put(self._here(), place, source)
                return
            try:
                obstore.put(self._here(), place, source, mode="create")
            except AlreadyExistsError:
                return  # somebody else was first, with the same
            except NotSupportedError:
                # A service that knows no conditions: whoever is last writes the same once more.
                obstore.put(self._here(), place, source)

    def _open(self, place: str) -> Opened:
        with _spoken():
            try:
                got = obstore.get(self._here(), place)
            except NOT_THERE as error:
                raise Missing(place) from error
            pieces = _pieces(got.stream(min_chunk_size=PIECE))
            return Opened(got.meta["size"], pieces, lambda: None)

    def _size(self, place: str) -> int | None:
        with _spoken():
            try:
                return int(obstore.head(self._here(), place)["size"])
            except NOT_THERE:
                return None

    def _remove(self, place: str) -> None:
        with _spoken():
            obstore.delete(self._here(), place)


def _pieces(stream: Any) -> Iterator[bytes]:
    with _spoken():
        for piece in stream:
            yield bytes(piece)


@contextmanager
def _spoken() -> Iterator[None]:
    """Turn the library's errors, a bucket that is not there among them, into ours."""
    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        raise Unreachable(str(error).split("\n", 1)[0]) from error
