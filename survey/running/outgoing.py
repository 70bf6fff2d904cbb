"""``flask outgoing``: which other machines this installation calls, and the wall that lets it call no other."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.readings.condition.outgoing import Outgoing, away_from_here

RESOLVERS = Path("/etc/resolv.conf")


@click.command("outgoing")
@click.option(
    "--systemd", is_flag=True, help="print a drop-in that lets a service reach these alone"
)
@with_appcontext
def outgoing(systemd: bool) -> None:
    """List the other machines that the settings have this installation call, and how."""
    away = list(away_from_here(current_app.config["SURVEY"]))
    if systemd:
        click.echo("\n".join(drop_in(away, resolvers=_resolvers())))
        return
    for one in away:
        click.echo(f"{one}\t{'加密，核对证书' if one.guarded else '没有加密，或不核对证书'}")
    if not away:
        click.echo("不连别的机器。")


def drop_in(away: Iterable[Outgoing], *, resolvers: Iterable[str]) -> Iterator[str]:
    """Write what systemd is told: nothing but this machine, the places by address, who resolves names."""
    yield "[Service]"
    yield "IPAddressDeny=any"
    yield "IPAddressAllow=localhost"
    for address in resolvers:
        yield f"IPAddressAllow={address}"
    for one in away:
        yield f"# {one}"
        for address in _addresses(one):
            yield f"IPAddressAllow={address}"


def _addresses(one: Outgoing) -> list[str]:
    try:
        found = socket.getaddrinfo(one.host, one.port, type=socket.SOCK_STREAM)
    except OSError as fault:
        raise click.ClickException(f"找不到 {one} 的地址，请查域名和 DNS。") from fault
    return sorted({str(each[4][0]).partition("%")[0] for each in found})


def _resolvers() -> list[str]:
    try:
        lines = RESOLVERS.read_text("utf-8").splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    return [
        each[1].partition("%")[0] for each in words if len(each) > 1 and each[0] == "nameserver"
    ]
