"""Exact money: integer minor units of an ISO 4217 currency."""

import re
from dataclasses import dataclass
from typing import Final

MAX_MINOR: Final = 2**53 - 1
"""Largest absolute amount. JavaScript clients and spreadsheets hold integers exactly up to here."""

_EXPONENT: Final = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}
_CODE: Final = re.compile(r"[A-Z]{3}")


def exponent(currency: str) -> int:
    """Return the number of minor digits of `currency` (ISO 4217; historic codes such as DEM use 2)."""
    return _EXPONENT.get(currency, 2)


def is_currency(code: str) -> bool:
    """Tell whether `code` has the form of an ISO 4217 alphabetic code."""
    return _CODE.fullmatch(code) is not None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, pfennig, yen) of one currency."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if abs(self.amount_minor) > MAX_MINOR:
            raise ValueError("amount is outside +/- (2^53 - 1) minor units")
        if not is_currency(self.currency):
            raise ValueError("currency is not an ISO 4217 alphabetic code")

    def __str__(self) -> str:
        digits = exponent(self.currency)
        sign, amount = ("-" if self.amount_minor < 0 else ""), abs(self.amount_minor)
        if digits == 0:
            return f"{sign}{amount:,} {self.currency}"
        whole, part = divmod(amount, 10**digits)
        return f"{sign}{whole:,}.{part:0{digits}d} {self.currency}"
