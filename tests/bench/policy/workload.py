"""The policy that all engines run, as data, and applications for it.

Conditions are (fact, operator, value) so that each engine gets them in its own notation. Amounts are in whole dollars.
"""

import random
from decimal import Decimal
from typing import Any, Final

from shared.facts import FactType, FactValue
from shared.products import Product, parse_product

Condition = tuple[str, str, Any]

KNOCK_OUTS: Final[tuple[tuple[str, tuple[Condition, ...]], ...]] = (
    ("IDENTITY_NOT_PROVEN", (("identity_check", "=", "failed"),)),
    ("SANCTIONS", (("sanctions_hit", "=", True),)),
    ("FRAUD_ALERT", (("fraud_alert", "=", True),)),
    ("DECEASED", (("deceased_flag", "=", True),)),
    ("BANKRUPTCY", (("bankruptcies", ">", 0),)),
    ("PUBLIC_RECORDS", (("public_records", ">", 2),)),
    ("DELINQUENT_NOW", (("delinquencies_12m", ">", 2),)),
    ("DELINQUENT_BEFORE", (("delinquencies_24m", ">", 5),)),
    ("LARGE_DELINQUENCY", (("largest_delinquency", ">", 5_000),)),
    ("TOO_MANY_INQUIRIES", (("inquiries_6m", ">=", 9),)),
    ("TOO_MANY_ACCOUNTS", (("open_accounts", ">", 30),)),
    ("UTILIZATION", (("utilization", ">", "0.95"),)),
    ("INCOME_TOO_LOW", (("annual_income", "<", 12_000),)),
    ("DEBT_TOO_HIGH", (("dti", ">", "0.60"),)),
    ("UNEMPLOYED", (("employment", "=", "unemployed"), ("savings", "<", 10_000))),
    ("SHORT_EMPLOYMENT", (("months_employed", "<", 3), ("employment", "in", ("employed", "temporary")))),
    ("EXPOSURE", (("existing_exposure", ">", 75_000),)),
    ("COUNTRY", (("country_risk", "in", ("high", "very high")),)),
    ("AMOUNT_UNSECURED", (("requested_amount", ">", 40_000), ("collateral_value", "<", 10_000))),
    ("TERM", (("term_months", ">", 84),)),
    ("TERM_FOR_PURPOSE", (("purpose", "in", ("vacation", "wedding")), ("term_months", ">", 36))),
    ("CHANNEL_AMOUNT", (("channel", "=", "broker"), ("requested_amount", ">", 30_000))),
    ("NEW_ADDRESS", (("years_at_address", "<", 1), ("housing", "=", "rent"), ("existing_customer", "=", False))),
    ("DEPENDANTS", (("dependants", ">", 6), ("annual_income", "<", 30_000))),
    ("SCORE_FLOOR", (("score", "<", 480),)),
)

GRADES: Final = (("A", 720, None), ("B", 660, 720), ("C", 600, 660), ("D", 540, 600), ("E", None, 540))
"""Grade by score: from the first bound on, below the second."""

DTI_BANDS: Final = ("0.10", "0.20", "0.30", "0.40", "0.50")
"""Bounds between the six columns of the matrix."""

MATRIX: Final = {
    "A": ("a", "a", "a", "a", "a", "r"),
    "B": ("a", "a", "a", "a", "r", "r"),
    "C": ("a", "a", "a", "r", "r", "d"),
    "D": ("a", "r", "r", "r", "d", "d"),
    "E": ("r", "d", "d", "d", "d", "d"),
}
RATES: Final = {"A": "0.0490", "B": "0.0690", "C": "0.0890", "D": "0.1190", "E": "0.1490"}
SHARES: Final = {"A": "0.40", "B": "0.35", "C": "0.30", "D": "0.20", "E": "0.10"}
LONG_TERM_SURCHARGE: Final = "0.0050"
EXISTING_CUSTOMER_REBATE: Final = "0.0025"
OUTCOMES: Final = {"a": "approve", "r": "refer", "d": "decline"}

