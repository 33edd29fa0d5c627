"""What is granted: limit, price, other terms and conditions, or why it cannot be. The rules are `interpret.grant`'s."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import LIMIT, OUTCOME, RATE, BoundTerm, RuleTable, names_of_rule
from services.decision.domain.policy.document import OnMissing, Requirement
from services.decision.domain.policy.sql.draft import Draft, Names, alternatives, renamed, written
from services.decision.domain.policy.sql.masks import add_masks, as_mask, chunks
from services.decision.domain.policy.sql.missing import CODES, INCOMPLETE, TOLD, UNRESOLVED, Causes
from services.decision.domain.policy.sql.reasons import Reasons
from services.decision.domain.policy.sql.text import (
    all_of,
    any_of,
    bits,
    chosen,
    is_missing,
    negated,
    quoted,
    text_literal,
)
from shared.feel.typed import Type
from shared.feel.typed.sql import SqlValue, literal
from shared.feel.typed.sql.integers import multiple_below
from shared.feel.typed.sql.value import null, of_integer
from shared.feel.typed.types import NUMBER
from shared.money import MAX_MINOR
from shared.products import REQUESTED_AMOUNT


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one outcome in SQL: the limit, the price, other terms by name, and why they cannot be told."""

    outcome: Outcome
    term: BoundTerm
    limit: SqlValue
    rate: SqlValue
    others: Mapping[str, SqlValue]
    cause: str
    less: str

    @classmethod
    def of(cls, draft: Draft, causes: Causes, outcome: Outcome, term: BoundTerm, names: Names, asked: str) -> "Terms":
        """Define the columns of the terms; `asked` is the severity of the outcome that is asked for."""
        holds = f"{asked} = {outcome.severity}"
        types = term.limit.vocabulary.types
        names = {**names, OUTCOME: literal(outcome.value, types[OUTCOME])}
        raw = _column(draft, f"formula_{LIMIT}_{outcome}", draft.value(term.limit, names), holds)
        limit = draft.column(f"{LIMIT}_{outcome}", _multiple(raw, term.multiple_minor))
        failures = [
            (f"{raw.sql} IS NULL", causes.number(term.limit.names, names)),
            (f"{limit.sql} IS NULL", str(UNRESOLVED)),
        ]
        less = "FALSE"
        if outcome is Outcome.APPROVE:
            requested = names[REQUESTED_AMOUNT].sql
            less = f"{limit.sql} < {requested}"
            failures.append((f"{requested} IS NULL", str(INCOMPLETE)))
            if term.less_reason is None:
                failures.append((less, str(UNRESOLVED)))
        names[LIMIT] = limit
        if term.rate is not None:
            names[RATE] = _column(draft, f"{RATE}_{outcome}", draft.value(term.rate, names), holds)
            failures.append((f"{names[RATE].sql} IS NULL", causes.number(term.rate.names, names)))
        others = {}
        for other in term.other_terms:
            name = other.fact.name
            others[name] = _column(draft, f"formula_{name}_{outcome}", draft.value(other, names), holds)
            failures.append((f"{others[name].sql} IS NULL", causes.number(other.names, names)))
        return cls(outcome, term, limit, names[RATE], others, chosen(failures, str(TOLD)), less)


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted with the outcome that is asked for, as columns.

    `cause` says why the terms cannot be told, `granted` holds where they can, `less` where an approval is for less than
    was asked for, and `severity` is that of the outcome then. `rate` is the price that is granted.
    """

    terms: Mapping[Outcome, Terms]
    cause: str
    granted: str
    less: str
    severity: str
    limit: SqlValue
    rate: SqlValue

    @classmethod
    def of(cls, draft: Draft, causes: Causes, terms: Mapping[Outcome, BoundTerm], names: Names, asked: str) -> "Grant":
        """Define the columns of what is granted."""
        found = {outcome: Terms.of(draft, causes, outcome, term, names, asked) for outcome, term in terms.items()}
        add, layers = draft.layers.add, draft.layers
        by_outcome = [
            (f"{asked} = {outcome.severity}", found[outcome].cause if outcome in found else str(UNRESOLVED))
            for outcome in (Outcome.APPROVE, Outcome.COUNTER_OFFER)
        ]
        cause = layers.add("cause_terms", chosen(by_outcome, str(TOLD)))
        granted = add("granted", f"({asked} <= {Outcome.COUNTER_OFFER.severity} AND {cause} = {TOLD})")
        approved = found.get(Outcome.APPROVE)
        less = (
            "FALSE" if approved is None else all_of([granted, f"{asked} = {Outcome.APPROVE.severity}", approved.less])
        )
        less = add("less", less)
        severity = add("granted_severity", chosen([(less, str(Outcome.COUNTER_OFFER.severity))], asked))
        limit = _one_of(draft, LIMIT, [(each.outcome, each.limit) for each in found.values()], asked)
        rate = _one_of(draft, RATE, [(each.outcome, each.rate) for each in found.values()], asked)
        return cls(found, cause, granted, less, severity, limit, rate)

    def explain(self, reasons: Reasons, refused: str, stage: int) -> None:
        """Define the reasons why the terms cannot be told, or why less is granted unless that is `refused`."""
        reasons.add("TRUE", [((stage, 0), f"{self.cause} = {cause}", code) for cause, code in CODES.items()])
        approved = self.terms.get(Outcome.APPROVE)
        if approved is not None and approved.term.less_reason is not None:
            told = all_of([self.less, negated(refused)])
            reasons.add("TRUE", [((stage, 1), told, approved.term.less_reason)])

    def other_terms(self, asked: str) -> Iterator[tuple[str, SqlValue]]:
        """Yield the column of each other term, and its value; `asked` is the severity of the outcome asked for."""
        bound = {outcome: terms.term for outcome, terms in self.terms.items()}
        columns: dict[str, list[tuple[str, SqlValue]]] = {}
        for outcome, terms in self.terms.items():
            for name, value in terms.others.items():
                holds = f"{asked} = {outcome.severity}"
                columns.setdefault(term_column(bound, outcome, name), []).append((holds, value))
        for column, cases in columns.items():
            texts, known = alternatives([value for _, value in cases], cases[0][1].type)
            conditions = [holds for holds, _ in cases]
            yield column, renamed(known, chosen(list(zip(conditions, texts, strict=True)), known.sql))

    def names(self, names: Names, types: Mapping[str, Type]) -> dict[str, SqlValue]:
        """Return the names that conditions may use."""
        cases = [
            (f"{self.severity} = {outcome.severity}", text_literal(outcome.value))
            for outcome in (Outcome.APPROVE, Outcome.COUNTER_OFFER)
        ]
        outcome = SqlValue(f"({chosen(cases, 'NULL')})", types[OUTCOME])
        return {**names, LIMIT: self.limit, RATE: self.rate, OUTCOME: outcome}

    def letters(self, draft: Draft) -> None:
        """Define the masks of the terms: which could be told, and which not."""
        asked = [f"({quoted('asked')} = {outcome.severity})" for outcome in self.terms]
        chunk = range(len(asked))
        told, untold = f"{self.cause} = {TOLD}", f"{self.cause} <> {TOLD}"
        draft.layers.add("hits_terms_0", as_mask(bits([all_of([each, told]) for each in asked]), chunk))
        draft.layers.add("misses_terms_0", as_mask(bits([all_of([each, untold]) for each in asked]), chunk))


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be there before money moves: masks of rows and of what is required, and why to refer instead."""

    table: RuleTable[Requirement]
    rows: tuple[str, ...]
    refused: str

    @classmethod
    def of(cls, draft: Draft, table: RuleTable[Requirement], names: Names, granted: str) -> "Conditions":
        """Define the masks, in which nothing is set where nothing is granted."""
        rows = tuple(draft.row(rule.tests, names) for rule in table.rules)
        add_masks(draft.layers, table.name, rows, draft.told(table.rules, names), granted)
        refer = [
            is_missing(row)
            for row, rule in zip(rows, table.rules, strict=True)
            if rule.output.on_missing is OnMissing.REFER
        ]
        refused = draft.layers.add("refused", all_of([granted, any_of(refer)]))
        for number, chunk in enumerate(chunks(len(rows))):
            required = [_required(rows[row], table.rules[row].output) for row in chunk]
            guard = all_of([granted, f"NOT {refused}"])
            draft.layers.add(conditions_name(number), f"CAST({chosen([(guard, bits(required))], '0')} AS BIGINT)")
        return cls(table, rows, refused)

    def explain(self, reasons: Reasons, causes: Causes, names: Names, stage: int) -> None:
        """Define the reasons to refer instead, where it cannot be told what is required."""
        found = []
        for number, (row, rule) in enumerate(zip(self.rows, self.table.rules, strict=True)):
            if rule.output.on_missing is OnMissing.REFER:
                for cause, test in causes.tests(names_of_rule(rule), names).items():
                    found.append(((stage, number), all_of([is_missing(row), test]), CODES[cause]))
        reasons.add(self.refused, found)


