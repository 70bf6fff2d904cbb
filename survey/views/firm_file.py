"""A firm's file (一企一档), for whoever may see it: as a page, and as a ZIP to take along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import abort, flash, jsonify, url_for
from flask.typing import ResponseReturnValue

from reports import charts
from reports.firm_file import FirmFile, Leads
from survey.lifecycle import bundles as steps
from survey.readings.firm_file import file_of
from survey.rosters.columns import HEADS
from survey.store import bundles as store
from survey.store import jobs as waiting
from survey.tables import Bundle, Firm, Outlook
from survey.views.jobs import send
from survey.web import here
from survey.web.downloads import attachment
from survey.words import jobs as job_words
from survey.words.firm_file import TITLES
from survey.words.uploads import size_words

OF_BUREAU: Mapping[str, tuple[str, str]] = {
    "assessment": ("bureau.assessment", "assessment_id"),
    "report": ("results.report", "document_id"),
    "evidence": ("files.view", "evidence_id"),
    "signature": ("responses.signature", "signature_id"),
    "entry": ("bureau.pool_entry", "entry_id"),
    "paper": ("bureau.paper", "paper_id"),
    "project": ("bureau.project", "project_id"),
    "project_paper": ("bureau.project_paper", "project_paper_id"),
    "sample": ("bureau.sample", "sample_id"),
    "sample_consent": ("bureau.sample_consent", "sample_consent_id"),
    "need": ("bureau.need", "need_id"),
    "notice": ("bureau.candidate", "notice_id"),
    "provider": ("bureau.provider", "provider_id"),
}
OF_FIRM: Mapping[str, tuple[str, str]] = {
    "assessment": ("firm.overview", "assessment_id"),
    "report": ("results.report", "document_id"),
    "evidence": ("files.view", "evidence_id"),
    "signature": ("responses.signature", "signature_id"),
    "project": ("firm.project", "project_id"),
    "project_paper": ("firm.project_paper", "project_paper_id"),
    "sample": ("firm.sample", "sample_id"),
    "need": ("firm.need", "need_id"),
    "notice": ("firm.notice", "notice_id"),
}
"""Where a row leads, by what it is; a firm has no page for the rest."""


class Chart(NamedTuple):
    """The picture of a firm's way, and how high it is in pixels."""

    option: Mapping[str, Any]
    height: int


class Standing(NamedTuple):
    """How far the ZIP of a file is: one to take, one in the making, what went wrong."""

    bundle: Bundle | None
    making: bool
    fault: str

    @property
    def size(self) -> str:
        return size_words(self.bundle.size) if self.bundle else ""


def shown(firm: Firm, outlook: Outlook) -> dict[str, Any]:
    """Return what a page of a file is drawn from."""
    it = _file(firm, outlook)
    drawn = it.way.ladder and it.way.told
    chart = Chart(charts.way(it.way, here.today()), charts.way_height(it.way)) if drawn else None
    return {
        "it": it,
        "chart": chart,
        "leads": _leads(firm, outlook),
        "packed": standing(firm.id, outlook),
    }


def _file(firm: Firm, outlook: Outlook, *, answers: bool = False) -> FirmFile:
    return file_of(here.session(), firm, outlook, HEADS, here.today(), answers=answers)


def _leads(firm: Firm, outlook: Outlook) -> Callable[[Leads | None], str]:
    """Return what names the address a row leads to; empty where it leads nowhere."""
    known = OF_BUREAU if outlook == Outlook.BUREAU else OF_FIRM

    def address(leads: Leads | None) -> str:
        if leads is None or leads.what not in known:
            return ""
        endpoint, key = known[leads.what]
        values: dict[str, Any] = {key: leads.number}
        if endpoint == "bureau.candidate":
            values["firm_id"] = firm.id
        return url_for(endpoint, **values)

    return address


def standing(firm_id: int, outlook: Outlook) -> Standing:
    session = here.session()
    found = store.valid(session, firm_id, outlook, here.now())
    job = steps.job_of(session, firm_id, outlook)
    bundle = found if found and _is_kept(found) else None
    return Standing(bundle, bool(job and job.is_open), job_words.ended_without(job) if job else "")


def _is_kept(bundle: Bundle) -> bool:
    return here.contents().has(bundle.sha256)


def request(firm: Firm, outlook: Outlook) -> None:
    """Ask for the ZIP of a file as it is now."""
    basis = _file(firm, outlook, answers=True).basis
    here.session().rollback()
    job = steps.request(here.step(), firm.id, outlook, basis, is_kept=_is_kept)
    if job:
        send(job.id)
    else:
        flash("资料没有变化，上次打好的档案包就是最新的。", "good")


def state(firm_id: int, outlook: Outlook) -> ResponseReturnValue:
    """Say how far the ZIP is, for the page that waits for it."""
    job = steps.job_of(here.session(), firm_id, outlook) or abort(404)
    before = waiting.waiting_before(here.session(), job)
    return jsonify(state=job.state, waiting=before, fault=job_words.ended_without(job))


def handed_out(firm: Firm, outlook: Outlook) -> ResponseReturnValue:
    """Send the ZIP to be saved; one that expired is made anew on request."""
    bundle = standing(firm.id, outlook).bundle
    if bundle is None:
        here.refuse(
            404, "档案包不在了：过了保存期限，或者资料里有人要求清除。请回到档案页重新打包。"
        )
    steps.note_download(here.step(), bundle)
    name = f"{TITLES[outlook]}-{firm.name}-{here.today().isoformat()}.zip"
    return attachment(
        here.contents(),
        bundle.sha256,
        media_type="application/zip",
        name=name,
        plain_name=f"firm-{firm.id}.zip",
    )
