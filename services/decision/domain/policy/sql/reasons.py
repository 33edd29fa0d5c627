"""Places of a policy that can give reasons, each a bit of the columns `reasons_<n>`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.decision.domain.policy.sql.masks import BITS
from services.decision.domain.policy.sql.text import FALSE, bits, chosen, total


@dataclass(frozen=True, slots=True)
class ReasonSlot:
    """One place that can give a reason: bit `bit` of column `reasons_<column>`. Slots go by `order`.

    `code` is None for the place where the reasons of the score stand.
    """

    order: tuple[int, int]
    column: int
    bit: int
    code: str | None


Place = tuple[tuple[int, int], str | None]
"""The order and the code of a slot."""


@dataclass(slots=True)
class Reasons:
    """The slots so far, and the sums of bits that their columns are."""

    slots: list[ReasonSlot] = field(default_factory=list)
    _parts: list[list[str]] = field(default_factory=list)
    _taken: int = BITS

    def add_mask(self, cases: Sequence[tuple[str, str]], places: Sequence[Place]) -> None:
        """Add slots that are the bits of masks, each with the condition under which it is the one that counts."""
        first = self._room_for(places)
        masks = [(holds, mask if first == 0 else f"CAST({mask} AS BIGINT) * {1 << first}") for holds, mask in cases]
        self._parts[-1].append(chosen(masks, "0"))

    def add(self, guard: str, found: Sequence[tuple[tuple[int, int], str, str | None]]) -> None:
        """Add slots by order, condition and code; none of them is set where `guard` does not hold."""
        left = [each for each in found if each[1] != FALSE]
        while left:
            room = BITS - self._taken if self._taken < BITS else BITS
            part, left = left[:room], left[room:]
            first = self._room_for([(order, code) for order, _, code in part])
            self._parts[-1].append(chosen([(guard, bits([condition for _, condition, _ in part], first))], "0"))

    def columns(self) -> list[str]:
        """Return the SQL of each column."""
        return [f"CAST({total(parts)} AS BIGINT)" for parts in self._parts]

    def _room_for(self, places: Sequence[Place]) -> int:
        """Make slots of places, in a new column if they do not fit; return the bit of the first one."""
        if self._taken + len(places) > BITS:
            self._parts.append([])
            self._taken = 0
        first, column = self._taken, len(self._parts) - 1
        self.slots.extend(ReasonSlot(order, column, bit, code) for bit, (order, code) in enumerate(places, first))
        self._taken += len(places)
        return first


def reasons_name(column: int) -> str:
    """Return the name of a column of slots."""
    return f"reasons_{column}"
