"""A district's profile: one file of data from which an installation becomes this district's.

Written to be filled in by whoever opens the application in another district; what is wrong is named
with its line, its field and the remedy, all of it at once, and nothing is taken over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from questionnaires import reading
from questionnaires.model import Value, Word
from questionnaires.reading import Document, Fault, Trail
from reports.contracts import Rate
from reports.contrast import LEAST, WHITE, contrast, darkened, mixed
from reports.district import Counting, Target
from survey import library
from survey.files import sandbox
from survey.files.inside import Verdict
from survey.lifecycle import (
    edition_status,
    need_rules,
    provider_rates,
    settings,
    stage_rules,
    typed,
    workdays,
)
from survey.lifecycle.errors import Faulty, Invalid
from survey.lifecycle.need_rules import Line
from survey.lifecycle.stage_rules import MOST_STAGES, MOST_TITLE
from survey.lifecycle.step import Step
from survey.store import need_rules as need_store
from survey.store import workdays as workday_store
from survey.store.need_rules import NeedRules
from survey.store.settings import District, read_logo
from survey.store.settings import read as present
from survey.store.stages import SHIPPED, Stage, of_ladder
from survey.tables import Ladder, PoolState, StageFact
from survey.words.wording import AWARD_LEVELS
from survey.workdays import Calendar, SpecialDay

MOST_BYTES = 400_000
MOST_LOGO = 200_000
GROUND = "#f2f6f5"
"""What pages lie on, see ``static/css/tokens.css``."""
EXAMPLE = "#0c5f63"
SOFT = 0.88
"""How much white is in the ground that a colour lies on softly."""
PNG = b"\x89PNG\r\n\x1a\n"

Name = Annotated[str, Field(min_length=1, max_length=60)]
Colour = Annotated[str, Field(max_length=20)]
COLOUR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)


class Entry(Value):
    """A frozen value that takes a number for a number and words for words, and knows its keys."""

    model_config = ConfigDict(strict=True)


class Contact(Entry):
    """Whom a firm may ask."""

    name: Annotated[str, Field(min_length=1, max_length=30)] = ""
    phone: Annotated[str, Field(min_length=1, max_length=30)] = ""


class Goal(Entry):
    """A target of the plan."""

    year: Annotated[int, Field(ge=2000, le=2099)]
    count: Annotated[int, Field(ge=0, le=9999)]
    rungs: Annotated[list[Word], Field(min_length=1)]


class Rule(Entry):
    """By which recognitions targets are counted, see ``reports.district.Counting``."""

    titles: list[Name] = []
    levels: list[Name] = []
    since: Annotated[str, Field(max_length=20)] | None = None
    base: Annotated[int, Field(ge=0, le=9999)] = 0


class Colours(Entry):
    """The district's own in place of ours; white words stand on both."""

    main: Colour
    deep: Colour


class Year(Entry):
    """The special days of a year, one a line, as ``lifecycle.workdays`` reads them."""

    year: Annotated[int, Field(ge=2000, le=2099)]
    days: Annotated[str, Field(min_length=1, max_length=12_000)]


class Kind(Entry):
    """A category of needs, see ``store.need_rules.Category``."""

    name: Name
    days: int
    department: Name | None = None
    words: Annotated[list[Name], Field(max_length=20)] = []


class Needs(Entry):
    """How needs are sorted, and who answers them."""

    categories: Annotated[list[Kind], Field(min_length=1, max_length=need_rules.MOST_CATEGORIES)]
    departments: Annotated[list[Name], Field(max_length=need_rules.MOST_DEPARTMENTS)] = []
    most_open: int = need_store.MOST_OPEN


class Providers(Entry):
    """Of which classes providers are, and which part of their sales the district pays them.

    ``rates``: one a line, as ``lifecycle.provider_rates`` reads them.
    """

    classes: Annotated[list[Name], Field(min_length=1, max_length=20)] = list(
        District.provider_classes
    )
    rates: Annotated[str, Field(max_length=4_000)] | None = None


class StageEntry(Entry):
    """A stage of one ladder of the pool's ledger, see ``store.stages.Stage``."""

    id: Word
    title: Annotated[str, Field(min_length=1, max_length=MOST_TITLE)]
    state: Literal["proposed", "in_pool", "recognised", "withdrawn"]
    exit: bool = False
    fact: (
        Literal["confirmed", "filed", "underway", "accepted", "rated", "recognised"]
        | Literal["eligible", "self_rated", "put_forward", "listed"]
        | None
    ) = None


