"""Turns what a provider writes into facts, exactly: nothing is rounded, guessed or cut off.

Every fault is a `SourceError` that names the place and never the value.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, DecimalException
from typing import Any, Final

from services.intake.sources.port import SourceError, SourceFault
from shared.facts import Fact, FactType
from shared.money import MAX_MINOR, Money, exponent

_NUMBER: Final = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,12})?")
_WHOLE: Final = re.compile(r"-?[0-9]{1,16}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EXACT: Final = Context(prec=40)
_LONGEST_TEXT: Final = 200

_ZONES_AHEAD: Final = timedelta(hours=14)
"""Somewhere it is tomorrow already; a provider's day may be that one."""

_CLOCKS_APART: Final = timedelta(minutes=10)


def malformed(place: str, words: str) -> SourceError:
    """Return the error for a value that is not what was agreed on."""
    return SourceError(SourceFault.MALFORMED, f"{place} {words}")


def wire_value(fact: Fact, given: object, place: str, now: datetime, *, minor: bool = False) -> Any:
    """Return the wire form of what a provider says of a fact.

    Numbers may be JSON numbers or texts. Money is in major units, such as 1234.56, unless `minor` says otherwise; it
    has no more decimal places than its currency, a decimal no more than its scale, and no date is in the future.
    """
    if fact.type is FactType.INTEGER:
        wire: object = whole(given, place)
    elif fact.type is FactType.MONEY:
        currency = fact.currency or ""
        wire = {"amount_minor": minor_units(given, currency, place, minor=minor), "currency": currency}
    elif fact.type is FactType.DECIMAL:
        wire = format(_number(given, place), "f")
    elif fact.type is FactType.DATE:
        wire = day(given, place, now).isoformat()
    else:
        wire = given
    try:
        return fact.to_wire(fact.parse(wire))
    except ValueError as error:
        raise malformed(place, str(error)) from None


def whole(given: object, place: str) -> int:
    """Return a whole number."""
    if type(given) is int and abs(given) < 10**16:
        return given
    if isinstance(given, str) and _WHOLE.fullmatch(given):
        return int(given)
    raise malformed(place, "is not a whole number")


def _number(given: object, place: str) -> Decimal:
    if isinstance(given, Decimal):
        given = format(given, "f")
    elif type(given) is int:
        given = str(given)
    if isinstance(given, str) and _NUMBER.fullmatch(given):
        return Decimal(given)
    raise malformed(place, "is not a number")


def minor_units(given: object, currency: str, place: str, *, minor: bool = False) -> int:
    """Return an amount in minor units; raises `SourceError` when it has parts of them."""
    amount = _number(given, place)
    try:
        exact = amount if minor else amount.scaleb(exponent(currency), context=_EXACT)
    except DecimalException:
        raise malformed(place, "is out of range") from None
    if exact != exact.to_integral_value():
        raise malformed(place, "has parts of the smallest unit")
    return int(exact)


def money(given: object, currency: str, place: str, *, minor: bool = False) -> Money:
    """Return an amount of `currency`, none below 0."""
    amount = minor_units(given, currency, place, minor=minor)
    if not 0 <= amount <= MAX_MINOR:
        raise malformed(place, "is out of range")
    return Money(amount, currency)


def day(given: object, place: str, now: datetime) -> date:
    """Return a day that is not in the future."""
    if not isinstance(given, str) or _DAY.fullmatch(given) is None:
        raise malformed(place, "is not a date written YYYY-MM-DD")
    try:
        found = date.fromisoformat(given)
    except ValueError:
        raise malformed(place, "is not a day of the calendar") from None
    if found > (now.astimezone(UTC) + _ZONES_AHEAD).date():
        raise malformed(place, "is in the future")
    return found


def moment(given: object, place: str, now: datetime) -> datetime:
    """Return a moment (RFC 3339, with its offset) or the start of a day, no later than now."""
    if isinstance(given, str) and _DAY.fullmatch(given):
        start = datetime.combine(day(given, place, now), datetime.min.time(), UTC)
        return min(start, now)
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) and len(given) < 40 else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise malformed(place, "is not a date and time with an offset")
    if found > now + _CLOCKS_APART:
        raise malformed(place, "is in the future")
    return min(found.astimezone(UTC), now)


def text(given: object, place: str, longest: int = _LONGEST_TEXT) -> str:
    """Return a text that can be shown: no control characters, nothing that can't be written, and not too long."""
    if not isinstance(given, str) or not given or len(given) > longest or not given.isprintable():
        raise malformed(place, f"is not a printable text of at most {longest} characters")
    return given


def flag(given: object, place: str) -> bool:
    """Return true or false, as JSON or as XML writes them."""
    if type(given) is bool:
        return given
    if given in ("true", "false"):
        return given == "true"
    raise malformed(place, "is neither true nor false")


def months_between(start: date, end: date) -> int:
    """Return the full months from `start` to `end`, at least 0."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(0, months - (end.day < start.day))
