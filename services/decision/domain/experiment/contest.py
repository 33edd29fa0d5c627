"""Champion and challengers of a product, and which of them decides for a party."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from services.decision.domain.experiment.split import Split
from services.decision.domain.record import Rulebook

CHAMPION: Final = "champion"
"""The arm of those whom the live policy decides while a test is running."""


def arm_of(test: str) -> str:
    """Return the arm of those whom the challenger of `test` decides."""
    return f"challenger:{test}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What decides an application: a rulebook, the arm that is (None where no test runs), and whether it was pinned."""

    book: Rulebook
    arm: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Contest:
    """The live rulebook of a product and, by test, those that challenge it."""

    champion: Rulebook
    challengers: Mapping[str, Rulebook] = field(default_factory=dict)
    split: Split = field(default_factory=Split)

    def choice(self, party_id: str) -> Choice:
        """Return what decides for a party.

        A party whose challenger is not there (it no longer loads against the product) is the champion's.
        """
        if not self.challengers:
            return Choice(self.champion)
        test = self.split.test_of(self.champion.product.name, party_id)
        challenger = None if test is None else self.challengers.get(test)
        if test is None or challenger is None:
            return Choice(self.champion, CHAMPION)
        return Choice(challenger, arm_of(test))
