"""Pages look as they did: whatever moves, vanishes or changes its colour is either meant or seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter

from tests.support.page_pictures import (
    DOCUMENTS,
    KEPT,
    RENEW,
    contact_sheet,
    differing,
)


@pytest.fixture(scope="module", params=DOCUMENTS)
def looked_at(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Image.Image]:
    path = tmp_path_factory.mktemp("pages") / f"{request.param}.pdf"
    DOCUMENTS[request.param](path)
    return request.param, contact_sheet(path)


def kept(name: str) -> Image.Image:
    with Image.open(KEPT / f"{name}.png") as picture:
        return picture.convert("L")


def test_a_document_looks_as_it_did_when_its_pictures_were_kept(
    looked_at: tuple[str, Image.Image], tmp_path: Path
) -> None:
    name, seen = looked_at
    seen.save(tmp_path / f"{name}.png")

    assert differing(kept(name), seen) == [], (
        f"{name} looks different: compare {tmp_path}/{name}.png with {KEPT}/{name}.png. "
        f"If it is meant, `{RENEW}` keeps it"
    )


def test_letters_that_are_smoothed_otherwise_look_the_same(
    looked_at: tuple[str, Image.Image],
) -> None:
    name, _ = looked_at
    once = kept(name)
    smoothed = once.filter(ImageFilter.GaussianBlur(0.6))

    assert ImageChops.difference(once, smoothed).getbbox() is not None
    assert differing(once, smoothed) == []


def test_what_moves_by_the_height_of_a_heading_or_vanishes_is_seen(
    looked_at: tuple[str, Image.Image],
) -> None:
    _, seen = looked_at
    moved = ImageChops.offset(seen, 0, 3)
    without = seen.copy()
    without.paste(255, (100, 20, 190, 40))

    assert differing(seen, moved)
    assert differing(seen, without)
    assert differing(seen, seen.crop((0, 0, seen.width, seen.height // 2)))


def test_what_is_kept_of_pages_is_small() -> None:
    assert sum(file.stat().st_size for file in KEPT.iterdir()) < 300_000
    assert {file.stem for file in KEPT.iterdir()} == set(DOCUMENTS)
