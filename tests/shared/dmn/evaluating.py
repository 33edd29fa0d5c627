"""Models in a few words, evaluated."""

from collections.abc import Mapping
from decimal import Decimal

from shared.dmn import Program, Result, load, read_model
from shared.feel.values import Date, DateTime, Time, Value
from tests.shared.dmn.writing import decision, definitions, input_data

AS_OF = DateTime(Date(2026, 1, 15), Time(12, 0, 0, 0, 0, None))


def program(*contents: str, namespace: str = "urn:test") -> Program:
    return load([read_model(definitions("".join(contents), namespace=namespace), "test.dmn")])


def decided(name: str, *contents: str, **inputs: Value) -> Result:
    return program(*contents).evaluate_decision(name, exact(inputs), AS_OF)


def value_of(expression: str, *contents: str, type_ref: str | None = None, **inputs: Value) -> Value:
    """The value of an expression that requires all the inputs, whose types are free."""
    needs = ",".join(f"i:{name}" for name in inputs)
    return decided(
        "D", *(input_data(name) for name in inputs), decision("D", expression, type_ref, needs), *contents, **inputs
    ).value


def exact(values: Mapping[str, Value | int]) -> dict[str, Value]:
    """Numbers as FEEL has them."""
    return {name: _exact(value) for name, value in values.items()}


def _exact(value: Value | int) -> Value:
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, dict):
        return exact(value)
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
