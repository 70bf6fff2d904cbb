"""What stands beside a one-time link."""

import pytest

from survey.words.links import login_name


@pytest.mark.parametrize(
    ("username", "shown"),
    [
        ("91331102ma2x0102x0", "91331102MA2X0102X0"),
        ("91331102ma2x0102x0-12", "91331102MA2X0102X0-12"),
        ("91331102ma2x0102x0-a", "91331102ma2x0102x0-a"),
        ("wang.li", "wang.li"),
    ],
)
def test_a_name_made_from_a_firms_code_is_shown_as_on_the_licence(username, shown):
    assert login_name(username) == shown
