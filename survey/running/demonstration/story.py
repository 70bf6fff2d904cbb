"""When and about whom the demonstration tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from survey.lifecycle.step import Actor

HERE = Path(__file__).parent
EDITION = "2026"
BEFORE = "2026-0"
"""What edition 2026 said before it was revised."""
BEGAN = datetime(2026, 9, 7, 1, 30, tzinfo=UTC)
RECORDED = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
"""When recognitions were decided and entered."""
MET = RECORDED - timedelta(days=24)
"""When the bureau met about the firms that were proposed."""
SHOWN = "V-03"
"""The firm whose user can sign in: one result behind it, one sheet in the making."""
DEMO = Actor(None, "演示数据")
