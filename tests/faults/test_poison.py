"""Messages that no consumer can handle go to the dead letters with their cause, and what follows them moves on."""

import asyncio
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Final

import pytest

from shared.bus import Message
from shared.bus.connect import open_bus
from shared.settings import BusKind, BusSettings
from tests.kit.invariants import assert_all_hold, rows
from tests.kit.platform import Running, until
from tests.kit.traffic import Traffic, submissions

CONSUMERS: Final = {
    "assay.application": (("scoring",), "intake.application_submitted.v1"),
    "assay.score": (("decision",), "scoring.application_scored.v1"),
    "assay.decision": (("intake", "limits", "scoring"), "decision.decided.v1"),
    "assay.product": (("intake", "scoring"), "decision.product_published.v1"),
    "assay.limit": (("intake",), "limits.limit_granted.v1"),
}
"""Each topic with the services that read it and the type of event that they expect there."""

POISON: Final = {
    "no headers": ({}, b"{}", "header ce_type is missing"),
    "no JSON": ({"ce_type": "as expected"}, b"\xff\x00 not json", "json_invalid"),
    "another form": ({"ce_type": "as expected"}, b'{"unexpected": 1}', ": missing"),
    "another version": ({"ce_type": "as expected", "ce_specversion": "0.3"}, b"{}", "ce_specversion is not 1.0"),
    "no time": ({"ce_type": "as expected", "ce_time": "yesterday"}, b"{}", "ce_time is not an RFC 3339 timestamp"),
}


@pytest.mark.parametrize("topic", CONSUMERS)
def test_poison_is_set_aside_with_its_cause_and_the_topic_moves_on(bed: Running, topic: str) -> None:
    services, kind = CONSUMERS[topic]
    mark = secrets.token_hex(6)
    # Under many keys, so that every partition has some in front of what follows.
    keys = [f"{mark}-{number}" for number in range(12)]
    poison = [
        Message(topic, key, _headers(kind, headers), value) for headers, value, _ in POISON.values() for key in keys
    ]
    _publish(bed, poison)
    with Traffic(bed, submissions(bed, 20, seed=71)) as traffic:
        pass
    for service in services:
        found = until(partial(_buried, bed, service, mark, len(poison)), 30, f"the dead letters of {service}")
        for _, _, cause in POISON.values():
            assert sum(each.endswith(cause) for each in found) == len(keys), (cause, found)
        _forget(bed, service, mark)
    assert traffic.unexpected == []
    assert_all_hold(bed, traffic.acknowledged)


def _headers(kind: str, given: dict[str, str]) -> dict[str, str]:
    """Return the headers of an event of `kind`, spoilt as `given` says; nothing given is nothing at all."""
    if not given:
        return {}
    sound = {
        "ce_specversion": "1.0",
        "ce_id": f"evt_{secrets.token_hex(8)}",
        "ce_source": "/assay/elsewhere",
        "ce_time": "2026-11-21T00:00:00Z",
    }
    return {**sound, **given, "ce_type": kind}


def _publish(bed: Running, messages: Sequence[Message]) -> None:
    environment = bed.platform.environment("intake")
    settings = BusSettings(
        kind=BusKind(environment["BUS_KIND"]),
        database_url=environment["BUS_DATABASE_URL"],
        kafka_bootstrap_servers=environment["BUS_KAFKA_BOOTSTRAP_SERVERS"],
    )

    async def publish() -> None:
        bus = open_bus(settings)
        try:
            await bus.publish(messages)
        finally:
            await bus.close()

    asyncio.run(publish())


def _buried(bed: Running, service: str, mark: str, expected: int) -> list[str] | None:
    found = rows(bed, f"SELECT cause FROM {service}.dead_letter WHERE key LIKE $1", f"{mark}-%")
    return [row["cause"] for row in found] if len(found) == expected else None


def _forget(bed: Running, service: str, mark: str) -> None:
    """Take what this test planted out of the dead letters, of which the invariants allow none."""
    rows(bed, f"DELETE FROM {service}.dead_letter WHERE key LIKE $1", f"{mark}-%")


def test_an_event_that_fits_its_contract_and_still_cannot_be_handled_is_set_aside_alone(bed: Running) -> None:
    mark = secrets.token_hex(6)
    document = b'{"name": "x", "revision": 1, "document": {"name": "x"}}'
    _publish(
        bed,
        [Message("assay.product", mark + "-0", _headers("decision.product_published.v1", {"ce_id": mark}), document)],
    )
    for service in ("intake", "scoring"):
        (cause,) = until(partial(_buried, bed, service, mark, 1), 30, "a dead letter")
        assert "product lacks" in cause
        _forget(bed, service, mark)
    assert bed.approved()["decision"]["outcome"] == "approve"