def term_column(terms: Mapping[Outcome, BoundTerm], outcome: Outcome, name: str) -> str:
    """Return the name of the column of another term: one for all outcomes, if they mean the same kind of value."""
    kinds = {
        Type.of_fact(other.fact) for term in terms.values() for other in term.other_terms if other.fact.name == name
    }
    return f"term_{name}" if len(kinds) == 1 else f"term_{name}_{outcome}"


def conditions_name(chunk: int) -> str:
    """Return the name of a column of conditions that are required."""
    return f"conditions_{chunk}"


def _required(row: str, output: Requirement) -> str:
    return any_of([row, is_missing(row)]) if output.on_missing is OnMissing.REQUIRE else row


def _column(draft: Draft, name: str, value: SqlValue, holds: str) -> SqlValue:
    """Define a column of a value that is computed only where it is needed."""
    return draft.column(name, value, chosen([(holds, f"({written(value)})")], "NULL"))


def _multiple(raw: SqlValue, step: int) -> SqlValue:
    """Return an amount rounded down to a multiple, NULL where that is not above zero."""
    if raw.high < step:
        return null(raw.type)
    positive = replace(raw, low=max(raw.low, step), values=None)
    multiple = multiple_below(positive.integer, step)
    sql = f"CASE WHEN {raw.sql} BETWEEN {step} AND {MAX_MINOR} THEN {multiple.sql} END"
    return of_integer(replace(multiple, sql=sql), raw.type)


def _one_of(draft: Draft, name: str, values: Sequence[tuple[Outcome, SqlValue]], asked: str) -> SqlValue:
    """Define the value that belongs to the outcome that is asked for."""
    of = values[0][1].type if values else NUMBER
    texts, known = alternatives([value for _, value in values], of)
    cases = [(f"{asked} = {outcome.severity}", text) for (outcome, _), text in zip(values, texts, strict=True)]
    return draft.column(f"granted_{name}", known, chosen(cases, known.sql))
