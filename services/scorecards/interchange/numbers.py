"""Numbers as other tools print them, read exactly and in bounded time."""

import re
from decimal import Decimal
from typing import Final

NUMBER: Final = r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?"
"""A finite number of at most 30 digits on either side of its point, and an exponent of at most two digits."""

_NUMBER: Final = re.compile(NUMBER)


def read_number(text: str) -> Decimal | None:
    """Return the number that `text` is, None when it is none (infinity and NaN are none)."""
    stripped = text.strip()
    return Decimal(stripped) if _NUMBER.fullmatch(stripped) else None
