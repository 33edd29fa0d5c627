"""A product: the thing that is applied for, with its currency, its data dictionary, and what intake does before."""

from shared.products.plan import (
    Clock,
    Consult,
    Investigation,
    Key,
    Needs,
    OnFailure,
    Plan,
    Screening,
    Velocity,
    parse_plan,
)
from shared.products.product import REQUESTED_AMOUNT, Product, parse_product

__all__ = [
    "REQUESTED_AMOUNT",
    "Clock",
    "Consult",
    "Investigation",
    "Key",
    "Needs",
    "OnFailure",
    "Plan",
    "Product",
    "Screening",
    "Velocity",
    "parse_plan",
    "parse_product",
]
