"""Composition root of intake: the only file that constructs things."""

from fastapi import FastAPI
from starlette.applications import Starlette

from services.intake import consumers
from services.intake.api import router
from services.intake.settings import Settings
from services.intake.store.applications import DECIDED_CHANNEL
from services.intake.vault import Vault
from services.intake.waiting import Waiters
from shared import service
from shared.auth import ApiKeys
from shared.bus.connect import open_bus
from shared.catalogue import product_shelf
from shared.db import Database
from shared.listen import listen
from shared.settings import BusSettings, PlatformSettings


def create_app(settings: Settings, platform: PlatformSettings) -> FastAPI:
    """Return the API process."""
    db = Database(settings.database_url.get_secret_value())
    waiters = Waiters()

    routes = router(db, Vault.load(settings.keys_file), product_shelf(), waiters)
    return service.api(
        "intake",
        [routes],
        db,
        ApiKeys.load(platform.api_keys_file),
        tasks={"decided": lambda: listen(db.url, {DECIDED_CHANNEL: waiters.on_notice})},
    )


def create_worker(settings: Settings, bus_settings: BusSettings) -> Starlette:
    """Return the worker process: relay and consumers."""
    db = Database(settings.database_url.get_secret_value(), pool_size=6)
    return service.worker("intake", db, open_bus(bus_settings), [consumers.subscription(db)])
