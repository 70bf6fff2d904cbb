"""A project's page, for its firm and for the bureau: one template, the steps each may take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey import library
from survey.files.kinds import ACCEPT, BY_MEDIA_TYPE
from survey.lifecycle import project_work
from survey.lifecycle.edition_status import newest
from survey.lifecycle.errors import Invalid, Refusal
from survey.readings.projects import ProjectSeen, project_seen
from survey.readings.samples import copied
from survey.store import log
from survey.store import projects as store
from survey.tables import Assessment, Firm, Project, ProjectPaper, Role
from survey.views import files
from survey.views.bureau.steps import StepForm
from survey.web import downloads, here
from survey.words import projects as words
from survey.words import samples as sample_words
from survey.words.log import LogWords

Forms = dict[str, StepForm]
Take = Callable[[ProjectSeen, Any], object]


@dataclass(frozen=True)
class ProjectStep:
    """A step of the page: its form, what it does, what is said when it is done."""

    form: Callable[[ProjectSeen], StepForm]
    take: Take
    done: str


@dataclass(frozen=True)
class Desk:
    """Whose page it is: how they find a project, where it stands, which steps they see and take."""

    find: Callable[[int], Project]
    page: str
    forms: Callable[[ProjectSeen], Forms]
    steps: Mapping[str, ProjectStep]


def shown(
    desk: Desk, project_id: int, failed: StepForm | None = None, status: int = 200
) -> ResponseReturnValue:
    """Render a project with the steps that may be taken now, or one that was refused."""
    it = project_seen(here.session(), desk.find(project_id))
    forms = desk.forms(it)
    if failed is not None:
        forms[failed.step] = failed
    for form in forms.values():
        form.show_at(it.row.version)
    is_firm = here.reader().role == Role.FIRM
    named = library.named(here.session())
    page = render_template(
        "projects/project.html",
        it=it,
        forms=forms,
        is_firm=is_firm,
        today=here.today(),
        words=words,
        accept=ACCEPT,
        open_states=store.OPEN,
        copied=copied(here.session(), it.row, everything=not is_firm),
        sample_words=sample_words,
        history=() if is_firm else log.history(here.session(), "project", project_id),
        log_words=LogWords(*named),
    )
    return page, status


def taken(desk: Desk, project_id: int, name: str) -> ResponseReturnValue:
    """Take a step that was posted, or show the page with what was typed and why it was refused."""
    step = desk.steps.get(name) or abort(404)
    it = project_seen(here.session(), desk.find(project_id))
    form = step.form(it)
    if not form.validate():
        return shown(desk, project_id, form, 422)
    try:
        step.take(it, form)
    except Refusal as error:
        here.session().rollback()
        return shown(desk, project_id, form, form.show_refusal(error))
    flash(step.done, "good")
    return redirect(url_for(desk.page, project_id=project_id))


def fresh(firm: Firm, basis: Assessment | None) -> Project:
    """Return a project that nobody keeps, by which the catalogue is chosen."""
    edition = basis.edition if basis else newest(here.session())
    return Project(firm_id=firm.id, firm=firm, edition=edition)


# --- papers ---------------------------------------------------------------------------------------


def attached(desk: Desk, project_id: int) -> ResponseReturnValue:
    """Put a file beside a project."""
    desk.find(project_id)
    kind = request.form.get("kind", "")
    if kind not in words.PAPERS:
        raise Invalid({"kind": "请选择是哪一种资料。"})
    stored = files.taken("paper")
    project_work.attach_paper(here.step(), project_id, kind, stored)
    flash(f"“{stored.name}”已上传。", "good")
    return redirect(url_for(desk.page, project_id=project_id) + "#papers")


def paper_of(desk: Desk, paper_id: int) -> ProjectPaper:
    """Return a paper of a project the reader may open; any other is not there."""
    paper = store.paper(here.session(), paper_id) or abort(404)
    desk.find(paper.project_id)
    return paper


def handed_out(desk: Desk, paper_id: int) -> ResponseReturnValue:
    """Hand out a paper as it was uploaded."""
    paper = paper_of(desk, paper_id)
    extension = BY_MEDIA_TYPE[paper.media_type].extensions[0]
    return downloads.attachment(
        here.contents(),
        paper.sha256,
        media_type=paper.media_type,
        name=paper.name,
        plain_name=f"project-paper-{paper.id}.{extension}",
    )


def room_for_papers(endpoints: frozenset[str]) -> Callable[..., None]:
    """Return what lets uploads be as large as files may be.

    Set before anything looks into the body: the CSRF check does.
    """

    def room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
        if endpoint in endpoints:
            request.max_content_length = current_app.config["SURVEY"].most_upload_bytes

    return room
