"""Whether a document is genuine: by its public page, and by ``flask verify`` on the file itself."""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import url_for
from sqlalchemy import update

from reports import proof, readd
from reports.paper import signature
from survey import db
from survey.clock import LOCAL
from survey.files.certificates import Unusable
from survey.jobs.issuing import address_of
from survey.lifecycle import documents
from survey.lifecycle.patience import FREE_FAILURES
from survey.lifecycle.step import Step
from survey.tables import Document, DocumentKind, Role, ScoreRow
from survey.words import verification as words
from tests.support.bureau import counting
from tests.support.people import (
    TESTER,
    a_district_page,
    a_firm,
    a_round,
    a_user,
    handed_in,
    moment,
    signed_in,
)
from tests.support.signed import a_pdf, a_signed_report, also_signed, of_another, signed

FIRM = "丽水虚构阀门有限公司"


@pytest.fixture
def user(session):
    return a_user(session, firm=a_firm(session, FIRM))


@pytest.fixture
def assessment(session, user):
    return handed_in(session, user)


@pytest.fixture
def report(session, settings, assessment, user):
    """A signed report, and its file."""
    return a_signed_report(session, settings, assessment, user)


@pytest.fixture
def verify(app, session, tmp_path):
    """Type ``flask verify`` on some content; return its exit status and what it says."""

    def typed(content):
        session.rollback()
        file = tmp_path / "报告.pdf"
        file.write_bytes(content)
        result = app.test_cli_runner().invoke(args=["verify", str(file)])
        return result.exit_code, result.output

    return typed


def today():
    return f"{moment().astimezone(LOCAL):%Y-%m-%d}"


def scored_anew(session):
    with db.writing(session):
        session.execute(update(ScoreRow).values(scored_at=moment()))


def withdrawn(session, document, reason="封面企业名称有误。"):
    documents.withdraw_document(Step(session, TESTER, moment()), document.id, reason=reason)
    session.rollback()


def page_of(client, document):
    return client.get(f"/verify/{document.token}")


# --- the page -------------------------------------------------------------------------------------


def test_a_stranger_learns_what_a_document_is_worth_and_not_whose_it_is(client, session, report):
    document, file = report

    page = page_of(client, document)

    assert page.status_code == 200
    assert "本系统签发，有效" in page.text
    assert document.number in page.text
    assert hashlib.sha256(file).hexdigest() in page.text
    assert "丽水＊＊＊有限公司" in page.text
    assert FIRM not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_a_document_that_counts_no_more_says_what_counts_and_a_reason_only_to_its_reader(
    client, session, settings, assessment, user, report, verify
):
    (old, first) = report
    scored_anew(session)
    newer, second = a_signed_report(session, settings, assessment, user, words="再次")

    said = page_of(client, old).text
    assert "本系统签发，已被替代" in said
    assert f"{newer.number} 号为准" in said
    assert verify(first) == (
        4,
        f"真实，但已被替代：{old.number} 号文件由本实例签发，没有改动，自 {today()} 起不再有效，以 {newer.number} 号为准。\n",
    )

    withdrawn(session, newer)
    said = page_of(client, newer).text
    assert "本系统签发，已撤销" in said
    assert today() in said
    assert "封面企业名称有误" not in said
    code, told = verify(second)
    assert (code, "封面企业名称有误。请不要再使用" in told) == (5, True)


def test_every_kind_of_document_is_called_by_its_name():
    assert set(DocumentKind) == set(words.TITLES)


def test_whoever_makes_a_word_up_is_told_that_there_is_no_such_document(client):
    for word in ("x" * 43, "1", "2026-000001", "x" * 5000, "%00", "'or'1", "%F0%9F%98%80"):
        page = client.get(f"/verify/{word}")

        assert page.status_code == 404
        assert "没有这份文件" in page.text
    assert client.get(f"/verify/{'x' * 43}/score-rules.json").status_code == 404


def test_a_word_that_is_known_takes_as_many_statements_as_one_that_is_not(client, engine, report):
    document, _ = report
    page_of(client, document)

    with counting(engine) as known:
        client.get(f"/verify/{document.token}")
    with counting(engine) as unknown:
        client.get(f"/verify/{'x' * 43}")

    assert len(known) == len(unknown)


def test_whoever_looks_too_often_waits(client, session):
    with db.writing(session):
        session.connection().exec_driver_sql(
            "INSERT INTO throttles (key, failures, since) VALUES "
            f"('look:127.0.0.1', {FREE_FAILURES['look'] + 3}, '{moment():%Y-%m-%d %H:%M:%S.%f}')"
        )

    page = client.get(f"/verify/{'x' * 43}")

    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0


def test_the_code_on_a_report_leads_to_its_page(app, settings):
    with app.test_request_context():
        page = url_for("verify.page", word="x" * 43)

    assert address_of(settings, "x" * 43) == settings.base_url + page


