"""The first page anybody sees: light enough for a phone on a shop floor, and in one piece."""

import pytest

from tests.support.browsing import PHONE, too_wide

MOST_BYTES = 150_000


@pytest.fixture
def page(open_page):
    return open_page(PHONE)


def test_the_first_page_weighs_at_most_150_kb(page):
    received = []
    page.on("requestfinished", lambda request: received.append(request))

    page.goto("/", wait_until="networkidle")

    weights = {request.url: request.sizes()["responseBodySize"] for request in received}
    assert any(url.endswith(".css") for url in weights)
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_the_first_page_fits_a_phone_and_is_accessible(page, axe):
    page.goto("/")

    assert too_wide(page) == 0
    assert axe(page) == []
