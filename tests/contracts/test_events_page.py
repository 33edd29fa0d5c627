"""`docs/events.md` says what the events are."""

import importlib
import json
import re
from typing import Any

import pytest

from services.migrate import PROJECT, SERVICES
from shared.consumer import Subscription
from shared.db import Database
from tests.contracts.golden import event_types, example_paths, schema_of

PAGE = (PROJECT / "docs" / "events.md").read_text()
TYPES = event_types()
SECTIONS: dict[str, str] = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| .+ \|$", re.MULTILINE)
OF_THE_WIRE = {"Amount", "Document"}
"""The objects that the page describes once, among the types of fields."""
NAMED = {
    "Amount": "amount",
    "Document": "document",
    "Score": "score",
    "ScoreReason": "reason",
    "PolicyVersion": "policy",
}


def words(schema: dict[str, Any]) -> str:
    """Return the type of a field as the page words it."""
    if "$ref" in schema:
        return NAMED[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return " or ".join(words(entry) for entry in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "array":
        return f"list of {words(schema['items'])}"
    if schema.get("format") == "date":
        return "date"
    if schema.get("format") == "date-time":
        return "instant"
    return str({"string": "text"}.get(schema["type"], schema["type"]))


def fields(schema: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the fields of a schema, followed by those of the objects that only it names."""
    inner = [entry for name, entry in schema.get("$defs", {}).items() if name not in OF_THE_WIRE]
    return [(name, words(entry)) for entry in [schema, *inner] for name, entry in entry["properties"].items()]


def test_the_page_names_every_event_and_no_other() -> None:
    assert set(SECTIONS) == set(TYPES)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_page_lists_the_fields_of_an_event(name: str) -> None:
    assert ROW.findall(SECTIONS[name]) == fields(schema_of(TYPES[name]))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_page_names_topic_and_readers_of_an_event(name: str) -> None:
    topic = json.loads(example_paths(name)[0].read_text())["topic"]
    readers = [service for service in sorted(SERVICES) if reads(service, name, topic)]
    prose = " ".join(SECTIONS[name].split())
    assert f"Topic `{topic}`, key: " in prose
    assert f"Read by {', '.join(readers)}." in prose if readers else "Read by nobody here" in prose


def reads(service: str, event_type: str, topic: str) -> bool:
    """Tell whether a service takes an event; if so, it must listen where the event is."""
    consumers: Any = importlib.import_module(f"services.{service}.consumers")
    subscription: Subscription = consumers.subscription(Database("postgresql://nobody@127.0.0.1:1/nowhere"))
    taken = event_type in subscription.handlers
    assert topic in subscription.topics or not taken
    return taken
