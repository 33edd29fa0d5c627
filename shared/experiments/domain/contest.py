"""Champion and challengers of a product, and which of them answers for a party."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from shared.experiments.domain.split import Split

T = TypeVar("T")

CHAMPION: Final = "champion"
"""The arm of those whom the live version answers while a test is running."""


def arm_of(test: str) -> str:
    """Return the arm of those whom the challenger of `test` answers."""
    return f"challenger:{test}"


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """What answers an application, the arm that is (None where no test runs), and whether a caller pinned it."""

    chosen: T
    arm: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Contest(Generic[T]):
    """What is live for a product and, by test, what challenges it; `layer` is the bucket space of the tests."""

    layer: str
    champion: T
    challengers: Mapping[str, T] = field(default_factory=dict)
    split: Split = field(default_factory=Split)

    def choice(self, party_id: str | None) -> Choice[T]:
        """Return what answers for a party.

        A party whose challenger is not there (it no longer loads against the product) is the champion's. One that is
        not known is the champion's too, and on no arm.
        """
        if not self.challengers or party_id is None:
            return Choice(self.champion)
        test = self.split.test_of(self.layer, party_id)
        challenger = None if test is None else self.challengers.get(test)
        if test is None or challenger is None:
            return Choice(self.champion, CHAMPION)
        return Choice(challenger, arm_of(test))
