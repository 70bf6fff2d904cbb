"""Secrets that an older scheme or key locked are locked anew, so that both can be given up."""

from __future__ import annotations

from survey.lifecycle import second_factor, webhooks
from survey.lifecycle.sealed import Box, Keys, scheme_of
from survey.lifecycle.step import About, Step
from survey.store import second_factors
from survey.store import webhooks as webhook_store


def renew(step: Step, keys: Keys) -> int:
    """Lock second factors' and webhooks' secrets anew, inside a transaction; return how many.

    One that was changed meanwhile is left: it was locked anew by that.
    """
    scheme = scheme_of(step)
    of_factors = Box(keys, second_factor.PURPOSE, scheme)
    of_webhooks = Box(keys, webhooks.PURPOSE, scheme)
    done = 0
    for user_id, kept in second_factors.all_sealed(step.session):
        if new := of_factors.renewed(kept, user_id):
            done += second_factors.reseal(step.session, user_id, kept, new)
    for webhook_id, kept in webhook_store.all_sealed(step.session):
        if new := of_webhooks.renewed(kept, webhook_id):
            done += webhook_store.reseal(step.session, webhook_id, kept, new)
    if done:
        step.log("secrets_renew", About("district", "security"), after={"count": done})
    return done
