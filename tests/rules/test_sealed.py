"""Secrets that must be read again: locked for one owner, by schemes and keys that can be replaced."""

from __future__ import annotations

import string

import pytest

from survey.lifecycle.sealed import BEFORE, NEWEST, SCHEMES, Box, OfFernet, Unopened

KEY, OTHER = "key-" + "1" * 40, "key-" + "2" * 40
SECRET = "JBSWY3DPEHPK3PXP"


def test_what_is_locked_is_opened_for_its_owner_alone():
    box = Box([KEY], "factor")
    kept = box.lock(SECRET, 7)

    assert box.open(kept, 7) == SECRET
    assert SECRET not in kept
    assert len(kept) <= 200, "what its column holds"
    for box_of_another, owner in (
        (box, 8),
        (Box([KEY], "webhook"), 7),
        (Box([OTHER], "factor"), 7),
    ):
        with pytest.raises(Unopened):
            box_of_another.open(kept, owner)


def test_the_same_secret_is_never_kept_in_the_same_words():
    box = Box([KEY], "factor")

    assert len({box.lock(SECRET, 7) for _ in range(20)}) == 20


@pytest.mark.parametrize("length", [16, 17, 18])
def test_one_changed_letter_opens_nothing(length: int):
    """Whatever it is changed to: the last letter of most lengths has bits that say nothing."""
    box = Box([KEY], "factor")
    kept = box.lock("S" * length, 7)

    for place, letter in enumerate(kept):
        for other in {*string.ascii_letters, *string.digits, *"-_=!"} - {letter}:
            with pytest.raises(Unopened):
                box.open(kept[:place] + other + kept[place + 1 :], 7)


def test_what_is_no_letter_of_its_alphabet_opens_nothing():
    box = Box([KEY], "factor")
    kept = box.lock(SECRET, 7)

    for place in range(len(kept) + 1):
        with pytest.raises(Unopened):
            box.open(f"{kept[:place]}!{kept[place:]}", 7)


def test_strange_text_opens_nothing():
    box = Box([KEY], "factor")
    kept = box.lock(SECRET, 7)

    for strange in ("", ":", "gcm:", f"{NEWEST}:AAAA", "x" * 200, f"unknown:{kept}", "gcm:汉字"):
        with pytest.raises(Unopened):
            box.open(strange, 7)


def test_the_newest_scheme_is_one_that_is_approved():
    assert Box([KEY], "factor").lock(SECRET, 7).startswith("gcm:")


@pytest.mark.parametrize("name", SCHEMES)
def test_whatever_scheme_or_key_locked_it_it_is_opened_and_locked_anew_by_the_newest(name):
    scheme = SCHEMES[name](OTHER, "factor")
    locked = scheme.lock(SECRET.encode(), b"7").decode()
    kept = f"{name}:{locked}" if name else locked
    box = Box([KEY, OTHER], "factor")

    assert box.open(kept, 7) == SECRET
    new = box.renewed(kept, 7)

    assert new is not None
    assert Box([KEY], "factor").open(new, 7) == SECRET
    assert box.renewed(new, 7) is None, "there is nothing left to do"


def test_what_the_release_before_is_to_read_is_locked_as_it_was_and_anew_once_it_is_gone():
    together, alone = Box([KEY], "factor", BEFORE), Box([KEY], "factor")
    kept = together.lock(SECRET, 7)

    assert OfFernet(KEY, "factor").open(kept.encode(), b"") == SECRET.encode()
    assert (together.renewed(kept, 7), alone.open(kept, 7)) == (None, SECRET)

    new = alone.renewed(kept, 7)
    assert new is not None
    assert new.startswith(f"{NEWEST}:")
    assert together.open(new, 7) == SECRET, "should a clock go wrong"


def test_what_no_key_opens_is_left_as_it_is():
    kept = OfFernet(OTHER, "factor").lock(SECRET.encode(), b"").decode()

    assert Box([KEY], "factor").renewed(kept, 7) is None
