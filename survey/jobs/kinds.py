"""The kinds of work there are. A new one is a module with a function, and a line here."""

from __future__ import annotations

from datetime import timedelta

from survey.jobs import (
    annual,
    backups,
    batches,
    benchmarks,
    budgets,
    bundles,
    district,
    forecasts,
    forwarding,
    handouts,
    invitations,
    mails,
    nightly,
    notices,
    reminders,
    reports,
    rosters,
    scans,
    sealing,
    stamps,
    ways,
    webhooks,
    word,
)
from survey.jobs.workshop import Work

KINDS: dict[str, Work] = {
    "report": Work(reports.print_one),
    "batch": Work(batches.make),
    "bundle": Work(bundles.pack),
    "district": Work(district.print_page),
    "annual": Work(annual.make),
    "budget": Work(budgets.choose, lease=timedelta(minutes=5)),
    "word": Work(word.make),
    "stamp": Work(stamps.stamp_one),
    "handouts": Work(handouts.make_both),
    "roster": Work(rosters.work_on, lease=timedelta(minutes=10)),
    "invite": Work(invitations.prepare),
    "mails": Work(mails.send),
    "notice_mails": Work(mails.send),
    "webhook": Work(webhooks.tell),
    "reminders": Work(reminders.remind, slot=reminders.this_morning),
    "seal": Work(sealing.seal, slot=sealing.this_hour),
    "check_log": Work(sealing.check, slot=nightly.last_night),
    "scan": Work(scans.scan, slot=scans.these_minutes, wished=scans.is_wished),
    "forward": Work(forwarding.forward, slot=forwarding.this_minute, wished=forwarding.is_wished),
    "notices": Work(notices.judge_all, slot=nightly.last_night),
    "benchmarks": Work(
        benchmarks.publish_all, lease=timedelta(minutes=10), slot=nightly.last_night
    ),
    "forecasts": Work(forecasts.forecast_all, lease=timedelta(minutes=10), slot=nightly.last_night),
    "ways": Work(ways.work_out, slot=nightly.last_night),
    "nightly": Work(nightly.tidy, slot=nightly.last_night),
    "backup": Work(backups.make, slot=nightly.last_night, wished=backups.is_wished),
}
HURRIED = ("report", "stamp", "district")
"""Short work for which somebody waits at a page: long work lets it go before."""
UNKNOWN_LEASE = timedelta(minutes=1)


def lease_of(kind: str) -> timedelta:
    return KINDS[kind].lease if kind in KINDS else UNKNOWN_LEASE
