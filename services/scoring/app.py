"""Composition root of scoring: the only file that constructs things."""

from datetime import timedelta

from fastapi import FastAPI
from starlette.applications import Starlette

from services.scoring import consumers
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
from shared.experiments.handlers.experimenting import run_experiments
from shared.experiments.handlers.shadowing import run_shadows
from shared.governance.api import governance_router
from shared.governance.handlers.following import keep_following
from shared.settings import BusSettings, PlatformSettings
from shared.yaml import load_yaml


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
            "shadows": lambda: run_shadows(db, shadowing()),
            "monitoring": lambda: keep_watching(db, plans, interval),
        },
    )


def _plans(settings: Settings) -> Plans:
    """Return the monitoring plans; a file that can't be used stops the process at its start."""
    return Plans() if settings.monitoring_plan is None else parse_plans(load_yaml(settings.monitoring_plan.read_text()))
