"""Explaining what a policy file answers to the facts of one application, without a service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.decision.domain.policy import Policy
from services.decision.domain.policy.explain import Audience, Language, explain
from services.decision.domain.policy.what_if import what_would_change
from services.decision.domain.reasons import ReasonCatalogue
from shared.facts import FactValue
from shared.products import Product


def explain_file(
    policy: Policy,
    product: Product,
    reasons: ReasonCatalogue,
    facts_wire: Any,
    as_of: datetime,
    language: str,
) -> str:
    """Return why `policy` answers an application as it does at `as_of`, for an officer, and what would change it.

    `facts_wire` has the facts by name in wire form, those of the score among them; or it is an object with them under
    `facts` and the codes of the score under `score_reasons`, as a golden case. Raises `ValueError` in words.
    """
    if language not in tuple(Language):
        raise ValueError(f"there are explanations in {' and '.join(Language)}, none in `{language}`")
    wire, score_reasons = _application(facts_wire)
    facts = _facts(product, wire)
    evaluation = policy.evaluate(facts, score_reasons, as_of)
    advice = what_would_change(policy, facts, score_reasons, as_of)
    return explain(policy, reasons, facts, evaluation, as_of, Language(language), Audience.OFFICER, advice).text


def _application(document: Any) -> tuple[Mapping[str, object], tuple[str, ...]]:
    if not isinstance(document, Mapping):
        raise ValueError("the facts must be a JSON object: a value by name")
    if not isinstance(document.get("facts"), Mapping):
        return document, ()
    reasons = document.get("score_reasons", [])
    if not isinstance(reasons, list) or not all(isinstance(code, str) for code in reasons):
        raise ValueError("`score_reasons` must be a list of codes")
    return document["facts"], tuple(reasons)


def _facts(product: Product, wire: Mapping[str, object]) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    for name, value in wire.items():
        fact = product.dictionary.facts.get(name)
        if fact is None:
            raise ValueError(f"`{name}` is not a fact of product `{product.name}`")
        if value is not None:
            try:
                facts[name] = fact.parse(value)
            except ValueError as error:
                raise ValueError(f"fact `{name}` {error}") from None
    return facts
