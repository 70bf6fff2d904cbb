"""Providers: the list, a new one, one with its file, its people, and what it would have changed."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import provider_files as files
from survey.lifecycle import providers as steps
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.typed import whole
from survey.readings import provider_changes
from survey.readings.prices import prices, satisfied
from survey.store import accounts, deals, introduced, introductions, projects
from survey.store import providers as store
from survey.store import templates as template_store
from survey.store.lists import Slice, Wanted
from survey.store.providers import PROVIDER_SORTS, ProvidersWanted
from survey.tables import Provider, ProviderStanding
from survey.views import fitting
from survey.views.bureau import choices, columns, filters, tiles, views
from survey.views.bureau.blueprint import pages
from survey.views.bureau.everything import Everything, lines_of
from survey.views.bureau.exports import Column, local_day, send_list
from survey.views.bureau.filters import Filters
from survey.views.bureau.steps import CHANGED_MEANWHILE
from survey.views.forms import providers as forms
from survey.views.links import hand_over
from survey.views.offered import offered
from survey.web import here, lists
from survey.words import projects as project_words
from survey.words import providers as words

ORDERS = {
    "name": "按名称",
    "place": "按所在地",
    "reviewed": "最久没有复核在前",
    "-added": "最近新增在前",
    "shown": "展示企业从少到多",
    "-shown": "展示企业从多到少",
}
MOST_SHOWN = 50
"""Firms that a provider's page names of those it was shown to; the list's export counts all."""


def of_providers() -> tuple[Column[Any], ...]:
    """The columns of the list; the first stands in front always, as a firm does in other lists."""

    def count(title: str, name: str, label: str, *, usual: bool = False) -> Column[Any]:
        return Column(
            title,
            lambda line: getattr(line, name),
            12,
            "number",
            key=name,
            usual=usual,
            label=label,
        )

    return (
        Column("服务商名称", lambda line: line.provider.name, 30, key="firm", sort="name", usual=True),
        Column("统一社会信用代码", lambda line: line.provider.code, 22, key="firm", usual=True),
        Column("类别", lambda line: "、".join(line.provider.classes), 18, key="class", usual=True),
        Column("所在地", lambda line: line.provider.place, 16, key="place", sort="place", usual=True),
        Column("本地驻场（人）", lambda line: line.provider.on_the_spot, 12, "number", key="people", label="驻场"),
        Column("省级类别", lambda line: line.provider.provincial, 18, key="provincial", label="省级类别"),
        Column("列入年度", lambda line: line.provider.provincial_year, 10, "number", key="provincial"),
        Column("答复承诺（小时）", lambda line: line.provider.response_hours, 12, "number", key="response", label="答复"),
        count("场景（个）", "packages", "场景", usual=True),
        count("案例（个）", "cases", "案例", usual=True),
        Column("状态", lambda line: words.STANDINGS[line.provider.standing], 12, key="standing", usual=True),
        Column("复核日期", lambda line: line.provider.reviewed_on, 14, "date", key="reviewed", sort="reviewed", usual=True, label="复核"),
        Column("展示企业（家）", lambda line: line.shown, 12, "number", key="shown", sort="shown", usual=True, label="展示"),
        count("列第一的企业（家）", "first", "列第一"),
        count("引荐（次）", "introduced", "引荐", usual=True),
        count("验收项目（个）", "contracts", "验收"),
        Column("联系人", lambda line: line.provider.contact_name, 12, key="contact", label="联系人"),
        Column("联系电话", lambda line: line.provider.contact_phone, 16, key="contact"),
        Column("新增日期", lambda line: local_day(line.provider.created_at), 14, "date", key="added", label="新增"),
    )  # fmt: skip


def _wanted(asked: Filters) -> ProvidersWanted:
    said = {name: one.asked for name, one in asked.of.items()}
    return ProvidersWanted(
        words=said["q"],
        class_=said["class"],
        package=said["package"],
        standing=said["standing"],
        due=said["due"],
        change=said["change"],
        today=here.today(),
        sort=asked.sort,
    )


def _asked() -> Filters:
    choice = offered()
    return filters.of_providers(choice.packages, choice.classes, words.STANDINGS, PROVIDER_SORTS)


def _said(asked: Filters) -> dict[str, choices.Said]:
    order = choices.Said("排序", ORDERS.get(asked.sort, ""))
    return {**asked.said, "sort": order}


@pages.get("/providers")
def providers() -> ResponseReturnValue:
    """List providers, found by words, class, package or how they stand."""
    part, asked = lists.part(), _asked()
    lines, total = store.listed(here.session(), _wanted(asked), part)
    return render_template(
        "bureau/providers.html",
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments(),
        wanted=_wanted(asked),
        filters=asked,
        columns=columns.shown("providers", of_providers()),
        views=views.shown("providers"),
        templates=template_store.templates(here.session(), "providers"),
        sorts=ORDERS,
        tiles=tiles.of_providers(store.standings(here.session(), here.today())),
        chips=choices.in_force(_said(asked)),
        chosen=(),
        back=url_for(".providers", page=part.page, **lists.arguments()),
        waiting=introduced.states(here.session()),
        words=words,
    )


def everything() -> Everything:
    """Providers as they are narrowed and ordered, with every column there is."""
    asked = _asked()
    lines = lines_of(lambda part: store.listed(here.session(), _wanted(asked), part))
    return Everything(of_providers(), lines, _said(asked))


@pages.get("/providers.xlsx")
def export_providers() -> ResponseReturnValue:
    """Send providers as they are filtered, ordered and laid out, all pages of them."""
    asked = _asked()
    lines, _total = store.listed(here.session(), _wanted(asked))
    shown = columns.shown("providers", of_providers())
    return send_list("providers", "服务商名录", shown.in_workbook, lines, _said(asked))


@pages.get("/firms/<row:firm_id>/providers")
def firm_providers(firm_id: int) -> ResponseReturnValue:
    """Show an officer what a firm sees; nothing is noted, for nobody was shown to it."""
    drawn, _listed = fitting.page(firm_id)
    return drawn()


# --- one provider -------------------------------------------------------------------------------


@pages.route("/providers/new", methods=["GET", "POST"])
def add_provider() -> ResponseReturnValue:
    """Put a provider on the list."""
    if request.method == "GET":
        return _new(forms.empty(), {})
    draft = forms.posted(request.form)
    try:
        found = files.read(draft.file, offered(), here.today())
        added = steps.add(
            here.step(), draft.code, found, demonstration=here.district().demonstration
        )
    except Invalid as error:
        return _new(draft, error.fields), error.status
    flash("已列入服务商名录。可以在下面邀请服务商的人员。", "good")
    return redirect(url_for(".provider", provider_id=added.id))


def _new(draft: forms.Draft, faults: dict[str, str]) -> str:
    return render_template(
        "bureau/provider_new.html",
        draft=draft,
        faults=faults,
        anchored=forms.anchored(faults),
        offered=offered(),
        words=words,
    )


@pages.route("/providers/<row:provider_id>", methods=["GET", "POST"])
def provider(provider_id: int) -> ResponseReturnValue:
    """Show one provider; write its file anew."""
    found = _provider(provider_id)
    if request.method == "GET":
        return _page(found)
    draft = forms.posted(request.form)
    try:
        file = files.read(draft.file, offered(), here.today())
        steps.edit(here.step(), provider_id, file, base_version=draft.version)
    except Invalid as error:
        return _page(found, draft, error.fields), error.status
    except Stale:
        found = _provider(provider_id)
        again = forms.Draft(draft.file, version=found.version)
        return _page(found, again, {"": CHANGED_MEANWHILE}), Stale.status
    flash("服务商资料已保存。", "good")
    return redirect(url_for(".provider", provider_id=provider_id))


def _provider(provider_id: int) -> Provider:
    return store.provider(here.session(), provider_id) or abort(404)


def _page(
    found: Provider, draft: forms.Draft | None = None, faults: dict[str, str] | None = None
) -> str:
    """Show one provider, its form open where something in it was refused."""
    session, choice = here.session(), offered()
    file, waiting = files.file_of(session, found), store.open_change(session, found.id)
    shown, shown_total = introductions.showings_of(session, found.id, Slice(1, MOST_SHOWN))
    wanted = Wanted(provider=str(found.id))
    met, met_total = introduced.introductions(session, wanted, Slice(1, MOST_SHOWN))
    codes, told = [product.package for product in file.products], prices(session)
    return render_template(
        "bureau/provider.html",
        provider=found,
        file=file,
        draft=draft or forms.stored(file, found.version),
        faults=faults or {},
        anchored=forms.anchored(faults or {}),
        offered=choice,
        waiting=waiting,
        differences=provider_changes.differences(
            file, files.parsed(waiting.file), choice.packages, choice.trades
        )
        if waiting
        else (),
        case=provider_changes.case,
        users=accounts.users_of_provider(session, found.id),
        shown=shown,
        shown_total=shown_total,
        met=met,
        met_total=met_total,
        prices={code: told.get(code) for code in codes},
        satisfied=satisfied(session).get(found.id),
        deals=deals.deals_of(session, found.id),
        unaccepted=projects.unaccepted_of(session, found.id),
        project_states=project_words.STATES,
        due=store.review_due(found, here.today()),
        words=words,
    )


def _version() -> int:
    found = whole(request.form.get("version"))
    return abort(400) if found is None else found


@pages.post("/providers/<row:provider_id>/standing")
def stand_provider(provider_id: int) -> ResponseReturnValue:
    """Pause or remove a provider, or show it again."""
    _provider(provider_id)
    standing, why = request.form.get("standing", ""), request.form.get("reason", "")
    steps.stand(here.step(), provider_id, standing, why, base_version=_version())
    flash(f"状态已改为“{words.STANDINGS[ProviderStanding(standing)]}”。", "good")
    return redirect(url_for(".provider", provider_id=provider_id))


@pages.post("/providers/<row:provider_id>/review")
def review_provider(provider_id: int) -> ResponseReturnValue:
    """Say that the yearly review found the file in order."""
    _provider(provider_id)
    steps.review(here.step(), provider_id, base_version=_version())
    flash("已登记今年的复核。", "good")
    return redirect(url_for(".provider", provider_id=provider_id))


@pages.post("/providers/<row:provider_id>/change")
def decide_change(provider_id: int) -> ResponseReturnValue:
    """Take what a provider would have changed, or leave the file as it is."""
    _provider(provider_id)
    turn, seen = request.form.get("turn", ""), request.form.get("proposed_at", "")
    if turn == "take":
        steps.take(here.step(), provider_id, base_version=_version(), proposed_at=seen)
        flash("已采用，企业从现在起看到新的内容。", "good")
    elif turn == "decline":
        steps.decline(here.step(), provider_id, request.form.get("reason", ""), proposed_at=seen)
        flash("没有采用，理由会显示给服务商。", "good")
    else:
        abort(400)
    return redirect(url_for(".provider", provider_id=provider_id))


@pages.post("/providers/<row:provider_id>/users")
def add_provider_user(provider_id: int) -> ResponseReturnValue:
    """Add a person of the provider, and show the invitation link once."""
    _provider(provider_id)
    return hand_over(steps.invite_person(here.step(), provider_id, request.form.get("person", "")))


@pages.post("/providers/<row:provider_id>/users/<row:user_id>/link")
def provider_link(provider_id: int, user_id: int) -> ResponseReturnValue:
    """Issue a new link to a person of a provider."""
    return hand_over(steps.new_link(here.step(), provider_id, user_id))
