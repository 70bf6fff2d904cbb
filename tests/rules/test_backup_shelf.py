"""The folder of scheduled backups: what is one, which are kept, and what a dead one left."""

from datetime import date, datetime, timedelta

import pytest

from survey.clock import LOCAL
from survey.config import Keep, from_environment
from survey.files.backups import shelf


def at(day, hour=3):
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), LOCAL).replace(hour=hour)


def laid(folder, moment, *, locked=False, end=""):
    path = folder / (shelf.name_at(moment, locked=locked) + end)
    path.write_bytes(b"invented")
    return path.name


def test_a_backup_is_named_by_local_time_and_says_whether_it_is_locked():
    moment = datetime.fromisoformat("2026-11-26T19:05:09+00:00")

    assert shelf.name_at(moment, locked=False) == "backup-20261127-030509.tar"
    assert shelf.name_at(moment, locked=True) == "backup-20261127-030509.tar.age"


def test_only_whole_files_of_this_name_are_backups_newest_first(tmp_path):
    old, new = laid(tmp_path, at("2026-11-01"), locked=True), laid(tmp_path, at("2026-11-02"))
    laid(tmp_path, at("2026-11-03"), end=shelf.HALF)
    laid(tmp_path, at("2026-11-03"), end=shelf.BAD)
    for name in ("backup-20261399-030000.tar", "mine.tar", "backup-20261104-030000.tar.gz"):
        (tmp_path / name).write_bytes(b"somebody else's")
    (tmp_path / "backup-20261105-030000.tar").mkdir()

    assert [one.name for one in shelf.standing(tmp_path)] == [new, old]


def test_the_newest_of_each_day_week_and_month_is_kept_as_far_as_is_wished():
    nights = [at("2026-01-01") + timedelta(days=days) for days in range(330)]
    evening = at("2026-11-25", 20)  # the second of its day

    kept = shelf.worth_keeping([*nights, evening], Keep(days=3, weeks=2, months=3))

    # 26 November 2026 is a Thursday; the Sunday of the week before is the 22nd.
    assert sorted(f"{one:%m-%d %H}" for one in kept) == [
        *("09-30 03", "10-31 03", "11-22 03"),
        *("11-24 03", "11-25 20", "11-26 03"),
    ]


def test_days_without_a_backup_do_not_use_up_what_is_kept():
    long_ago = [at("2026-02-03"), at("2026-03-04"), at("2026-11-26")]

    assert shelf.worth_keeping(long_ago, Keep(3, 0, 0)) == set(long_ago)


def test_the_one_just_proved_stays_even_where_the_clock_went_back(tmp_path):
    later = laid(tmp_path, at("2026-11-27"))
    proved = laid(tmp_path, at("2026-11-20"))

    assert shelf.prune(tmp_path, Keep(1, 0, 0), proved) == 0
    assert {one.name for one in shelf.standing(tmp_path)} == {later, proved}


def test_what_may_go_goes_with_what_was_never_a_backup_and_nothing_else_does(tmp_path):
    over, proved = laid(tmp_path, at("2026-11-01")), laid(tmp_path, at("2026-11-27"))
    laid(tmp_path, at("2026-11-02"), end=shelf.BAD)
    laid(tmp_path, at("2026-11-02"), end=shelf.HALF)
    (tmp_path / "mine.tar.part").write_bytes(b"somebody else's")

    assert shelf.prune(tmp_path, Keep(1, 0, 0), proved) == 1
    shelf.forget_halves(tmp_path)

    assert not (tmp_path / over).exists()
    assert {path.name for path in tmp_path.iterdir()} == {proved, "mine.tar.part"}


def test_how_many_are_kept_is_three_numbers_and_one_day_at_least(tmp_path):
    def keep(said):
        return from_environment({"INSTANCE": str(tmp_path), "BACKUP_KEEP": said}).backup_keep

    assert keep("") == Keep(7, 4, 6)
    assert keep(" 14, 0,12") == Keep(14, 0, 12)
    for wrong in ("0,4,6", "7", "7,4,-1", "seven,4,6"):
        with pytest.raises(ValueError, match="BACKUP_KEEP"):
            keep(wrong)
