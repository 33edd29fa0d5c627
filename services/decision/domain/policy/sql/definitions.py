"""The definitions of a policy as columns `definition_<name>`: the rules are those of `interpret.tables`."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP

from services.decision.domain.policy.bind import BoundDefinition, Formula, RuleTable
from services.decision.domain.policy.document import Aggregation
from services.decision.domain.policy.sql.draft import Draft, Names, alternatives, at, renamed
from services.decision.domain.policy.sql.masks import add_masks, chunks, hits_name, misses_name, none_in
from services.decision.domain.policy.sql.selection import select, value_at
from services.decision.domain.policy.sql.text import all_of, any_of, chosen, negated, total
from shared.facts import Fact
from shared.feel.typed import Type
from shared.feel.typed.sql import SqlValue
from shared.feel.typed.sql.integers import Integer
from shared.feel.typed.sql.numbers import brought
from shared.feel.typed.sql.value import at_scale


def definition_name(name: str) -> str:
    """Return the name of the column of a definition."""
    return f"definition_{name}"


def define(draft: Draft, definition: BoundDefinition, names: Names) -> SqlValue:
    """Define the columns of a definition and return its value."""
    source, name = definition.source, definition_name(definition.name)
    if isinstance(source, Formula):
        return draft.column(name, draft.value(source, names))
    rows = [draft.row(rule.tests, names) for rule in source.rules]
    told = draft.told(source.rules, names)
    if source.aggregation is None:
        row = select(draft.layers, source, rows, told)
        values = [draft.value(output, names) for output in source.outputs if output is not None]
        texts, known = alternatives(values, Type.of_fact(definition.fact))
        return draft.column(name, known, value_at(row, texts, known.sql))
    add_masks(draft.layers, source.name, rows, told)
    found = _aggregated(draft, source, rows, definition.fact, names)
    return draft.column(name, _settled(draft, source, found, definition.fact, names))


def _aggregated(
    draft: Draft, table: RuleTable[Formula | None], rows: Sequence[str], fact: Fact, names: Names
) -> SqlValue:
    if table.aggregation is Aggregation.COUNT:
        counted = total([f"CASE WHEN {row} THEN 1 ELSE 0 END" for row in rows])
        known = SqlValue("", Type.of_fact(fact), 0, 0, len(rows))
        return draft.column(f"count_{fact.name}", known, f"CAST({counted} AS BIGINT)")
    values = [draft.value(rule.output, names) for rule in table.rules if rule.output is not None]
    if table.aggregation is Aggregation.SUM:
        return _summed(draft, rows, values, fact)
    return _extreme(draft, rows, values, fact, least=table.aggregation is Aggregation.MIN)


def _settled(draft: Draft, table: RuleTable[Formula | None], found: SqlValue, fact: Fact, names: Names) -> SqlValue:
    """Return what was found unless a row is in doubt, or the default where no row hits."""
    numbers = range(len(chunks(len(table.rules))))
    certain = none_in([misses_name(table.name, number) for number in numbers])
    if table.default is None:
        return renamed(found, chosen([(certain, found.sql)], "NULL"))
    empty = none_in([hits_name(table.name, number) for number in numbers])
    texts, known = alternatives([draft.value(table.default, names), found], Type.of_fact(fact))
    return renamed(known, chosen([(all_of([certain, empty]), texts[0]), (certain, texts[1])], known.sql))


def _summed(draft: Draft, rows: Sequence[str], values: Sequence[SqlValue], fact: Fact) -> SqlValue:
    of = Type.of_fact(fact)
    scale = max([value.scale for value in values], default=0)
    scaled = [at_scale(value, scale) for value in values]
    low, high = sum(min(value.low, 0) for value in scaled), sum(max(value.high, 0) for value in scaled)
    sql_type = Integer("", low, high).type
    parts = [
        f"CASE WHEN {row} THEN {at(value, scale, sql_type)} ELSE 0 END" for row, value in zip(rows, values, strict=True)
    ]
    known = SqlValue("", of, scale, low, high)
    return brought(draft.column(f"sum_{fact.name}", known, f"CAST({total(parts)} AS {sql_type})"), of, ROUND_HALF_UP)


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
    extreme = parts[0] if len(parts) == 1 else f"{'LEAST' if least else 'GREATEST'}({', '.join(parts)})"
    found = draft.layers.add(
        f"extreme_{fact.name}", chosen([(negated(missing), extreme)], f"CAST({beyond} AS {sql_type})")
    )
    kept = Integer("", known.low, known.high).type
    return renamed(known, f"CASE WHEN {found} <> {beyond} THEN CAST({found} AS {kept}) END")
