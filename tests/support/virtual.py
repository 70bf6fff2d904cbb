"""A device in a browser that makes passkeys and knows its holder (WebAuthn's virtual authenticator)."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page


def with_device(page: Page) -> Callable[..., None]:
    """Give a page's browser a device that knows its holder; return what switches that off and on."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def know_holder(*, known: bool) -> None:
        about = {"authenticatorId": made["authenticatorId"], "isUserVerified": known}
        protocol.send("WebAuthn.setUserVerified", about)

    return know_holder
