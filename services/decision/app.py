"""Composition root of decision: the only file that constructs things."""

import sys
from typing import Final

from fastapi import FastAPI
from starlette.applications import Starlette

from services.decision import consumers
from services.decision.api.backtests import backtest_router
from services.decision.api.decisions import decision_router
from services.decision.api.experiments import experiment_router
from services.decision.api.replays import replay_router
from services.decision.api.shadows import shadow_router
from services.decision.api.uploads import upload_router
from services.decision.domain.upload import Limits
from services.decision.handlers import supervising
from services.decision.handlers.experimenting import COUNTING
from services.decision.handlers.publishing import GOVERNANCE
from services.decision.handlers.replaying import Library
from services.decision.handlers.shadowing import shadowing
from services.decision.handlers.uploading import sweep_uploads
from services.decision.rulebooks import Rulebooks
from services.decision.scoring_client import ScoringClient
from services.decision.settings import Settings
from shared import service
from shared.auth import ApiKeys
from shared.bus.connect import open_bus
from shared.db import Database
from shared.experiments.handlers.apart import answer_apart, keep_apart
from shared.experiments.handlers.experimenting import run_experiments
from shared.governance.api import governance_router
from shared.governance.handlers.following import keep_following
from shared.settings import BusSettings, PlatformSettings

SHADOWS: Final = (sys.executable, "-m", "services.decision", "shadows")
"""The command of the process in which shadows answer."""


def create_app(settings: Settings, platform: PlatformSettings) -> FastAPI:
    """Return the API process."""
    db = Database(settings.database_url.get_secret_value())
    scoring = ScoringClient(
        settings.scoring_url, settings.scoring_key.get_secret_value(), settings.scoring_timeout_seconds
    )
    library = Library()
    rulebooks = Rulebooks()
    routers = [
        decision_router(db, rulebooks, library, scoring),
        replay_router(db, library),
        governance_router(db, GOVERNANCE),
        backtest_router(db),
        upload_router(db, Limits(settings.upload_max_bytes, settings.upload_space_bytes)),
        experiment_router(db, rulebooks),
        shadow_router(db, rulebooks),
    ]
    return service.api(
        "decision",
        routers,
        db,
        ApiKeys.load(platform.api_keys_file),
        checks={"scoring": scoring.reachable},
        on_stop=scoring.close,
    )


def create_worker(settings: Settings, bus_settings: BusSettings) -> Starlette:
    """Return the worker process: relay, consumers, life cycle, experiments, shadows, and backtests run by others."""
    db = Database(settings.database_url.get_secret_value(), pool_size=8)
    bounds = supervising.Bounds(
        database_url=db.url,
        scratch=settings.backtest_scratch,
        memory=settings.backtest_memory,
        threads=settings.backtest_threads,
        lease_seconds=settings.backtest_lease_seconds,
    )
    return service.worker(
        "decision",
        db,
        open_bus(bus_settings),
        [consumers.subscription(db)],
        {
            "backtests": lambda: supervising.supervise(db, bounds),
            "clock": lambda: keep_following(db, GOVERNANCE),
            "experiments": lambda: run_experiments(db, GOVERNANCE, COUNTING),
            "shadows": lambda: keep_apart(db, shadowing(Rulebooks()), SHADOWS, {"DECISION_DATABASE_URL": db.url}),
            "uploads": lambda: sweep_uploads(db),
        },
    )


async def answer_in_shadow(settings: Settings) -> None:
    """Be the process in which shadows answer, which the worker starts while there are any."""
    db = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        await answer_apart(db, shadowing(Rulebooks()))
    finally:
        await db.close()
