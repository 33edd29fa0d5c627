"""Whatever a policy says and an application has, there is an explanation, and advice that holds."""

from dataclasses import replace
from random import Random

import pytest

from services.decision.domain.policy import Policy, PolicyError, load_policy
from services.decision.domain.policy.explain import Audience, Language, explain
from services.decision.domain.policy.what_if import what_would_change
from shared.facts import Change, Fact, FactDictionary, FactType, Source
from shared.products import Product
from tests.decision.fuzz.policies import REASONS, random_policy, random_product
from tests.decision.fuzz.trial import AS_OF, SCORE_REASONS, random_facts


def _within_reach(fact: Fact, rng: Random) -> Fact:
    if fact.protected or fact.source is not Source.APPLICATION or rng.random() < 0.3:
        return fact
    unordered = fact.type in (FactType.ENUM, FactType.BOOLEAN)
    return replace(fact, mutable=Change.ANY if unordered else rng.choice(list(Change)))


def _policy(rng: Random) -> tuple[Product, Policy]:
    """Return the next policy that is sound."""
    while True:
        product = random_product(rng)
        facts = [_within_reach(fact, rng) for fact in product.dictionary.facts.values()]
        product = replace(product, dictionary=FactDictionary.of(facts))
        try:
            return product, load_policy(random_policy(rng, product), product, REASONS)
        except PolicyError:
            continue


@pytest.mark.parametrize("seed", range(60))
def test_any_decision_is_explained_and_its_advice_holds(seed: int) -> None:
    rng = Random(seed)
    product, policy = _policy(rng)
    for _ in range(3):
        facts = random_facts(rng, product)
        advice = what_would_change(policy, facts, SCORE_REASONS, AS_OF)
        evaluation = policy.evaluate(facts, SCORE_REASONS, AS_OF)
        if advice is not None and advice.answer is not None:
            changed = {**facts, **{change.fact.name: change.after for change in advice.changes}}
            assert policy.answer(changed, SCORE_REASONS, AS_OF) == advice.answer
            assert advice.answer.outcome.severity < evaluation.outcome.severity
        for language in Language:
            for audience in Audience:
                told = explain(policy, REASONS, facts, evaluation, AS_OF, language, audience, advice)
                assert "secret" not in told.text, "the protected fact of these products"
                assert told.text.strip()
