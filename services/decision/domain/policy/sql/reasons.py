"""Places of a policy that can give reasons, each a bit of the columns `reasons_<n>`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from services.decision.domain.policy.sql.layers import Layers
from services.decision.domain.policy.sql.masks import BITS
from services.decision.domain.policy.sql.text import FALSE, bits, chosen

FROM_SCORE: Final = None
"""In place of a code: the reasons are those that the score gives."""


@dataclass(frozen=True, slots=True)
class ReasonSlot:
    """One place that can give a reason: bit `bit` of column `reasons_<column>`. Slots go by `order`.

    `code` is None for the place where the reasons of the score stand.
    """

    order: tuple[int, int]
    column: int
    bit: int
    code: str | None


@dataclass(slots=True)
class Reasons:
    """The slots so far, and the columns that hold them."""

    layers: Layers
    slots: list[ReasonSlot] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    def add_column(self, sql: str, codes: Sequence[tuple[tuple[int, int], str | None]]) -> None:
        """Define a column whose bits are slots, given by their order and code."""
        at = len(self.columns)
        self.columns.append(self.layers.add(reasons_name(at), sql))
        self.slots.extend(ReasonSlot(order, at, bit, code) for bit, (order, code) in enumerate(codes))

    def add(self, guard: str, found: Sequence[tuple[tuple[int, int], str, str | None]]) -> None:
        """Define columns for slots given by order, condition and code; none is set where `guard` does not hold."""
        possible = [each for each in found if each[1] != FALSE]
        for start in range(0, len(possible), BITS):
            part = possible[start : start + BITS]
            sql = chosen([(guard, bits([condition for _, condition, _ in part]))], "0")
            self.add_column(f"CAST({sql} AS BIGINT)", [(order, code) for order, _, code in part])


def reasons_name(column: int) -> str:
    """Return the name of a column of slots."""
    return f"reasons_{column}"
