"""What a credit check found: every step with its operands, and the worst of their verdicts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from services.limits.domain.document import Document
from shared.money import Money


class Verdict(StrEnum):
    """What a step, or a whole check, says: go ahead, go ahead with care, stop."""

    OK = "ok"
    WARN = "warn"
    BLOCK = "block"


class Outcome(StrEnum):
    """What became of a step: its threshold was crossed or not, a figure it needs could not be had, or it was let off.

    `not_evaluated` is a step that the rule does not ask for at this checkpoint.
    """

    HIT = "hit"
    NO_HIT = "no_hit"
    MISSING = "missing"
    EXCLUDED = "excluded"
    NOT_EVALUATED = "not_evaluated"


class Checkpoint(StrEnum):
    """How far a document has come when it is checked."""

    ORDER = "order"
    DELIVERY = "delivery"
    GOODS_ISSUE = "goods_issue"


_SEVERITY: Final = {Verdict.OK: 0, Verdict.WARN: 1, Verdict.BLOCK: 2}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the most severe of some verdicts, `ok` of none."""
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.OK)


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of a check: `reason` is a code, None for `ok`.

    `operands` are what it looked at, ready to be logged and shown: money as `{amount_minor, currency}`, percentages and
    other decimals as strings, days as integers.
    """

    step: str
    kind: str
    verdict: Verdict
    reason: str | None
    operands: Mapping[str, Any]
    outcome: Outcome = Outcome.NO_HIT


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """Which rule a check went by; `revision` 0 is the one that is built in, `hash` that of its canonical document."""

    product: str
    revision: int
    hash: str


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """A check that was made of `amount` on an account, by `actor`; of a document when there is one.

    `verdict` is the worst of all steps, unless an exclusion of the rule let the document pass outright (`excluded_by`)
    or an officer had released it up to that amount (`released_by_hold`). `facts` are what the caller said of it.
    """

    check_id: str
    account_id: str
    document: Document | None
    version: int | None
    amount: Money
    verdict: Verdict
    steps: tuple[StepResult, ...]
    checked_at: datetime
    actor: str
    rule: RuleVersion
    released_by_hold: str | None = None
    excluded_by: str | None = None
    checkpoint: Checkpoint = Checkpoint.ORDER
    copied_from: Document | None = None
    reservation_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def against(self) -> frozenset[str]:
        """The codes of the steps that block, whatever lets the document pass nevertheless."""
        return blocking(self.steps)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes of what speaks against the document, what blocks first, each once; none when it may go ahead."""
        if self.verdict is Verdict.OK:
            return ()
        against = [step for step in self.steps if step.reason is not None]
        ordered = sorted(against, key=lambda step: -_SEVERITY[step.verdict])
        return tuple(dict.fromkeys(step.reason for step in ordered if step.reason is not None))


def blocking(steps: Iterable[StepResult]) -> frozenset[str]:
    """Return the codes of those steps that block."""
    return frozenset(step.reason for step in steps if step.verdict is Verdict.BLOCK and step.reason is not None)
