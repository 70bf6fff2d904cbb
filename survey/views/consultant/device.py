"""What a consultant's device asks for: whose visits it may hold, and photos taken in parts."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import datetime
from io import BytesIO
from typing import Annotated, Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field

from survey.config import Config
from survey.files.names import plain_name
from survey.lifecycle import photos as steps
from survey.lifecycle.errors import Invalid
from survey.lifecycle.photos import Announced, Progress
from survey.store import visits as store
from survey.views import changes, files
from survey.views.consultant.pages import pages
from survey.web import access, form_tokens, here

OCTETS = "application/octet-stream"
PHOTO = "/<row:assessment_id>/photos"
NUMBERED = f"{PHOTO}/<request_id>"


class PhotoSent(BaseModel):
    """A photo as a script of ours announces it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    question: Annotated[str, Field(pattern=r"\A([A-Za-z0-9_]{1,60}|note\.[A-Za-z0-9-]{1,40})\z")]
    """A question's id, or ``tables.NOTE`` and that of a finding."""
    request_id: Annotated[str, Field(pattern=r"\A[A-Za-z0-9._-]{1,64}\z")]
    sha256: Annotated[str, Field(pattern=r"\A[0-9a-f]{64}\z")]
    size: Annotated[int, Field(gt=0, le=10**9)]
    name: Annotated[str, Field(max_length=255)]
    caption: str = ""
    taken_at: str | None = None


@pages.get("/device")
def contact() -> ResponseReturnValue:
    """Tell a device who is signed in, the keys of what it holds of theirs, and which visits are theirs.

    What is not in ``visits`` the device forgets; ``token`` goes with whatever it sends.
    """
    access.to_be_kept()
    reader = here.reader()
    return {
        "reader": reader.id,
        "token": form_tokens.token(),
        "keys": [b64encode(secret).decode() for secret in _secrets(reader.id)],
        "visits": {str(id): state for id, state in store.states(here.session(), reader.id)},
    }


@pages.get("/device-file")
def device_file() -> str:
    """Show where a file of what another device has not sent is handed in: its browser opens and sends it."""
    access.to_be_kept()
    return render_template("consultant/device_file.html")


def _secrets(user_id: int) -> list[bytes]:
    """Return the key of what devices hold of one person, then those of earlier secrets.

    The same for all devices of the person, so that what one of them saved to a file another opens.
    """
    config: Config = current_app.config["SURVEY"]
    about = f"device:{user_id}".encode()
    kept = (config.secret_key, *config.secret_key_fallbacks)
    return [hmac.digest(secret.encode(), about, "sha256") for secret in kept]


@pages.post(PHOTO)
def begin_photo(assessment_id: int) -> ResponseReturnValue:
    """Announce a photo; the answer says how much of it is here already."""
    access.visited_assessment(assessment_id)
    sent = changes.parsed(PhotoSent, request)
    most = files.limits_in_words()
    if sent.size > most.bytes:
        raise Invalid({"size": f"照片超过 {most.size}，没有上传。请缩小后重试。"})
    announced = Announced(
        question_id=sent.question,
        request_id=sent.request_id,
        sha256=sent.sha256,
        size=sent.size,
        name=plain_name(sent.name),
        caption=sent.caption,
        taken_at=_moment(sent.taken_at),
    )
    return _said(steps.begin(here.step(), assessment_id, announced, limits=files.room()))


@pages.post(f"{NUMBERED}/parts/<int:offset>")
def add_part(assessment_id: int, request_id: str, offset: int) -> ResponseReturnValue:
    """Keep the next bytes of a photo; the answer says where to go on."""
    access.visited_assessment(assessment_id)
    if request.mimetype != OCTETS:
        raise Invalid({"part": f"照片的内容应以 {OCTETS} 发送。"})
    content = request.get_data(cache=False)
    return _said(steps.add_part(here.step(), assessment_id, request_id, offset, content))


@pages.post(f"{NUMBERED}/finish")
def finish_photo(assessment_id: int, request_id: str) -> ResponseReturnValue:
    """Put a photo that is here whole behind its question, once."""
    access.visited_assessment(assessment_id)
    arrived = steps.arrived(here.step(), assessment_id, request_id)
    if arrived is None:
        return _said(steps.progress(here.step(), assessment_id, request_id))
    stored = files.checked(BytesIO(arrived.content), arrived.name)
    return _said(steps.take(here.step(), assessment_id, request_id, stored, limits=files.room()))


def _said(progress: Progress) -> dict[str, Any]:
    return {
        "request_id": progress.request_id,
        "received": progress.received,
        "done": progress.done,
        "file": files.described(progress.file) if progress.file else None,
    }


def _moment(given: str | None) -> datetime | None:
    """Read when a photo was taken: a date and time with its zone, of this century.

    Raises:
        Invalid: It is something else.
    """
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year < 2100:
        raise Invalid({"taken_at": "拍摄时间应为带时区的日期和时间。"})
    return moment
