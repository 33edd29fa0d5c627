"""Where two documents differ."""

from collections.abc import Mapping
from typing import Any

from shared.facts import pointer_token

_ABSENT = object()


def first_difference(one: Any, other: Any, pointer: str = "") -> str:
    """Return the JSON pointer of the first place at which two documents of plain JSON differ, if they do."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in (*one, *other):
            if one.get(key, _ABSENT) != other.get(key, _ABSENT):
                place = f"{pointer}/{pointer_token(key)}"
                return first_difference(one.get(key, _ABSENT), other.get(key, _ABSENT), place)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, (item, twin) in enumerate(zip(one, other, strict=True)):
            if item != twin:
                return first_difference(item, twin, f"{pointer}/{at}")
    return pointer
