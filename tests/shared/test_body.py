"""Request bodies: what is refused before any rule sees it, and that nothing sound is."""

import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from shared.errors import Kind, Refusal
from shared.http import Body, SafeStr
from shared.http.body import MAX_BODY_BYTES, parse
from shared.money import MAX_MINOR

SECRET = "secret-4711"


class Inner(Body):
    """A nested object."""

    whole: int = 0


class Form(Body):
    """One field of each sort that request bodies have."""

    anything: Any = None
    whole: int = 0
    small: Annotated[int, Field(ge=0, le=9)] = 0
    line: SafeStr = "x"
    code: str = Field(default="DEM", pattern=r"^[A-Z]{3}$")
    choice: Literal["a", "b"] = "a"
    flag: bool = False
    inner: Inner = Inner()
    several: tuple[Inner, ...] = ()


def refused(raw: bytes) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        parse(Form, raw)
    return refusal.value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{}{}",
        b"{'a': 1}",
        b'{"whole": 1,}',
        b'{"whole": 01}',
        b"\xef\xbb\xbf{}",
        b'{"anything": NaN}',
        b'{"anything": Infinity}',
        b'{"anything": -Infinity}',
        b'{"anything": 1e400}',
        b'{"anything": -1e999}',
        b'{"anything": ' + b"9" * 5000 + b"}",
        b'{"anything": {"a": 1, "a": 2}}',
        b'{"whole": 1, "whole": 1}',
        b'{"whole": 1, "\\u0077hole": 2}',
        b'{"anything": "\\u0000"}',
        b'{"anything": "a\x00b"}',
        b'{"a\\u0000b": 1}',
        b'{"anything": ["\\ud800"]}',
        b'{"anything": {"\\uDC00": 1}}',
        b'{"anything": "\\udc00\\ud800"}',
        b'{"anything": "\xed\xa0\x80"}',
        b'{"anything": "\xff"}',
        b'{"anything": "\xc0\x80"}',
        b'{"anything": "line\nbreak"}',
        '{"whole": 1}'.encode("utf-16"),
        b'{"anything": ' + b"[" * 32 + b"]" * 32 + b"}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"anything":' * 40_000 + b"1" + b"}" * 40_000,
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_what_is_not_strict_json_is_malformed(raw: bytes) -> None:
    refusal = refused(raw)
    assert (refusal.kind, refusal.code) == (Kind.MALFORMED, "malformed_json")


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        (b"[]", "", "model_type"),
        (b"null", "", "model_type"),
        (b'{"unknown": "secret-4711"}', "/unknown", "extra_forbidden"),
        (b'{"inner": {"a/b~c": "secret-4711"}}', "/inner/a~1b~0c", "extra_forbidden"),
        (b'{"whole": "secret-4711"}', "/whole", "int_type"),
        (b'{"whole": 1.0}', "/whole", "int_type"),
        (b'{"whole": true}', "/whole", "int_type"),
        (b'{"small": 4711}', "/small", "less_than_equal"),
        (b'{"line": ""}', "/line", "string_too_short"),
        (b'{"line": 4711}', "/line", "string_type"),
        (b'{"line": "secret-4711\\n"}', "/line", "string_pattern_mismatch"),
        (b'{"line": "' + b"secret-4711" * 100 + b'"}', "/line", "string_too_long"),
        (b'{"code": "secret-4711"}', "/code", "string_pattern_mismatch"),
        (b'{"code": "DEM\\n"}', "/code", "string_pattern_mismatch"),
        (b'{"choice": "secret-4711"}', "/choice", "literal_error"),
        (b'{"flag": 1}', "/flag", "bool_type"),
        (b'{"several": [{}, {"whole": "secret-4711"}]}', "/several/1/whole", "int_type"),
    ],
)
def test_what_does_not_fit_is_located_and_never_echoed(raw: bytes, pointer: str, code: str) -> None:
    refusal = refused(raw)
    assert (refusal.kind, refusal.code) == (Kind.INVALID, "invalid_body")
    assert [(fault.pointer, fault.code) for fault in refusal.faults] == [(pointer, code)]
    assert "4711" not in refusal.detail + refusal.faults[0].detail


