"""What travels through the queue: JSON, so that whoever can write there cannot run code here."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from huey.registry import Message
from huey.serializer import Serializer

MOMENTS = ("eta", "expires", "expires_resolved")
"""Fields of Huey's messages that hold a moment (without a zone: Huey counts in UTC)."""


class Letters(Serializer):
    """Writes Huey's messages as JSON objects, without what is empty."""

    def _serialize(self, data: Message) -> bytes:
        said = {name: value for name, value in data._asdict().items() if value is not None}
        for name in MOMENTS:
            if isinstance(said.get(name), datetime):
                said[name] = said[name].isoformat()
        return json.dumps(said).encode()

    def _deserialize(self, data: bytes) -> Message:
        said: dict[str, Any] = json.loads(bytes(data))
        for name in MOMENTS:
            if isinstance(said.get(name), str):
                said[name] = datetime.fromisoformat(said[name])
        return Message(**said)
