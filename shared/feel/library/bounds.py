"""The greatest sizes of what built-in functions make, so that no expression exhausts the memory of its process."""

from decimal import Decimal

from shared.feel.values import FeelError, Value

MAX_CHARACTERS = 1_000_000
MAX_ITEMS = 1_000_000


def bounded_text(text: str) -> str:
    """The text itself. Raises FeelError where it has more than MAX_CHARACTERS characters."""
    if len(text) > MAX_CHARACTERS:
        raise FeelError(f"a string may have {MAX_CHARACTERS:,} characters at most")
    return text


def bounded_list(items: list[Value]) -> list[Value]:
    """The list itself. Raises FeelError where it has more than MAX_ITEMS items."""
    if len(items) > MAX_ITEMS:
        raise too_many_items()
    return items


def too_many_items() -> FeelError:
    """The fault of a list that would have more than MAX_ITEMS items."""
    return FeelError(f"a list may have {MAX_ITEMS:,} items at most")


def whole(number: Decimal) -> int:
    """The whole part of a number given as a position, a length or a scale, its fraction cut off."""
    return int(number)


def index_at(position: Decimal, count: int) -> int:
    """The index, from 0, of a position of FEEL among `count` things: 1 is the first, -1 the last.

    Raises FeelError where there is nothing at the position.
    """
    place = whole(position)
    if place == 0 or abs(place) > count:
        raise FeelError(f"there is no position {place} among {count}")
    return place - 1 if place > 0 else count + place
