"""The provider's first page: how it stands, who agreed to be named, what came of it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from survey.readings.prices import prices, satisfied
from survey.store import deals, introductions
from survey.store import providers as store
from survey.tables import ProviderStanding
from survey.views.offered import offered
from survey.views.provider.pages import own, pages
from survey.web import here
from survey.words import providers as words


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show a provider where it stands; a removed one sees no firm any more."""
    session, provider = here.session(), own()
    removed = provider.standing == ProviderStanding.REMOVED
    told = prices(session)
    codes = [one.package for one in store.products(session, [provider.id]).get(provider.id, [])]
    return render_template(
        "provider/home.html",
        provider=provider,
        removed=removed,
        waiting=store.open_change(session, provider.id),
        decided=store.last_decided(session, provider.id),
        introductions=[] if removed else introductions.named_to(session, provider.id),
        reachable=introductions.REACHABLE,
        deals=deals.deals_of(session, provider.id),
        rates=here.district().provider_rates,
        products=codes,
        prices={code: told[code] for code in codes if code in told},
        satisfied=satisfied(session).get(provider.id),
        packages=offered().packages,
        words=words,
    )
