"""Pictures for page and paper are drawn from uploads once, and again when they are lost."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from reports.alike import NEAR, distance
from survey.files import pictures, uploads
from survey.files.contents import Missing, form_of
from survey.files.folder import Folder
from survey.files.pictures import PRINT, SMALL
from tests.support.files import a_bare_png, a_photo, a_scene, saved


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


def test_a_photo_of_release_one_is_handed_out_without_what_its_camera_noted(contents):
    given = a_telling_photo("JPEG")
    sha256 = contents.put(given)  # that release kept it as it came
    stored = taken(contents, a_photo())

    handed = contents.read(pictures.handed_out(contents, sha256, "image/jpeg"))

    assert b"SECRET" in contents.read(sha256)
    assert b"SECRET" not in handed
    with Image.open(io.BytesIO(given)) as before, Image.open(io.BytesIO(handed)) as after:
        assert after.tobytes() == before.tobytes()
    assert pictures.printable(contents, sha256, "image/jpeg")
    assert contents.read(pictures.handed_out(contents, sha256, "image/jpeg")) == handed
    assert pictures.handed_out(contents, stored.sha256, "image/jpeg") == stored.sha256


def test_a_photo_that_cannot_be_freed_of_it_is_not_handed_out(contents):
    broken = contents.put(b"SECRET-PLACE, and no picture any more")

    with pytest.raises(Missing):
        contents.read(pictures.handed_out(contents, broken, "image/jpeg"))


def test_nothing_a_camera_noted_reaches_the_paper(contents):
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x010F] = "SECRET-CAMERA"
    Image.new("RGB", (60, 40)).save(stream, "JPEG", exif=exif, comment=b"SECRET-COMMENT")

    stored = taken(contents, stream.getvalue())

    for form in (PRINT, SMALL):
        drawn = contents.read(form_of(stored.sha256, form))
        assert b"SECRET" not in drawn
        assert b"Exif" not in drawn


def a_telling_photo(form, orientation=6, zone="+05:00"):
    """A photo with place, camera, owner and comments; as a phone writes it, another one behind."""
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x010F], exif[0xA430], exif[0x0112] = "SECRET-CAMERA", "SECRET-OWNER", orientation
    noted = exif.get_ifd(0x8769)
    noted[0x9003], noted[0x927C] = "2026:11:20 09:12:33", b"SECRET-MAKER"
    if zone:
        noted[0x9011] = zone
    exif.get_ifd(0x8825)[0x001D] = "SECRET-PLACE"
    words, more = PngInfo(), {}
    words.add_text("Author", "SECRET-AUTHOR")
    if form == "PNG":
        more["pnginfo"] = words
    else:
        more |= {"xmp": b"<x:xmpmeta>SECRET-XMP</x:xmpmeta>"}
    if form == "JPEG":
        more["comment"] = b"SECRET-COMMENT"
    picture = Image.effect_noise((90, 60), 80).convert("RGB")
    picture.save(stream, form, exif=exif, **more)
    return stream.getvalue() + b"SECRET-BEHIND"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_a_camera_noted_is_taken_from_the_photo_itself_and_its_time_kept(contents, form):
    given = a_telling_photo(form)

    stored = taken(contents, given, f"现场.{form.lower()}")

    kept = contents.read(stored.sha256)
    assert b"SECRET" in given
    assert b"SECRET" not in kept
    assert stored.size == len(kept)
    with Image.open(io.BytesIO(given)) as before, Image.open(io.BytesIO(kept)) as after:
        assert after.getexif() == {0x0112: 6}
        assert after.tobytes() == before.tobytes()
    assert stored.taken_at == datetime(2026, 11, 20, 4, 12, 33, tzinfo=UTC)
    assert taken(contents, kept, f"再次.{form.lower()}").sha256 == stored.sha256


def test_a_camera_without_a_zone_is_taken_for_ours_and_a_clock_never_set_for_none(contents):
    ours = taken(contents, a_telling_photo("JPEG", zone=""))
    assert ours.taken_at == datetime(2026, 11, 20, 1, 12, 33, tzinfo=UTC)

    unset = a_telling_photo("JPEG").replace(b"2026:11:20 09:12:33", b"0000:00:00 00:00:00")
    assert taken(contents, unset).taken_at is None


def test_a_photo_held_sideways_looks_like_the_same_one_upright(contents):
    scene, turned = a_scene(1), Image.Exif()
    turned[0x0112] = 6
    upright = taken(contents, saved(scene))
    sideways = taken(contents, saved(scene.rotate(90, expand=True), exif=turned))

    assert upright.sha256 != sideways.sha256
    assert distance(int(upright.likeness, 16), int(sideways.likeness, 16)) <= NEAR


def test_what_an_earlier_release_took_in_is_looked_at_once(contents):
    stored = taken(contents, saved(a_scene(2)))
    wall, gone = taken(contents, a_photo()), "0" * 64

    seen = [pictures.likeness(contents, sha, "image/jpeg") for sha in (stored.sha256, wall.sha256)]

    assert seen == [stored.likeness, ""]
    assert len(stored.likeness) == 16
    assert pictures.likeness(contents, gone, "image/jpeg") == ""


@pytest.mark.parametrize("more", [{"progressive": True}, {"icc_profile": b"profile" * 20000}])
def test_a_photo_that_tells_nothing_is_kept_as_it_came(contents, more):
    stream = io.BytesIO()
    Image.effect_noise((300, 200), 80).convert("RGB").save(stream, "JPEG", **more)

    assert contents.read(taken(contents, stream.getvalue()).sha256) == stream.getvalue()


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
