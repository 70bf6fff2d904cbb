"""Whether a host is this machine: what goes there crosses no network."""

from __future__ import annotations

from ipaddress import ip_address


def is_here(host: str) -> bool:
    """Whether a host is this machine: no name at all, the folder of a socket, loopback."""
    if not host or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
