"""The bill of materials and the audit of what is known against it."""

from tests.support import parts
from tests.support.servers import PROJECT


def a_part(name, **given):
    return {"name": name, "version": "1.0", **given}


def test_an_audit_tells_each_hole_with_the_release_that_mends_it_and_counts_what_it_could_not_ask():
    hole = {"id": "PYSEC-0000-1", "fix_versions": ["1.1", "2.0"]}
    unmended = {"id": "PYSEC-0000-2", "fix_versions": []}

    found = parts.judged(
        {
            "dependencies": [
                a_part("sound", vulns=[]),
                a_part("holed", vulns=[hole, unmended]),
                a_part("unknown", skip_reason="not found"),
            ]
        }
    )

    assert (found.asked, found.unasked) == (2, 1)
    assert found.holes == [
        "holed 1.0：PYSEC-0000-1，修好的版本 1.1、2.0",
        "holed 1.0：PYSEC-0000-2，修好的版本 还没有",
    ]


def test_what_is_shipped_to_browsers_stands_in_the_bill_too():
    bill = parts.with_vendor(
        {"specVersion": "1.6", "components": [a_part("flask")]}, parts.vendor_list()
    )

    names = [one["name"] for one in bill["components"]]
    folders = {path.name for path in (PROJECT / "static" / "vendor").iterdir() if path.is_dir()}
    assert (names[0], set(names[1:])) == ("flask", folders)
    for one in bill["components"][1:]:
        assert one["purl"] == f"pkg:npm/{one['name']}@{one['version']}"
        assert one["licenses"][0]["license"]["id"] in ("MIT", "ISC", "Apache-2.0")


def test_a_hole_fails_the_check_and_a_network_without_answers_does_not(monkeypatch, capsys):
    monkeypatch.setattr(parts, "make_bill", lambda: True)

    for found, code, said in (
        (None, 0, "没有查已知漏洞"),
        (parts.Judged([], 0, 80), 0, "没有查已知漏洞"),
        (parts.Judged([], 80, 1), 0, "有漏洞 0 处"),
        (parts.Judged(["holed 1.0"], 80, 0), 1, "holed 1.0"),
    ):
        monkeypatch.setattr(parts, "audit", lambda found=found: found)
        assert parts.main() == code
        assert said in capsys.readouterr().out