_ENUMS: Final = {
    "purpose": ("car", "home", "vacation", "wedding", "consolidation", "other"),
    "employment": ("employed", "self-employed", "temporary", "retired", "unemployed"),
    "housing": ("own", "rent", "family"),
    "channel": ("branch", "web", "broker"),
    "country_risk": ("low", "medium", "high", "very high"),
    "identity_check": ("passed", "failed"),
}
_MONEY: Final = {
    "requested_amount": (1_000, 50_000),
    "annual_income": (10_000, 150_000),
    "monthly_debt": (0, 2_500),
    "savings": (0, 60_000),
    "checking": (0, 10_000),
    "existing_exposure": (0, 80_000),
    "largest_delinquency": (0, 5_200),
    "collateral_value": (0, 90_000),
}
_BURDENS: Final = ("requested_amount", "monthly_debt", "existing_exposure", "largest_delinquency")
_INTEGERS: Final = {
    "months_as_customer": (0, 240),
    "years_at_address": (0, 20),
    "months_employed": (0, 240),
    "open_accounts": (0, 31),
    "delinquencies_12m": (0, 3),
    "delinquencies_24m": (0, 6),
    "inquiries_6m": (0, 9),
    "bankruptcies": (0, 0),
    "public_records": (0, 2),
    "dependants": (0, 7),
    "term_months": (6, 90),
    "score": (470, 800),
}
_BOOLEANS: Final = ("fraud_alert", "sanctions_hit", "deceased_flag", "existing_customer")
_DECIMALS: Final = ("utilization", "income_stability")


def product() -> Product:
    """Return the product with its 32 facts."""
    return parse_product(product_document())


def product_document() -> dict[str, Any]:
    """Return the product as the catalogue has it."""
    facts: dict[str, dict[str, Any]] = {}
    facts |= {name: {"type": "money", "minimum": 0, "maximum": 100_000_000} for name in _MONEY}
    facts |= {name: {"type": "integer", "minimum": 0, "maximum": 10_000} for name in _INTEGERS}
    facts["score"] = {"type": "integer", "source": "scoring"}
    facts |= {name: {"type": "enum", "values": list(values)} for name, values in _ENUMS.items()}
    facts |= {name: {"type": "boolean"} for name in _BOOLEANS}
    facts |= {name: {"type": "decimal", "scale": 4} for name in _DECIMALS}
    return {"name": "bench-loan", "title": "Bench loan", "currency": "USD", "facts": facts}


def applications(count: int, seed: int = 20_261_122) -> list[dict[str, FactValue]]:
    """Return `count` applications as exact facts (amounts in cents), most of which no knock-out stops."""
    dice = random.Random(seed)
    made: list[dict[str, FactValue]] = []
    for _ in range(count):
        facts: dict[str, FactValue] = {name: dice.randint(low, high) * 100 for name, (low, high) in _MONEY.items()}
        facts |= {name: _towards_low(dice, *_MONEY[name]) * 100 for name in _BURDENS}
        facts |= {name: _towards_low(dice, low, high) for name, (low, high) in _INTEGERS.items()}
        facts |= {name: dice.randint(*_INTEGERS[name]) for name in ("score", "months_employed", "years_at_address")}
        facts |= {name: values[_towards_low(dice, 0, len(values) - 1)] for name, values in _ENUMS.items()}
        facts |= {name: dice.random() < 0.02 for name in _BOOLEANS}
        facts |= {name: Decimal(dice.randint(0, 9_999)).scaleb(-4) for name in _DECIMALS}
        made.append(facts)
    return made


def spread() -> dict[str, tuple[int, int, bool]]:
    """Return the least and the greatest value of each number as it is stored, and whether most values are low."""
    uniform = ("score", "months_employed", "years_at_address")
    found = {name: (low * 100, high * 100, name in _BURDENS) for name, (low, high) in _MONEY.items()}
    found |= {name: (low, high, name not in uniform) for name, (low, high) in _INTEGERS.items()}
    return found | dict.fromkeys(_DECIMALS, (0, 9999, False))


def _towards_low(dice: random.Random, low: int, high: int) -> int:
    return low + int((high - low + 1) * dice.random() ** 5)


def plain(facts: dict[str, FactValue]) -> dict[str, Any]:
    """Return the facts as engines without exact types want them: amounts in dollars, decimals as floats."""
    dictionary = product().dictionary.facts
    result: dict[str, Any] = {}
    for name, value in facts.items():
        if dictionary[name].type is FactType.MONEY:
            assert isinstance(value, int)
            result[name] = value // 100
        else:
            result[name] = float(value) if isinstance(value, Decimal) else value
    return result
