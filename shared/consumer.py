"""Events in: from bus messages to handlers, with a dead-letter table for what can never be handled.

A batch that fails for a passing reason (database away) is delivered again until it succeeds. A batch that fails for
any other reason is taken apart, and the messages that fail alone go to the dead letters with their cause, so that
the partition moves on.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import structlog
from sqlalchemy import text

from shared.bus import Bus, Delivery
from shared.contracts.envelope import Contract, ContractError, Event, event_type, parse
from shared.db import Database
from shared.errors import Kind, Refusal
from shared.tracing import set_traceparent

log = structlog.get_logger()

_NO_TYPE: Final = ""
"""What is no event at all counts as of this type, and ends in the dead letters."""

OnEvents = Callable[[Sequence[Event[Any]]], Awaitable[None]]
"""Takes events of one type in order; commits their effects together with their inbox rows, or raises."""

_BURY: Final = text("""
    INSERT INTO dead_letter (consumer, topic, partition, position, key, headers, value, cause)
    VALUES (:consumer, :topic, :partition, :position, :key, CAST(:headers AS jsonb), :value, :cause)
    ON CONFLICT ON CONSTRAINT dead_letter_once DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one consumer group reads, and which handler takes which event type."""

    group: str
    topics: tuple[str, ...]
    handlers: Mapping[str, tuple[type[Contract], OnEvents]]


class Consumer:
    """Runs one subscription."""

    def __init__(
        self,
        subscription: Subscription,
        db: Database,
        bus: Bus,
        on_dead_letter: Callable[[], None],
    ) -> None:
        self.subscription = subscription
        self._db = db
        self._bus = bus
        self._on_dead_letter = on_dead_letter
        self._kinds = {_NO_TYPE, *subscription.handlers}

    async def run(self) -> None:
        """Consume until cancelled."""
        await self._bus.subscribe(self.subscription.topics, self.subscription.group, self.handle)

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Handle a batch. Raises only when the whole batch should be delivered again."""
        # Events of other consumers on a shared topic go first: in between they would cut the runs to pieces.
        ours = [(kind, entry) for entry in deliveries if (kind := _type_or_empty(entry)) in self._kinds]
        for kind, run in groupby(ours, key=itemgetter(0)):
            await self._handle_run(kind, [entry for _, entry in run])

    async def _handle_run(self, kind: str, deliveries: Sequence[Delivery]) -> None:
        good: list[tuple[Delivery, Event[Any]]] = []
        for delivery in deliveries:
            try:
                contract = self.subscription.handlers[event_type(delivery.message)][0]
                good.append((delivery, parse(delivery.message, contract)))
            except ContractError as error:
                await self._bury(delivery, str(error))
        if good:
            await self._deliver(self.subscription.handlers[kind][1], good)

    async def _deliver(self, on_events: OnEvents, entries: Sequence[tuple[Delivery, Event[Any]]]) -> None:
        set_traceparent(entries[0][1].traceparent if len(entries) == 1 else None)
        try:
            await on_events([event for _, event in entries])
        except Refusal as refusal:
            if refusal.kind is Kind.UNAVAILABLE:
                raise
            await self._take_apart(on_events, entries, refusal)
        except Exception as error:
            await self._take_apart(on_events, entries, error)

    async def _take_apart(
        self, on_events: OnEvents, entries: Sequence[tuple[Delivery, Event[Any]]], error: Exception
    ) -> None:
        if len(entries) > 1:
            for entry in entries:
                await self._deliver(on_events, [entry])
            return
        log.error("event_failed", consumer=self.subscription.group, event_id=entries[0][1].id, exc_info=error)
        await self._bury(entries[0][0], f"{type(error).__name__}: {str(error)[:500]}")

    async def _bury(self, delivery: Delivery, cause: str) -> None:
        message = delivery.message
        async with self._db.transaction() as tx:
            await tx.execute(
                _BURY,
                {
                    "consumer": self.subscription.group,
                    "topic": message.topic,
                    "partition": delivery.partition,
                    "position": delivery.position,
                    "key": _storable(message.key),
                    "headers": _headers_json(message.headers),
                    "value": message.value,
                    "cause": _storable(cause),
                },
            )
        self._on_dead_letter()
        log.error("dead_letter", consumer=self.subscription.group, topic=message.topic, cause=cause)


def _type_or_empty(delivery: Delivery) -> str:
    try:
        return event_type(delivery.message)
    except ContractError:
        return _NO_TYPE


def _storable(value: str) -> str:
    """PostgreSQL text holds no NUL; a poisoned key or error text must not poison the dead letters."""
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _headers_json(headers: Mapping[str, str]) -> str:
    return json.dumps({_storable(name): _storable(value) for name, value in headers.items()})
