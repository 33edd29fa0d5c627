"""Typed facts: exact values of what travels as JSON, and located faults for everything else."""

import pickle
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.canonical import canonical_json
from shared.facts import Fact, FactDictionary, FactType, FactValue, Source, pointer_token
from shared.money import MAX_MINOR

INTEGER = Fact("months", FactType.INTEGER, minimum=0, maximum=120)
MONEY = Fact("income", FactType.MONEY, currency="DEM", minimum=0)
DECIMAL = Fact("ratio", FactType.DECIMAL, scale=4)
ENUM = Fact("housing", FactType.ENUM, values=("own", "rent"))
BOOLEAN = Fact("employed", FactType.BOOLEAN)
DATE = Fact("since", FactType.DATE)
SCORED = Fact("pd", FactType.DECIMAL, Source.SCORING, scale=6)
REQUIRED = Fact("purpose", FactType.ENUM, values=("car",), required=True)
DICTIONARY = FactDictionary.of([INTEGER, MONEY, DECIMAL, ENUM, BOOLEAN, DATE, SCORED, REQUIRED])


@pytest.mark.parametrize(
    ("fact", "wire", "value"),
    [
        (INTEGER, 120, 120),
        (MONEY, {"amount_minor": 116900, "currency": "DEM"}, 116900),
        (DECIMAL, "0.35", Decimal("0.3500")),
        (DECIMAL, "-12", Decimal("-12.0000")),
        (ENUM, "own", "own"),
        (BOOLEAN, False, False),
        (DATE, "2024-02-29", date(2024, 2, 29)),
    ],
)
def test_a_wire_value_becomes_its_exact_value(fact: Fact, wire: object, value: FactValue) -> None:
    parsed = fact.parse(wire)
    assert parsed == value
    assert type(parsed) is type(value)


WRONG: list[tuple[Fact, list[object]]] = [
    (INTEGER, ["12", 12.0, True, None, [], -1, 121, 2**80]),
    (MONEY, [5, "5", {"amount_minor": 5}, {"amount_minor": 5, "currency": "DEM", "more": 1}]),
    (MONEY, [{"amount_minor": 5, "currency": "USD"}, {"amount_minor": 5, "currency": None}]),
    (MONEY, [{"amount_minor": amount, "currency": "DEM"} for amount in (5.0, True, "5", None, -1, MAX_MINOR + 1)]),
    (DECIMAL, [0.35, 1, True, "", "NaN", "Infinity", "1e3", "+1", " 1", "1 ", "1.", ".5", "01", "1,5", "1_0", "1\n"]),
    (DECIMAL, ["0.12345", "1" * 19, "0." + "1" * 13, "\u0661"]),
    (ENUM, ["Own", "", "own ", 1, None, ["own"]]),
    (BOOLEAN, [0, 1, "true", None]),
    (DATE, ["2023-02-29", "20240229", "2024-2-9", "0000-01-01", "2024-02-29T00:00", 20240229]),
]


@pytest.mark.parametrize(("fact", "wire"), [(fact, wire) for fact, several in WRONG for wire in several])
def test_a_wrong_type_or_form_is_refused(fact: Fact, wire: object) -> None:
    with pytest.raises(ValueError, match=r"^(amount_minor |currency )?(must|is not)"):
        fact.parse(wire)


@pytest.mark.parametrize("fact", DICTIONARY.facts.values(), ids=lambda fact: fact.name)
def test_a_refusal_does_not_quote_the_value(fact: Fact) -> None:
    for wire in ("secret-4711", 4711.5, {"amount_minor": "secret-4711", "currency": "DEM"}, ["secret-4711"]):
        with pytest.raises(ValueError, match="must") as refusal:
            fact.parse(wire)
        assert "4711" not in str(refusal.value)


decimals = st.integers(0, 12).flatmap(
    lambda scale: st.tuples(st.just(scale), st.decimals(-(10**11), 10**11, places=scale, allow_nan=False))
)


