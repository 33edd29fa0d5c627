"""How the demo names outcomes and shows amounts and facts."""

from decimal import Decimal
from typing import Any, Final

from services.demo.flow import money
from shared.facts import FactType
from shared.products import Product

COLOUR: Final = {
    "approve": "green",
    "counter_offer": "cyan",
    "refer": "yellow",
    "pend_info": "yellow",
    "decline": "red",
}
NAME: Final = {
    "approve": "Approved",
    "counter_offer": "Offered less",
    "refer": "Referred to a person",
    "pend_info": "Waiting for information",
    "decline": "Declined",
}


def shown(product: Product, fact: str, wire: Any) -> str:
    """Return a fact's value (wire form) as people write it."""
    known = product.dictionary.facts.get(fact)
    if wire is None:
        return "not known"
    if known is None:
        return str(wire)
    if known.type is FactType.MONEY:
        return str(money(wire))
    return f"{wire} {known.unit}" if known.unit else str(wire)


def percent(share: str) -> str:
    """Return a share written as a decimal string (`0.0690`) as a percentage."""
    return f"{Decimal(share) * 100:.1f}".removesuffix(".0") + " %"
