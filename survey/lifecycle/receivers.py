"""Where other systems may be told what happened: which addresses are taken, which machines reached."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from survey.config import Config
from survey.hosts import is_here
from survey.lifecycle.errors import Invalid

MOST = 500
PORTS = {"https": 443, "http": 80}
Address = IPv4Address | IPv6Address
TRANSLATED = IPv6Network("64:ff9b::/96")
"""Addresses of IPv6 that stand for one of IPv4 (NAT64)."""
UNICAST = IPv6Network("2000::/3")
"""Whence all public addresses of IPv6 are given out (RFC 4291); others embed, or are a site's own."""


@dataclass(frozen=True)
class Receiver:
    """An address, taken apart."""

    secure: bool
    host: str
    port: int
    path: str
    """With what stands behind a question mark."""

    @property
    def named(self) -> str:
        """The host as a request names it."""
        usual = self.port == PORTS["https" if self.secure else "http"]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if usual else f"{host}:{self.port}"


def receiver(config: Config, url: str) -> Receiver:
    """Take an address apart that this installation may send to.

    Raises:
        Invalid: It is no address, or one that the settings do not allow.
    """
    read = _read(url)
    if not config.webhook_hosts & {read.named, f"{read.host}:{read.port}"}:
        raise _not(f"运维没有允许推送到 {read.named}。请让运维把它加进 WEBHOOK_HOSTS。")
    if not read.secure and not (is_here(read.host) and _allows_here(config)):
        raise _not("请用 https:// 开头的地址；http 只用于本机，而且运维要允许。")
    return read


def _read(url: str) -> Receiver:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _not("地址写得不对，请写成 https://主机名/路径。") from None
    host = (parts.hostname or "").lower()
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if parts.scheme not in PORTS or not host or not plain or len(url) > MOST:
        raise _not("地址写得不对，请写成 https://主机名/路径。")
    if "@" in parts.netloc or parts.fragment:
        raise _not("地址里不要带用户名、密码或 # 后面的部分，用签名密钥来验证。")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Receiver(parts.scheme == "https", host, port or PORTS[parts.scheme], path)


def _not(said: str) -> Invalid:
    return Invalid({"url": said})


def _allows_here(config: Config) -> bool:
    return any(network.is_loopback for network in config.webhook_networks)


def may_reach(config: Config, address: Address, *, secure: bool) -> bool:
    """Whether a request may go to a machine: a public one, or one of the networks that are allowed."""
    plain = _unwrapped(address)
    if not secure and not plain.is_loopback:
        return False
    if any(plain in network for network in config.webhook_networks):
        return True
    given_out = isinstance(plain, IPv4Address) or plain in UNICAST
    return plain.is_global and given_out and not plain.is_multicast


def _unwrapped(address: Address) -> Address:
    """Return the address of IPv4 that one of IPv6 only wraps."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