@given(decimals)
def test_a_decimal_survives_the_wire_at_any_scale(case: tuple[int, Decimal]) -> None:
    scale, value = case
    fact = Fact("ratio", FactType.DECIMAL, scale=scale)
    parsed = fact.parse(fact.to_wire(value))
    assert parsed == value
    assert isinstance(parsed, Decimal)
    assert parsed.as_tuple().exponent == -scale


values = {
    INTEGER: st.integers(0, 120),
    MONEY: st.integers(0, MAX_MINOR),
    DECIMAL: st.decimals(-(10**11), 10**11, places=4, allow_nan=False),
    ENUM: st.sampled_from(ENUM.values),
    BOOLEAN: st.booleans(),
    DATE: st.dates(),
    REQUIRED: st.just("car"),
}
known_facts = st.fixed_dictionaries(
    {REQUIRED.name: values[REQUIRED]},
    optional={fact.name: strategy for fact, strategy in values.items() if fact is not REQUIRED},
)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


@given(known_facts)
def test_facts_survive_the_wire(known: dict[str, Any]) -> None:
    assert DICTIONARY.parse(DICTIONARY.to_wire(known)) == (known, [])


@given(st.dictionaries(st.sampled_from(sorted(DICTIONARY.facts)) | st.text(max_size=80), any_json, max_size=8))
def test_whatever_is_sent_is_a_value_or_a_located_fault(wire: dict[str, object]) -> None:
    found, faults = DICTIONARY.parse(wire)
    faulty = {fault.pointer for fault in faults}
    for name, raw in wire.items():
        assert (raw is None and name in DICTIONARY.facts) or (name in found) != (
            f"/facts/{pointer_token(name)}" in faulty
        )
    assert set(found) <= set(wire)


def test_a_missing_fact_has_no_value_and_null_is_missing() -> None:
    found, faults = DICTIONARY.parse({"purpose": "car", "employed": None})
    assert found == {"purpose": "car"}
    assert faults == []


def test_unknown_foreign_and_required_facts_are_located() -> None:
    _, faults = DICTIONARY.parse({"months": "12", "pd": "0.1", "no/such~fact": 1, "purpose": None})
    assert {(fault.pointer, fault.code) for fault in faults} == {
        ("/facts/months", "invalid_fact"),
        ("/facts/pd", "unknown_fact"),
        ("/facts/no~1such~0fact", "unknown_fact"),
        ("/facts/purpose", "missing_fact"),
    }


def test_each_source_supplies_its_own_facts() -> None:
    assert DICTIONARY.parse({"pd": "0.100000"}, source=Source.SCORING) == ({"pd": Decimal("0.100000")}, [])


def test_a_name_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        FactDictionary.of([INTEGER, INTEGER])


@given(st.text(max_size=200))
def test_a_pointer_token_can_be_read_back(name: str) -> None:
    token = pointer_token(name)
    assert "/" not in token
    assert token.replace("~1", "/").replace("~0", "~") == name[:64]


def test_a_decimal_that_is_nothing_has_no_sign() -> None:
    assert str(Fact("ratio", FactType.DECIMAL, scale=2).parse("-0.0")) == "0.00"


@given(known_facts, st.booleans())
def test_canonical_facts_are_the_canonical_json_of_their_wire_form(known: dict[str, Any], short: bool) -> None:
    wire = DICTIONARY.to_wire(known)
    if short and "ratio" in wire:
        wire["ratio"] = str(Decimal(str(wire["ratio"])).normalize() + 0)
    parsed, _ = DICTIONARY.parse(wire)
    assert DICTIONARY.canonical(parsed) == canonical_json(DICTIONARY.to_wire(parsed))
    assert DICTIONARY.is_normal(wire, parsed) == (wire == DICTIONARY.to_wire(parsed))


def test_facts_that_are_null_or_unknown_are_not_in_normal_form() -> None:
    for more in ({"months": None}, {"shoe_size": 43}):
        wire = {"purpose": "car", **more}
        assert not DICTIONARY.is_normal(wire, DICTIONARY.parse(wire)[0])


def test_a_dictionary_travels_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(DICTIONARY)) == DICTIONARY
