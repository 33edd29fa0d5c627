"""Money, identifiers, canonical documents, strict YAML and trace context."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shared.canonical import canonical_json, content_hash
from shared.ids import new_id
from shared.money import MAX_MINOR, Money, exponent, is_currency
from shared.tracing import accept_traceparent, new_traceparent, trace_id
from shared.yaml import load_yaml
from tests.shared.kit import TRACE


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(125_000_000, "USD"), "1,250,000.00 USD"),
        (Money(-5, "DEM"), "-0.05 DEM"),
        (Money(0, "EUR"), "0.00 EUR"),
        (Money(1234, "JPY"), "1,234 JPY"),
        (Money(-1_234_567, "KWD"), "-1,234.567 KWD"),
    ],
)
def test_money_reads_as_people_write_it(money: Money, words: str) -> None:
    assert str(money) == words


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["USD", "JPY", "KWD"]))
def test_no_minor_unit_is_lost_in_writing_money(amount: int, currency: str) -> None:
    digits = str(Money(amount, currency)).partition(" ")[0]
    assert int(digits.replace(",", "").replace(".", "")) == amount
    assert len(digits.partition(".")[2]) == exponent(currency)


@pytest.mark.parametrize(("amount", "currency"), [(MAX_MINOR + 1, "USD"), (-MAX_MINOR - 1, "USD"), (1, "usd"), (1, "")])
def test_what_is_no_money_can_not_be_made(amount: int, currency: str) -> None:
    with pytest.raises(ValueError, match=r"amount|currency"):
        Money(amount, currency)


@pytest.mark.parametrize("code", ["US", "USDX", "US1", "usd", "USD\n", "\u00dcSD"])
def test_a_currency_is_three_capital_letters(code: str) -> None:
    assert not is_currency(code)


def test_identifiers_name_their_kind_and_sort_by_the_time_they_were_made() -> None:
    ids = [new_id("app") for _ in range(2000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"app_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", entry) for entry in ids)


json_documents = st.dictionaries(
    st.text(max_size=5), st.recursive(st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))
)


@given(json_documents)
def test_the_order_of_keys_does_not_change_a_hash(document: dict[str, Any]) -> None:
    reversed_document = dict(reversed(list(document.items())))
    assert canonical_json(document) == canonical_json(reversed_document)
    assert content_hash(document) == content_hash(reversed_document)


@given(json_documents, json_documents)
def test_documents_are_the_same_exactly_when_their_hashes_are(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (content_hash(one) == content_hash(other)) == (one == other)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_can_not_hold_has_no_hash(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        content_hash({"a": number})


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2",
        "a: {b: 1, b: 2}",
        "- {x: 1, 'x': 2}",
        "1: a\n0x1: b",
        "? [a]\n: 1",
        "? {a: 1}\n: 1",
        "a: [1",
        "a: !!python/object/apply:os.system [ls]",
        "a: 1\n---\na: 2",
        "a: *unknown",
        "<<: 5",
        "<<: [5]",
    ],
)
def test_yaml_that_is_not_strict_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        load_yaml(text)


def test_a_merge_key_may_be_overridden() -> None:
    assert load_yaml("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3") == {
        "base": {"x": 1, "y": 2},
        "more": {"x": 1, "y": 3},
    }


@given(st.dictionaries(st.text("abc", min_size=1, max_size=5), st.integers() | st.booleans() | st.text(max_size=8)))
def test_a_sound_document_is_read_as_it_was_written(document: dict[str, Any]) -> None:
    assert load_yaml(yaml.safe_dump(document)) == document


def test_a_valid_trace_is_carried_on() -> None:
    assert accept_traceparent(TRACE) == TRACE
    assert trace_id(TRACE) == "a" * 32


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        TRACE.upper(),
        TRACE + "\n",
        "01" + TRACE[2:],
        "00-" + "0" * 32 + TRACE[35:],
        TRACE[:36] + "0" * 16 + "-01",
        TRACE[:-1],
    ],
)
def test_an_invalid_trace_is_replaced_by_a_fresh_one(header: str | None) -> None:
    fresh = accept_traceparent(header)
    assert fresh != header
    assert accept_traceparent(fresh) == fresh


def test_fresh_traces_differ() -> None:
    assert len({new_traceparent() for _ in range(100)}) == 100
