"""The frame of every page in a real browser, on a phone and on a desk."""

from tests.support.browsing import too_wide


def test_an_error_page_fits_and_is_accessible(page, guard, axe):
    guard.expect("404")

    response = page.goto("/nothing-here")

    assert response.status == 404
    assert page.locator("h1").inner_text() == "没有找到"
    assert too_wide(page) == 0
    assert axe(page) == []


def test_the_first_tab_leads_past_the_menu(page, guard):
    guard.expect("404")
    page.goto("/nothing-here")

    page.keyboard.press("Tab")

    assert page.locator(":focus").inner_text() == "跳到正文"
