"""Decisions in plain words, in English and Chinese: for the officer who answers for them, and for the consumer."""

from collections.abc import Mapping
from datetime import datetime

from services.decision.domain.policy.explain.account import Account
from services.decision.domain.policy.explain.consumer import for_consumer
from services.decision.domain.policy.explain.explanation import Audience, Explanation, Item, Section
from services.decision.domain.policy.explain.officer import for_officer
from services.decision.domain.policy.explain.phrases import Language, say
from services.decision.domain.policy.explain.values import Values
from services.decision.domain.policy.explain.words import title_of
from services.decision.domain.policy.policy import Policy
from services.decision.domain.policy.result import Evaluation
from services.decision.domain.policy.what_if import Advice
from services.decision.domain.reasons import PLATFORM_REASONS, ReasonCatalogue
from shared.facts import FactValue

__all__ = ["Audience", "Explanation", "Item", "Language", "Section", "explain", "explain_without_rules", "title_of"]


def explain(
    policy: Policy,
    catalogue: ReasonCatalogue,
    facts: Mapping[str, FactValue],
    evaluation: Evaluation,
    as_of: datetime,
    language: Language,
    audience: Audience,
    advice: Advice | None,
) -> Explanation:
    """Return why `policy` answered `facts` at `as_of` with `evaluation`, whose trace must follow from them.

    `advice` is what would change it (`what_would_change`), which is told as well.
    """
    # The score's reasons are not facts. Of the recorded ones they are all that matters: whether there were any.
    reasons = [code for code in evaluation.trace["reasons"] if code not in PLATFORM_REASONS]
    course = policy.interpreter.run(facts, reasons, as_of)
    values = Values(language, policy.bound.product.currency)
    account = Account(policy, course, evaluation, catalogue, language, values)
    return for_officer(account, advice) if audience is Audience.OFFICER else for_consumer(account, advice)


def explain_without_rules(
    evaluation: Evaluation, product: str, catalogue: ReasonCatalogue, language: Language, audience: Audience
) -> Explanation:
    """Return all there is to say of a decision that no policy made: that a person decides, and why."""
    found = {code: catalogue.find(code, product) for code in evaluation.reasons}
    outcome = Item(Section.OUTCOME, say(language, f"outcome.{audience}.refer"))
    reasons = [
        Item(Section.REASONS, reason.wording[language], code=code)
        for code, reason in found.items()
        if reason is not None
    ]
    return Explanation(language, audience, (outcome, *reasons))
