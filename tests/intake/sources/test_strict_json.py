"""JSON from strangers is exact and bounded, or it is not read."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.sources import SourceError, SourceFault
from services.intake.sources.strict_json import pointed, read_json
from tests.intake.sources.given import reading


def test_a_fraction_stays_what_was_written() -> None:
    assert read_json(b'{"a": 0.1, "b": 1.10}') == {"a": Decimal("0.1"), "b": Decimal("1.10")}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": 1',
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": 1e400}',
        b'{"a": 1e-400}',
        b'{"a": 1e999999999999999999}',
        b'{"a": 1e99999999999999999999}',
        b'{"a": 1e-9999999999999999999}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": 0.' + b"1" * 5_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{} {}",
    ],
)
def test_what_is_not_strict_json_is_malformed(body: bytes) -> None:
    assert reading(read_json, body) is SourceFault.MALFORMED


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    try:
        read_json(body)
    except SourceError as error:
        assert error.fault is SourceFault.MALFORMED


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/a/b", 1),
        ("/list/1", "y"),
        ("/a~1b", 2),
        ("/a~0b", 3),
        ("/nowhere", None),
        ("/a/b/c", None),
        ("/list/2", None),
        ("/list/-1", None),
        ("/list/99999999", None),
        ("/list/x", None),
    ],
)
def test_a_pointer_finds_its_value_or_nothing(pointer: str, value: Any) -> None:
    document = {"a": {"b": 1}, "list": ["x", "y"], "a/b": 2, "a~b": 3}
    assert pointed(document, pointer) == value