class Stages(Entry):
    """Both ladders, each in the order in which it is climbed."""

    province: Annotated[list[StageEntry], Field(min_length=1, max_length=MOST_STAGES)]
    nation: Annotated[list[StageEntry], Field(min_length=1, max_length=MOST_STAGES)]


class Taken(NamedTuple):
    """What a profile says."""

    district: District
    logo: bytes
    calendar: Calendar
    rules: NeedRules


class Profile(Entry):
    """``district.yaml``."""

    name: Annotated[str, Field(min_length=1, max_length=30)]
    bureau: Name
    department: Name | None = None
    contact: Contact = Contact()
    plan: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    townships: Annotated[list[Name], Field(max_length=500)] = []
    parks: Annotated[list[Name], Field(max_length=500)] = []
    targets: Annotated[list[Goal], Field(max_length=12)] = []
    counting: Rule = Rule()
    reduced: bool = False
    link_days: Annotated[int, Field(ge=1, le=30)] = District.link_days
    stuck_days: Annotated[int, Field(ge=1, le=60)] = District.stuck_days
    bundle_days: Annotated[int, Field(ge=1, le=60)] = District.bundle_days
    retention_months: Annotated[int, Field(ge=6, le=120)] = District.retention_months
    log_months: Annotated[int, Field(ge=6, le=240)] = District.log_months
    stages: Stages | None = None
    workdays: Annotated[list[Year], Field(max_length=30)] = []
    needs: Needs | None = None
    providers: Providers = Providers()
    colours: Colours | None = None
    logo: Annotated[str, Field(min_length=1)] | None = None
    """A PNG in base64."""


def load(step: Step, raw: bytes, name: str) -> District:
    """Make the installation this profile's district.

    Raises:
        Faulty: Names everything that is wrong; nothing changed.
    """
    taken = read(step, raw, name)
    beside = {
        workday_store.KEY: workday_store.written(taken.calendar),
        need_store.KEY: need_store.written(taken.rules),
    }
    try:
        settings.keep_district(step, taken.district, taken.logo, beside)
    except Invalid as error:  # firms stand in a stage that the profile does not have
        told = error.fields["stages"].rstrip("。")
        raise Faulty((Fault(name, "stages", told, "改正后再载入"),)) from error
    return taken.district


def read(step: Step, raw: bytes, name: str) -> Taken:
    """Read a profile; return the district, its logo's picture, its working days, its rules.

    Raises:
        Faulty: Names everything that is wrong.
    """
    if len(raw) > MOST_BYTES:
        raise Faulty((Fault(name, "", f"文件超过 {MOST_BYTES // 1000} KB", "换一个小些的徽标"),))
    document = reading.parsed(raw, name)
    profile = reading.shape(document, Profile)
    if profile is not None:
        ladder = library.load(step.session, edition_status.newest(step.session)).ladder
        document.faults += _senseless(document, profile, {rung.id for rung in ladder})
    if profile is None:
        raise Faulty(tuple(document.faults))
    logo = _logo(document, profile)
    calendar, rules = _calendar(document, profile), _rules(document, profile)
    rates = _rates(document, profile)
    stages = _stages(document, profile)
    if document.faults:
        raise Faulty(tuple(document.faults))
    district = replace(_district(profile, logo, step), stages=stages, provider_rates=rates)
    return Taken(district, logo, calendar, rules)


def _stages(document: Document, profile: Profile) -> tuple[Stage, ...]:
    """Read the stages by the rules of the page on which they are typed."""
    if profile.stages is None:
        return SHIPPED
    given = [
        Stage(
            one.id,
            one.title,
            PoolState(one.state),
            ladder,
            one.exit,
            StageFact(one.fact) if one.fact else None,
        )
        for ladder, ours in (
            (Ladder.PROVINCE, profile.stages.province),
            (Ladder.NATION, profile.stages.nation),
        )
        for one in ours
    ]
    try:
        return stage_rules.read(given)
    except Invalid as error:
        told = error.fields["stages"].rstrip("。")
        document.faults.append(document.fault(("stages",), told, "改正后再载入"))
        return SHIPPED


def _calendar(document: Document, profile: Profile) -> Calendar:
    """Read the special days of every year; what is wrong with a line is a fault at its year."""
    years: dict[int, tuple[SpecialDay, ...]] = {}
    for at, one in enumerate(profile.workdays):
        trail: Trail = ("workdays", at, "days")
        if one.year in years:
            told = f"{one.year} 年写了两次"
            document.faults.append(document.fault(("workdays", at), told, "合成一份"))
        try:
            years[one.year] = workdays.read(one.year, one.days)
        except Faulty as error:
            document.faults += [
                document.fault(trail, f"{fault.place}{fault.fault}", fault.remedy)
                for fault in error.faults
            ]
    return Calendar(years)