class Circle(Body):
    """One of two shapes."""

    shape: Literal["circle"]
    radius: int


class Square(Body):
    """The other."""

    shape: Literal["square"]


class Drawing(Body):
    """Shapes told apart by a tag."""

    shapes: list[Annotated[Circle | Square, Field(discriminator="shape")]]


def test_an_unknown_tag_is_told_what_there_is_and_not_repeated() -> None:
    with pytest.raises(Refusal) as refusal:
        parse(Drawing, json.dumps({"shapes": [{"shape": f"{SECRET} expected tags: {SECRET}"}]}).encode())
    (fault,) = refusal.value.faults
    assert (fault.pointer, fault.detail) == ("/shapes/0", "must be one of 'circle', 'square'")


@pytest.mark.parametrize(
    ("shape", "pointer"),
    [
        ({"shape": "circle", "radius": "wide"}, "/shapes/0/radius"),
        ({"shape": "circle"}, "/shapes/0/radius"),
        ({"shape": "square", "radius": 1}, "/shapes/0/radius"),
        ({}, "/shapes/0"),
    ],
)
def test_a_fault_in_one_of_several_kinds_of_objects_is_where_the_body_has_it(
    shape: dict[str, object], pointer: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(Drawing, json.dumps({"shapes": [shape]}).encode())
    assert [fault.pointer for fault in refusal.value.faults] == [pointer]


def test_every_fault_is_named_up_to_twenty() -> None:
    assert len(refused(b'{"whole": "a", "flag": 0}').faults) == 2
    assert len(refused(json.dumps({f"unknown{n}": 1 for n in range(100)}).encode()).faults) == 20


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"anything": "\\ud83d\\ude00"}', "\U0001f600"),
        (b'{"anything": "\\\\u0000 \\\\ud800"}', "\\u0000 \\ud800"),
        ('{"anything": "\U0001f600 \u4e2d"}'.encode(), "\U0001f600 \u4e2d"),
        (b'{"anything": "NaN"}', "NaN"),
        (b'{"anything": 1e308}', 1e308),
        (b'{"anything": ' + b"[" * 31 + b"]" * 31 + b"}", None),
    ],
    ids=lambda case: repr(case)[:30],
)
def test_what_only_looks_suspicious_is_accepted(raw: bytes, value: object) -> None:
    parsed = parse(Form, raw)
    assert value is None or parsed.anything == value


safe_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
safe_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_MINOR, MAX_MINOR)
    | safe_text
    | st.floats(allow_nan=False).filter(lambda number: abs(number) < 1e308),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(safe_text, inner, max_size=5),
    max_leaves=20,
)


@given(value=safe_json, plain=st.booleans())
def test_whatever_json_is_safe_arrives_unchanged(value: object, plain: bool) -> None:
    assert parse(Form, json.dumps({"anything": value}, ensure_ascii=plain).encode()).anything == value


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(raw: bytes) -> None:
    try:
        parse(Form, raw)
    except Refusal as refusal:
        assert refusal.kind in (Kind.MALFORMED, Kind.INVALID)


@given(st.text(max_size=50), st.sampled_from(["whole", "small", "code", "choice", "flag", "inner", "several"]))
def test_no_refusal_ever_quotes_what_was_sent(text: str, field: str) -> None:
    marked = f"{SECRET}{text}"
    refusal = refused(json.dumps({field: marked}).encode())
    assert SECRET not in repr((refusal.detail, refusal.faults))


def test_the_bound_on_bodies_leaves_room_for_five_hundred_facts() -> None:
    facts = {f"fact_{number:03}": "x" * 100 for number in range(500)}
    assert len(json.dumps(facts)) < MAX_BODY_BYTES
