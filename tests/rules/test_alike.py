"""Which pictures look alike: by their likeness, and found among very many."""

import io
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps

from reports.alike import NEAR, distance, groups, near_pairs
from survey.files.inside.picture import likeness
from tests.support.files import a_scene, saved

SIZE = (1000, 750)


def kept(picture, quality=80):
    return Image.open(io.BytesIO(saved(picture, quality=quality)))


def scaled(picture, share):
    return picture.resize((int(picture.width * share), int(picture.height * share)))


def apart(one, other):
    return distance(int(likeness(one), 16), int(likeness(other), 16))


SCENES = [a_scene(seed) for seed in range(30)]


@pytest.mark.parametrize(
    "again",
    [
        lambda picture: kept(picture, 50),
        lambda picture: kept(scaled(picture, 0.5)),
        lambda picture: kept(scaled(picture, 1 / 3), 70),
        lambda picture: kept(ImageEnhance.Brightness(picture).enhance(1.05)),
    ],
    ids=["saved again", "half as large", "a third as large", "a little lighter"],
)
def test_a_photo_saved_again_scaled_or_lightened_looks_alike(again):
    far = [apart(scene, again(scene)) for scene in SCENES]

    assert max(far) <= NEAR, far


def test_different_photos_never_look_alike():
    bits = [int(likeness(scene), 16) for scene in SCENES]
    far = [distance(one, other) for one, other in combinations(bits, 2)]

    assert min(far) > 2 * NEAR, min(far)


def test_a_photo_turned_or_mirrored_is_another():
    scene = SCENES[0]

    assert apart(scene, scene.rotate(180)) > NEAR
    assert apart(scene, ImageOps.mirror(scene)) > NEAR


def test_bare_walls_have_no_likeness_or_all_of_them_would_look_alike():
    plain = [Image.new("RGB", SIZE, colour) for colour in ("white", "teal", "black")]
    lit = Image.linear_gradient("L").rotate(90).resize(SIZE)
    grainy = kept(Image.effect_noise(SIZE, 12))

    assert {likeness(wall) for wall in [*plain, lit, ImageOps.mirror(lit), grainy]} == {""}


BITS = st.integers(0, 2**64 - 1)


@st.composite
def near_and_far(draw):
    """Likenesses of which some differ in a few bits only."""
    some = draw(st.lists(BITS, min_size=1, max_size=6))
    flips = st.lists(st.integers(0, 63), max_size=NEAR + 2)
    near = []
    for one in draw(st.lists(st.sampled_from(some), max_size=12)):
        for bit in draw(flips):
            one ^= 1 << bit
        near.append(one)
    return some + near


@given(near_and_far())
def test_every_near_pair_is_found_and_no_other(likenesses):
    by_hand = {
        (one, other)
        for one, other in combinations(sorted(set(likenesses)), 2)
        if distance(one, other) <= NEAR
    }

    assert near_pairs(likenesses) == by_hand


@given(near_and_far())
def test_a_group_hangs_together_and_no_pair_is_torn(likenesses):
    found = groups(likenesses)
    member = {one: number for number, group in enumerate(found) for one in group}

    assert sum(map(len, found)) == len(member)
    assert all(len(group) > 1 for group in found)
    assert all(member[one] == member[other] for one, other in near_pairs(likenesses))
    touched = {one for pair in near_pairs(likenesses) for one in pair}
    assert touched == set(member)


def test_among_a_hundred_thousand_few_are_compared():
    random = Random(9)
    many = [random.getrandbits(64) for _ in range(100_000)]
    copies = [one ^ 1 << 5 ^ 1 << 40 for one in many[:50]]

    found = near_pairs([*many, *copies])

    assert len(found) == 50
    assert all(distance(one, other) == 2 for one, other in found)
