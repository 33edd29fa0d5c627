"""The columns of a source that a query reads, and the columns of facts that it makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.decision.domain.policy.faults import PolicyFault
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.sql.draft import Draft
from services.decision.domain.policy.sql.layers import ROW_ID
from services.decision.domain.policy.sql.text import all_of, chosen, negated, quoted, text_literal
from shared.facts import Fact, Source
from shared.feel.typed import TODAY, Kind, Type
from shared.feel.typed.sql import SqlValue, column
from shared.feel.typed.types import DATE
from shared.products import Product

AS_OF_DAY: Final = "as_of_day"
HAS_SCORE_REASONS: Final = "has_score_reasons"

RESERVED: Final = frozenset((ROW_ID, AS_OF_DAY, HAS_SCORE_REASONS))
"""Columns of a source that are not facts."""

_SQL_TYPES: Final = {Kind.TEXT: "VARCHAR", Kind.BOOLEAN: "BOOLEAN", Kind.DATE: "DATE"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a query reads.

    `types` has the SQL type of each column of the source; `names` the value of each fact; `sound` the SQL of the
    columns that are read as they are where every fact is known to be a value of its kind. `unscored` holds where the
    product has facts that scoring supplies and none of them is there; `score_reasons` where the score gave reasons.
    """

    types: Mapping[str, str]
    names: Mapping[str, SqlValue]
    sound: Mapping[str, str]
    unscored: str
    score_reasons: str

    @classmethod
    def of(cls, draft: Draft, layout: Layout, product: Product, *, as_decided: bool) -> "Inputs":
        """Define the columns of facts."""
        types, names, sound = {}, {}, {}
        scoring = [fact for fact in product.dictionary.facts.values() if fact.source is Source.SCORING]
        for fact in dict.fromkeys([*layout.facts, *(scoring if as_decided else ())]):
            if fact.name in RESERVED:
                words = f"the product has a fact `{fact.name}`, which is what a column of every source is called"
                draft.faults.append(PolicyFault("", "not_compilable", words))
                continue
            value = column(quoted(fact.name), Type.of_fact(fact))
            types[fact.name] = sql_type(value)
            plain = f"CAST({value.sql} AS {types[fact.name]})" if value.is_integer else value.sql
            sound[f"_{fact.name}"] = plain
            draft.layers.add(f"_{fact.name}", _checked(fact, plain))
            names[fact.name] = column(quoted(f"_{fact.name}"), Type.of_fact(fact))
        unscored = "FALSE"
        if as_decided:
            missing = [f"{names[fact.name].sql} IS NULL" for fact in scoring if fact.name in names]
            unscored = draft.layers.add("unscored", all_of(missing)) if missing else "FALSE"
        types[HAS_SCORE_REASONS] = "BOOLEAN"
        # A column of the source is there for the first step only; what a later one reads has a column of its own.
        given = draft.layers.add("_has_score_reasons", quoted(HAS_SCORE_REASONS))
        told = all_of([given, negated(unscored)])
        score_reasons = draft.layers.add("scored_reasons", chosen([(told, "TRUE")], "FALSE"))
        if layout.reads_clock:
            types[AS_OF_DAY] = "DATE"
            names[TODAY] = column(draft.layers.add("today", quoted(AS_OF_DAY)), DATE)
        return cls(types, names, sound, unscored, score_reasons)


def sql_type(value: SqlValue) -> str:
    """Return the SQL type of the column of a fact."""
    return value.integer.type if value.is_integer else _SQL_TYPES[value.type.kind]


def _checked(fact: Fact, sql: str) -> str:
    """Return the value if it is one of the fact: any other is missing, as it is for the interpreter."""
    of = Type.of_fact(fact)
    if of.kind is Kind.BOOLEAN:
        return sql
    if of.kind is Kind.TEXT:
        test = f"{sql} IN ({', '.join(map(text_literal, fact.values))})"
    elif of.kind is Kind.DATE:
        test = f"{sql} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
    else:
        value = column(sql, of)
        test = f"{sql} BETWEEN {value.low} AND {value.high}"
    return f"CASE WHEN {test} THEN {sql} END"
