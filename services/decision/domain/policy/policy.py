"""A policy that is ready to decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.decision.domain.policy.bind import BoundPolicy
from services.decision.domain.policy.generated import Decide, DecideAnyway, decide_anyway, generate_decide
from services.decision.domain.policy.interpret import TERMS, Interpreter
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.result import MAX_PRINCIPAL_REASONS, Answer, CompactTrace, Evaluation, Result
from shared.facts import FactValue
from shared.feel.typed import Unknown

_tuple: Final = tuple.__new__
"""Makes a named tuple without binding its fields by name first, which takes three times as long."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy, ready to decide. `content_hash` is SHA-256 over the canonical JSON of its document.

    Pure: the same facts, reasons and moment give the same answer. `as_of` is the moment of the decision, with a zone;
    the day that a policy may ask for is that moment's in UTC.
    """

    name: str
    version: int | str
    product: str
    content_hash: str
    document: Mapping[str, Any]
    bound: BoundPolicy
    interpreter: Interpreter
    decide: Decide
    decide_anyway: DecideAnyway
    _tables: tuple[str, ...]
    _outputs: tuple[Mapping[str, str], ...]

    @classmethod
    def of(cls, bound: BoundPolicy, content_hash: str, document: Mapping[str, Any]) -> "Policy":
        """Return the compiled policy."""
        interpreter = Interpreter.of(bound, Layout.of(bound))
        return cls(
            name=bound.written.name,
            version=bound.written.version,
            product=bound.written.product,
            content_hash=content_hash,
            document=document,
            bound=bound,
            interpreter=interpreter,
            decide=generate_decide(interpreter),
            decide_anyway=decide_anyway(interpreter),
            _tables=_table_names(bound),
            _outputs=_offers(bound),
        )

    def evaluate(self, facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime) -> Evaluation:
        """Return the answer to `facts` with its trace; facts that the policy does not use do not matter.

        `score_reasons` are the reason codes of the score, the first first.
        """
        return self._evaluation(self._result(facts, score_reasons, as_of), score_reasons)

    def evaluate_step_by_step(
        self, facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime
    ) -> Evaluation:
        """Return what `evaluate` does, found by the interpreter alone."""
        return self._evaluation(self.interpret(facts, score_reasons, as_of), score_reasons)

    def _evaluation(self, found: Result, score_reasons: Sequence[str]) -> Evaluation:
        outcome, grade, approved_minor, rate, reasons, queue, conditions, other_terms, *_ = found
        principal = reasons[:MAX_PRINCIPAL_REASONS]
        trace = self._trace(found, score_reasons)
        return _tuple(
            Evaluation,
            (outcome, grade, approved_minor, rate, principal, trace, queue, conditions, other_terms),
        )

    def answer(self, facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime) -> Answer:
        """Return the answer to `facts`, the same as that of `evaluate`, without a trace."""
        found = self._result(facts, score_reasons, as_of)
        outcome, grade, approved_minor, rate, reasons, queue, conditions, other_terms, *_ = found
        principal = reasons[:MAX_PRINCIPAL_REASONS]
        return _tuple(Answer, (outcome, grade, approved_minor, rate, principal, queue, conditions, other_terms))

    def _result(self, facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime) -> Result:
        if as_of.tzinfo is None:
            raise ValueError("as_of needs a zone: its day would depend on the machine")
        try:
            result = self.decide(facts, score_reasons, as_of)
        except (KeyError, Unknown):
            result = None
        return self.decide_anyway(facts, score_reasons, as_of) if result is None else result

    def interpret(self, facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime) -> Result:
        """Return the result by going through the policy step by step, whatever is missing."""
        result = self.interpreter.run(facts, score_reasons, as_of).result
        assert result is not None
        return result

    def _trace(self, result: Result, score_reasons: Sequence[str]) -> CompactTrace:
        outputs: dict[str, str | int] = {}
        if result.grade is not None:
            outputs["grade"] = result.grade
        if result.offer >= 0:
            outputs.update(self._outputs[result.offer])
        if result.approved_minor is not None:
            outputs["approved_minor"] = result.approved_minor
            if result.rate is not None and outputs.get("rate") != (rate := str(result.rate)):
                outputs["approved_rate"] = rate
        outputs["outcome"] = result.outcome
        if result.queue is not None:
            outputs["queue"] = result.queue
        trace: CompactTrace = {
            "tables": dict(zip(self._tables, result.letters, strict=True)),
            "outputs": outputs,
            "reasons": list(result.reasons),
        }
        if result.values:
            trace["definitions"] = self._values(result)
        if score_reasons:
            trace["score_reasons"] = list(score_reasons)
        return trace

    def _values(self, result: Result) -> dict[str, Any]:
        facts = self.interpreter.layout.definitions
        return {
            fact.name: None if value is None else fact.to_wire(value)
            for fact, value in zip(facts, result.values, strict=True)
        }


def _table_names(bound: BoundPolicy) -> tuple[str, ...]:
    names = [definition.key for definition in bound.definitions]
    for table in bound.stages:
        names.append(table.name)
        if table is bound.matrix:
            names.append(TERMS)
    return tuple(names)


def _offers(bound: BoundPolicy) -> tuple[Mapping[str, str], ...]:
    found = []
    for offer in bound.matrix.outputs:
        outputs = {"offer": offer.outcome.value}
        for key, value in (("share", offer.share), ("rate", offer.rate)):
            if value is not None:
                outputs[key] = str(value)
        found.append(outputs)
    return tuple(found)
