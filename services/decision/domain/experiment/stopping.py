"""Stop rules: what is agreed, before a test starts, to end it. A rule stops a challenger and never promotes one."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from services.decision.domain.outcome import Outcome
from shared.governance.domain import StopRules


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """What came of one arm: decisions by outcome, the sum of limits granted, and of those known, how many went bad."""

    outcomes: Mapping[Outcome, int]
    limit_minor: int
    performance_known: int
    bad: int

    @property
    def decided(self) -> int:
        """How many applications the arm decided."""
        return sum(self.outcomes.values())

    @property
    def approved(self) -> int:
        """How many of them were granted credit."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.grants_credit)

    @property
    def referred(self) -> int:
        """How many of them went to a person."""
        return self.outcomes.get(Outcome.REFER, 0)


NOTHING_DECIDED: Final = ArmFigures({}, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Breach:
    """A stop rule that is broken: `count` of `out_of` against its `bound`."""

    rule: str
    bound: Decimal
    count: int
    out_of: int


def breaches(rules: StopRules, challenger: ArmFigures) -> list[Breach]:
    """Return the rules that the challenger breaks; compared exactly, as counts and not as rounded rates.

    No rule counts before `min_decisions` observations are there: decisions, or outcomes of credit for the bad rate.
    """
    decided, known = challenger.decided, challenger.performance_known
    counted = [
        ("max_bad_rate", rules.max_bad_rate, challenger.bad, known, operator.gt),
        ("min_approval_rate", rules.min_approval_rate, challenger.approved, decided, operator.lt),
        ("max_referral_rate", rules.max_referral_rate, challenger.referred, decided, operator.gt),
    ]
    return [
        Breach(rule, Decimal(bound), count, out_of)
        for rule, bound, count, out_of, is_beyond in counted
        if bound is not None and out_of >= max(1, rules.min_decisions) and is_beyond(count, Decimal(bound) * out_of)
    ]


def months_between(start: datetime, end: datetime) -> int:
    """Return the whole calendar months from `start` to `end`, both in one time zone; 0 when `end` is earlier."""
    months = 12 * (end.year - start.year) + end.month - start.month
    if (end.day, end.timetz()) < (start.day, start.timetz()):
        months -= 1
    return max(0, months)


@dataclass(frozen=True, slots=True)
class Maturity:
    """How long a test has been observed, against how long it takes until its bad rates mean something."""

    months: int
    needed_months: int

    @property
    def is_reached(self) -> bool:
        """Tell whether the oldest decisions are old enough for a conclusion."""
        return self.months >= self.needed_months

    def __str__(self) -> str:
        return f"{self.months} of {self.needed_months} months"
