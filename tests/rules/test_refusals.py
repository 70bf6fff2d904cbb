"""Refused requests are counted by the size of a file of their minute."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from survey.files import refusals

NOW = datetime(2026, 11, 27, 3, 5, 30, tzinfo=UTC)


def test_each_is_counted_once_whoever_counts_beside_it(tmp_path):
    folder = tmp_path / "refused"
    with ThreadPoolExecutor(8) as many:
        for _ in range(400):
            many.submit(refusals.note, folder, NOW)

    assert refusals.count(folder, NOW, 1) == 400


def test_the_last_minutes_are_added_up_and_old_ones_taken_away(tmp_path):
    for past in (0, 4, 9, 10, 61):
        refusals.note(tmp_path, NOW - timedelta(minutes=past))
    (tmp_path / "mine").write_text("not a minute")

    assert refusals.count(tmp_path, NOW, 10) == 3
    refusals.forget(tmp_path, NOW - timedelta(hours=1))

    assert len([*tmp_path.iterdir()]) == 5
    assert refusals.count(tmp_path / "none", NOW, 10) == 0
