"""Terms as decisions: limit, price and other terms of each outcome, an expression each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.policies.interchange.markup import Tag
from services.policies.interchange.vocabulary import (
    GRANTING,
    LESS_REASON,
    PREVAILING,
    RATE_SCALE,
    ROUND_DOWN_TO,
    Role,
)
from services.policies.interchange.wrapping import DOWN, MULTIPLE, only_for, rounded
from services.policies.interchange.write.decisions import Decision, Scope, literal
from services.policies.interchange.write.stages import says
from services.policies.interchange.write.types import Types
from shared.feel.syntax.strings import escape


def terms(document: Mapping[str, Any], types: Types, scope: Scope) -> Iterator[Decision]:
    """Yield a decision for each expression of the terms; it is null unless its outcome prevails."""
    offered = f"{scope.free('matrix')}.rate" if says(document["matrix"], "rate") else "null"
    for outcome in GRANTING:
        if outcome in document["terms"]:
            term = _Term(outcome, document["terms"][outcome], types, scope, offered)
            yield term.limit()
            if "rate" in term.entry:
                yield term.rate()
            for name, entry in term.entry.get("other_terms", {}).items():
                yield term.other(name, entry)


def term_name(outcome: str, term: str, scope: Scope, *, other: bool = False) -> str:
    """Return the name of the decision on limit, rate or an `other` term, which may be called like one of these."""
    return scope.free(f"{outcome}_other_{term}" if other and term in ("limit", "rate") else f"{outcome}_{term}")


@dataclass(frozen=True, slots=True)
class _Term:
    """The terms of an outcome; `offered` is the price that the matrix states, as an expression."""

    outcome: str
    entry: Mapping[str, Any]
    types: Types
    scope: Scope
    offered: str

    def limit(self) -> Decision:
        text = self.entry["limit"]
        entries = self._local(text, ("outcome", "rate"))
        if ROUND_DOWN_TO in self.entry:
            entries.append(_entry(ROUND_DOWN_TO, self.entry[ROUND_DOWN_TO], "number"))
            whole = MULTIPLE.around(text)
        else:
            whole = rounded(text, self.types.minor_digits, DOWN)
        if LESS_REASON in self.entry:
            entries.append(_entry(LESS_REASON, escape(self.entry[LESS_REASON]), "string"))
        return self._decision("limit", Role.TERM, entries, text, whole, self.types.of_limit())

    def rate(self) -> Decision:
        text = self.entry["rate"]
        entries = self._local(text, ("outcome", "rate"))
        return self._decision("rate", Role.TERM, entries, text, rounded(text, RATE_SCALE), "number")

    def other(self, name: str, entry: Mapping[str, Any]) -> Decision:
        text, scale = entry["value"], self.types.scale_of(entry)
        # Here `rate` is the price that is granted, which is what the decision of this name says.
        entries = self._local(text, ("outcome",))
        type_ref = self.types.of_term(self.outcome, name, entry)
        whole = text if scale is None else rounded(text, scale)
        return self._decision(name, Role.OTHER_TERM, entries, text, whole, type_ref, entry.get("label"))

    def _local(self, text: str, names: tuple[str, ...]) -> list[Tag]:
        """Entries for names that mean something else here than after the terms: the outcome and the price so far."""
        meant = {"outcome": (escape(self.outcome), "string"), "rate": (self.offered, "number")}
        used = self.scope.in_expression(text)
        return [_entry(name, *meant[name]) for name in names if name in used]

    def _decision(
        self,
        name: str,
        role: Role,
        entries: list[Tag],
        text: str,
        whole: str,
        type_ref: str,
        label: str | Mapping[str, str] | None = None,
    ) -> Decision:
        prevailing = self.scope.free(PREVAILING)
        result = literal(only_for(self.outcome, prevailing).around(whole))
        logic = result
        if entries:
            logic = Tag("context", children=(*entries, Tag("contextEntry", children=(result,))))
        local = {entry.children[0].attributes["name"] for entry in entries}
        needs = self.scope.in_expression(text) - local | {prevailing}
        if "rate" in local and self.offered != "null":
            needs |= {self.scope.free("matrix")}
        marks = {"assay:outcome": self.outcome, "assay:of": name}
        called = term_name(self.outcome, name, self.scope, other=role is Role.OTHER_TERM)
        return Decision(called, role, logic, needs, type_ref, label, marks=marks)


def _entry(name: str, text: str, type_ref: str) -> Tag:
    return Tag("contextEntry", children=(Tag("variable", {"name": name, "typeRef": type_ref}), literal(text)))