def _rules(document: Document, profile: Profile) -> NeedRules:
    """Read the categories of needs by the rules of the page on which they are typed."""
    if profile.needs is None:
        return NeedRules()
    lines = [
        Line(one.name, str(one.days), one.department or "", "、".join(one.words))
        for one in profile.needs.categories
    ]
    try:
        needs = profile.needs
        return need_rules.read(lines, "\n".join(needs.departments), str(needs.most_open))
    except Invalid as error:
        for told in error.fields.values():
            trail: Trail = ("needs",)
            document.faults.append(document.fault(trail, told.rstrip("。"), "改正后再载入"))
        return NeedRules()


def _rates(document: Document, profile: Profile) -> tuple[Rate, ...]:
    """Read what providers are paid by the rules of the page on which it is typed."""
    if profile.providers.rates is None:
        return District.provider_rates
    try:
        return provider_rates.read(profile.providers.rates)
    except Invalid as error:
        told = error.fields["provider_rates"].rstrip("。")
        document.faults.append(document.fault(("providers", "rates"), told, "改正后再载入"))
        return ()


def _senseless(document: Document, profile: Profile, rungs: set[str]) -> Iterator[Fault]:
    """Find what has the right shape and cannot be."""
    for field in ("townships", "parks"):
        names = [typed.line(name) for name in getattr(profile, field)]
        for at, name in enumerate(names):
            if not name or name in names[:at]:
                yield document.fault(
                    (field, at), "名称是空的，或与前面的重复", "写上名称，或删去这一项"
                )
    for at, goal in enumerate(profile.targets):
        if unknown := [rung for rung in goal.rungs if rung not in rungs]:
            told = f"没有等级“{'、'.join(unknown)}”"
            yield document.fault(
                ("targets", at, "rungs"), told, f"改为其中之一：{'、'.join(sorted(rungs))}"
            )
    known = AWARD_LEVELS.values()
    for at, level in enumerate(profile.counting.levels):
        if level not in known:
            remedy = f"改为其中之一：{'、'.join(known)}"
            yield document.fault(("counting", "levels", at), f"没有级别“{level}”", remedy)
    if (since := profile.counting.since) and not _is_day(since):
        yield document.fault(
            ("counting", "since"), f"没有“{since}”这一天", '写成加引号的日期，例如 "2023-01-01"'
        )
    if profile.colours:
        yield from _pale(document, profile.colours)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _pale(document: Document, colours: Colours) -> Iterator[Fault]:
    """Find colours that cannot be read: under white words, or as words on our grounds."""
    for field in ("main", "deep"):
        colour: str = getattr(colours, field)
        if not COLOUR.fullmatch(colour):
            remedy = f'写成加引号的 # 和六位十六进制数字，例如 "{EXAMPLE}"'
            yield document.fault(("colours", field), f"“{colour}”不是颜色", remedy)
            continue
        grounds = (WHITE, GROUND, mixed(colour, WHITE, SOFT))
        worst = min(grounds, key=lambda ground: contrast(colour, ground))
        if (found := contrast(colour, worst)) < LEAST:
            told = f"颜色 {colour} 与底色的对比度只有 {found:.1f}:1，不到 {LEAST}:1，文字看不清"
            remedy = f"换一个深些的颜色，例如 {darkened(colour, GROUND)}"
            yield document.fault(("colours", field), told, remedy)


def _logo(document: Document, profile: Profile) -> bytes:
    """Return the logo without anything it carried; what is no such picture is a fault."""
    if profile.logo is None:
        return b""
    trail: Trail = ("logo",)
    try:
        picture = base64.b64decode("".join(profile.logo.split()), validate=True)
    except (ValueError, binascii.Error):
        picture = b""
    if not picture.startswith(PNG):
        document.faults.append(
            document.fault(trail, "不是 base64 写成的 PNG 图片", "换成 PNG 图片的 base64")
        )
    elif len(picture) > MOST_LOGO:
        told = f"徽标超过 {MOST_LOGO // 1000} KB"
        document.faults.append(document.fault(trail, told, "缩小图片，边长 256 像素就够"))
    elif (seen := sandbox.look("picture", "png", picture)).verdict != Verdict.FINE:
        document.faults.append(
            document.fault(trail, "图片打不开，或者太大", "另存为普通的 PNG 图片")
        )
    else:
        return seen.drawn[2]
    return b""


