"""The log in words: every value has a name a reader knows, and older rows keep theirs."""

from __future__ import annotations

from dataclasses import fields

import pytest

from survey.lifecycle.firms import Profile
from survey.lifecycle.recognitions import Award
from survey.store.settings import District
from survey.tables import AuditEntry
from survey.words.log import LogWords
from survey.words.log_names import NAMES
from survey.words.log_values import PHRASES

WORDS = LogWords(
    {"workshop": "数字化车间"},
    {"valve": "阀门"},
    {"casting": "铸造", "welding": "焊接"},
    {"valve_shop": "机加工与特种工艺"},
)


def a_row(action, subject, before=None, after=None) -> AuditEntry:
    return AuditEntry(action=action, subject=subject, before=before, after=after)


@pytest.mark.parametrize("value", [Profile, District, Award])
def test_every_value_that_may_change_has_a_name_a_reader_knows(value):
    names = {field.name for field in fields(value)}

    assert names
    assert names <= NAMES.keys() | PHRASES.keys() | {"rung"}


@pytest.mark.parametrize(
    ("action", "subject", "before", "after", "said"),
    [
        ("profile", "firm", {"said": "products=阀"}, {"said": "products=球阀"}, "products=阀 → products=球阀"),
        ("settings", "district", {"said": "旧"}, None, "旧"),
        ("submit", "assessment", {"state": "draft"}, {"state": "submitted", "share": "41/80"}, "填写中 → 已提交，得分率 51.2%"),
        ("admit", "pool", None, {"state": "in_pool", "target": "workshop"}, "在库，目标 数字化车间"),
        ("recognise", "pool", None, {"state": "recognised", "rung": "workshop"}, "已认定，数字化车间"),
        ("admit", "pool", None, {"state": "in_pool", "target": "gone"}, "在库，目标 gone"),
        ("profile", "firm", {"above_scale": None, "size": None}, {"above_scale": True, "size": "small"}, "规上 无，规模 无 → 规上 是，规模 小型"),
        ("create", "firm", None, {"name": "虚构阀门厂", "trade": "valve"}, "虚构阀门厂，阀门"),
        ("profile", "firm", {"trade": None, "processes": []}, {"trade": "valve", "processes": ["casting", "gone"]}, "行业 无，工序 无 → 行业 阀门，工序 铸造、gone"),
        ("settings", "district", None, {"targets": [{"year": 2027, "count": 4, "rungs": ["workshop"]}]}, "目标 2027 4 数字化车间"),
        ("correct_recognition", "pool", {"level": "", "project": ""}, {"level": "province", "project": "一车间"}, "级别 无，项目 无 → 级别 省级，项目 一车间"),
        ("correct_recognition", "pool", {"document": "甲〔2019〕3 号", "project": "一车间"}, {"document": "甲〔2025〕3 号", "project": "一车间"}, "文号 甲〔2019〕3 号 → 文号 甲〔2025〕3 号"),
        ("as_said", "assessment", None, {"section": "valve_shop", "answers": 6}, "模块 机加工与特种工艺，题数 6"),
        ("document_withdraw", "report", {"standing": "valid"}, {"standing": "withdrawn"}, "有效 → 已撤销"),
        ("round_end", "round", {"closes_on": None}, {"closes_on": "2026-12-31"}, "不限期 → 至 2026-12-31"),
        ("attach_evidence", "assessment", None, {"name": "质保书.pdf"}, ""),
    ],
)  # fmt: skip
def test_a_change_is_told_from_and_to(action, subject, before, after, said):
    assert WORDS.change(a_row(action, subject, before, after)) == said
