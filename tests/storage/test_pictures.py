"""Pictures for page and paper are drawn from uploads once, and again when they are lost."""

import io

import pytest
from PIL import Image

from survey.files import pictures, uploads
from survey.files.contents import form_of
from survey.files.folder import Folder
from survey.files.pictures import PRINT, SMALL
from tests.support.files import a_bare_png, a_photo


@pytest.fixture
def contents(tmp_path):
    return Folder(tmp_path)


def taken(contents, content, name="现场.jpg"):
    return uploads.take(io.BytesIO(content), name, contents, 10**7)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_of_every_kind_is_ready_for_paper_once_it_is_taken(contents, form):
    stored = taken(contents, a_photo(form=form, size=(3000, 2000)), f"现场.{form.lower()}")
    contents.remove(stored.sha256)  # so that nothing can be drawn any more

    printed = pictures.printable(contents, stored.sha256, stored.media_type)

    with Image.open(io.BytesIO(printed)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1000, 667))


def test_a_photo_of_an_earlier_release_is_drawn_for_paper_when_it_is_wanted(contents):
    stored = taken(contents, a_photo(size=(900, 600)))
    contents.remove(form_of(stored.sha256, PRINT))

    printed = pictures.printable(contents, stored.sha256, stored.media_type)

    assert printed
    assert contents.read(form_of(stored.sha256, PRINT)) == printed


def test_nothing_a_camera_noted_reaches_the_paper(contents):
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x010F] = "SECRET-CAMERA"
    Image.new("RGB", (60, 40)).save(stream, "JPEG", exif=exif, comment=b"SECRET-COMMENT")

    stored = taken(contents, stream.getvalue())

    for form in (PRINT, SMALL):
        drawn = contents.read(form_of(stored.sha256, form))
        assert b"SECRET" not in drawn
        assert b"Exif" not in drawn


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "image/jpeg"),
        (b"not a picture", "image/png"),
        (a_photo()[:200], "image/jpeg"),
        (a_photo(form="GIF"), "image/png"),
        (a_bare_png(9000), "image/png"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/webp"),
    ],
)
def test_what_lies_there_and_is_no_picture_cannot_be_shown(contents, content, media_type):
    assert pictures.printable(contents, contents.put(content), media_type) is None


def test_a_picture_that_is_gone_or_changed_cannot_be_shown(contents):
    changed = contents.put(a_photo())
    contents.put_as(changed, a_photo("red"))

    assert pictures.printable(contents, changed, "image/jpeg") is None
    assert pictures.printable(contents, "0" * 64, "image/jpeg") is None
