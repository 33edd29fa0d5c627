"""A file of sources is right as a whole, or each of its faults is named with its place."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.embedded.platform import SANDBOX_SOURCES
from services.intake.domain.party import PartyKind
from services.intake.sources import ConfigurationError, load
from services.intake.sources.configuration import ConfiguredSource
from shared.money import Money
from tests.intake.sources.given import BUREAU, KEY, MAPPING, REGISTRY, configured
from tests.sandbox.given import environment

URL = "https://bureau.example/api"


def faults(folder: Path, entry: dict[str, Any], place: str = "", value: Any = None) -> str:
    document: Any = {**copy.deepcopy(entry), "base_url": URL}
    if place:
        *way, last = place.split(".")
        found = document
        for name in way:
            found = found.setdefault(name, {})
        found[last] = value
    path = folder / "sources.yaml"
    path.write_text(yaml.safe_dump({"sources": {"the-source": document}}))
    with pytest.raises(ConfigurationError) as caught:
        load(path, KEY)
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_source_is_used_as_its_entry_says(tmp_path: Path) -> None:
    found: ConfiguredSource = configured(
        tmp_path,
        BUREAU,
        URL,
        timeout_seconds=2.5,
        attempts=3,
        concurrency=4,
        cost={"amount_minor": 250, "currency": "USD"},
        breaker={"failures": 7, "pause_seconds": 90},
    )
    assert (found.source.name, found.source.kind) == ("the-source", "bureau")
    assert (found.timeout_seconds, found.attempts, found.concurrency) == (2.5, 3, 4)
    assert found.cost == Money(250, "USD")
    assert (found.breaker.failures, found.breaker.window_seconds, found.breaker.pause_seconds) == (7, 60, 90)
    assert found.parties == {PartyKind.PERSON}


def test_the_development_platform_has_one_source_of_each_type() -> None:
    found = load(SANDBOX_SOURCES, environment("http://127.0.0.1:8105"))
    assert {name: entry.source.kind.value for name, entry in found.items()} == {
        "consumer-bureau": "bureau",
        "company-registry": "registry",
        "employment-check": "report",
    }


@pytest.mark.parametrize(
    ("entry", "place", "value", "told"),
    [
        (BUREAU, "type", "oracle", "sources.the-source"),
        (BUREAU, "timeout", 5, "sources.the-source.consumer-bureau.timeout"),
        (BUREAU, "timeout_seconds", 0, "timeout_seconds"),
        (BUREAU, "timeout_seconds", 1_000, "timeout_seconds"),
        (BUREAU, "attempts", 0, "attempts"),
        (BUREAU, "attempts", True, "attempts"),
        (BUREAU, "cost", {"amount_minor": -1, "currency": "USD"}, "cost.amount_minor"),
        (BUREAU, "cost", {"amount_minor": 2.5, "currency": "USD"}, "cost.amount_minor"),
        (BUREAU, "breaker", {"failures": 0}, "breaker.failures"),
        (BUREAU, "key", "secret-in-the-file", "sources.the-source.consumer-bureau.key"),
        (BUREAU, "key.variable", "NOT_THERE", "the variable NOT_THERE is not set"),
        (BUREAU, "base_url", "http://bureau.example", "base_url: is https"),
        (BUREAU, "base_url", "ftp://bureau.example", "base_url: is https"),
        (BUREAU, "base_url", "https://user:secret@bureau.example", "base_url: is a scheme"),
        (BUREAU, "base_url", "https://bureau.example/{name}", "base_url: is a scheme"),
        (BUREAU, "base_url", "https:///path", "base_url: is a scheme"),
        (BUREAU, "max_bytes", 100_000_000, "max_bytes"),
        (REGISTRY, "schemes", [], "schemes"),
        (REGISTRY, "currency", "usd", "currency"),
        (MAPPING, "request.path", "/people/{ssn}", "request.path: {ssn} is none of"),
        (MAPPING, "request.path", "/people/{identifier.us-ssn", "request.path: has a brace"),
        (MAPPING, "request.path", "people", "request.path"),
        (MAPPING, "request.path", "/a/../b", "request.path: is a plain path"),
        (MAPPING, "request.path", "/a?name={name}", "request.path: is a plain path"),
        (MAPPING, "request.method", "DELETE", "request.method"),
        (MAPPING, "request.body", {"a": "b"}, "request.body: a GET has none"),
        (MAPPING, "request.headers", {"X-A": "a\r\nX-B: b"}, "request.headers"),
        (MAPPING, "request.headers", {"X A": "a"}, "request.headers"),
        (MAPPING, "request.query", {"q": "{nobody}"}, "request.query.q: {nobody}"),
        (MAPPING, "answer.facts", {}, "answer.facts"),
        (MAPPING, "answer.facts", {"Income": {"pointer": "/i", "type": "integer"}}, "answer.facts"),
        (MAPPING, "answer.facts", {"i": {"pointer": "i", "type": "integer"}}, "answer.facts.i.pointer"),
        (MAPPING, "answer.facts", {"i": {"pointer": "/i~2", "type": "integer"}}, "answer.facts.i.pointer"),
        (MAPPING, "answer.facts", {"i": {"pointer": "/i", "type": "float"}}, "answer.facts.i.type"),
        (MAPPING, "answer.facts", {"i": {"pointer": "/i", "type": "money"}}, "answer.facts.i: fact i: money needs"),
        (MAPPING, "answer.facts", {"i": {"pointer": "/i", "type": "enum"}}, "answer.facts.i: fact i: an enum needs"),
        (MAPPING, "answer.facts", {"i": {"pointer": "/i", "type": "date", "values": ["a"]}}, "answer.facts.i.values"),
        (MAPPING, "answer.facts", {"i": {"pointer": "/i", "type": "enum", "values": {"a": True}}}, "answer.facts.i.v"),
        (
            MAPPING,
            "answer.facts",
            {"i": {"pointer": "/i", "type": "date", "minor_units": True}},
            "answer.facts.i.minor",
        ),
        (MAPPING, "answer.found", {"values": [1]}, "answer.found.pointer"),
        (MAPPING, "answer.not_found_statuses", [200], "answer.not_found_statuses"),
        (MAPPING, "answer.adverse", {"items": "/a"}, "answer.adverse.code"),
        (
            MAPPING,
            "answer.adverse",
            {"items": "/a", "code": "/c", "codes": {"X": "x"}, "occurred_on": "/o", "amount": "/m"},
            "answer.adverse.currency: is needed",
        ),
        (MAPPING, "parties", [], "parties"),
        (MAPPING, "kind", "statement", "kind"),
    ],
)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, entry: dict[str, Any], place: str, value: Any, told: str
) -> None:
    assert told in faults(tmp_path, entry, place, value)


def test_a_fault_never_shows_what_stands_in_the_place_of_a_secret(tmp_path: Path) -> None:
    assert "hunter2" not in faults(tmp_path, BUREAU, "key", "hunter2")


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    entries = {name: {**MAPPING, "base_url": url} for name, url in (("a", "http://x.example"), ("b", "https:///"))}
    path.write_text(yaml.safe_dump({"sources": entries}))
    with pytest.raises(ConfigurationError) as caught:
        load(path, KEY)
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == ["sources.a", "sources.b"]


@pytest.mark.parametrize("text", ["", "[]", "sources: [", "sources: {}\nmore: 1", "sources: {A: {}}", "a: 1\na: 2"])
def test_what_is_no_file_of_sources_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"sources\.yaml: "):
        load(path, KEY)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="FileNotFoundError"):
        load(tmp_path / "nowhere.yaml", KEY)


def test_no_source_is_a_sound_file(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("sources: {}\n")
    assert load(path, KEY) == {}


def test_a_fraction_in_a_body_is_written_as_a_text(tmp_path: Path) -> None:
    entry = {**MAPPING, "request": {**MAPPING["request"], "method": "POST", "body": {"limit": 1.5}}}
    assert "request.body.limit: write it as a text" in faults(tmp_path, entry)
