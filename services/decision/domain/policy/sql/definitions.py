"""The definitions of a policy as columns `definition_<name>`: the rules are those of `interpret.tables`."""

from collections.abc import Sequence
from typing import Any

from services.decision.domain.policy.bind import BoundDefinition, Formula, RuleTable
from services.decision.domain.policy.document import Aggregation
from services.decision.domain.policy.sql.draft import Draft, Names, alternatives, at, renamed
from services.decision.domain.policy.sql.masks import add_masks, chunks, hits_name, misses_name, none_in
from services.decision.domain.policy.sql.selection import select, value_at
from services.decision.domain.policy.sql.text import all_of, any_of, chosen, negated, total
from shared.facts import Fact
from shared.feel.typed import Type, domain
from shared.feel.typed.sql import SqlValue
from shared.feel.typed.sql.integers import Integer


def definition_name(name: str) -> str:
    """Return the name of the column of a definition."""
    return f"definition_{name}"


def define(draft: Draft, definition: BoundDefinition, names: Names) -> SqlValue:
    """Define the columns of a definition and return its value."""
    source = definition.source
    if isinstance(source, Formula):
        value = draft.value(source, names)
    elif source.aggregation is None:
        value = _of_one_row(draft, source, definition.fact, names)
    else:
        value = _aggregated(draft, source, definition.fact, names)
    return draft.column(definition_name(definition.name), value)


def _of_one_row(draft: Draft, table: RuleTable[Any], fact: Fact, names: Names) -> SqlValue:
    rows = [draft.row(rule.tests, names) for rule in table.rules]
    row = select(draft.layers, table, rows, draft.told(table.rules, names))
    values = [draft.value(output, names) for output in table.outputs]
    texts, known = alternatives(values, Type.of_fact(fact))
    return renamed(known, value_at(row, texts, known.sql))


def _aggregated(draft: Draft, table: RuleTable[Any], fact: Fact, names: Names) -> SqlValue:
    rows = [draft.row(rule.tests, names) for rule in table.rules]
    add_masks(draft.layers, table.name, rows, draft.told(table.rules, names))
    if table.aggregation is Aggregation.COUNT:
        found = _counted(rows, fact)
    else:
        values = [draft.value(rule.output, names) for rule in table.rules]
        if table.aggregation is Aggregation.SUM:
            found = _summed(draft, rows, values, fact)
        else:
            found = _extreme(draft, rows, values, fact, least=table.aggregation is Aggregation.MIN)
    return _settled(draft, table, found, fact, names)


def _settled(draft: Draft, table: RuleTable[Any], found: SqlValue, fact: Fact, names: Names) -> SqlValue:
    """Return what was found unless a row is in doubt, or the default where no row hits."""
    numbers = range(len(chunks(len(table.rules))))
    certain = none_in([misses_name(table.name, number) for number in numbers])
    of = Type.of_fact(fact)
    if table.default is None:
        return renamed(found, chosen([(certain, found.sql)], "NULL"))
    empty = none_in([hits_name(table.name, number) for number in numbers])
    texts, known = alternatives([draft.value(table.default, names), found], of)
    return renamed(known, chosen([(all_of([certain, empty]), texts[0]), (certain, texts[1])], known.sql))


def _counted(rows: Sequence[str], fact: Fact) -> SqlValue:
    counted = total([f"CASE WHEN {row} THEN 1 ELSE 0 END" for row in rows])
    return SqlValue(f"CAST({counted} AS BIGINT)", Type.of_fact(fact), 0, 0, len(rows))


def _summed(draft: Draft, rows: Sequence[str], values: Sequence[SqlValue], fact: Fact) -> SqlValue:
    of = Type.of_fact(fact)
    scale = max([value.scale for value in values], default=0)
    factors = [10 ** (scale - value.scale) for value in values]
    low = sum(min(value.low * factor, 0) for value, factor in zip(values, factors, strict=True))
    high = sum(max(value.high * factor, 0) for value, factor in zip(values, factors, strict=True))
    sql_type = Integer("", low, high).type
    parts = [
        f"CASE WHEN {row} THEN {at(value, scale, sql_type)} ELSE 0 END" for row, value in zip(rows, values, strict=True)
    ]
    found = SqlValue(f"CAST({total(parts)} AS {sql_type})", of, scale, low, high)
    ((least, greatest),) = domain(of)
    # A sum of values of the fact has as many places as the fact, or fewer.
    factor = 10 ** ((fact.scale if of.kind.value == "decimal" else 0) - scale)
    if least <= low * factor and high * factor <= greatest:
        return found
    summed = draft.layers.add(f"sum_{fact.name}", found.sql)
    bounds = f"{summed} BETWEEN {-(-least // factor)} AND {greatest // factor}"
    low, high = max(low, -(-least // factor)), min(high, greatest // factor)
    kept = Integer("", low, high).type
    return SqlValue(f"CASE WHEN {bounds} THEN CAST({summed} AS {kept}) END", of, scale, low, high)


def _extreme(draft: Draft, rows: Sequence[str], values: Sequence[SqlValue], fact: Fact, *, least: bool) -> SqlValue:
    """Rows that do not hit stand in with a number beyond all: engines disagree about NULL in LEAST and GREATEST."""
    of = Type.of_fact(fact)
    texts, known = alternatives(list(values), of)
    if not texts:
        return SqlValue("CAST(NULL AS BIGINT)", of, values=())
    beyond = known.high + 1 if least else known.low - 1
    sql_type = Integer("", min(known.low, beyond), max(known.high, beyond)).type
    parts = [
        f"CASE WHEN {row} THEN CAST({text} AS {sql_type}) ELSE CAST({beyond} AS {sql_type}) END"
        for row, text in zip(rows, texts, strict=True)
    ]
    missing = any_of([f"({row} AND ({text}) IS NULL)" for row, text in zip(rows, texts, strict=True)])
    extreme = _folded("LEAST" if least else "GREATEST", parts)
    found = draft.layers.add(
        f"extreme_{fact.name}", chosen([(negated(missing), extreme)], f"CAST({beyond} AS {sql_type})")
    )
    kept = Integer("", known.low, known.high).type
    return renamed(known, f"CASE WHEN {found} <> {beyond} THEN CAST({found} AS {kept}) END")


def _folded(function: str, parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{function}({', '.join(parts)})"
