"""A bucket on a disk that outlives its server: as much of S3 as the content store speaks.

moto (``tests/support/bucket``) keeps all in memory; here the server may be killed and started again.
It believes every signature.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Door(BaseHTTPRequestHandler):
    """One request; what is written is whole under its name, or not there."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_PUT(self) -> None:  # the library's name
        content = self.rfile.read(int(self.headers["Content-Length"]))
        place = self._place()
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        with half.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(half, place)
        except FileExistsError:
            if self.headers.get("If-None-Match") == "*":
                return self._say(412)
            half.replace(place)
        finally:
            half.unlink(missing_ok=True)
        return self._say(200, tag=_tag(content))

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        if "list-type" in asked:
            self._say(200, self._listed(asked.get("prefix", [""])[0]), kind="application/xml")
        elif (place := self._place()).is_file():
            content = place.read_bytes()
            self._say(200, content, tag=_tag(content), changed=place.stat().st_mtime)
        else:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>", kind="application/xml")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self._place().unlink(missing_ok=True)
        self._say(204)

    def _place(self) -> Path:
        parts = unquote(urlsplit(self.path).path).strip("/").split("/")
        return self.folder.joinpath(*(part.lstrip(".") for part in parts))

    def _listed(self, prefix: str) -> bytes:
        bucket = self._place()
        found = sorted(path for path in bucket.rglob("*") if path.is_file() and path.name[0] != ".")
        lines = [
            f"<Contents><Key>{escape(name)}</Key><Size>{path.stat().st_size}</Size>"
            f"<ETag>x</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for path in found
            if (name := str(path.relative_to(bucket))).startswith(prefix)
        ]
        head = "<IsTruncated>false</IsTruncated>"
        return f"<ListBucketResult>{head}{''.join(lines)}</ListBucketResult>".encode()

    def _say(
        self,
        status: int,
        content: bytes = b"",
        *,
        tag: str = "",
        kind: str = "application/octet-stream",
        changed: float = 0.0,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", tag)
        self.send_header("Last-Modified", formatdate(changed, usegmt=True))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()}"'


if __name__ == "__main__":
    Door.folder = Path(sys.argv[3])
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Door).serve_forever()
