"""JSON from strangers: exact numbers, no key twice, nothing without a bound."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from services.intake.sources.port import SourceError, SourceFault

_MAX_DIGITS: Final = 30
_MAX_EXPONENT: Final = 30


def read_json(body: bytes) -> Any:
    """Return the document in `body`, fractions as `Decimal`; raises `SourceError` when it is not strict JSON.

    NaN, infinities, keys that stand twice, numbers of more than 30 digits, invalid UTF-8 and a depth that no report
    has are malformed.
    """
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise SourceError(SourceFault.MALFORMED, "the answer is not UTF-8") from None
    except (ValueError, RecursionError):
        raise SourceError(SourceFault.MALFORMED, "the answer is not strict JSON") from None


def pointed(document: Any, pointer: str) -> Any:
    """Return the value at a JSON pointer (RFC 6901), None where there is none."""
    found = document
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and len(name) < 7 and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _constant(_text: str) -> Any:
    raise ValueError("not a number of JSON")


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError("a number is too long")
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text) if len(text) <= _MAX_DIGITS else None
    except InvalidOperation:
        value = None
    if value is None or abs(value.adjusted()) > _MAX_EXPONENT:
        raise ValueError("a number is out of range")
    return value


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_constant, parse_int=_integer, parse_float=_decimal
)
