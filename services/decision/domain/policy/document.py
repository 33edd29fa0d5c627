"""From a document (YAML or JSON, already loaded) to a typed policy. Strict: what is not known is a located fault.

The shape, by stages:

    name, version, product, title
    eligibility, knock_outs:  {hit_policy: COLLECT, rows: [{when: {<fact>: <cell>}, outcome, reason, on_missing}]}
    grade:    {hit_policy: UNIQUE | FIRST, rows: [{when, grade}], default?: {grade}}
    matrix:   {hit_policy: UNIQUE | FIRST, rows: [{when, outcome, reason?, share?, rate?}], default?: {...}}
    terms:    {approve | counter_offer: {limit: <formula>, round_down_to?: <amount>}}
    routing?: {hit_policy: UNIQUE | FIRST, rows: [{when, queue}], default: {queue}}
    cases?:   [{name, facts: {<fact>: <wire value>}, score_reasons?: [<code>], expect: {...}}]

Numbers that decide are text (`share: "0.80"`), because a YAML or JSON number would pass through binary floating point.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.reading import Reader
from services.decision.domain.policy.sfeel import (
    Expression,
    SfeelError,
    Test,
    parse_formula,
    parse_test,
)
from shared.facts import pointer_token

FROM_SCORE: Final = "from_score"
"""In place of a reason code: the reasons are those that the score gives."""


class HitPolicy(StrEnum):
    """How many rows of a table may hit, and which one counts (DMN 1.5, 8.2.8)."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    COLLECT = "COLLECT"


class OnMissing(StrEnum):
    """What a screening row does when a fact it needs is not known."""

    REFER = "refer"
    DECLINE = "decline"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Condition:
    """One cell: the fact (or output of an earlier stage) it looks at, its text, and what the text means."""

    fact: str
    text: str
    test: Test


@dataclass(frozen=True, slots=True)
class Finding:
    """Output of an eligibility or knock-out row."""

    outcome: Outcome
    reason: str
    on_missing: OnMissing


@dataclass(frozen=True, slots=True)
class Grade:
    """Output of a grade row."""

    grade: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Output of a matrix row: `share` of the requested amount and `rate` a year, where the policy states them.

    `reason` is a code, or `from_score`; None only where the outcome is approve.
    """

    outcome: Outcome
    reason: str | None
    share: Decimal | None
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Route:
    """Output of a routing row: the work queue for a person."""

    queue: str


OutputT = TypeVar("OutputT", Finding, Grade, Offer, Route)


@dataclass(frozen=True, slots=True)
class Row(Generic[OutputT]):
    """A rule: all its conditions hold -> its output."""

    conditions: tuple[Condition, ...]
    output: OutputT


@dataclass(frozen=True, slots=True)
class Table(Generic[OutputT]):
    """A decision table. `default` is the output when no row hits."""

    name: str
    hit_policy: HitPolicy
    rows: tuple[Row[OutputT], ...]
    default: OutputT | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """How the limit of an outcome is found: a formula, rounded down to a multiple; both in major units."""

    text: str
    limit: Expression
    round_down_to: Decimal | None


@dataclass(frozen=True, slots=True)
class Case:
    """A golden case: these facts must give this result, or the policy does not load."""

    name: str
    facts: Mapping[str, object]
    score_reasons: tuple[str, ...]
    expect: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy as written, its cells parsed but its names not yet looked up."""

    name: str
    version: int | str
    product: str
    title: str
    eligibility: Table[Finding]
    knock_outs: Table[Finding]
    grade: Table[Grade]
    matrix: Table[Offer]
    terms: Mapping[Outcome, Term]
    routing: Table[Route] | None
    cases: tuple[Case, ...]

    @property
    def tables(self) -> tuple[Table[Any], ...]:
        """All tables, in the order in which they are evaluated."""
        tables: tuple[Table[Any], ...] = (self.eligibility, self.knock_outs, self.grade, self.matrix)
        return tables if self.routing is None else (*tables, self.routing)


def parse_document(document: Mapping[str, Any]) -> PolicyDocument:
    """Return the typed policy; raises `PolicyError` with every fault of form, each with its place."""
    reader = Reader.of(document)
    parsed = PolicyDocument(
        name=reader.text("name"),
        version=reader.version("version"),
        product=reader.text("product"),
        title=reader.text("title"),
        eligibility=_screen(reader, "eligibility"),
        knock_outs=_screen(reader, "knock_outs"),
        grade=_grades(reader),
        matrix=_matrix(reader),
        terms=_terms(reader.child("terms")),
        routing=_routing(reader) if reader.has("routing") else None,
        cases=tuple(_case(case) for case in reader.children("cases", required=False)),
    )
    reader.close()
    reader.raise_faults()
    return parsed


def _screen(reader: Reader, name: str) -> Table[Finding]:
    table = reader.child(name)
    hit_policy = _hit_policy(table, name, (HitPolicy.COLLECT,))
    rows = tuple(_row(row, name, _finding(row, name)) for row in table.children("rows"))
    table.close()
    return Table(name, hit_policy, rows)


