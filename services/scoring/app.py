"""Composition root of scoring: the only file that constructs things."""

from fastapi import FastAPI
from starlette.applications import Starlette

from services.scoring import consumers, handlers
from services.scoring.api import router
from services.scoring.settings import Settings
from shared import service
from shared.auth import ApiKeys
from shared.bus.connect import open_bus
from shared.db import Database
from shared.governance.api import governance_router
from shared.governance.handlers.following import keep_following
from shared.settings import BusSettings, PlatformSettings


def create_app(settings: Settings, platform: PlatformSettings) -> FastAPI:
    """Return the API process."""
    db = Database(settings.database_url.get_secret_value())
    routes = router(db, handlers.model_shelf())
    return service.api(
        "scoring", [routes, governance_router(db, handlers.GOVERNANCE)], db, ApiKeys.load(platform.api_keys_file)
    )


def create_worker(settings: Settings, bus_settings: BusSettings) -> Starlette:
    """Return the worker process: relay, consumers and the clock of the life cycle."""
    db = Database(settings.database_url.get_secret_value(), pool_size=6)
    return service.worker(
        "scoring",
        db,
        open_bus(bus_settings),
        [consumers.subscription(db)],
        {"clock": lambda: keep_following(db, handlers.GOVERNANCE)},
    )
