"""Public events stay what their consumers know: today's code against the golden files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.bus import Message
from shared.contracts.envelope import Contract, ContractError, parse, to_message
from tests.contracts.golden import FOLDER, event_types, example_paths, read, schema_of, schema_path, written

TYPES = event_types()
EXAMPLES = [(name, path) for name in sorted(TYPES) for path in example_paths(name)]

HOW_TO_CHANGE = """
Consumers rely on this contract. Read the docstring of tests/contracts/golden/__init__.py: an added field with a
default is compatible (delete the schema, run `python -m tests.contracts.golden`, read the difference); any other change
is a new version of the event beside the old one.
"""


@pytest.fixture(params=EXAMPLES, ids=lambda example: f"{example[0]}/{example[1].stem}")
def golden(request: pytest.FixtureRequest) -> tuple[type[Contract], dict[str, Any]]:
    """An event type with one of its golden messages."""
    name, path = request.param
    return TYPES[name], json.loads(path.read_text())


def test_every_event_type_has_golden_files_and_the_other_way_round() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/*.json")}
    assert folders == set(TYPES), (
        f"run `python -m tests.contracts.golden`; a retired type keeps its class.{HOW_TO_CHANGE}"
    )
    assert {name for name, _ in EXAMPLES} == set(TYPES), "an event type without an example in examples.py"


@pytest.mark.parametrize("name", sorted(TYPES))
def test_an_event_has_the_schema_that_its_consumers_know(name: str) -> None:
    assert schema_of(TYPES[name]) == json.loads(schema_path(name).read_text()), HOW_TO_CHANGE


def test_yesterdays_message_can_be_read_today(golden: tuple[type[Contract], dict[str, Any]]) -> None:
    model, document = golden
    event = parse(read(document), model)
    assert event.type == document["headers"]["ce_type"]
    assert event.key == document["key"]
    assert event.traceparent == document["headers"].get("ce_traceparent")


def test_todays_message_says_all_that_yesterdays_did(golden: tuple[type[Contract], dict[str, Any]]) -> None:
    model, document = golden
    event = parse(read(document), model)
    today = to_message(
        event_id=event.id,
        event_type=event.type,
        source=event.source.removeprefix("/assay/"),
        aggregate_type=document["topic"].removeprefix("assay."),
        aggregate_id=event.key,
        time=event.time,
        payload=event.data.model_dump_json(),
        traceparent=event.traceparent,
    )
    assert set(leaves(document)) <= set(leaves(written(today))), HOW_TO_CHANGE


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return every value with its place."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, f"{path}/{key}")
    elif isinstance(node, list) and node:
        for place, value in enumerate(node):
            yield from leaves(value, f"{path}/{place}")
    else:
        yield path, json.dumps(node)


def test_an_example_fits_its_schema(golden: tuple[type[Contract], dict[str, Any]]) -> None:
    model, document = golden
    schema = json.loads(schema_path(document["headers"]["ce_type"]).read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document["data"])
    # What was added later has a default: messages without it are still under way.
    assert schema["required"] == [name for name, field in model.model_fields.items() if field.is_required()]


def test_an_envelope_has_every_attribute_of_a_cloud_event(golden: tuple[type[Contract], dict[str, Any]]) -> None:
    _, document = golden
    headers = document["headers"]
    assert set(headers) - {"ce_traceparent"} == {
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_subject",
        "ce_time",
        "content-type",
    }
    assert (headers["ce_specversion"], headers["content-type"]) == ("1.0", "application/json")
    assert headers["ce_subject"] == document["key"]
    assert headers["ce_time"].endswith("Z")
    assert headers["ce_source"] == f"/assay/{headers['ce_type'].partition('.')[0]}"


@pytest.mark.parametrize("header", ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"])
def test_an_envelope_that_lacks_an_attribute_is_refused(header: str) -> None:
    name, path = EXAMPLES[0]
    document = json.loads(path.read_text())
    del document["headers"][header]
    with pytest.raises(ContractError, match=header):
        parse(read(document), TYPES[name])


def test_a_field_that_a_newer_producer_added_is_ignored(golden: tuple[type[Contract], dict[str, Any]]) -> None:
    model, document = golden
    newer = {"added_later": 1, **{key: with_added_field(key, value) for key, value in document["data"].items()}}
    known = parse(read(document), model)
    assert parse(read({**document, "data": newer}), model) == known


def with_added_field(name: str, value: Any) -> Any:
    """Add a field to a nested contract; what is in an open object is all data."""
    is_open = name in ("facts", "document", "other_terms", "fact_sources")
    return {**value, "added_later": 1} if isinstance(value, dict) and not is_open else value


def test_a_field_that_went_missing_is_refused_without_quoting_a_value(
    golden: tuple[type[Contract], dict[str, Any]],
) -> None:
    model, document = golden
    for name in (name for name, field in model.model_fields.items() if field.is_required()):
        rest = {key: value for key, value in document["data"].items() if key != name}
        with pytest.raises(ContractError) as refusal:
            parse(read({**document, "data": rest}), model)
        assert str(refusal.value) == f"{model.__name__} at /{name}: missing"


def test_a_field_that_was_added_later_may_be_absent(golden: tuple[type[Contract], dict[str, Any]]) -> None:
    model, document = golden
    later = {name: field for name, field in model.model_fields.items() if not field.is_required()}
    older = {name: value for name, value in document["data"].items() if name not in later}
    data = parse(read({**document, "data": older}), model).data
    for name, field in later.items():
        assert getattr(data, name) == field.get_default(call_default_factory=True)


def test_a_moment_without_a_time_zone_is_refused(golden: tuple[type[Contract], dict[str, Any]]) -> None:
    model, document = golden
    moments = [key for key in document["data"] if key.endswith("_at")]
    for name in moments:
        naive = {**document["data"], name: "2026-11-21T09:30:00"}
        with pytest.raises(ContractError, match=f"/{name}: "):
            parse(read({**document, "data": naive}), model)
    naive_headers = {**document["headers"], "ce_time": "2026-11-21T09:30:00"}
    with pytest.raises(ContractError, match="ce_time"):
        parse(read({**document, "headers": naive_headers}), model)


@pytest.mark.parametrize("amount", [1.5, "5", True, None])
def test_money_is_never_coerced(amount: object) -> None:
    path = Path(FOLDER / "limits.limit_granted.v1" / "granted.json")
    document = json.loads(path.read_text())
    document["data"]["limit"]["amount_minor"] = amount
    with pytest.raises(ContractError, match="/limit/amount_minor"):
        parse(read(document), TYPES["limits.limit_granted.v1"])


def test_a_message_that_carries_no_trace_is_an_event_all_the_same() -> None:
    name, path = EXAMPLES[0]
    document = json.loads(path.read_text())
    document["headers"].pop("ce_traceparent", None)
    message: Message = read(document)
    assert parse(message, TYPES[name]).traceparent is None
