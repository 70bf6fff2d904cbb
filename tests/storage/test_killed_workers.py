"""Workers are killed over a full queue: each job has its effect once, none is lost."""

from dataclasses import replace

import pytest

from tests.support.killing import kill_over_a_queue

STORAGES = [("sqlite", "file"), ("postgresql", "database"), ("postgresql", "redis")]


@pytest.mark.parametrize(
    ("number", "kills"), [(50, 20), pytest.param(500, 200, marks=pytest.mark.nightly)]
)
@pytest.mark.parametrize(("database_url", "storage"), STORAGES, indirect=["database_url"])
def test_each_job_has_its_effect_once_whoever_is_killed(installation, storage, number, kills):
    outcome = kill_over_a_queue([installation], number=number, kills=kills)

    print(f"{storage}: {outcome}")  # noqa: T201  # the counts are what one wants to read
    assert outcome.is_exact, outcome
    assert outcome.taken_again, "no kill met a worker at work: the test shows nothing"


@pytest.mark.parametrize(
    ("number", "kills"), [(50, 10), pytest.param(500, 200, marks=pytest.mark.nightly)]
)
@pytest.mark.parametrize(("database_url", "storage"), STORAGES[1:], indirect=["database_url"])
def test_two_machines_share_one_queue_and_lose_nothing(
    installation, storage, tmp_path, number, kills
):
    (tmp_path / "second").mkdir()
    other = replace(installation, instance=tmp_path / "second")

    outcome = kill_over_a_queue([installation, other], number=number, kills=kills)

    print(f"two machines, {storage}: {outcome}")  # noqa: T201  # the counts are what one wants to read
    assert outcome.is_exact, outcome