def test_the_page_offers_what_adds_a_score_up_again(client, session, report, tmp_path):
    document, _ = report
    page = page_of(client, document).text
    rules = re.search(r'href="(/verify/[^"]+/score-rules\.json)"', page)[1]

    script, content = client.get("/verify/readd.py"), client.get(rules)

    assert script.data == Path(proof.__file__).with_name("readd.py").read_bytes()
    assert json.loads(content.data)["edition"] == "2026"
    for name, answer in (("readd.py", script), ("score-rules.json", content)):
        assert f"filename={name}" in answer.headers["Content-Disposition"]
        (tmp_path / name).write_bytes(answer.data)
    (tmp_path / "of-nobody.pdf").write_bytes(a_pdf())
    ended = subprocess.run(
        [sys.executable, "readd.py", "of-nobody.pdf", "score-rules.json"], cwd=tmp_path, timeout=30, capture_output=True, text=True
    )  # fmt: skip
    assert (ended.returncode, "计分凭证" in ended.stdout) == (2, True)


def test_every_reader_sees_the_same_and_sends_nothing_and_a_district_page_has_no_score(
    app, session, settings
):
    page = a_district_page(session, settings, a_round(session), a_user(session, Role.OFFICER))
    address = f"/verify/{page.token}"

    for role in (Role.OFFICER, Role.CONSULTANT, Role.FIRM):
        reader = signed_in(app, session, a_user(session, role))
        said = reader.get(address).text
        assert "全区一页纸" in said
        assert "readd.py" not in said
        assert reader.get(f"{address}/score-rules.json").status_code == 404
        assert reader.head(address).data == b""
        assert reader.post(address, data={"file": "x" * 3_000_000}).status_code in (400, 405, 413)


# --- the command ----------------------------------------------------------------------------------


def with_byte(content, at):
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


def test_each_way_of_not_being_the_issued_file_has_its_own_answer(
    session, settings, report, verify
):
    document, file = report
    answers, signed_at = file.index(b"{}"), file.index(b"/Contents <") + 400

    assert verify(file) == (
        0,
        f"真实、有效：{document.number} 号文件由本实例签发，内容没有改动。\n",
    )
    for changed, status, says in [
        (with_byte(file, file.index(b"595")), 1, "被改动过"),
        (with_byte(file, signed_at), 1, "被改动过"),
        (file + b"\n% more", 1, "被改动过"),
        (with_byte(file, answers), 3, "附件被改动过"),
        (of_another(settings, document.number), 6, "别的实例签发"),
        (signed(settings, "2020-000001"), 7, "没有登记"),
        (a_pdf(), 8, "不是本系统的文件"),
        (b"PK\x03\x04 of another kind", 9, "不是 PDF"),
        (b"%PDF-1.7\n" + b"\x00" * 100, 8, "不是本系统的文件"),
    ]:
        code, said = verify(changed)
        assert (code, says in said) == (status, True), said


def test_a_report_whose_signature_was_taken_away_is_known_by_its_proof(session, report, verify):
    document, _ = report
    proof_of_it = json.dumps({"format": readd.PROOF, "number": document.number})
    stripped = a_pdf(answers=proof_of_it)
    with db.writing(session):
        session.get(Document, document.id).attached = list(signature.attached(stripped))

    code, said = verify(stripped)

    assert (code, f"签名被去掉了：所附的答案和得分是 {document.number} 号的" in said) == (10, True)
    assert verify(a_pdf(answers=proof_of_it.replace("number", "Number")))[0] == 8
    assert verify(a_pdf(answers=proof_of_it.replace("}", ', "share": "1"}')))[0] == 8


@pytest.mark.parametrize("by_another", [True, False])
@pytest.mark.parametrize("number", ["2020-000001", ""])
def test_a_signature_that_somebody_adds_to_ours_makes_another_file_of_it(
    session, settings, report, verify, by_another, number
):
    document, file = report

    added = also_signed(settings, file, number or document.number, by_another=by_another)

    assert added.startswith(file)
    code, said = verify(added)
    assert code == 1
    assert f"被改动过：文件签的是 {document.number} 号" in said
    assert verify(file)[0] == 0


def test_the_bureaus_own_certificate_signs_where_settings_name_it(settings, tmp_path):
    own = signed(settings, "2026-000001")
    shared, word = tmp_path / "bureau.p12", tmp_path / "word"
    shared.write_bytes((settings.instance / "signing.p12").read_bytes())

    assert (settings.instance / "signing.p12").stat().st_mode & 0o777 == 0o600
    again = replace(settings, instance=tmp_path / "second", signing_file=shared)
    assert signature.seen(signed(again, "2026-000001")).signer == signature.seen(own).signer
    word.write_text("wrong")
    with pytest.raises(Unusable):
        signed(replace(again, signing_password_file=word), "2026-000001")
    with pytest.raises(Unusable):
        signed(replace(again, signing_file=tmp_path / "missing"), "2026-000001")
