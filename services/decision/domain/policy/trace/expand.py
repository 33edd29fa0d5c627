"""Expanding a compact trace: the evaluation is done again, step by step, and every step is shown."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from services.decision.domain.policy.bind import (
    OUTCOME,
    RATE,
    BoundDefinition,
    Formula,
    Rule,
    RuleTable,
    TypedTest,
    Vocabulary,
)
from services.decision.domain.policy.document import IF
from services.decision.domain.policy.interpret import TERMS, Course, row_letter
from services.decision.domain.policy.policy import Policy
from services.decision.domain.policy.result import HIT, NO_HIT, NOT_EVALUATED, CompactTrace, Result
from services.decision.domain.policy.trace.nearness import nearest_miss
from services.decision.domain.policy.trace.replay import STATUS, TraceMismatch, first_difference
from shared.facts import FactValue
from shared.feel.typed import NOW, TODAY


def expand_trace(
    policy: Policy, facts: Mapping[str, FactValue], compact: CompactTrace, as_of: datetime
) -> list[dict[str, Any]]:
    """Return the readable trace of a decision that `policy` took on `facts` at `as_of`: definitions, then the stages.

    A table is `{"table", "hit_policy", "rows", "nearest_miss"}`, that of a definition has its `value` besides. A row is
    `{"row", "status", "conditions", "output"}`, with `nearest`, the number of tests that failed, where it did not hit;
    a condition `{"fact", "test", "value", "status"}`, the fact of a free condition being `if`, with `operands` where it
    reads more than its column. Rows of terms and of definitions that are expressions have `formula` and `operands`.

    The policy is evaluated again on the way; raises `TraceMismatch` when it does not come out as recorded.
    """
    reasons = compact.get("score_reasons", [])
    difference = first_difference(compact, policy.evaluate(facts, reasons, as_of).trace)
    if difference is not None:
        raise TraceMismatch(difference)
    return _Expansion(policy, policy.interpreter.run(facts, reasons, as_of)).shown()


@dataclass(frozen=True, slots=True)
class _Expansion:
    policy: Policy
    course: Course

    def shown(self) -> list[dict[str, Any]]:
        bound = self.policy.bound
        shown = [self.definition(each) for each in bound.definitions]
        for table in bound.stages:
            shown.append(self.table(table))
            if table is bound.matrix:
                shown.append(self.terms())
        return shown

    def definition(self, definition: BoundDefinition) -> dict[str, Any]:
        found = self.course.get(definition.name)
        value = None if found is None else definition.fact.to_wire(found)
        if isinstance(definition.source, RuleTable):
            return {**self.table(definition.source), "value": value}
        row = {
            "row": 1,
            "status": STATUS[self.course.letters[definition.key]],
            "conditions": [],
            **self.formula(definition.source, {}),
            "output": {"value": value},
        }
        return {"table": definition.key, "kind": "formula", "rows": [row], "nearest_miss": None, "value": value}

    def table(self, table: RuleTable[Any]) -> dict[str, Any]:
        letters = self.course.letters[table.name]
        rows = [self.rule(table, number, letters[number]) for number in range(len(table.rules))]
        missed = nearest_miss(table, rows, self.course)
        if table.default is not None:
            output = _output(table.default)
            rows.append({"row": "default", "status": STATUS[letters[-1]], "conditions": [], "output": output})
        return {"table": table.name, "hit_policy": table.hit_policy.value, "rows": rows, "nearest_miss": missed}

    def rule(self, table: RuleTable[Any], number: int, letter: str) -> dict[str, Any]:
        rule: Rule[Any] = table.rules[number]
        tests = self.policy.interpreter.tables[table.name].tests[number]
        letters = [NOT_EVALUATED] * len(tests)
        if letter != NOT_EVALUATED:
            letters = [row_letter((test,), self.course.slots) for test in tests]
        shown = {
            "row": number + 1,
            "status": STATUS[letter],
            "conditions": [
                self.condition(test, mark, table.vocabulary) for test, mark in zip(rule.tests, letters, strict=True)
            ],
            "output": _output(rule.output),
        }
        return {**shown, "nearest": letters.count(NO_HIT)} if letter == NO_HIT else shown

    def condition(self, test: TypedTest, letter: str, vocabulary: Vocabulary) -> dict[str, Any]:
        shown: dict[str, Any] = {"fact": test.fact, "test": test.text}
        if test.fact != IF:
            shown["value"] = self.wire(test.fact, vocabulary, {})
        shown["status"] = STATUS[letter]
        others = test.names - {test.fact}
        return {**shown, "operands": self.operands(others, vocabulary, {})} if others else shown

    def terms(self) -> dict[str, Any]:
        rows = []
        for number, (outcome, term) in enumerate(self.policy.bound.terms.items(), start=1):
            letter = self.course.letters[TERMS][number - 1]
            result = self.course.result if letter == HIT else None
            asked = {OUTCOME: outcome.value, RATE: self.course.offered_rate}
            limit = {"outcome": outcome.value, "approved_minor": result.approved_minor if result else None}
            shown = {"row": number, "status": STATUS[letter], "conditions": [], **self.formula(term.limit, asked)}
            others = [
                self.formula(each, {OUTCOME: outcome.value}) | {"term": each.fact.name} for each in term.other_terms
            ]
            if term.rate is not None:
                others.insert(0, self.formula(term.rate, asked) | {"term": RATE})
            for other in others:
                other["value"] = self.term_value(other["term"], result)
            rows.append({**shown, "output": limit, **({"terms": others} if others else {})})
        return {"table": TERMS, "hit_policy": "UNIQUE", "rows": rows, "nearest_miss": None}

    def term_value(self, term: str, result: Result | None) -> object:
        if result is None or result.approved_minor is None:
            return None
        return format(result.rate, "f") if term == RATE else result.other_terms[term]

    def formula(self, formula: Formula, instead: Mapping[str, Any]) -> dict[str, Any]:
        operands = self.operands(formula.names, formula.vocabulary, instead)
        return {"formula": formula.text, "operands": operands}

    def operands(
        self, names: Collection[str], vocabulary: Vocabulary, instead: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        return [{"fact": name, "value": self.wire(name, vocabulary, instead)} for name in sorted(names)]

    def wire(self, name: str, vocabulary: Vocabulary, instead: Mapping[str, Any]) -> object:
        value = instead[name] if name in instead else self.course.get(name)
        if value is None:
            return None
        return value.isoformat() if name in (TODAY, NOW) else vocabulary.facts[name].to_wire(value)


def _output(output: Any) -> dict[str, object]:
    if isinstance(output, Formula):
        return {"value": output.text}
    return {} if output is None else {key: str(value) for key, value in asdict(output).items() if value is not None}
