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
from shared.settings import BusSettings, PlatformSettings


def create_app(settings: Settings, platform: PlatformSettings) -> FastAPI:
    """Return the API process."""
    db = Database(settings.database_url.get_secret_value())
    return service.api("limits", [router(db)], db, ApiKeys.load(platform.api_keys_file))


def create_worker(settings: Settings, bus_settings: BusSettings) -> Starlette:
    """Return the worker process: relay, consumers and the expiry of reservations."""
    db = Database(settings.database_url.get_secret_value(), pool_size=6)
    return service.worker(
        "limits", db, open_bus(bus_settings), [consumers.subscription(db)], {"expiry": lambda: consumers.expire(db)}
    )
