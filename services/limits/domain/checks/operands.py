"""Operands as a check logs and shows them: plain JSON, money as money, other numbers with a fraction as text."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from services.limits.domain.account import Account
from shared.money import Money

_HUNDREDTH: Final = Decimal("0.01")


def money(amount_minor: int | None, currency: str) -> dict[str, Any] | None:
    """Return an amount, None for one that is not known."""
    return None if amount_minor is None else {"amount_minor": amount_minor, "currency": currency}


def amount(of: Money) -> dict[str, Any]:
    """Return an amount of money."""
    return {"amount_minor": of.amount_minor, "currency": of.currency}


def hundredths(value: Fraction | None) -> Decimal | None:
    """Return a number with two decimal places, rounded half up, for people; nothing is decided on it."""
    if value is None:
        return None
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def decimal(value: Fraction | Decimal | None) -> str | None:
    """Return a number as text: a fraction with two decimal places, a decimal as it is stated."""
    if isinstance(value, Fraction):
        value = hundredths(value)
    return None if value is None else format(value, "f")


def percent(part: int, whole: int) -> str | None:
    """Return a share in percent, None of nothing."""
    return decimal(Fraction(100 * part, whole)) if whole > 0 else None


def level(account: Account, amount_minor: int | None) -> Mapping[str, Any]:
    """Return how an account of the path stands, and how far it would be used with `amount_minor` in its currency.

    Of `room`, which is limit and cover together, what is committed with the amount is `utilization_percent`.
    """
    room = account.limit_minor + account.cover_minor
    committed = account.posted_minor + account.reserved_minor
    with_amount = None if amount_minor is None else committed + amount_minor
    bounded = account.is_bounded
    return {
        "account_id": account.account_id,
        "kind": account.kind.value,
        "status": account.status.value,
        "limit_basis": account.basis.value,
        "limit": money(account.limit_minor, account.currency) if bounded else None,
        "cover": money(account.cover_minor, account.currency),
        "room": money(room, account.currency) if bounded else None,
        "committed": money(committed, account.currency),
        "available": money(account.available_minor, account.currency) if bounded else None,
        "amount": money(amount_minor, account.currency),
        "utilization_percent": percent(with_amount, room) if bounded and with_amount is not None else None,
    }


def wire(value: Any) -> Any:
    """Return a value of a condition as JSON."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return value
