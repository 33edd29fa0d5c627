"""Composition root of scoring: the only file that constructs things."""

from fastapi import FastAPI
from starlette.applications import Starlette

from services.scoring import consumers
from services.scoring.api.scores import score_router
from services.scoring.handlers.choosing import model_shelf
from services.scoring.handlers.governing import GOVERNANCE
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
    routers = [score_router(db, model_shelf()), governance_router(db, GOVERNANCE)]
    return service.api("scoring", routers, db, ApiKeys.load(platform.api_keys_file))


def create_worker(settings: Settings, bus_settings: BusSettings) -> Starlette:
    """Return the worker process: relay, consumers and the clock of the life cycle."""
    db = Database(settings.database_url.get_secret_value(), pool_size=6)
    return service.worker(
        "scoring",
        db,
        open_bus(bus_settings),
        [consumers.subscription(db)],
        {"clock": lambda: keep_following(db, GOVERNANCE)},
    )
