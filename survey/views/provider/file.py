"""The provider's file, kept by itself: what it changes is shown once an officer has checked it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import provider_files as files
from survey.lifecycle import providers as steps
from survey.lifecycle.errors import Invalid, Stale
from survey.store import providers as store
from survey.tables import ProviderStanding
from survey.views.forms import providers as forms
from survey.views.offered import offered
from survey.views.provider.pages import own, pages
from survey.web import here
from survey.words import providers as words


@pages.route("/file", methods=["GET", "POST"])
def file() -> ResponseReturnValue:
    """Show the file as it stands, with what waits; or ask for it to be written anew."""
    provider = own()
    if request.method == "GET" or provider.standing == ProviderStanding.REMOVED:
        waiting = store.open_change(here.session(), provider.id)
        standing = files.file_of(here.session(), provider)
        shown = files.parsed(waiting.file) if waiting else standing
        return _page(forms.stored(shown, provider.version), {})
    draft = forms.posted(request.form)
    try:
        found = files.read(draft.file, offered(), here.today())
        steps.propose(here.step(), provider.id, found, base_version=draft.version)
    except Invalid as error:
        return _page(draft, error.fields), error.status
    except Stale:
        fault = {"": "主管部门刚改过您的资料。下面是您填写的内容，请核对后再提交。"}
        return _page(forms.Draft(draft.file, version=own().version), fault), Stale.status
    flash("已提交。主管部门核对以后，企业才会看到新的内容。", "good")
    return redirect(url_for(".file"))


def _page(draft: forms.Draft, faults: dict[str, str]) -> str:
    session, provider = here.session(), own()
    return render_template(
        "provider/file.html",
        provider=provider,
        removed=provider.standing == ProviderStanding.REMOVED,
        draft=draft,
        faults=faults,
        anchored=forms.anchored(faults),
        offered=offered(),
        waiting=store.open_change(session, provider.id),
        words=words,
    )
