"""A one-time link handed over: its address, a picture to scan, and a message to send it with."""

from __future__ import annotations

import segno
from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey.config import Config
from survey.lifecycle.links import Link
from survey.store import firms, providers
from survey.web import here
from survey.words import links as words


def link_url(token: str) -> str:
    """Return a one-time link's address: always the configured one, whatever asks, a page or a command."""
    config: Config = current_app.config["SURVEY"]
    return config.base_url + current_app.url_map.bind("").build("account.link", {"token": token})


def scannable(url: str) -> str:
    """Return the picture of an address to scan, as SVG that takes the room it is given, whole."""
    code = segno.make(url, error="m")
    return code.svg_inline(border=2, svgclass="qr", lineclass=None, omitsize=True)


def hand_over(link: Link) -> ResponseReturnValue:
    """Show a link, this once, to who hands it over."""
    session = here.session()
    firm = firms.firm(session, link.firm_id) if link.firm_id else None
    provider = providers.provider(session, link.provider_id) if link.provider_id else None
    whose = firm or provider
    url = link_url(link.token)
    message = words.message(
        name=link.name,
        about=whose.name if whose else f"{here.district().name}智能制造水平评估",
        url=url,
        username=link.username,
        ends=link.expires_at,
        help_at=here.district().contact,
    )
    return render_template(
        "account/hand_over.html", link=link, firm=firm, provider=provider, url=url, message=message, picture=Markup(scannable(url))  # noqa: S704  # drawn from our own address
    )  # fmt: skip
