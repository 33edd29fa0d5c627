"""What is granted with an outcome: limit, price, other terms, and the conditions; or why it cannot be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import LIMIT, OUTCOME, RATE, BoundTerm, Formula, names_of_rule
from services.decision.domain.policy.document import OnMissing, Requirement
from services.decision.domain.policy.interpret.tables import Closure, CompiledTable, Slots
from services.decision.domain.policy.interpret.why import why_missing
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.result import HIT, MISSING
from services.decision.domain.policy.verdicts import Verdict
from services.decision.domain.reasons import INFORMATION_INCOMPLETE, POLICY_UNRESOLVED
from shared.money import MAX_MINOR
from shared.products import REQUESTED_AMOUNT


@dataclass(frozen=True, slots=True)
class Grant:
    """What comes with an outcome that grants credit; nothing with any other."""

    approved_minor: int | None = None
    rate: Decimal | None = None
    other_terms: Mapping[str, object] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()


class Ungranted(Exception):
    """Terms that cannot be told: the application is referred, for `reasons`."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons or (POLICY_UNRESOLVED,)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one outcome as functions of the slots."""

    layout: Layout
    term: BoundTerm
    closures: Mapping[str, Closure]

    def grant(self, outcome: Outcome, slots: Slots) -> tuple[Verdict | None, Grant]:
        """Return what is granted, and the verdict that takes the place of the outcome's, if one does.

        Leaves outcome, limit and price in their slots. Raises `Ungranted`.
        """
        slot_of = self.layout.slot_of
        slots[slot_of[OUTCOME]] = outcome.value
        limit = self._value(self.term.limit, slots) // self.term.multiple_minor * self.term.multiple_minor
        if not 0 < limit <= MAX_MINOR:
            raise Ungranted
        verdict = self._less(limit, slots) if outcome is Outcome.APPROVE else None
        slots[slot_of[LIMIT]] = limit
        if self.term.rate is not None:
            slots[slot_of[RATE]] = self._value(self.term.rate, slots)
        terms = {each.fact.name: each.fact.to_wire(self._value(each, slots)) for each in self.term.other_terms}
        return verdict, Grant(limit, slots[slot_of[RATE]], terms)

    def _less(self, limit: int, slots: Slots) -> Verdict | None:
        requested = slots[self.layout.slot_of[REQUESTED_AMOUNT]]
        if requested is None:
            raise Ungranted(INFORMATION_INCOMPLETE)
        if limit >= requested:
            return None
        if self.term.less_reason is None:
            raise Ungranted
        return Outcome.COUNTER_OFFER, (self.term.less_reason,)

    def _value(self, formula: Formula, slots: Slots) -> Any:
        value = self.closures[formula.pointer](slots)
        if value is None:
            raise Ungranted(*why_missing(self.layout, formula.names, slots))
        return value


def required(
    compiled: CompiledTable[Requirement], layout: Layout, slots: Slots
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the letters of the conditions, the codes of those that are required, and why to refer instead, if so."""
    letters = compiled.letters(slots)
    codes: list[str] = []
    reasons: list[str] = []
    for rule, letter in zip(compiled.table.rules, letters, strict=True):
        on_missing = rule.output.on_missing
        if letter == HIT or (letter == MISSING and on_missing is OnMissing.REQUIRE):
            codes.append(rule.output.condition)
        elif letter == MISSING and on_missing is OnMissing.REFER:
            reasons += why_missing(layout, names_of_rule(rule), slots) or (POLICY_UNRESOLVED,)
    return letters, tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(reasons))
