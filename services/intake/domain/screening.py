"""Screening: what is answered by what was applied for before, without asking anybody for anything.

Duplicates, cooling-off after a decline, and how often the same party, telephone, account, device or channel applies.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.application import Application, Signals, Status
from services.intake.domain.progress import Step, is_open
from shared.products.plan import Key, Screening

COOLING_OFF: Final = "cooling_off"
DUPLICATE: Final = "duplicate"
_PURPOSE: Final = "purpose"
_DECLINE: Final = "decline"
# An application that came to nothing leaves its place to the next one.
_LEFT: Final = frozenset({Status.WITHDRAWN, Status.CLOSED, Status.SCREENED_OUT})


@dataclass(frozen=True, slots=True)
class Times:
    """When applications with the same key came in, by key; the one that is screened is not among them."""

    by_key: Mapping[Key, Sequence[datetime]]

    def within(self, key: Key, days: int, now: datetime) -> int:
        """Return how many came in within the last `days` days."""
        return sum(moment > now - timedelta(days=days) for moment in self.by_key.get(key, ()))


def values_of(signals: Signals) -> dict[Key, str]:
    """Return what an application is counted by, as far as it was told."""
    told = {
        Key.PHONE: signals.phone,
        Key.BANK_ACCOUNT: signals.bank_account,
        Key.DEVICE: signals.device_id,
        Key.CHANNEL: signals.channel,
    }
    return {key: value for key, value in told.items() if value is not None}


def screen(
    rules: Screening,
    application: Application,
    earlier: Collection[Application],
    times: Times,
    keys: Collection[Key],
    now: datetime,
) -> Step | None:
    """Return the step of an application that is screened out, with all reasons; None for one that goes on.

    `earlier` are the party's other applications, `times` those of each key that the application has (`keys`). Of
    several applications that answer it the newest is named, one that was declined before others.
    """
    same = [entry for entry in earlier if entry.product == application.product]
    declined = _newest(entry for entry in same if _cools_off(rules, application, entry, now))
    duplicate = _newest(entry for entry in same if _is_duplicate(rules, entry, now))
    reasons = [
        *([] if declined is None else [COOLING_OFF]),
        *([] if duplicate is None else [DUPLICATE]),
        *(
            f"velocity:{rule.key}"
            for rule in rules.velocity
            if rule.key in keys and times.within(rule.key, rule.days, now) + 1 > rule.at_most
        ),
    ]
    if not reasons:
        return None
    answered_by = declined or duplicate
    decision = None if answered_by is None else answered_by.decision
    return Step(
        Status.SCREENED_OUT,
        tuple(dict.fromkeys(reasons)),
        earlier_application_id=None if answered_by is None else answered_by.application_id,
        earlier_decision_id=None if decision is None else decision.decision_id,
    )


def reach_days(rules: Screening) -> int:
    """Return how far back the rules look, in days."""
    windows = [rules.duplicate_days, rules.cooling_off_days, *(rule.days for rule in rules.velocity)]
    return max((days for days in windows if days is not None), default=0)


def _cools_off(rules: Screening, application: Application, earlier: Application, now: datetime) -> bool:
    decision = earlier.decision
    if rules.cooling_off_days is None or decision is None or decision.outcome != _DECLINE:
        return False
    if decision.decided_at <= now - timedelta(days=rules.cooling_off_days):
        return False
    purposes = {entry.facts.get(_PURPOSE) for entry in (application, earlier)}
    return None in purposes or len(purposes) == 1


def _is_duplicate(rules: Screening, earlier: Application, now: datetime) -> bool:
    if rules.duplicate_days is None or earlier.status in _LEFT:
        return False
    if is_open(earlier):
        return True
    # A decline has a rule of its own, which knows of exemptions.
    if rules.cooling_off_days is not None and earlier.decision is not None and earlier.decision.outcome == _DECLINE:
        return False
    return earlier.received_at > now - timedelta(days=rules.duplicate_days)


def _newest(found: Iterable[Application]) -> Application | None:
    return max(found, key=lambda entry: (entry.received_at, entry.application_id), default=None)