def _district(profile: Profile, logo: bytes, step: Step) -> District:
    """Return the settings; whether this is a demonstration is no district's to say."""
    rule, colours = profile.counting, profile.colours
    return District(
        name=typed.line(profile.name),
        bureau=typed.line(profile.bureau),
        department=typed.line(profile.department),
        townships=tuple(map(typed.line, profile.townships)),
        parks=tuple(map(typed.line, profile.parks)),
        targets=tuple(
            Target(goal.year, goal.count, tuple(goal.rungs))
            for goal in sorted(profile.targets, key=lambda goal: goal.year)
        ),
        counting=Counting(
            titles=tuple(rule.titles),
            levels=tuple(rule.levels),
            since=date.fromisoformat(rule.since) if rule.since else None,
            base=rule.base,
        ),
        plan=typed.line(profile.plan),
        contact_name=typed.line(profile.contact.name),
        contact_phone=typed.line(profile.contact.phone),
        link_days=profile.link_days,
        stuck_days=profile.stuck_days,
        bundle_days=profile.bundle_days,
        retention_months=profile.retention_months,
        log_months=profile.log_months,
        provider_classes=tuple(map(typed.line, profile.providers.classes)),
        reduced=profile.reduced,
        logo=hashlib.sha256(logo).hexdigest() if logo else "",
        main_colour=colours.main.lower() if colours else "",
        deep_colour=colours.deep.lower() if colours else "",
        demonstration=present(step.session).demonstration,
        purpose_version=present(step.session).purpose_version,
    )


HEAD = """\
# 区县档案：换一个区县使用时，改这一个文件，在“区县设置”里载入，或运行
#   flask --app wsgi district-profile district.yaml
# 每个键的含义见 README。日期和电话号码要加引号。
"""


def written(session: Session, district: District) -> str:
    """Write the present settings as a profile that ``read`` takes."""
    rule = district.counting
    logo = base64.encodebytes(read_logo(session)).decode() if district.logo else ""
    colours = {"main": district.main_colour, "deep": district.deep_colour}
    counting = {
        "titles": list(rule.titles),
        "levels": list(rule.levels),
        "since": rule.since.isoformat() if rule.since else "",
    }
    values: dict[str, Any] = {
        "name": district.name,
        "bureau": district.bureau,
        "department": district.department,
        "contact": _said({"name": district.contact_name, "phone": district.contact_phone}),
        "plan": district.plan,
        "townships": list(district.townships),
        "parks": list(district.parks),
        "targets": [
            {"year": goal.year, "count": goal.count, "rungs": list(goal.rungs)}
            for goal in district.targets
        ],
        "counting": _said(counting) | {"base": rule.base},
        "reduced": district.reduced,
        "link_days": district.link_days,
        "stuck_days": district.stuck_days,
        "bundle_days": district.bundle_days,
        "retention_months": district.retention_months,
        "log_months": district.log_months,
        "stages": _written_stages(district),
        "workdays": _written_days(workday_store.read(session)),
        "needs": _written_rules(need_store.read(session)),
        "providers": {
            "classes": list(district.provider_classes),
            "rates": provider_rates.as_text(district.provider_rates),
        },
        "colours": _said(colours),
        "logo": logo,
    }
    kept = {name: value for name, value in values.items() if value not in ("", [], {})}
    return HEAD + yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=100)


def _written_stages(district: District) -> dict[str, Any]:
    """Nothing where the district keeps to those it began with."""
    if district.stages == SHIPPED:
        return {}

    def entry(stage: Stage) -> dict[str, Any]:
        said = {"id": stage.id, "title": stage.title, "state": str(stage.state)}
        off = {"exit": True} if stage.exit else {}
        return said | off | ({"fact": str(stage.fact)} if stage.fact else {})

    return {
        str(ladder): [entry(stage) for stage in of_ladder(district.stages, ladder)]
        for ladder in Ladder
    }


def _written_days(calendar: Calendar) -> list[dict[str, Any]]:
    return [
        {"year": year, "days": workdays.as_text(calendar.years[year])}
        for year in sorted(calendar.years)
    ]


def _written_rules(rules: NeedRules) -> dict[str, Any]:
    """Nothing where the district has not said anything of its own."""
    if rules == NeedRules():
        return {}
    kinds = [
        {"name": one.name, "days": one.days}
        | _said({"department": one.department, "words": list(one.words)})
        for one in rules.categories
    ]
    further = _said({"departments": list(rules.departments)})
    return {"categories": kinds} | further | {"most_open": rules.most_open}


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
