"""What policies and models call the same things."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.decision.domain.outcome import Outcome

NAMESPACE: Final = "urn:assay:policy:1"
"""Of the attributes and extension elements that say what DMN has no words for."""

POLICY: Final = "policy"
CASE: Final = "case"
EMPTY: Final = "empty"
"""Extension elements: facts about the policy; a golden case as JSON; the pointer of something there but empty."""


class Role(StrEnum):
    """What a decision is in the policy, in the attribute `role`.

    Stages, terms and other terms have their name in the attribute `of`, terms their outcome in `outcome`. What is
    derived follows from the policy and is not read; `digest` tells whether somebody changed it nevertheless.
    """

    DEFINITION = "definition"
    STAGE = "stage"
    TERM = "term"
    OTHER_TERM = "other_term"
    DERIVED = "derived"


STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "eligibility": ("outcome", "reason", "on_missing"),
    "knock_outs": ("outcome", "reason", "on_missing"),
    "grade": ("grade",),
    "matrix": ("outcome", "reason", "share", "rate"),
    "conditions": ("condition", "on_missing"),
    "routing": ("queue",),
}
"""The stages that are tables, in the order of evaluation, with the outputs of their rows."""

NUMBERS: Final = frozenset({"share", "rate"})
"""Outputs that are numbers; all others are texts."""

STAGE_OUTPUTS: Final = ("grade", "outcome", "share", "rate", "limit")
"""Names that stages give to later ones; facts and definitions cannot have them."""

GRANTING: Final = (Outcome.APPROVE, Outcome.COUNTER_OFFER)
"""Outcomes that have terms."""

GRAVEST_FIRST: Final = tuple(sorted(Outcome, key=lambda outcome: -outcome.severity))
"""The outcomes in the order of priority of the matrix."""

ON_MISSING: Final = ("refer", "decline", "require", "ignore")

RATE_SCALE: Final = 6
"""Decimal places of a computed price."""

CONDITION: Final = "true"
"""The input of the column of free conditions: a condition is a test of whether it is true."""

ANYTHING: Final = "-"
"""A cell that tests nothing."""

ROUND_DOWN_TO: Final = "round_down_to"
LESS_REASON: Final = "less_reason"
"""Entries of the context that is a limit: what it is rounded down to, and the reason for an offer of less."""

PREVAILING: Final = "prevailing_outcome"
"""The decision on which of the findings before the terms prevails."""
