"""The sentence that an explanation starts with."""

from decimal import Decimal

from services.decision.domain.policy.explain.account import Account
from services.decision.domain.policy.explain.explanation import Audience, Item, Section
from shared.products import REQUESTED_AMOUNT


def price(account: Account, rate: Decimal | None) -> str:
    """Return the clause that states a price, empty if there is none."""
    return "" if rate is None else account.say("outcome.price", rate=account.values.percent(rate))


def summary(account: Account, audience: Audience) -> list[Item]:
    """Return the outcome with what is granted."""
    evaluation, values = account.evaluation, account.values
    parts = {"amount": "", "price": "", "requested": ""}
    if evaluation.approved_minor is not None:
        requested = account.policy.bound.product.dictionary.facts[REQUESTED_AMOUNT]
        parts["amount"] = values.money(evaluation.approved_minor)
        parts["requested"] = values.of_fact(requested, account.course.get(REQUESTED_AMOUNT))
        parts["price"] = price(account, evaluation.rate)
    return [Item(Section.OUTCOME, account.say(f"outcome.{audience}.{evaluation.outcome}", **parts))]
