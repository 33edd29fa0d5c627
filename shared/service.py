"""What the composition roots of all services have in common: an API process and a worker process each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from starlette.applications import Starlette

from shared.auth import ApiKeys
from shared.bus import Bus, BusUnavailableError
from shared.consumer import Consumer, Subscription
from shared.db import Database
from shared.errors import Refusal
from shared.http import mount_operations, mount_problem_handlers
from shared.http.edge import ServiceApp
from shared.http.ops import Check
from shared.idempotency import sweep
from shared.listen import listen
from shared.metrics import BUS_UP, CONSUMER_LAG, DEAD_LETTERS, OUTBOX_AGE, OUTBOX_DEPTH
from shared.outbox import Relay, backlog
from shared.server import Task, background, settle_garbage_collector

log = structlog.get_logger()

_GAUGE_SECONDS = 2.0
_SWEEP_SECONDS = 600.0
_KEEP_MESSAGES_SECONDS = 7 * 24 * 3600


def api(
    service: str,
    routers: Sequence[APIRouter],
    db: Database,
    api_keys: ApiKeys,
    *,
    tasks: Mapping[str, Task] | None = None,
    checks: Mapping[str, Check] | None = None,
    on_stop: Callable[[], Awaitable[None]] | None = None,
) -> FastAPI:
    """Return the API process of a service: its routes, the operations routes and problem+json everywhere.

    `tasks` run beside the requests, `on_stop` after the last of them; failing `checks` degrade readiness.
    """

    @asynccontextmanager
    async def run(_app: FastAPI) -> AsyncIterator[None]:
        async with background(tasks or {}):
            settle_garbage_collector()
            yield
        if on_stop is not None:
            await on_stop()
        await db.close()

    app = ServiceApp(
        service,
        title=f"Assay {service}",
        version="1",
        lifespan=run,
        openapi_url="/openapi.json",
        redoc_url=None,
        separate_input_output_schemas=False,
        # A redirect would name the address that the process sees, not the one that its callers know.
        redirect_slashes=False,
        # Metrics and traces are ours (`shared.metrics`, `shared.tracing`); the built-in ones log rejected input.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.api_keys = api_keys
    for router in routers:
        app.mount_routes(router)
    mount_problem_handlers(app)
    mount_operations(app, required={"database": database_check(db)}, optional=checks or {})
    return app


def worker(
    service: str,
    db: Database,
    bus: Bus,
    subscriptions: Sequence[Subscription],
    extra_tasks: Mapping[str, Task] | None = None,
) -> Starlette:
    """Return the worker process of a service: its relay and its consumers behind the operations routes."""
    relay = Relay(db, bus)
    tasks: dict[str, Task] = {
        "relay": relay.run,
        "relay_wake": lambda: listen(db.url, {f"outbox_{service}": relay.wake}),
        "gauges": lambda: _measure(service, db, bus, subscriptions),
        "sweep": lambda: _sweep(db, bus),
        **(extra_tasks or {}),
    }
    for subscription in subscriptions:
        consumer = Consumer(subscription, db, bus, DEAD_LETTERS.labels(subscription.group).inc)
        tasks[f"consume_{subscription.group}"] = consumer.run

    @asynccontextmanager
    async def run(_app: Starlette) -> AsyncIterator[None]:
        async with background(tasks):
            settle_garbage_collector()
            yield
        await bus.close()
        await db.close()

    app = Starlette(lifespan=run)
    mount_operations(app, required={"database": database_check(db)}, optional={"bus": bus.reachable})
    return app


def database_check(db: Database) -> Check:
    """Return a check that the database answers and the service's schema has been migrated."""

    async def check() -> bool:
        async with db.transaction() as tx:
            await tx.execute(text("SELECT version_num FROM alembic_version"))
        return True

    return check


async def _measure(service: str, db: Database, bus: Bus, subscriptions: Sequence[Subscription]) -> None:
    for subscription in subscriptions:
        DEAD_LETTERS.labels(subscription.group)
    while True:
        try:
            waiting = await backlog(db)
            OUTBOX_DEPTH.labels(service).set(waiting.depth)
            OUTBOX_AGE.labels(service).set(waiting.age_seconds)
        except Refusal:
            log.warning("outbox_not_measured")
        up = await bus.reachable()
        BUS_UP.labels(service).set(up)
        try:
            for subscription in subscriptions if up else ():
                lags = await bus.lag(subscription.topics, subscription.group)
                for topic, lag in lags.items():
                    CONSUMER_LAG.labels(subscription.group, topic).set(lag)
        except BusUnavailableError:
            log.warning("lag_not_measured")
        await asyncio.sleep(_GAUGE_SECONDS)


async def _sweep(db: Database, bus: Bus) -> None:
    while True:
        try:
            async with db.transaction() as tx:
                await sweep(tx)
            await bus.prune(_KEEP_MESSAGES_SECONDS)
        except (Refusal, BusUnavailableError) as error:
            log.warning("not_swept", cause=type(error).__name__)
        await asyncio.sleep(_SWEEP_SECONDS)
