"""One evaluation, stage by stage, every screening row looked at, and one answer that never approves on doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import (
    GRADE,
    OUTCOME,
    RATE,
    SHARE,
    BoundPolicy,
    Formula,
    RuleTable,
    names_of_rule,
)
from services.decision.domain.policy.document import Finding
from services.decision.domain.policy.interpret.grant import Grant, Terms, Ungranted, required
from services.decision.domain.policy.interpret.screen import screened
from services.decision.domain.policy.interpret.tables import (
    NO_ROW,
    Closure,
    Closures,
    CompiledTable,
    Slots,
    definition_value,
)
from services.decision.domain.policy.interpret.why import why_missing
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.result import HIT, MISSING, NOT_EVALUATED, Result
from services.decision.domain.policy.verdicts import Verdict, prevailing, verdict_of_offer
from services.decision.domain.reasons import POLICY_UNRESOLVED
from shared.facts import FactValue

TERMS: Final = "terms"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A policy as functions of slots; `formulas` are those of definitions, by the name of the definition."""

    policy: BoundPolicy
    layout: Layout
    tables: Mapping[str, CompiledTable[Any]]
    formulas: Mapping[str, Closure]
    terms: Mapping[Outcome, Terms]

    @classmethod
    def of(cls, policy: BoundPolicy, layout: Layout) -> "Interpreter":
        """Return the interpreter of a policy."""
        closures = Closures(layout.slot_of)
        formulas = {each.name: each.source for each in policy.definitions if isinstance(each.source, Formula)}
        return cls(
            policy,
            layout,
            tables={table.name: CompiledTable.of(table, closures) for table in policy.tables},
            formulas={name: closures.of(formula.typed) for name, formula in formulas.items()},
            terms={
                outcome: Terms(layout, term, {formula.pointer: closures.of(formula.typed) for formula in term.formulas})
                for outcome, term in policy.terms.items()
            },
        )

    def run(self, facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime) -> "Course":
        """Return a whole evaluation."""
        course = Course(self, self.layout.read(facts, as_of))
        course.define()
        course.decide(score_reasons)
        return course


