"""Calling built-in functions with the values of Python that stand for those of FEEL."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings

from shared.feel.library import BUILTINS
from shared.feel.values import FeelError, Function, Range, Value
from shared.feel.values.text import at_literal

untimed = settings(deadline=None)
"""For properties: how long an example takes is the machine's affair."""


def feel(value: Any) -> Value:
    """Numbers become decimals, in lists and contexts too; everything else stays as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, list):
        return [feel(item) for item in value]
    if isinstance(value, dict):
        return {key: feel(entry) for key, entry in value.items()}
    return value


def at(text: str) -> Value:
    """The value of FEEL's `@"text"`."""
    value = at_literal(text)
    assert value is not None
    return value


def number(text: str) -> Decimal:
    return Decimal(text)


def between(written: str) -> Range:
    """The range of whole numbers written as `[1..10)`."""
    low, high = written[1:-1].split("..")
    return Range(Decimal(low), Decimal(high), written[0] == "[", written[-1] == "]")


def function(*parameters: str, returning: Any) -> Function:
    """A function of FEEL that a function of Python computes."""
    return Function(parameters, lambda arguments: feel(returning(*arguments)))


def call(name: str, *arguments: Any) -> Value:
    return BUILTINS[name].invoke([feel(argument) for argument in arguments])


def call_named(name: str, arguments: Mapping[str, Any]) -> Value:
    return BUILTINS[name].invoke_named({key: feel(value) for key, value in arguments.items()})


def fault(name: str, *arguments: Any) -> str:
    """The message of a call that must fail."""
    with pytest.raises(FeelError) as raised:
        call(name, *arguments)
    return str(raised.value)
