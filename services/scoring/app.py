"""Composition root of scoring: the only file that constructs things."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.applications import Starlette

from services.scoring import consumers
from services.scoring.api.comparisons import comparison_router
from services.scoring.api.experiments import experiment_router
from services.scoring.api.monitoring import monitoring_router
from services.scoring.api.outcomes import outcome_router
from services.scoring.api.scores import score_router
from services.scoring.api.shadows import shadow_router
from services.scoring.domain.monitoring.plan import Plans, parse_plans
from services.scoring.handlers.choosing import contests
from services.scoring.handlers.experimenting import counting
from services.scoring.handlers.governing import GOVERNANCE
from services.scoring.handlers.monitoring import keep_watching
from services.scoring.handlers.shadowing import shadowing
from services.scoring.settings import Settings
from shared import service
from shared.auth import ApiKeys
from shared.bus.connect import open_bus
from shared.db import Database
from shared.experiments.handlers.apart import answer_apart, keep_apart
from shared.experiments.handlers.experimenting import run_experiments
from shared.governance.api import governance_router
from shared.governance.handlers.following import keep_following
from shared.settings import BusSettings, PlatformSettings
from shared.yaml import load_yaml

SHADOWS: Final = (sys.executable, "-m", "services.scoring", "shadows")
"""The command of the process in which shadows answer."""


def create_app(settings: Settings, platform: PlatformSettings) -> FastAPI:
    """Return the API process."""
    plans = _plans(settings)
    db = Database(settings.database_url.get_secret_value())
    routers = [
        score_router(db, contests()),
        experiment_router(db, plans),
        shadow_router(db, plans),
        outcome_router(db),
        monitoring_router(db, plans),
        comparison_router(db, plans),
        governance_router(db, GOVERNANCE),
    ]
    return service.api("scoring", routers, db, ApiKeys.load(platform.api_keys_file))


def create_worker(settings: Settings, bus_settings: BusSettings) -> Starlette:
    """Return the worker process: relay, consumers, life cycle, experiments, shadows, and monitoring."""
    plans, interval = _plans(settings), timedelta(seconds=settings.monitoring_interval)
    db = Database(settings.database_url.get_secret_value(), pool_size=6)
    return service.worker(
        "scoring",
        db,
        open_bus(bus_settings),
        [consumers.subscription(db)],
        {
            "clock": lambda: keep_following(db, GOVERNANCE),
            "experiments": lambda: run_experiments(db, GOVERNANCE, counting(plans)),
            "shadows": lambda: keep_apart(db, shadowing(), SHADOWS, {"SCORING_DATABASE_URL": db.url}),
            "monitoring": lambda: keep_watching(db, plans, interval),
        },
    )


async def answer_in_shadow(settings: Settings) -> None:
    """Be the process in which shadows answer, which the worker starts while there are any."""
    db = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        await answer_apart(db, shadowing())
    finally:
        await db.close()


def _plans(settings: Settings) -> Plans:
    """Return the monitoring plans; a file that can't be used stops the process at its start."""
    file = settings.monitoring_plan
    return parse_plans(load_yaml(Path(file).read_text())) if file else Plans()