def _finding(row: Reader, table: str) -> Finding:
    outcome = row.choice("outcome", Outcome, (Outcome.DECLINE, Outcome.REFER, Outcome.PEND_INFO))
    if not row.has("reason"):
        row.fault("reason", "missing_reason", f"{row.place(table)}: {outcome} needs a reason code")
    return Finding(outcome, row.text("reason", required=False), row.choice("on_missing", OnMissing, tuple(OnMissing)))


def _grades(reader: Reader) -> Table[Grade]:
    table = reader.child("grade")
    hit_policy = _hit_policy(table, "grade", (HitPolicy.UNIQUE, HitPolicy.FIRST))
    rows = tuple(_row(row, "grade", Grade(row.text("grade"))) for row in table.children("rows"))
    default = _default(table)
    output = None if default is None else Grade(default.text("grade"))
    _close(table, default)
    return Table("grade", hit_policy, rows, output)


def _matrix(reader: Reader) -> Table[Offer]:
    table = reader.child("matrix")
    hit_policy = _hit_policy(table, "matrix", (HitPolicy.UNIQUE, HitPolicy.FIRST))
    rows = tuple(_row(row, "matrix", _offer(row)) for row in table.children("rows"))
    default = _default(table)
    output = None if default is None else _offer(default)
    _close(table, default)
    return Table("matrix", hit_policy, rows, output)


def _offer(row: Reader) -> Offer:
    outcome = row.choice("outcome", Outcome, tuple(Outcome))
    reason = row.text("reason") if row.has("reason") else None
    if reason is None and outcome is not Outcome.APPROVE:
        row.fault("reason", "missing_reason", f"{row.place('matrix')}: {outcome} needs a reason code or {FROM_SCORE}")
    if reason is not None and outcome is Outcome.APPROVE:
        row.fault("reason", "needless_reason", f"{row.place('matrix')}: approve has no reason")
    return Offer(outcome, reason, row.decimal("share"), row.decimal("rate"))


def _routing(reader: Reader) -> Table[Route]:
    table = reader.child("routing")
    hit_policy = _hit_policy(table, "routing", (HitPolicy.UNIQUE, HitPolicy.FIRST))
    rows = tuple(_row(row, "routing", Route(row.text("queue"))) for row in table.children("rows"))
    # Whatever is unknown about a referred application, somebody has to look at it: routing cannot do without.
    default = table.child("default")
    output = Route(default.text("queue"))
    _close(table, default)
    return Table("routing", hit_policy, rows, output)


def _terms(reader: Reader) -> Mapping[Outcome, Term]:
    terms: dict[Outcome, Term] = {}
    for outcome in (Outcome.APPROVE, Outcome.COUNTER_OFFER):
        if reader.has(outcome):
            entry = reader.child(outcome)
            text = entry.text("limit")
            try:
                terms[outcome] = Term(text, parse_formula(text), entry.decimal("round_down_to"))
            except SfeelError as error:
                entry.fault("limit", "unparseable_formula", f"terms of {outcome}: {error}")
            entry.close()
    reader.close()
    return terms


def _case(case: Reader) -> Case:
    name = case.text("name")
    facts = case.mapping("facts")
    reasons = case.texts("score_reasons")
    expect = case.mapping("expect")
    case.close()
    return Case(name, facts, reasons, expect)


def _row(row: Reader, table: str, output: OutputT) -> Row[OutputT]:
    when = row.mapping("when")
    conditions = []
    for column, (fact, text) in enumerate(when.items(), start=1):
        place = f"{row.place(table)}, column {column}"
        if not isinstance(text, str):
            row.fault(
                f"when/{pointer_token(fact)}", "cell_not_text", f"{place}: a cell is text; put `{text}` in quotes"
            )
            continue
        try:
            conditions.append(Condition(fact, text, parse_test(text)))
        except SfeelError as error:
            row.fault(f"when/{pointer_token(fact)}", "unparseable_cell", f"{place}: {error}")
    if row.has("when") and not when:
        row.fault("when", "no_condition", f"{row.place(table)}: has no condition; use `default` for what is left")
    row.close()
    return Row(tuple(conditions), output)


def _default(table: Reader) -> Reader | None:
    return table.child("default") if table.has("default") else None


def _close(table: Reader, default: Reader | None) -> None:
    if default is not None:
        default.close()
    table.close()


def _hit_policy(table: Reader, name: str, supported: tuple[HitPolicy, ...]) -> HitPolicy:
    hit_policy = table.choice("hit_policy", HitPolicy, tuple(HitPolicy))
    if table.has("hit_policy") and hit_policy not in supported:
        words = " or ".join(supported)
        table.fault(
            "hit_policy", "unsupported_hit_policy", f"table {name}: {hit_policy} is not for this stage; use {words}"
        )
    return hit_policy
