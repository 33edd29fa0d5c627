"""What the arms of a test on policies have decided, and when a challenger must stop by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.decision.domain.outcome import Outcome
from shared.experiments.domain.stopping import Breach, Measured, breaches
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
class Arm:
    """One side of a test: what it decided, and the policies that did (version, hash): several after a promotion."""

    name: str
    figures: ArmFigures
    policies: tuple[tuple[str, str], ...]


def broken(rules: StopRules, challenger: ArmFigures) -> list[Breach]:
    """Return the rules that the challenger breaks.

    What is counted from `min_decisions` on are decisions, or known outcomes of credit for the bad rate.
    """
    decided, known = challenger.decided, challenger.performance_known
    measured = [
        Measured("max_bad_rate", rules.max_bad_rate, challenger.bad, known),
        Measured("min_approval_rate", rules.min_approval_rate, challenger.approved, decided, is_floor=True),
        Measured("max_referral_rate", rules.max_referral_rate, challenger.referred, decided),
    ]
    return breaches(measured, rules.min_decisions)
