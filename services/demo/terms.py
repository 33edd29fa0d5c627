"""How the demo names outcomes and shows values."""

from decimal import Decimal
from typing import Any, Final

from services.demo.flow import money
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


def shown(product: Product, name: str, wire: Any) -> str:
    """Return the value (wire form) of a fact, or of another name of the policy, as people write it."""
    if wire is None:
        return "not known"
    if isinstance(wire, bool):
        return "yes" if wire else "no"
    if isinstance(wire, dict):
        return str(money(wire))
    known = product.dictionary.facts.get(name)
    return f"{wire} {known.unit}" if known is not None and known.unit else str(wire)


def price(rate: str) -> str:
    """Return a rate a year written as a decimal string (`0.0875`) as a percentage, exactly."""
    return f"{(Decimal(rate) * 100).normalize():f} % a year"


def percent(share: str) -> str:
    """Return a share written as a decimal string (`0.0369`) as a percentage, to a tenth."""
    return f"{Decimal(share) * 100:.1f}".removesuffix(".0") + " %"
