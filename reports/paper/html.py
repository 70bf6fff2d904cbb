"""A diagnosis as printed pages: one HTML, whole in itself apart from fonts and photos.

Those the press holds in memory; the page can reach nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from questionnaires.words import SIZES
from reports import charts, proof
from reports.diagnosis import Diagnosis
from reports.diagnosis.advice import DISCLAIMER
from reports.diagnosis.schedule import Schedule
from reports.diagnosis.sections import LONG
from reports.facts import Finding, Photo, SheetKind
from reports.figures import date_text, percent
from reports.paper.chapters import chapters
from reports.paper.drawing import svg
from reports.paper.gantt import gantt
from reports.paper.glossary import glossary
from reports.paper.ladder import ladder
from reports.paper.letters import in_letters
from reports.paper.owner import owners_page
from reports.paper.presses import Attached, write_pdf
from reports.paper.problems import pictured, problems
from reports.paper.qr import qr
from reports.paper.sheets import sheet
from reports.proof import Verifiable
from reports.visit import Signed, length_text
from reports.words import CONDITION_STATES, OUTCOMES, SEVERITIES, VERDICTS

HERE = Path(__file__).parents[1]
PICTURE_DPI = 144
MOST_GATES, MOST_PROBLEMS, MOST_TASKS = 6, 12, 9
"""So many stand on one page of the short edition."""
ROOMY = 7
"""A plan of no more leaves room for its budget beside it."""


def print_report(diagnosis: Diagnosis, path: Path, verifiable: Verifiable | None = None) -> None:
    """Write a diagnosis as PDF; one that is issued says how it is verified and brings its proof."""
    pictures = photos(diagnosis)
    shown = {address: picture for address, picture in pictures.items() if picture}
    write_pdf(
        render_html(diagnosis, pictures, verifiable),
        path,
        pictures=shown,
        attachments=[_proof(diagnosis, verifiable)] if verifiable else [],
    )


def _proof(diagnosis: Diagnosis, verifiable: Verifiable) -> Attached:
    content = proof.proof_of(
        diagnosis.score,
        number=diagnosis.facts.number,
        kind=diagnosis.kind,
        version=verifiable.version,
        seal=verifiable.seal,
    )
    return Attached(proof.NAME, proof.ABOUT, content, diagnosis.facts.issued)


def render_html(
    diagnosis: Diagnosis,
    pictures: Mapping[str, bytes | None] | None = None,
    verifiable: Verifiable | None = None,
) -> str:
    """Return the report as one HTML page with its styles and charts inside.

    Args:
        pictures: What ``photos`` gave for this diagnosis, where the caller has it already.
        verifiable: By what it can be verified; None for one that is not issued.
    """
    template = templates().get_template("report.html")
    numbered = problems(diagnosis)
    html = template.render(
        it=diagnosis,
        chapters=chapters(diagnosis),
        size=SIZES[diagnosis.facts.size] if diagnosis.facts.size else "",
        disclaimer=DISCLAIMER,
        long=LONG,
        condition_states=CONDITION_STATES,
        verdicts=VERDICTS,
        stylesheet=stylesheet(),
        ladder=ours(ladder(diagnosis.ladder, _ladder_in_words(diagnosis))),
        page=owners_page(diagnosis),
        problems=numbered,
        pictured=pictured(numbered),
        glossary=glossary(diagnosis),
        gantt=_gantt(diagnosis.plan.schedule),
        trend=_trend(diagnosis),
        photos=photos(diagnosis) if pictures is None else pictures,
        photo_address=photo_address,
        signature_address=signature_address,
        outcomes=OUTCOMES,
        severities=SEVERITIES,
        verifiable=verifiable,
        qr=ours(qr(verifiable.address)) if verifiable else "",
    )
    return in_letters(html)


def print_short(diagnosis: Diagnosis, path: Path) -> None:
    """Write the edition of four pages for the meeting room (简版) as PDF."""
    write_pdf(render_short(diagnosis), path)


def write_picture(diagnosis: Diagnosis, path: Path) -> None:
    """Write the owner's page as a picture (PNG), to be sent on."""
    write_pdf(render_short(diagnosis, one_page=True), path, dpi=PICTURE_DPI)


def render_short(diagnosis: Diagnosis, *, one_page: bool = False) -> str:
    """Return the short edition as one HTML page.

    Args:
        one_page: The owner's page alone.
    """
    plan = diagnosis.plan.schedule
    shown = replace(plan, tasks=(plan.must + plan.extra)[:MOST_TASKS])
    html = (
        templates()
        .get_template("short.html")
        .render(
            it=diagnosis,
            one_page=one_page,
            page=owners_page(diagnosis),
            problems=problems(diagnosis),
            most_gates=MOST_GATES,
            most_problems=MOST_PROBLEMS,
            disclaimer=DISCLAIMER,
            stylesheet=stylesheet(),
            ladder=ours(ladder(diagnosis.ladder, _ladder_in_words(diagnosis))),
            plan=shown,
            roomy=len(plan.tasks) <= ROOMY,
            gantt=_gantt(shown),
        )
    )
    return in_letters(html)


def _gantt(plan: Schedule) -> Markup:
    words = "；".join(f"{task.title}{task.months}" for task in plan.tasks)
    return ours(gantt(plan, f"实施进度：{words}")) if plan.tasks else Markup()


def _ladder_in_words(diagnosis: Diagnosis) -> str:
    return f"阶梯图：{diagnosis.rung}，总得分率 {diagnosis.share.text}"


def _trend(diagnosis: Diagnosis) -> Markup:
    """The firm's rounds drawn as on its page; nothing where there is one point."""
    it = diagnosis.trend
    if it is None or len(it.points) < 2:
        return Markup()
    words = "，".join(
        f"{p.day:%Y-%m} {percent(m.share)}" for p in it.points if (m := p.confirmed or p.own)
    )
    return ours(svg(charts.trend(it), 640, 230, f"历轮总得分率：{words}"))


def photos(diagnosis: Diagnosis) -> dict[str, bytes | None]:
    """The findings' photos and the signatures by address; None where one cannot be shown."""
    shown = [photo for one in found(diagnosis) for photo in one.photos]
    return {photo_address(photo): photo.content for photo in shown} | {
        signature_address(signed): signed.content for signed in diagnosis.visit.signed
    }


def found(diagnosis: Diagnosis) -> tuple[Finding, ...]:
    """Everything found on site, in the order it is printed."""
    return (*diagnosis.visit.findings, *diagnosis.findings)


def photo_address(photo: Photo) -> str:
    """The invented address under which the press finds a photo."""
    return f"paper:photo/{photo.id}"


def signature_address(signed: Signed) -> str:
    return f"paper:signature/{signed.id}"


@cache
def templates() -> Environment:
    """What paper is written from; every value is escaped."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["day"] = date_text
    templates.filters["lasting"] = length_text
    templates.globals["SheetKind"] = SheetKind
    return templates


def stylesheet(name: str = "paper.css") -> Markup:
    """A paper sheet, to be written into a page."""
    return ours(sheet(name))


def ours(markup: str) -> Markup:
    """Mark as safe what we made ourselves: the style sheet, and SVG rebuilt by ``drawing``."""
    return Markup(markup)  # noqa: S704 - never anything a user typed
