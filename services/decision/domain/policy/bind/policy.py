"""From a policy as written to one whose names and types are settled for a product."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR
from typing import TypeVar

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind.binder import Binder
from services.decision.domain.policy.bind.bound import BoundDefinition, BoundPolicy, BoundTerm, Formula
from services.decision.domain.policy.bind.order import in_order
from services.decision.domain.policy.bind.vocabulary import (
    STAGE_OUTPUTS,
    Vocabularies,
    Vocabulary,
    limit_fact,
    named,
    rate_fact,
    vocabularies,
)
from services.decision.domain.policy.document import Definition, Expression, HitPolicy, PolicyDocument, Term, Worth
from services.decision.domain.policy.faults import Findings
from shared.feel.syntax.tree import StringLiteral
from shared.feel.values import NUMBERS
from shared.money import exponent
from shared.products import Product

AnyT = TypeVar("AnyT")


def bind(document: PolicyDocument, product: Product) -> BoundPolicy:
    """Return the policy with typed texts, its definitions in order.

    Raises `PolicyError` with every wrong name and type, or with the circle that definitions go in.
    """
    binder = Binder()
    _check_names(document, product, binder.findings)
    binder.findings.close()
    words = vocabularies(document, product)
    definitions = [_definition(each, product, words.known, binder) for each in document.definitions]
    eligibility = binder.table(document.eligibility, words.known, _as_it_is)
    knock_outs = binder.table(document.knock_outs, words.known, _as_it_is)
    grade = binder.table(document.grade, words.known, _as_it_is)
    matrix = binder.table(document.matrix, words.graded, _as_it_is)
    terms = _terms(document.terms, product, words, binder)
    conditions = None
    if document.conditions is not None:
        conditions = binder.table(document.conditions, words.granted, _as_it_is)
    routing = None
    if document.routing is not None:
        routing = binder.table(document.routing, words.routed, _as_it_is)
    binder.findings.close()
    return BoundPolicy(
        written=document,
        product=product,
        definitions=in_order([each for each in definitions if each is not None]),
        eligibility=eligibility,
        knock_outs=knock_outs,
        grade=grade,
        matrix=matrix,
        terms=terms,
        conditions=conditions,
        routing=routing,
    )


def _as_it_is(output: AnyT, _place: str) -> AnyT:
    return output


def _check_names(document: PolicyDocument, product: Product, findings: Findings) -> None:
    if document.product != product.name:
        findings.add("/product", "other_product", f"the policy is not for product `{product.name}`")
    for name in STAGE_OUTPUTS:
        if name in product.dictionary.facts:
            findings.add("", "reserved_name", f"the product has a fact `{name}`, which policies use themselves")
    for definition in document.definitions:
        pointer = f"/definitions/{definition.name}"
        if definition.name in STAGE_OUTPUTS:
            words = f"`{definition.name}` is what policies call an output of a stage; choose another name"
            findings.add(pointer, "reserved_name", words, of_key=True)
        elif definition.name in product.dictionary.facts:
            words = f"`{definition.name}` is a fact of the product; choose another name"
            findings.add(pointer, "name_taken", words, of_key=True)
    for outcome, term in document.terms.items():
        for other in term.other_terms:
            if other.name in STAGE_OUTPUTS:
                words = f"`{other.name}` of {outcome} is what policies call an output of a stage; choose another name"
                pointer = f"/terms/{outcome}/other_terms/{other.name}"
                findings.add(pointer, "reserved_name", words, of_key=True)


def _definition(
    written: Definition, product: Product, vocabulary: Vocabulary, binder: Binder
) -> BoundDefinition | None:
    fact = named(written.name, written.kind, product)
    if isinstance(written.source, Expression):
        formula = binder.formula(written.source, fact, vocabulary, f"in definition {written.name}")
        return None if formula is None else BoundDefinition(fact, formula)
    by_priority = written.source.hit_policy is HitPolicy.PRIORITY

    def value(worth: Worth, place: str) -> Formula | None:
        if worth.value is None:
            return None
        if by_priority and not isinstance(worth.value.node, StringLiteral):
            words = f"a table with PRIORITY needs literal values, {place}"
            binder.findings.add(worth.value.pointer, "value_not_literal", words)
        return binder.formula(worth.value, fact, vocabulary, place)

    return BoundDefinition(fact, binder.table(written.source, vocabulary, value))


def _terms(
    terms: Mapping[Outcome, Term], product: Product, words: Vocabularies, binder: Binder
) -> dict[Outcome, BoundTerm]:
    bound = {}
    for outcome, term in terms.items():
        place = f"in the limit of {outcome}"
        limit = binder.formula(term.limit, limit_fact(product), words.priced, place, ROUND_FLOOR)
        rate = None
        if term.rate is not None:
            rate = binder.formula(term.rate, rate_fact(), words.granted, f"in the rate of {outcome}")
        others = [
            binder.formula(
                other.value, named(other.name, other.kind, product), words.granted, f"in {other.name} of {outcome}"
            )
            for other in term.other_terms
        ]
        multiple = _multiple_minor(term, outcome, product, binder.findings)
        if limit is not None:
            found = tuple(other for other in others if other is not None)
            bound[outcome] = BoundTerm(limit, multiple, term.less_reason, rate, found)
    return bound


def _multiple_minor(term: Term, outcome: Outcome, product: Product, findings: Findings) -> int:
    if term.round_down_to is None:
        return 1
    digits = exponent(product.currency)
    minor = term.round_down_to.scaleb(digits, NUMBERS)
    if minor > 0 and minor == minor.to_integral_value():
        return int(minor)
    words = f"`round_down_to` of {outcome} is not an amount in {product.currency} above zero"
    findings.add(f"/terms/{outcome}/round_down_to", "not_an_amount", words)
    return 1
