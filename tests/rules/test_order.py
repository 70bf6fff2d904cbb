"""Where several processes share a run of the tests, none waits long for another's last."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.order import LONGEST, in_portions

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Named:
    path: Path
    number: int


def files_of(*names: str) -> list[Named]:
    return [Named(TESTS / f"{file}.py", number) for file in names for number in range(10)]


SOME = files_of(
    *("browser/test_back", "browser/test_offline", "browser/test_samples", "pages/test_access"),
    *("pages/test_needs", "rules/test_gates", "rules/test_words_once", "storage/test_pool"),
    *("storage/test_queue", "storage/test_stages"),
)


@pytest.mark.parametrize("processes", [1, 2, 3, 4, 7])
def test_every_portion_begins_with_long_files_and_ends_with_short_ones(processes: int) -> None:
    ordered = in_portions(SOME, processes)

    assert sorted(map(str, ordered)) == sorted(map(str, SOME))
    far = 0
    for place in range(min(processes, 4)):
        assert ordered[far].path.stem in LONGEST or ordered[far].path.parent.name == "browser"
        far += (len(SOME) - far) // (processes - place)
        assert processes > 3 or ordered[far - 1].path.parent.name != "browser"


def test_a_file_stays_together() -> None:
    ordered = in_portions(SOME, 3)

    for path in {test.path for test in SOME}:
        places = [place for place, test in enumerate(ordered) if test.path == path]
        long = path.stem in LONGEST or path.parent.name == "browser"
        assert not long or places == list(range(places[0], places[0] + len(places)))


def test_the_longest_files_are_there() -> None:
    for name in LONGEST:
        assert [*TESTS.rglob(f"{name}.py")], name
