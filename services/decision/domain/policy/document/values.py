"""Values that a policy names: definitions, and the terms of what is granted."""

import re
from collections.abc import Mapping
from typing import Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.document.form import (
    DEFINITIONS,
    Aggregation,
    Definition,
    Expression,
    HitPolicy,
    Kind,
    OtherTerm,
    Table,
    Term,
    Worth,
)
from services.decision.domain.policy.document.reading import Reader
from services.decision.domain.policy.document.tables import read_default, read_hit_policy, read_rows
from services.decision.domain.policy.faults import excerpt
from shared.facts import FactType

MAX_DEFINITIONS: Final = 200
MAX_OTHER_TERMS: Final = 50

_MAX_SCALE: Final = 12
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


def read_definitions(reader: Reader) -> tuple[Definition, ...]:
    """Return the definitions of a policy, as they stand."""
    entries = reader.named(DEFINITIONS)
    if len(entries) > MAX_DEFINITIONS:
        reader.fault(DEFINITIONS, "too_many_definitions", f"there are more than {MAX_DEFINITIONS} definitions")
        return ()
    found = [_definition(name, entry) for name, entry in entries]
    return tuple(definition for definition in found if definition is not None)


def _definition(name: str, entry: Reader) -> Definition | None:
    kind = _kind(name, entry, f"definition `{excerpt(name)}`")
    if entry.has("rows"):
        source: Expression | Table[Worth] | None = _table(f"{DEFINITIONS}.{name}", kind, entry)
    else:
        source = entry.expression("value", f"definition `{excerpt(name)}`")
    entry.close()
    return None if source is None else Definition(name, kind, source)


def _table(name: str, kind: Kind, entry: Reader) -> Table[Worth]:
    hit_policy = read_hit_policy(entry, name, tuple(HitPolicy))
    if hit_policy is HitPolicy.PRIORITY and not kind.values:
        entry.fault("hit_policy", "unsupported_hit_policy", f"table {name}: PRIORITY is for the values of an enum")
    aggregation = _aggregation(name, kind, hit_policy, entry)
    counts = aggregation is Aggregation.COUNT
    rows = read_rows(entry, name, lambda row: _worth(row, name, counts))
    default = read_default(entry, lambda row: Worth(row.expression("value", row.place(name))))
    return Table(name, entry.pointer, hit_policy, rows, default, aggregation, kind.values)


def _aggregation(name: str, kind: Kind, hit_policy: HitPolicy, entry: Reader) -> Aggregation | None:
    if not entry.has("aggregation"):
        if hit_policy is HitPolicy.COLLECT:
            words = f"table {name}: COLLECT needs an aggregation, one of {', '.join(Aggregation)}"
            entry.fault("aggregation", "missing_key", words)
        return None
    aggregation = entry.choice("aggregation", Aggregation, tuple(Aggregation))
    if hit_policy is not HitPolicy.COLLECT:
        entry.fault("aggregation", "needless_key", f"table {name}: an aggregation is for COLLECT")
    elif aggregation is Aggregation.COUNT and kind.type is not FactType.INTEGER:
        entry.fault("aggregation", "wrong_type", f"table {name}: a number of rows is an integer")
    elif kind.type not in (FactType.INTEGER, FactType.MONEY, FactType.DECIMAL):
        entry.fault("aggregation", "wrong_type", f"table {name}: only numbers and money are aggregated")
    return aggregation


def _worth(row: Reader, table: str, counts: bool) -> Worth:
    if not counts:
        return Worth(row.expression("value", row.place(table)))
    if row.has("value"):
        row.fault("value", "needless_key", f"{row.place(table)}: COUNT counts rows, whatever their value")
        row.expression("value", row.place(table))
    return Worth(None)


def read_terms(reader: Reader) -> Mapping[Outcome, Term]:
    """Return the terms of each outcome that grants credit."""
    terms = {}
    for outcome in (Outcome.APPROVE, Outcome.COUNTER_OFFER):
        if reader.has(outcome):
            term = _term(reader.child(outcome), outcome)
            if term is not None:
                terms[outcome] = term
    reader.close()
    return terms


def _term(entry: Reader, outcome: Outcome) -> Term | None:
    limit = entry.expression("limit", f"the limit of {outcome}")
    round_down_to = entry.decimal("round_down_to")
    less_reason = entry.text("less_reason") if outcome is Outcome.APPROVE and entry.has("less_reason") else None
    rate = entry.expression("rate", f"the rate of {outcome}") if entry.has("rate") else None
    others = [_other_term(name, other, outcome) for name, other in entry.named("other_terms")]
    if len(others) > MAX_OTHER_TERMS:
        entry.fault("other_terms", "too_many_terms", f"{outcome} has more than {MAX_OTHER_TERMS} other terms")
    entry.close()
    if limit is None:
        return None
    return Term(limit, round_down_to, less_reason, rate, tuple(other for other in others if other is not None))


def _other_term(name: str, entry: Reader, outcome: Outcome) -> OtherTerm | None:
    kind = _kind(name, entry, f"term `{excerpt(name)}` of {outcome}")
    value = entry.expression("value", f"term `{excerpt(name)}` of {outcome}")
    entry.close()
    return None if value is None else OtherTerm(name, kind, value)


def _kind(name: str, entry: Reader, what: str) -> Kind:
    if _NAME.fullmatch(name) is None:
        words = f"{what}: a name is lower snake case, of up to 63 characters"
        entry.findings.add(entry.pointer, "bad_name", words, of_key=True)
    kind = entry.choice("type", FactType, tuple(FactType))
    scale = entry.integer("scale", 0, _MAX_SCALE)
    if entry.has("scale") and kind is not FactType.DECIMAL:
        entry.fault("scale", "needless_key", f"{what}: a scale is for decimals")
    values = entry.texts_at("values")
    if kind is FactType.ENUM and not values:
        entry.fault("values", "missing_key", f"{what}: an enum needs its values")
    if kind is not FactType.ENUM and values:
        entry.fault("values", "needless_key", f"{what}: values are for an enum")
    if len(set(values)) != len(values):
        entry.fault("values", "repeated_value", f"{what}: one of its values stands twice")
    return Kind(kind, scale, values, *_label(entry))


def _label(entry: Reader) -> tuple[str, str]:
    """Return the label in English and in Chinese, each empty where it is not there."""
    if not isinstance(entry.values.get("label"), Mapping):
        return entry.text("label") if entry.has("label") else "", ""
    words = entry.child("label")
    english, chinese = words.text("en"), words.text("zh")
    words.close()
    return english, chinese
