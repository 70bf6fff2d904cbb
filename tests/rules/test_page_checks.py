"""The checks that the `client` fixture makes of every page find what they look for."""

import pytest

from tests.support.pagecheck import Page

GOOD = """<!doctype html><html lang="zh-CN"><head><title>评估</title></head><body><h1>评估</h1>
<p>质量，设备。</p><form method="post" action="/next" autocomplete="off"><input type="hidden" name="csrf_token" value="t">
<label for="a">名称</label><input id="a" name="name" value="甲"><select name="size" aria-label="规模">
<option value="s" selected>小型</option></select><textarea name="note" aria-label="备注">
多行</textarea></form></body></html>"""


def test_a_good_page_has_no_faults():
    assert Page(GOOD).faults == []


def test_a_form_is_read_as_a_browser_would_send_it():
    form = Page(GOOD).forms[0]

    assert (form.method, form.action, form.token) == ("post", "/next", "t")
    assert form.values[1:] == [("name", "甲"), ("size", "s"), ("note", "多行")]


@pytest.mark.parametrize(
    "good, bad, fault",
    [
        ('lang="zh-CN"', 'lang="en"', "lang"),
        ("<title>评估</title>", "", "no title"),
        ("<p>质量", "<h1>又一个</h1><p>质量", "2 h1"),
        ("<p>质量", '<p id="a">质量', "id used 2 times"),
        ('for="a"', 'for="b"', "field without label"),
        ('for="a"', 'for="b"', "for points nowhere"),
        ('value="t"', 'value=""', "POST form without token"),
        (' autocomplete="off"', "", "may be refilled"),
        ("质量，设备", "质量,设备", "half-width punctuation: 量,设"),
        ("<p>", '<p style="color:red">', "<p style>"),
        ("<p>", '<p onclick="go()">', "<p onclick>"),
        ("<p>", "<p><script>go()</script>", "<script>"),
        ("<p>", '<p><img src="//elsewhere/a.png" alt="">', "//elsewhere"),
        ("<p>", '<p><img src="/a.png">', "without alt"),
        ("<p>", '<p aria-describedby="nobody">', "aria-describedby points nowhere"),
    ],
)
def test_a_broken_rule_is_found(good: str, bad: str, fault: str):
    faults = Page(GOOD.replace(good, bad, 1)).faults

    assert any(fault in found for found in faults), faults
