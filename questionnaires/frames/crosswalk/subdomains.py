"""GB/T 39116 and Zhejiang's 未来工厂: what the answers touch, subdomain by subdomain.

Neither yields an overall result: weights and pass lines have not been seen, and none are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from questionnaires.answers import percent_text
from questionnaires.frames.crosswalk.frames import (
    HIGHEST,
    CapabilityDomain,
    CapabilityFrame,
    CapabilitySubdomain,
    MaturityFrame,
    Subdomain,
)
from questionnaires.frames.crosswalk.results import (
    FrameGroup,
    FrameResult,
    FrameRow,
    Span,
    frame_result,
)
from questionnaires.frames.crosswalk.view import NOTHING, View

SUBDOMAIN = "能力子域"
UNTOUCHED = "现有题目没有涉及这个子域"
MOST_NAMED = 5
INAPPLICABLE = "涉及的题目都不适用或没有这道工序"


# --- GB/T 39116 ---------------------------------------------------------------------------------


def read_maturity(frame: MaturityFrame, view: View) -> FrameResult:
    """Give each subdomain the lowest level among the answers that touch it.

    A single answer decides no subdomain: what it would be worth is told as just that.
    """
    rows = tuple(_maturity_row(frame, subdomain, view) for subdomain in frame.subdomains)
    derived = sum(row.state == "derived" for row in rows)
    alone = sum(row.state == "partial" and not row.missing for row in rows)
    open_end = sum(row.state == "partial" and bool(row.missing) for row in rows)
    headline = f"{len(rows)} 个能力子域中，{derived} 个给出参考等级"
    if alone:
        headline += f"，{alone} 个只有 1 题、不定级"
    if open_end:
        headline += f"，{open_end} 个因题目未答完只能给出上限"
    if rest := len(rows) - derived - alone - open_end:
        headline += f"，{rest} 个不能推出"
    return frame_result(frame, f"{headline}；不给总等级", rows, missing=_missing(rows, view))


def _maturity_row(frame: MaturityFrame, subdomain: Subdomain, view: View) -> FrameRow:
    asked = [q.id for q in view.mapped("gbt39116", subdomain.title) if view.applies(q.id)]
    known = [level for q in asked if (level := view.level(q)) is not None]
    missing = tuple(q for q in asked if view.level(q) is None)
    if not known:
        return _unknown(subdomain.group, subdomain.title, "gbt39116", missing, view)
    lowest = Span(Fraction(0 if missing else min(known)), Fraction(min(known)))
    settled = len(asked) > 1 and not missing
    value = _maturity_value(frame, min(known), bool(missing))
    return FrameRow(
        part=SUBDOMAIN,
        group=subdomain.group,
        title=subdomain.title,
        value=value if len(asked) > 1 else f"只有 1 题（{known[0]} 档），不定级",
        level=min(known) if settled else None,
        state="derived" if settled else "partial",
        why=_lowest(asked, min(known), max(known), missing, view),
        span=lowest,
        missing=missing,
    )


def _lowest(
    asked: list[str], lowest: int, highest: int, missing: tuple[str, ...], view: View
) -> str:
    """Say which answers hold the subdomain down; a long list of all of them helps nobody."""
    holding = _labels([q for q in asked if view.level(q) == lowest], view)
    said = f"涉及 {len(asked)} 题，最低 {lowest} 档（{holding}），最高 {highest} 档"
    return f"{said}；还没有回答：{_labels(missing, view)}" if missing else said


def _maturity_value(frame: MaturityFrame, level: int, open_end: bool) -> str:
    if level == 0:
        return "未到 1 级"
    name = f"{level} 级（{frame.levels[level - 1]}）"
    return f"不高于 {name}" if open_end else name


# --- Zhejiang -----------------------------------------------------------------------------------


def read_capabilities(frame: CapabilityFrame, view: View) -> FrameResult:
    """Say which subdomains the answers touch and where the firm stands in those, on average."""
    by_domain = {
        domain.title: tuple(_capability_row(domain, sub, view) for sub in domain.subdomains)
        for domain in frame.domains
    }
    rows = tuple(row for group in by_domain.values() for row in group)
    touched = sum(row.state != "unknown" for row in rows)
    domains = sum(any(row.state != "unknown" for row in group) for group in by_domain.values())
    headline = (
        f"{len(by_domain)} 个能力域中涉及 {domains} 个，"
        f"{len(rows)} 个能力子域中涉及 {touched} 个，{len(rows) - touched} 个不能推出；"
        "官方及格线未见，不判断等级"
    )
    groups = tuple(_domain_group(title, group) for title, group in by_domain.items())
    return frame_result(frame, headline, rows, groups, _missing(rows, view))


def _capability_row(
    domain: CapabilityDomain, subdomain: CapabilitySubdomain, view: View
) -> FrameRow:
    asked = [q.id for q in view.mapped("zhejiang", subdomain.title) if view.applies(q.id)]
    known = [level for q in asked if (level := view.level(q)) is not None]
    missing = tuple(q for q in asked if view.level(q) is None)
    if not known:
        return _unknown(domain.title, subdomain.title, "zhejiang", missing, view)
    full, earned = HIGHEST * len(asked), sum(map(subdomain.counted, known))
    position = Span(Fraction(earned, full), Fraction(earned + HIGHEST * len(missing), full))
    from_level = f"，{subdomain.counts_from} 档起才计" if subdomain.counts_from else ""
    return FrameRow(
        part=SUBDOMAIN,
        group=domain.title,
        title=subdomain.title,
        value=f"涉及 {len(asked)} 题{from_level}，位置 {_share_text(position)}",
        level=None,
        state="partial" if missing else "derived",
        why=f"评分表有 {subdomain.items} 项；依据：{'；'.join(view.said(q) for q in asked)}",
        span=position,
        missing=missing,
    )


def _domain_group(title: str, rows: tuple[FrameRow, ...]) -> FrameGroup:
    """Mean over the subdomains touched; those not touched are counted, not averaged in."""
    spans = [row.span for row in rows if row.span is not None]
    mean = None
    if spans:
        mean = Span(
            sum((s.lower for s in spans), NOTHING) / len(spans),
            sum((s.upper for s in spans), NOTHING) / len(spans),
        )
    value = f"涉及 {len(spans)} / {len(rows)} 个子域"
    return FrameGroup(
        title=title,
        value=f"{value}，位置 {_share_text(mean)}" if mean else value,
        touched=len(spans),
        total=len(rows),
        span=mean,
    )


def _share_text(span: Span) -> str:
    lower, upper = percent_text(span.lower * 100), percent_text(span.upper * 100)
    return lower if lower == upper else f"{lower}–{upper}"


# --- both ---------------------------------------------------------------------------------------


def _unknown(group: str, title: str, frame: str, missing: tuple[str, ...], view: View) -> FrameRow:
    why = UNTOUCHED
    if missing:
        why = f"还没有回答：{_labels(missing, view)}"
    elif any(title in q.maps.get(frame, ()) for q in view.questionnaire.questions.values()):
        why = INAPPLICABLE
    return FrameRow(
        part=SUBDOMAIN,
        group=group,
        title=title,
        value="不能推出",
        level=None,
        state="unknown",
        why=why,
        missing=missing,
    )


def _labels(question_ids: Sequence[str], view: View) -> str:
    """Name the first few questions; the rest are counted."""
    named = "、".join(view.label(q) for q in question_ids[:MOST_NAMED])
    return f"{named} 等 {len(question_ids)} 题" if len(question_ids) > MOST_NAMED else named


def _missing(rows: tuple[FrameRow, ...], view: View) -> tuple[str, ...]:
    return tuple(dict.fromkeys(view.label(q) for row in rows for q in row.missing))
