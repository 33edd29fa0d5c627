"""Values of golden cases as cells: JSON, and plain text wherever that cannot be taken for anything else.

A number with a fraction is text, as in every policy (`0.75`): a JSON number would pass through binary floating point.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

_MAX_BRACKETS: Final = 200
"""Opening brackets in a cell. It bounds the depth of the nesting, far above what a fact needs."""
_MAX_DIGITS: Final = 100

_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


def encode(value: Any) -> str:
    """Return the text of a value; raises `ValueError` for what is not JSON."""
    if isinstance(value, str) and _reads_as_itself(value):
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def decode(text: str) -> Any:
    """Return the value that a text stands for; raises `ValueError` with words for people."""
    inner = text.strip()
    if inner in _CONSTANTS:
        return _CONSTANTS[inner]
    if _INTEGER.fullmatch(inner):
        return _integer(inner)
    if not inner.startswith(("{", "[", '"')):
        return text
    if inner.count("[") + inner.count("{") > _MAX_BRACKETS:
        raise ValueError(f"has more than {_MAX_BRACKETS} brackets")
    try:
        value = json.loads(
            inner, parse_int=_integer, parse_float=_binary, parse_constant=_binary, object_pairs_hook=_without_repeats
        )
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg}, character {error.pos + 1}") from None
    except UnicodeEncodeError:
        raise ValueError("has half of a character that is written in two (a lone surrogate)") from None
    return value


def encode_list(values: Sequence[Any]) -> str:
    """Return texts with commas between them, as JSON where that would not read back."""
    if all(isinstance(value, str) for value in values):
        text = ", ".join(values)
        if _splits_into(text, values):
            return text
    return json.dumps(list(values), ensure_ascii=False, allow_nan=False)


def decode_list(text: str) -> list[Any]:
    """Return the list that a text stands for; raises `ValueError` with words for people."""
    if text.lstrip().startswith("["):
        value = decode(text)
        return list(value)
    items = [item.strip() for item in text.split(",")]
    if not all(items):
        raise ValueError("has nothing between two commas, or after the last one")
    return items


def _reads_as_itself(text: str) -> bool:
    if not text.strip():
        return False  # It would be an empty cell.
    try:
        value = decode(text)
    except ValueError:
        return False
    return isinstance(value, str) and value == text


def _splits_into(text: str, values: Sequence[str]) -> bool:
    try:
        return decode_list(text) == list(values)
    except ValueError:
        return False


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"has a number of more than {_MAX_DIGITS} digits")
    return int(digits)


def _binary(text: str) -> NoReturn:
    raise ValueError(f"has the number {text}; write it in quotes, so that it stays decimal")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("has a name that stands twice")
    return found
