"""Looking up names and types: each cell and formula is tied to the facts of a product, or refused with its place.

Literals become values of the fact they are compared with: `250.00` against a money fact of a currency with two minor
digits is the integer 25000; against a decimal fact of scale 4 it is `Decimal("250.0000")`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.document import Condition, OutputT, PolicyDocument, Row, Table, Term
from services.decision.domain.policy.reading import PolicyError, did_you_mean
from services.decision.domain.policy.sfeel import (
    ARITHMETIC,
    AnyOf,
    Comparison,
    Interval,
    Literal,
    Name,
    SimpleTest,
    walk,
)
from shared.errors import Fault
from shared.facts import Fact, FactType, pointer_token
from shared.money import exponent
from shared.products import Product

GRADE: Final = "grade"
OUTCOME: Final = "outcome"
SHARE: Final = "share"
RATE: Final = "rate"

_UNORDERED: Final = (FactType.ENUM, FactType.BOOLEAN)
_NUMERIC: Final = (FactType.INTEGER, FactType.MONEY, FactType.DECIMAL)


def vocabulary(document: PolicyDocument, product: Product) -> Mapping[str, Mapping[str, Fact]]:
    """Return for each table (and `terms`) the names it may use: facts of the product and earlier outputs."""
    facts = dict(product.dictionary.facts)
    grades = [row.output.grade for row in document.grade.rows]
    if document.grade.default is not None:
        grades.append(document.grade.default.grade)
    graded = facts | {GRADE: Fact(GRADE, FactType.ENUM, values=tuple(dict.fromkeys(grades)) or ("",))}
    priced = facts | {name: Fact(name, FactType.DECIMAL, scale=12) for name in (SHARE, RATE)}
    referred = (str(Outcome.REFER), str(Outcome.PEND_INFO))
    return {
        "eligibility": facts,
        "knock_outs": facts,
        "grade": facts,
        "matrix": graded,
        "terms": priced,
        "routing": graded | {OUTCOME: Fact(OUTCOME, FactType.ENUM, values=referred)},
    }


def bind(document: PolicyDocument, product: Product) -> PolicyDocument:
    """Return `document` with literals as values of their facts; raises `PolicyError` with every wrong name or type."""
    faults: list[Fault] = []
    if document.product != product.name:
        faults.append(Fault("/product", "other_product", f"the policy is not for product `{product.name}`"))
    for name in (GRADE, OUTCOME, SHARE, RATE):
        if name in product.dictionary.facts:
            faults.append(Fault("", "reserved_name", f"the product has a fact `{name}`, which policies use themselves"))
    names = vocabulary(document, product)
    bound = replace(
        document,
        eligibility=_bind_table(document.eligibility, names, faults),
        knock_outs=_bind_table(document.knock_outs, names, faults),
        grade=_bind_table(document.grade, names, faults),
        matrix=_bind_table(document.matrix, names, faults),
        routing=None if document.routing is None else _bind_table(document.routing, names, faults),
    )
    for outcome, term in document.terms.items():
        _check_formula(outcome, term, names["terms"], faults)
    if faults:
        raise PolicyError(faults)
    return bound


def _bind_table(
    table: Table[OutputT], names_of: Mapping[str, Mapping[str, Fact]], faults: list[Fault]
) -> Table[OutputT]:
    names = names_of[table.name]
    rows = []
    for number, row in enumerate(table.rows):
        conditions = []
        for column, condition in enumerate(row.conditions, start=1):
            pointer = f"/{table.name}/rows/{number}/when/{pointer_token(condition.fact)}"
            place = f"in table {table.name}, row {number + 1}, column {column}"
            refusal = _name_refusal(condition.fact, names)
            if refusal is not None:
                faults.append(Fault(pointer, refusal[0], f"{refusal[1]} {place}{refusal[2]}"))
                continue
            try:
                conditions.append(_bind_condition(condition, names[condition.fact]))
            except ValueError as error:
                faults.append(Fault(pointer, "wrong_type", f"{error} {place}"))
        rows.append(Row(tuple(conditions), row.output))
    return replace(table, rows=tuple(rows))


def _name_refusal(name: str, names: Mapping[str, Fact]) -> tuple[str, str, str] | None:
    """Return code, words and hint when `name` may not be used."""
    if name not in names:
        open_names = [known for known, fact in names.items() if not fact.protected]
        return "unknown_fact", f"unknown fact `{name}`", did_you_mean(name, open_names)
    if names[name].protected:
        return "protected_fact", f"protected fact `{name}` may not be used", ""
    return None


def _check_formula(outcome: Outcome, term: Term, names: Mapping[str, Fact], faults: list[Fault]) -> None:
    pointer = f"/terms/{outcome}/limit"
    for part in walk(term.limit):
        if isinstance(part, Name):
            refusal = _name_refusal(part.name, names)
            if refusal is not None:
                faults.append(Fault(pointer, refusal[0], f"{refusal[1]} in the limit of {outcome}{refusal[2]}"))
            elif names[part.name].type not in _NUMERIC:
                kind = names[part.name].type
                faults.append(Fault(pointer, "wrong_type", f"`{part.name}` is {kind}, not a number"))


def _bind_condition(condition: Condition, fact: Fact) -> Condition:
    test = condition.test
    if isinstance(test, AnyOf):
        test = AnyOf(tuple(_bind_test(part, fact) for part in test.tests), test.negated)
    return Condition(condition.fact, condition.text, test)


def _bind_test(test: SimpleTest, fact: Fact) -> SimpleTest:
    ordered = isinstance(test, Interval) or test.operator not in ("=", "!=")
    if ordered and fact.type in _UNORDERED:
        raise ValueError(f"`{fact.name}` is {fact.type}: its values have no order")
    if isinstance(test, Comparison):
        return Comparison(test.operator, _bind_literal(test.value, fact))
    low, high = _bind_literal(test.low, fact), _bind_literal(test.high, fact)
    return Interval(low, high, test.low_included, test.high_included)


def _bind_literal(value: Literal, fact: Fact) -> Literal:
    if fact.type in _NUMERIC and isinstance(value, Decimal):
        return _bind_number(value, fact)
    if fact.type is FactType.ENUM and isinstance(value, str):
        if value not in fact.values:
            raise ValueError(f'`{fact.name}` has no value "{value}"{did_you_mean(value, fact.values)}')
        return value
    if fact.type is FactType.BOOLEAN and isinstance(value, bool):
        return value
    if fact.type is FactType.DATE and isinstance(value, date):
        return value
    raise ValueError(f"`{fact.name}` is {fact.type} and cannot be compared with `{value}`")


def _bind_number(value: Decimal, fact: Fact) -> Literal:
    digits = {FactType.MONEY: exponent(fact.currency or ""), FactType.DECIMAL: fact.scale}.get(fact.type, 0)
    scaled = value.scaleb(digits, ARITHMETIC)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"`{fact.name}` has {digits} decimal places; `{value}` has more")
    if fact.type is FactType.DECIMAL:
        return value.quantize(Decimal(1).scaleb(-digits), context=ARITHMETIC)
    return int(scaled)
