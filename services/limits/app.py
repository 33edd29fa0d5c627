"""Composition root of limits: the only file that constructs things."""

from fastapi import FastAPI
from starlette.applications import Starlette

from services.limits import consumers
from services.limits.api import router
from services.limits.settings import Settings
from shared import service
from shared.auth import ApiKeys
from shared.bus.connect import open_bus
from shared.db import Database
from shared.server import Task
from shared.settings import BusSettings, PlatformSettings


def create_app(settings: Settings, platform: PlatformSettings) -> FastAPI:
    """Return the API process."""
    db = Database(settings.database_url.get_secret_value())
    return service.api("limits", [router(db)], db, ApiKeys.load(platform.api_keys_file))


def create_worker(settings: Settings, bus_settings: BusSettings) -> Starlette:
    """Return the worker process: relay, consumers, and what happens by the passing of time."""
    db = Database(settings.database_url.get_secret_value(), pool_size=6)
    tasks: dict[str, Task] = {
        "expiry": lambda: consumers.expire(db),
        "lapse": lambda: consumers.lapse(db),
        "defaults": lambda: consumers.follow_defaults(db),
        "orders": lambda: consumers.count_orders(db),
        "rebuilds": lambda: consumers.rebuild(db),
        "watch": lambda: consumers.watch(db),
        "reconcile": lambda: consumers.reconcile(db),
    }
    return service.worker("limits", db, open_bus(bus_settings), [consumers.subscription(db)], tasks)
