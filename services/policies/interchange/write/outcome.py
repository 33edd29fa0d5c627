"""What follows from the stages, and policies leave unsaid: which finding prevails, and what is granted in the end."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.decision.domain.outcome import Outcome
from services.policies.interchange.vocabulary import GRANTING, LESS_REASON, PREVAILING, Role
from services.policies.interchange.write.decisions import Decision, Scope, literal
from services.policies.interchange.write.stages import says
from services.policies.interchange.write.terms import term_name
from services.policies.interchange.write.types import Types
from shared.products import REQUESTED_AMOUNT


def derived(document: Mapping[str, Any], types: Types, scope: Scope) -> Iterator[Decision]:
    """Yield the decisions on the outcome, and on what the matrix and the terms come to together."""
    matrix, prevailing = scope.free("matrix"), scope.free(PREVAILING)
    outcome = types.of_output("outcome")
    yield _prevailing(prevailing, outcome, scope)
    for key, label in (("share", "Part of the amount that is offered"), ("rate", "Price a year")):
        offered = f"{matrix}.{key}" if says(document["matrix"], key) else "null"
        yield _chosen(key, "number", label, document["terms"], prevailing, offered, scope)
    yield _chosen("limit", types.of_limit(), "Amount that is granted", document["terms"], prevailing, "null", scope)
    yield _final(document["terms"], outcome, prevailing, scope)


def _prevailing(name: str, type_ref: str, scope: Scope) -> Decision:
    eligibility, knock_outs, matrix = map(scope.free, ("eligibility", "knock_outs", "matrix"))
    found = f"flatten([{eligibility}.outcome, {knock_outs}.outcome, {matrix}.outcome])"
    lines = (
        f'if list contains({found}, "decline") then "decline"',
        f'else if list contains({found}, "pend_info") then "pend_info"',
        f'else if grade = null or {matrix} = null or list contains({found}, "refer") then "refer"',
        f"else {matrix}.outcome",
    )
    needs = frozenset((eligibility, knock_outs, "grade", matrix))
    label = "Gravest finding of the stages"
    return Decision(name, Role.DERIVED, literal("\n".join(lines)), needs, type_ref, label)


def _chosen(
    name: str, type_ref: str, label: str, terms: Mapping[str, Any], prevailing: str, offered: str, scope: Scope
) -> Decision:
    """The value of a term for the outcome that prevails, or what the matrix offers."""
    stated = {outcome: term_name(outcome, name, scope) for outcome in GRANTING if name in terms.get(outcome, {})}
    cases = [f'if {prevailing} = "{outcome}" then {term}' for outcome, term in stated.items()]
    needs = {
        *stated.values(),
        *([prevailing] if stated else []),
        *([offered.split(".", maxsplit=1)[0]] if "." in offered else []),
    }
    text = "\nelse ".join([*cases, offered])
    return Decision(name, Role.DERIVED, literal(text), frozenset(needs), type_ref, label)


def _final(terms: Mapping[str, Any], type_ref: str, prevailing: str, scope: Scope) -> Decision:
    """The outcome once the terms are known: nothing is granted that cannot be told, and less is another offer."""
    cases = [f'if not(list contains(["approve", "counter_offer"], {prevailing})) then {prevailing}']
    cases.append('if limit = null or limit <= 0 then "refer"')
    needs = {prevailing, "limit"}
    for outcome in GRANTING:
        term = terms.get(outcome, {})
        names = [term_name(outcome, "rate", scope)] if "rate" in term else []
        names += [term_name(outcome, each, scope, other=True) for each in term.get("other_terms", {})]
        needs.update(names)
        if names:
            unknown = f"list contains([{', '.join(names)}], null)"
            cases.append(f'if {prevailing} = "{outcome}" and {unknown} then "refer"')
    if Outcome.APPROVE in terms:
        less = Outcome.COUNTER_OFFER if LESS_REASON in terms[Outcome.APPROVE] else Outcome.REFER
        cases.append(f'if {prevailing} = "approve" and limit < {REQUESTED_AMOUNT} then "{less}"')
        needs.add(REQUESTED_AMOUNT)
    text = "\nelse ".join([*cases, prevailing])
    return Decision("outcome", Role.DERIVED, literal(text), frozenset(needs), type_ref, "Outcome")
