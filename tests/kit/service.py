"""One service inside the test: a migrated database, keys, and HTTP straight into the application."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI

from services.embedded.credentials import vault_keys
from services.embedded.postgres import Address
from services.intake.settings import Settings as IntakeSettings
from services.migrate import Schema, migrate
from shared.auth import hashed
from shared.bus import Delivery
from shared.bus.embedded import EmbeddedBus
from shared.canonical import canonical_json
from shared.consumer import Consumer, Subscription
from shared.contracts.envelope import Contract, to_message
from shared.db import Database
from shared.ids import new_id
from shared.settings import PlatformSettings


@dataclass(frozen=True, slots=True)
class Urls:
    """How the two roles of a schema, and the administrator, connect."""

    owner: str
    app: str
    admin: str


async def migrated(postgres: Address, schema: str, database: str) -> Urls:
    """Create a database and migrate one schema in it."""
    admin = await asyncpg.connect(postgres.url())
    await admin.execute(f"CREATE DATABASE {database}")
    await admin.close()
    found = Urls(
        postgres.url(f"{schema}_owner", database=database),
        postgres.url(f"{schema}_app", database=database),
        postgres.url(database=database),
    )
    await asyncio.to_thread(migrate, found.admin, {schema: Schema(found.owner, found.app)})
    return found


def platform_settings(folder: Path, scopes: Mapping[str, Sequence[str]]) -> PlatformSettings:
    """Return settings with a key for each client; the key is the client's name."""
    keys = [{"sha256": hashed(client), "client": client, "scopes": list(of)} for client, of in scopes.items()]
    path = folder / "api_keys.json"
    path.write_text(canonical_json({"keys": keys}))
    return PlatformSettings(api_keys_file=path)


def vault_file(folder: Path) -> Path:
    """Write new keys of a vault and return where they are."""
    path = folder / "intake_keys.json"
    path.write_text(canonical_json(vault_keys()))
    return path


def intake_settings(urls: Urls, folder: Path, **settings: Any) -> IntakeSettings:
    """Return settings of intake with new keys and an empty folder for files."""
    files = folder / "files"
    files.mkdir(exist_ok=True)
    known = {"database_url": urls.app, "keys_file": vault_file(folder), "files_url": files.as_uri()}
    return IntakeSettings(**{**known, **settings})


@asynccontextmanager
async def client_of(app: FastAPI, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run an application and speak HTTP to it as the client with `key`."""
    async with app.router.lifespan_context(app), another_client(app, key) as client:
        yield client


def another_client(app: FastAPI, key: str) -> httpx.AsyncClient:
    """Return the client with `key`, which speaks HTTP to an application that `client_of` runs."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service", headers=headers)


def consumer_of(subscription: Subscription, db: Database) -> Consumer:
    """Return the consumer of a service; tests hand it deliveries themselves."""
    return Consumer(subscription, db, EmbeddedBus("postgresql://unused"), lambda: None)


def delivery(source: str, aggregate_type: str, key: str, event_type: str, data: Contract, time: datetime) -> Delivery:
    """Return an event as the bus would deliver it."""
    message = to_message(
        event_id=new_id("evt"),
        event_type=event_type,
        source=source,
        aggregate_type=aggregate_type,
        aggregate_id=key,
        time=time,
        payload=data.model_dump_json(),
        traceparent=None,
    )
    return Delivery(message, 0, 0)
