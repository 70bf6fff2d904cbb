"""What no test of one page can show: which parts of the code may do what, and what no part does."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("questionnaires", "reports", "survey")
BROKEN = re.compile(r"\b(md5|sha1|ECB|PKCS1v15|ARC4|TripleDES|DES3|Blowfish)\b", re.IGNORECASE)
CIPHERS = {
    # second factors' and webhooks' secrets under the instance's key
    "survey/lifecycle/sealed.py",
    # passkeys and ID tokens are looked at by their libraries
    "survey/lifecycle/passkeys.py",
    "survey/web/issuer.py",
    # the instance's certificate, and signatures of documents
    "survey/files/certificates.py",
    # backups
    "survey/files/backups/locks.py",
}
"""Modules that encrypt, sign or check signatures, beside those of the paper."""
AS_LISTED = {"survey/files/breached.py"}
"""The public list of leaked passwords names them by their SHA-1; nothing is kept or proved by it."""
LIBRARIES = {"cryptography", "pyrage", "joserfc", "authlib", "webauthn"}
DICE = ("survey/running/demonstration/", "questionnaires/checking/", "reports/agreement.py")
"""Where chance may be told beforehand: invented firms, changes tried on a rubric, samples drawn anew."""
SHELL = re.compile(
    r"shell\s*=\s*True|\bos\.(?:system|popen)\b|import pickle|(?<![\w.])(?:eval|exec)\("
)
SHORT = {"survey/running/demonstration/people.py"}
"""Passwords of invented people, which are printed."""
IMPORT = re.compile(r"^ *(?:from|import) (\w+)", re.MULTILINE)


@cache
def modules() -> tuple[tuple[str, str], ...]:
    """Every module of ours with its text."""
    found = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
    assert len(found) > 400
    return tuple((str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in found)


def imported(text: str) -> set[str]:
    return set(IMPORT.findall(text))


def test_only_known_modules_use_cryptography_and_none_of_what_is_broken():
    using = {name for name, text in modules() if imported(text) & LIBRARIES}

    assert using - CIPHERS == set()
    assert CIPHERS - using == set()
    assert {name for name, text in modules() if BROKEN.search(text)} == AS_LISTED


def test_what_must_not_be_guessed_is_drawn_by_a_secure_generator():
    dicing = {name for name, text in modules() if "random" in imported(text)}
    drawn = "\n".join(text for name, text in modules() if name not in SHORT)

    assert all(name.startswith(DICE) for name in dicing), dicing
    sizes = [int(n) for n in re.findall(r"secrets\.token_(?:urlsafe|bytes)\((\d+)\)", drawn)]
    assert len(sizes) > 5
    assert min(sizes) >= 16, "128 bits"


def test_programs_are_started_by_their_arguments_and_never_by_a_shell():
    for name, text in modules():
        assert not SHELL.search(text), name


def test_no_script_of_ours_writes_markup_or_runs_text():
    scripts = sorted((ROOT / "static" / "js").rglob("*.js"))
    assert len(scripts) > 30
    risky = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    )
    assert [path.name for path in scripts if risky.search(path.read_text("utf-8"))] == []


def test_no_script_of_ours_can_change_what_all_objects_share():
    """A key of others' becomes a name of a fresh object at most, and never leads on into a second."""
    leading_on = re.compile(
        r"__proto__|setPrototypeOf|\.prototype\b|constructor\[|\]\[[^\]]+\]\s*=[^=>]"
    )
    scripts = sorted((ROOT / "static" / "js").rglob("*.js"))
    assert len(scripts) > 30
    assert [path.name for path in scripts if leading_on.search(path.read_text("utf-8"))] == []


def test_what_the_programs_say_of_themselves_goes_to_standard_error_alone():
    elsewhere = re.compile(
        r"(?:File|Socket|Datagram|SysLog|SMTP|HTTP|Queue|Watched)\w*Handler|logging\.(?:config|handlers)"
        r"|basicConfig|errorlog|accesslog|logfile"
    )
    adding = [name for name, text in modules() if "addHandler" in text]

    assert [name for name, text in modules() if elsewhere.search(text)] == []
    assert adding == ["survey/web/watching.py"]
    assert "journald" in (ROOT / "survey/running/deploy/security.md").read_text("utf-8")


def test_every_field_for_a_password_is_masked_and_open_to_password_managers():
    templates = [path.read_text("utf-8") for path in (ROOT / "survey/templates").rglob("*.html")]
    fields = [
        said
        for text in templates
        for said in re.findall(r"field\(\w+\.(?:\w*password|old|new)\b[^)]*\)", text)
    ]

    assert len(fields) >= 4
    assert all("password" in said.partition("autocomplete=")[2] for said in fields), fields
    views = "\n".join(text for name, text in modules() if name.startswith("survey/views"))
    assert not re.search(r"(?:password|old|new) = StringField", views)
    assert "onpaste" not in "".join(templates)


def test_signing_out_stands_in_the_frame_of_every_page():
    frame = (ROOT / "survey/templates/base.html").read_text("utf-8")

    assert "url_for('account.sign_out')" in frame
    assert "退出登录" in frame
