"""Draw the pages the scripts are tried on, then try them: ``python -m tests.scripts``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.scripts.pages import draw

HERE = Path(__file__).parent
# Scripts run inside the page's own world, as in a browser; Node calls that experimental.
NODE = ("node", "--experimental-vm-modules", "--no-warnings", "--test", "--test-reporter=spec")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="survey-scripts-") as folder:
        draw(Path(folder))
        return subprocess.run(
            [*NODE, *sorted(HERE.glob("*.test.mjs"))], env=os.environ | {"PAGES": folder}
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
