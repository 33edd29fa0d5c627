"""What is compared: two policies over one product's applications."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.decision.domain.policy import Policy
from services.decision.domain.reasons import ReasonCatalogue
from shared.products import Product

ReasonsOf = Callable[[Mapping[str, Any], Sequence[str]], Sequence[str]]
"""From a row with `outcome` and the reason columns, and the reasons of the score, to the principal reasons."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two policies as it was run: by which engine, why that one, and how its columns are read.

    `reason_columns` are those that `reasons` needs beside `outcome`; a rate is an integer at `rate_scale`.
    """

    policy: Policy
    engine: str
    engine_reason: str
    reason_columns: tuple[str, ...]
    rate_scale: int
    reasons: ReasonsOf


@dataclass(frozen=True, slots=True)
class Comparison:
    """A backtest to report on: `source` says in words where the applications come from.

    `examples` of each swap set are chosen by `seed`. `notes` are warnings that reading the data gave.
    """

    product: Product
    catalogue: ReasonCatalogue
    live: Side
    candidate: Side
    source: str
    made_at: datetime
    examples: int = 5
    seed: str = "0"
    notes: tuple[str, ...] = ()