@dataclass(slots=True)
class Course:
    """An evaluation under way, or done: the slots, the letters of each table, and the result at the end.

    `offered_rate` is the price that the matrix states, which a formula may replace in its slot.
    """

    interpreter: Interpreter
    slots: Slots
    letters: dict[str, str] = field(default_factory=dict)
    offered_rate: Any = None
    result: Result | None = None

    def define(self) -> None:
        """Compute the definitions."""
        for definition in self.interpreter.policy.definitions:
            if isinstance(definition.source, Formula):
                value = self.interpreter.formulas[definition.name](self.slots)
                self.letters[definition.key] = MISSING if value is None else HIT
            else:
                compiled = self.interpreter.tables[definition.key]
                value, self.letters[definition.key] = definition_value(compiled, definition.fact, self.slots)
            self._set(definition.name, value)

    def decide(self, score_reasons: Sequence[str]) -> None:
        """Go through the stages."""
        policy = self.interpreter.policy
        verdicts = [*self._screen(policy.eligibility), *self._screen(policy.knock_outs), *self._grade()]
        offer, asked = self._match(score_reasons)
        grant, outcome, reasons = self._grant(*prevailing([*verdicts, asked]))
        self.result = Result(
            outcome=outcome,
            grade=self.get(GRADE),
            approved_minor=grant.approved_minor,
            rate=grant.rate,
            reasons=reasons,
            queue=self._route(outcome),
            conditions=grant.conditions,
            other_terms=grant.other_terms,
            offer=offer,
            letters=tuple(self.letters.values()),
            values=tuple(self.get(fact.name) for fact in self.interpreter.layout.definitions),
        )

    def get(self, name: str) -> Any:
        """Return the value of a name that the policy reads, None where it is missing."""
        return self.slots[self.interpreter.layout.slot_of[name]]

    def _set(self, name: str, value: Any) -> None:
        self.slots[self.interpreter.layout.slot_of[name]] = value

    def _screen(self, table: RuleTable[Finding]) -> list[Verdict]:
        letters = self.interpreter.tables[table.name].letters(self.slots)
        self.letters[table.name] = letters
        return screened(table, letters, self.interpreter.layout, self.slots)

    def _grade(self) -> list[Verdict]:
        compiled = self.interpreter.tables[GRADE]
        row, self.letters[GRADE] = compiled.select(self.slots)
        if row == NO_ROW:
            return [(Outcome.REFER, self._why_unresolved(compiled, self.letters[GRADE]))]
        self._set(GRADE, compiled.output(row).grade)
        return []

    def _match(self, score_reasons: Sequence[str]) -> tuple[int, Verdict]:
        compiled = self.interpreter.tables["matrix"]
        row, letters = compiled.select(self.slots)
        self.letters["matrix"] = letters
        if row == NO_ROW:
            return row, (Outcome.REFER, self._why_unresolved(compiled, letters))
        offer = compiled.output(row)
        self._set(SHARE, offer.share)
        self._set(RATE, offer.rate)
        self.offered_rate = offer.rate
        return row, verdict_of_offer(offer, score_reasons)

    def _grant(self, outcome: Outcome, reasons: tuple[str, ...]) -> tuple[Grant, Outcome, tuple[str, ...]]:
        """Return what is granted, and the outcome with its reasons: another one where it cannot be granted."""
        conditions = self.interpreter.policy.conditions
        self.letters[TERMS] = NOT_EVALUATED * len(self.interpreter.terms)
        if conditions is not None:
            self.letters[conditions.name] = NOT_EVALUATED * len(conditions.rules)
        if not outcome.grants_credit:
            return Grant(), outcome, reasons
        try:
            grant, outcome, reasons = self._terms(outcome, reasons)
            return self._conditions(grant), outcome, reasons
        except Ungranted as refused:
            self._set(RATE, self.offered_rate)
            return Grant(), Outcome.REFER, refused.reasons

    def _terms(self, outcome: Outcome, reasons: tuple[str, ...]) -> tuple[Grant, Outcome, tuple[str, ...]]:
        terms = self.interpreter.terms.get(outcome)
        if terms is None:
            raise Ungranted(POLICY_UNRESOLVED)
        self._mark_terms(outcome, MISSING)
        less, grant = terms.grant(outcome, self.slots)
        self._mark_terms(outcome, HIT)
        if less is not None:
            outcome, reasons = less
            self._set(OUTCOME, outcome.value)
        return grant, outcome, reasons

    def _mark_terms(self, outcome: Outcome, letter: str) -> None:
        self.letters[TERMS] = "".join(
            letter if offered is outcome else NOT_EVALUATED for offered in self.interpreter.terms
        )

    def _conditions(self, grant: Grant) -> Grant:
        table = self.interpreter.policy.conditions
        if table is None:
            return grant
        compiled = self.interpreter.tables[table.name]
        self.letters[table.name], codes, reasons = required(compiled, self.interpreter.layout, self.slots)
        if reasons:
            raise Ungranted(*reasons)
        return replace(grant, conditions=codes)

    def _route(self, outcome: Outcome) -> str | None:
        routing = self.interpreter.policy.routing
        if routing is None:
            return None
        if outcome is not Outcome.REFER and outcome is not Outcome.PEND_INFO:
            self.letters[routing.name] = NOT_EVALUATED * (len(routing.rules) + 1)
            return None
        self._set(OUTCOME, outcome.value)
        compiled = self.interpreter.tables[routing.name]
        row, letters = compiled.select(self.slots)
        if row == NO_ROW:
            row, letters = len(routing.rules), letters[:-1] + HIT
        self.letters[routing.name] = letters
        queue: str = compiled.output(row).queue
        return queue

    def _why_unresolved(self, compiled: CompiledTable[Any], letters: str) -> tuple[str, ...]:
        missing = [rule for rule, letter in zip(compiled.table.rules, letters, strict=False) if letter == MISSING]
        if not missing:
            return (POLICY_UNRESOLVED,)
        names = frozenset[str]().union(*(names_of_rule(rule) for rule in missing))
        return why_missing(self.interpreter.layout, names, self.slots)
