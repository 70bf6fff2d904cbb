"""What the application is made of, as a bill of materials, and what is known against any of it.

``make check`` runs it. Both tools are fetched when they are wanted, in the releases named here; where
there is no network, or what it reaches knows of no holes, that is said and fails nobody.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.servers import PROJECT

UV = Path(sys.executable).with_name("uv")
AUDIT = ("pip-audit==2.10.1", "pip-audit")
BILL = ("cyclonedx-bom==7.5.0", "cyclonedx-py")
MADE = PROJECT / "sbom.cdx.json"
SECONDS = 240
VENDOR = re.compile(r"^(\w+) +(\d[\w.]*) +(\S+)", re.MULTILINE)


class Judged(NamedTuple):
    """What an audit says: a line for each known hole, and how many parts it could not ask after."""

    holes: list[str]
    asked: int
    unasked: int


def judged(report: dict[str, Any]) -> Judged:
    """Read what ``pip-audit`` reports."""
    parts = report["dependencies"]
    holes = [
        f"{part['name']} {part['version']}：{hole['id']}，修好的版本 {'、'.join(hole['fix_versions']) or '还没有'}"
        for part in parts
        for hole in part.get("vulns", ())
    ]
    unasked = sum("skip_reason" in part for part in parts)
    return Judged(holes, len(parts) - unasked, unasked)


def with_vendor(bill: dict[str, Any], listed: str) -> dict[str, Any]:
    """Add what is shipped to browsers to a bill of Python's parts.

    Args:
        listed: The list beside the files, a line each: folder, version, licence.
    """
    shipped = [
        {
            "bom-ref": f"vendor-{name}",
            "type": "library",
            "name": name,
            "version": version,
            "licenses": [{"license": {"id": licence}}],
            "purl": f"pkg:npm/{name}@{version}",
        }
        for name, version, licence in VENDOR.findall(listed)
    ]
    return bill | {"components": [*bill["components"], *shipped]}


def vendor_list() -> str:
    """Return the list beside what browsers and the paper's charts are given, every line with a version."""
    folder = PROJECT / "static" / "vendor"
    charts = (folder / "echarts" / "VERSION").read_text("utf-8").strip()
    return f"{(folder / 'README').read_text('utf-8')}\necharts {charts} Apache-2.0\n"


def _run(tool: tuple[str, str], *arguments: str) -> bool:
    """Run a tool that is fetched first; say whether it could be."""
    release, program = tool
    command: Sequence[str] = (
        str(UV),
        "tool",
        "run",
        "--quiet",
        "--from",
        release,
        program,
        *arguments,
    )
    try:
        done = subprocess.run(
            command, cwd=PROJECT, timeout=SECONDS, capture_output=True, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode in (0, 1)  # an audit that finds something ends with 1


def make_bill() -> bool:
    """Lay the bill of materials down; say whether it could be made."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "python.json"
        if not _run(BILL, "requirements", "requirements.txt", "--of", "JSON", "-o", str(made)):
            return False
        if not made.exists():
            return False
        bill = with_vendor(json.loads(made.read_bytes()), vendor_list())
    MADE.write_text(json.dumps(bill, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"物料清单写在 {MADE.name}：{len(bill['components'])} 个部件。")
    return True


def audit() -> Judged | None:
    """Ask after known holes; None where nobody could be asked."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "audit.json"
        options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off")
        _run(AUDIT, "-r", "requirements.txt", *options, "-f", "json", "-o", str(report))
        return judged(json.loads(report.read_bytes())) if report.exists() else None


def main() -> int:
    """Make the bill and ask after holes; 1 where there is one."""
    if not make_bill():
        print("没有网络，物料清单没有更新。")
    found = audit()
    if found is None or not found.asked:
        print("没有查已知漏洞：漏洞库连不上，或网络里的软件源没有漏洞信息。")
        return 0
    print(
        f"查了 {found.asked} 个部件的已知漏洞，{found.unasked} 个查不到；有漏洞 {len(found.holes)} 处。"
    )
    print("\n".join(found.holes), end="\n" if found.holes else "")
    return 1 if found.holes else 0


if __name__ == "__main__":
    raise SystemExit(main())
