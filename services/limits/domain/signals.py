"""What an account tells by itself: thresholds of utilization that are crossed, and commitments beyond the limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from services.limits.domain.account import Account, Basis
from services.limits.domain.terms import Step
from shared.money import Money

MOST_PERCENT: Final = 999
"""More utilization than this isn't told apart; commitments on a limit of nothing read so too."""


class Direction(StrEnum):
    """Which way a threshold was crossed."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The utilizations of a product, in percent and rising, that are signalled when an account reaches them.

    One counts as left only when utilization is `hysteresis_percent` points below it, so that an account that moves
    around it signals once.
    """

    percents: tuple[int, ...] = (75, 90, 100)
    hysteresis_percent: int = 5

    @property
    def lowest_percent(self) -> int:
        """The utilization below which there is nothing to tell: no threshold is reached, and nothing oversold."""
        return min(100, *self.percents)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold that an account went over, or well below, in whole percent rounded down."""

    account: Account
    threshold_percent: int
    utilization_percent: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class Oversold:
    """More came to be committed on an account than it allows, by `over`."""

    account: Account
    over: Money


@dataclass(frozen=True, slots=True)
class Expiring:
    """A limit, or a part of it, that runs out at `expires_at` and leaves `limit_afterwards_minor`."""

    account: Account
    limit_minor: int
    limit_afterwards_minor: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """A review that was due on a day and has not taken place."""

    account: Account
    review_due_on: date


def crossings(account: Account, thresholds: Thresholds) -> tuple[int, tuple[Crossing, ...]]:
    """Return the band that an account is in, which is the highest threshold that holds, and those it crossed to it.

    The account's own `band` is the one it was in. An account without a limit of its own uses nothing of one.
    """
    committed, room = _used(account)
    band = 0
    for percent in thresholds.percents:
        left_below = percent - thresholds.hysteresis_percent if percent <= account.band else percent
        # Without a division, so that nothing is rounded where it decides; commitments on a limit of nothing hold all.
        if 100 * committed >= left_below * room and committed > 0:
            band = percent
    if band == account.band:
        return band, ()
    now = _percent(committed, room)
    up = [
        Crossing(account, percent, now, Direction.UP)
        for percent in thresholds.percents
        if account.band < percent <= band
    ]
    down = [
        Crossing(account, percent, now, Direction.DOWN)
        for percent in reversed(thresholds.percents)
        if band < percent <= account.band
    ]
    return band, (*up, *down)


def is_quiet(account: Account, lowest_percent: int) -> bool:
    """Tell cheaply that an account has neither crossed anything nor is oversold: for most, there is nothing to do.

    `lowest_percent` is that of its thresholds.
    """
    if account.band:
        return False
    committed = account.posted_minor + account.reserved_minor
    is_low = 100 * committed < lowest_percent * (account.limit_minor + account.cover_minor)
    return is_low or not account.is_bounded


def oversold(before: Account | None, after: Account) -> Oversold | None:
    """Return by how much an account has become oversold; None when it is not, or was already."""
    if not after.is_bounded or after.available_minor >= 0:
        return None
    if before is not None and before.is_bounded and before.available_minor < 0:
        return None
    return Oversold(after, after.money(-after.available_minor))


def _used(account: Account) -> tuple[int, int]:
    if not account.is_bounded:
        return 0, 0
    return max(0, account.posted_minor + account.reserved_minor), max(0, account.limit_minor + account.cover_minor)


def _percent(committed: int, room: int) -> int:
    if committed == 0:
        return 0
    return MOST_PERCENT if room == 0 else min(MOST_PERCENT, 100 * committed // room)


def expiring(account: Account, steps: Sequence[Step], until: datetime) -> list[Expiring]:
    """Return when the limit of an account falls by the clock alone, no later than `until`.

    `steps` is what will be in force from now on (`terms.course`). Going without a limit of its own is not running out.
    """
    return [
        Expiring(account, before.limit_minor, after.limit_minor, after.since)
        for before, after in pairwise(steps)
        if after.since <= until and after.limit_minor < before.limit_minor and after.basis is not Basis.UNSET
    ]
