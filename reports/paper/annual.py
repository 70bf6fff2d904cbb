"""A yearly report as printed pages: the chapters of its Word edition, with the same figures."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from reports.annual import Annual, paragraphs
from reports.annual.chapters import BEGINNING, BEST, CHAPTERS, EXAMPLES, NEXT, PROBLEMS, WORK
from reports.annual.examples import examples
from reports.annual.proposals import beginning, best
from reports.dashboard import NONE, Cell, Table
from reports.paper.html import ours, stylesheet, templates
from reports.paper.letters import in_letters
from reports.paper.presses import write_pdf
from reports.small_cells import WITHHELD
from reports.word.annual import drawing


def print_annual(it: Annual, path: Path) -> None:
    """Write the report as PDF."""
    write_pdf(render(it), path)


def render(it: Annual) -> str:
    """Return the report as one HTML with its styles and charts inside."""
    says = {
        BEGINNING: beginning(it.tables, it.made.year),
        BEST: best(it.tables),
        EXAMPLES: examples(it.examples, outward=it.outward),
        WORK: paragraphs(it.written.work),
        PROBLEMS: paragraphs(it.written.problems),
        NEXT: paragraphs(it.written.next),
    }
    template = templates().get_template("annual.html")
    html = template.render(
        it=it,
        chapters=CHAPTERS,
        says=says,
        stylesheet=stylesheet("annual.css"),
        drawn=_drawn,
        figure_columns=_figure_columns,
    )
    return in_letters(html)


def _figure_columns(table: Table) -> set[int]:
    """Return the columns that hold figures, ranges of them or nothing; the first is 0."""
    columns = zip(*(line.cells for line in table.lines), strict=True)
    return {at for at, cells in enumerate(columns, 1) if not any(map(_is_words, cells))}


def _is_words(cell: Cell) -> bool:
    return cell.number is None and cell.text not in (NONE, WITHHELD)


def _drawn(table: Table) -> Markup:
    found = drawing(table)
    return ours(found.svg) if found else Markup()
