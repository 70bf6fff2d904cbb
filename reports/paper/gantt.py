"""A plan drawn in months: a bar a purchase, what it waits for, and what is reached when."""

from __future__ import annotations

from xml.etree import ElementTree

from reports.charts import FAMILY, INK, LINE, MAIN, PAPER
from reports.diagnosis.schedule import WEEKS_A_YEAR, Schedule, Task
from reports.paper.drawing import finished

WIDTH, LABELS, HEAD, ROW = 680, 208, 50, 23
DENSE = 18
"""From so many months on, only every third one is named."""


def gantt(plan: Schedule, title: str) -> str:
    """Draw a plan as SVG; must-do bars are filled, the others outlined, so that grey tells them too."""
    months = max(plan.months, 3)
    height = HEAD + ROW * len(plan.tasks) + 6
    size = {"viewBox": f"0 0 {WIDTH} {height}", "width": str(WIDTH), "height": str(height)}
    root = ElementTree.Element("svg", size)
    _grid(root, months, height)
    places = {task.code: row for row, task in enumerate(plan.tasks)}
    for task in plan.tasks:
        for code in places.keys() & set(task.after):
            _arrow(root, plan.tasks[places[code]], task, places, months)
    for task in plan.tasks:
        _bar(root, task, places[task.code], months)
    for number, milestone in enumerate(plan.milestones):
        _milestone(root, milestone.week, milestone.title, months, height, number)
    return finished(root, title)


def _at(week: float, months: int) -> float:
    return LABELS + (WIDTH - LABELS - 8) * week * 12 / WEEKS_A_YEAR / months


def _grid(root: ElementTree.Element, months: int, height: int) -> None:
    step = 3 if months > DENSE else 1
    wide = (WIDTH - LABELS - 8) / months
    for month in range(0, months + 1, step):
        x = LABELS + wide * month
        _draw(root, "line", x1=x, x2=x, y1=HEAD - 6, y2=height - 4, stroke=LINE)
        if month < months:
            name = f"{month + 1}"
            _words(root, name, x + wide / 2, HEAD - 9, 10, "middle")
    _words(root, "第几个月", LABELS - 8, HEAD - 9, 10, "end")


def _bar(root: ElementTree.Element, task: Task, row: int, months: int) -> None:
    top, left = HEAD + ROW * row, _at(task.begins, months)
    wide = max(_at(task.ends, months) - left, 4)
    paint = {"fill": MAIN} if task.leads else {"fill": PAPER, "stroke": MAIN}
    _draw(root, "rect", x=left, y=top + 5, width=wide, height=13, rx=2, **paint)
    _draw(
        root,
        "path",
        d=f"M{left + wide:.4g} {top + 6}l5 5.5l-5 5.5l-5 -5.5z",
        fill=PAPER,
        stroke=INK,
    )
    _words(root, _short(f"{task.code} {task.title}"), 0, top + 16, 11, "start")


def _short(name: str, most: int = 17) -> str:
    """Cut a name to what its column holds; letters and figures take half a character."""
    room, kept = float(most), ""
    for letter in name:
        room -= 0.58 if letter.isascii() else 1
        if room < 0:
            return kept + "…"
        kept += letter
    return name


def _arrow(
    root: ElementTree.Element, before: Task, after: Task, places: dict[str, int], months: int
) -> None:
    x1, y1 = _at(before.ends, months), HEAD + ROW * places[before.code] + 11.5
    x2, y2 = _at(after.begins, months), HEAD + ROW * places[after.code] + 11.5
    down = y2 - 7 if y2 > y1 else y2 + 7
    x = max(x1, x2 + 6)
    path = f"M{x1:.4g} {y1:.4g}H{x:.4g}V{down:.4g}"
    _draw(root, "path", d=path, fill="none", stroke=INK, stroke_dasharray="2 2")
    sign = 1 if y2 > y1 else -1
    _draw(root, "path", d=f"M{x - 3:.4g} {down - 4 * sign:.4g}h6l-3 {5 * sign}z", fill=INK)


def _milestone(
    root: ElementTree.Element, week: int, title: str, months: int, height: int, number: int
) -> None:
    x, top = _at(week, months), 11 + 14 * number
    _draw(root, "line", x1=x, x2=x, y1=top + 3, y2=height - 4, stroke=INK, stroke_dasharray="5 3")
    _words(root, f"{title} ◆", x + 4, top, 10, "end")


def _words(
    root: ElementTree.Element, text: str, x: float, y: float, size: int, anchor: str
) -> None:
    style = {"font-size": size, "font-family": FAMILY, "fill": INK, "text-anchor": anchor}
    _draw(root, "text", x=x, y=y, **style).text = text


def _draw(root: ElementTree.Element, name: str, **attributes: object) -> ElementTree.Element:
    written = {
        key.replace("_", "-"): f"{value:.4g}" if isinstance(value, float) else str(value)
        for key, value in attributes.items()
    }
    return ElementTree.SubElement(root, name, written)
