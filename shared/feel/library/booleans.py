"""Functions on truth values (DMN 1.5, 10.3.4.2) and lists of them (10.3.4.4): three-valued, null being unknown."""

from shared.feel.library.signature import ANY, BOOLEAN, LIST, Parameter, builtin, form
from shared.feel.values import FeelError, Value


def _negated(negand: bool) -> Value:
    return not negand


def _all(items: list[Value]) -> Value:
    return _agreement(items, True)


def _any(items: list[Value]) -> Value:
    return _agreement(items, False)


def _agreement(items: list[Value], common: bool) -> Value:
    """`common` where all items are, its opposite where one item is, and null where neither is known."""
    opposite = not common
    if any(item is opposite for item in items):
        return opposite
    if all(item is common for item in items):
        return common
    if any(item is not None and not isinstance(item, bool) for item in items):
        raise FeelError("the items must be booleans")
    return None


_LISTED = Parameter("list", LIST)
_ITEMS = Parameter("b", ANY, nullable=True, variadic=True)

FUNCTIONS = (
    builtin("not", "boolean", form(_negated, Parameter("negand", BOOLEAN))),
    builtin("all", "boolean", form(_all, _LISTED), form(_all, _ITEMS)),
    builtin("any", "boolean", form(_any, _LISTED), form(_any, _ITEMS)),
)
