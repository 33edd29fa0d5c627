"""Exported policies in the DMN engine: facts as FEEL values, decisions as the policy would state them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.dmn import Program, load, read_model
from shared.facts import FactType, FactValue
from shared.feel.values import Date, DateTime, Time, Value
from shared.money import exponent
from shared.products import Product


def program_of(data: bytes) -> Program:
    """Return the model, linked; what is wrong with any text in it fails."""
    program = load([read_model(data, "policy.dmn")])
    faults = program.check()
    assert not faults, [str(fault) for fault in faults]
    return program


def feel_values(facts: Mapping[str, FactValue], product: Product) -> dict[str, Value]:
    """Return facts as FEEL has them: amounts in whole units."""
    return {name: feel_value(value, product.dictionary.facts[name].type, product) for name, value in facts.items()}


def feel_value(value: FactValue, kind: FactType, product: Product) -> Value:
    if kind is FactType.MONEY:
        assert isinstance(value, int)
        return Decimal(value).scaleb(-exponent(product.currency))
    if isinstance(value, date):
        return Date(value.year, value.month, value.day)
    return value if isinstance(value, bool | str) else Decimal(value)


def moment(day: datetime) -> DateTime:
    return DateTime(Date(day.year, day.month, day.day), Time(day.hour, day.minute, day.second, 0, 0, None))


def decided(program: Program, name: str, facts: Mapping[str, Any], as_of: datetime) -> Any:
    return program.evaluate_decision(name, facts, moment(as_of)).value
