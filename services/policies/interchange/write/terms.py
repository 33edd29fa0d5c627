"""Terms as decisions: limit, price and other terms of each outcome, an expression each."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.policies.interchange.markup import Tag
from services.policies.interchange.rounding import DOWN, rounded
from services.policies.interchange.vocabulary import (
    GRANTING,
    LESS_REASON,
    MULTIPLE,
    RATE_SCALE,
    ROUND_DOWN_TO,
    UNROUNDED,
    Role,
)
from services.policies.interchange.write.decisions import Decision, Scope, literal
from services.policies.interchange.write.stages import says
from services.policies.interchange.write.types import Types
from shared.feel.syntax.strings import escape


def terms(document: Mapping[str, Any], types: Types, scope: Scope) -> Iterator[Decision]:
    """Yield a decision for each expression of the terms."""
    matrix = scope.free("matrix") if says(document["matrix"], "rate") else None
    for outcome in GRANTING:
        term = document["terms"].get(outcome)
        if term is not None:
            yield _limit(term, outcome, types, scope, matrix)
            if "rate" in term:
                yield _rate(term, outcome, scope, matrix)
            for name, entry in term.get("other_terms", {}).items():
                yield _other(name, entry, outcome, types, scope)


def term_name(outcome: str, term: str, scope: Scope) -> str:
    """Return the name of the decision on a term."""
    return scope.free(f"{outcome}_{term}")


def _marks(outcome: str, term: str) -> Mapping[str, str]:
    return {"assay:outcome": outcome, "assay:of": term}


def _limit(term: Mapping[str, Any], outcome: str, types: Types, scope: Scope, matrix: str | None) -> Decision:
    text = rounded(term["limit"], types.minor_digits, DOWN)
    used = scope.in_expression(term["limit"])
    entries = [*_local(used, outcome, matrix)]
    if ROUND_DOWN_TO in term:
        entries += [_entry(UNROUNDED, text, "number"), _entry(ROUND_DOWN_TO, term[ROUND_DOWN_TO], "number")]
        text = MULTIPLE
    if LESS_REASON in term:
        entries.append(_entry(LESS_REASON, escape(term[LESS_REASON]), "string"))
    return Decision(
        term_name(outcome, "limit", scope),
        Role.TERM,
        _boxed(entries, text),
        _required(used, matrix),
        types.of_limit(),
        marks=_marks(outcome, "limit"),
    )


def _rate(term: Mapping[str, Any], outcome: str, scope: Scope, matrix: str | None) -> Decision:
    used = scope.in_expression(term["rate"])
    return Decision(
        term_name(outcome, "rate", scope),
        Role.TERM,
        _boxed(_local(used, outcome, matrix), rounded(term["rate"], RATE_SCALE)),
        _required(used, matrix),
        "number",
        marks=_marks(outcome, "rate"),
    )


def _other(name: str, entry: Mapping[str, Any], outcome: str, types: Types, scope: Scope) -> Decision:
    used = scope.in_expression(entry["value"])
    scale = types.scale_of(entry)
    text = entry["value"] if scale is None else rounded(entry["value"], scale)
    # Here `rate` is the price that is granted, which is what the decision of this name says.
    return Decision(
        term_name(outcome, name, scope),
        Role.OTHER_TERM,
        _boxed(_local(used - {"rate"}, outcome, None), text),
        used - {"outcome"},
        types.of_term(outcome, name, entry),
        entry.get("label"),
        marks=_marks(outcome, name),
    )


def _local(used: frozenset[str], outcome: str, matrix: str | None) -> list[Tag]:
    """Entries for names that mean something else here than after the terms: the outcome and the price so far."""
    entries = []
    if "outcome" in used:
        entries.append(_entry("outcome", escape(outcome), "string"))
    if "rate" in used:
        entries.append(_entry("rate", f"{matrix}.rate" if matrix else "null", "number"))
    return entries


def _required(used: frozenset[str], matrix: str | None) -> frozenset[str]:
    return used - {"outcome", "rate"} | ({matrix} if matrix and "rate" in used else set())


def _entry(name: str, text: str, type_ref: str) -> Tag:
    return Tag("contextEntry", children=(Tag("variable", {"name": name, "typeRef": type_ref}), literal(text)))


def _boxed(entries: list[Tag], result: str) -> Tag:
    if not entries:
        return literal(result)
    return Tag("context", children=(*entries, Tag("contextEntry", children=(literal(result),))))
