"""Composition root of intake: the only file that constructs things."""

from pathlib import Path

from fastapi import FastAPI
from starlette.applications import Starlette

from services.intake import consumers
from services.intake.api import router
from services.intake.api.documents import Receiving
from services.intake.api.raw_bodies import RawBodies
from services.intake.files import open_files
from services.intake.files.scanner import open_scanner
from services.intake.handlers.exposure import exposure_sources
from services.intake.handlers.investigating import Desk, investigate
from services.intake.handlers.reports import Puller, Windows
from services.intake.handlers.retaining import load_policy
from services.intake.limits_client import LimitsClient
from services.intake.settings import Settings
from services.intake.sources.configuration import ConfiguredSource, load
from services.intake.store.applications import DECIDED_CHANNEL
from services.intake.vault import Vault
from services.intake.waiting import Waiters
from shared import service
from shared.auth import ApiKeys
from shared.bus.connect import open_bus
from shared.catalogue import product_shelf
from shared.db import Database
from shared.listen import listen
from shared.server import Task
from shared.settings import BusSettings, PlatformSettings


def create_app(settings: Settings, platform: PlatformSettings) -> FastAPI:
    """Return the API process."""
    db = Database(settings.database_url.get_secret_value())
    waiters = Waiters()
    policy = load_policy(settings.retention_file)
    receiving = Receiving(
        RawBodies(settings.document_max_bytes, settings.document_room_bytes),
        open_scanner(settings.scanner_url),
        open_files(settings),
    )
    limits = LimitsClient(settings.limits_url, settings.limits_key.get_secret_value())
    vault, sources = Vault.load(settings.keys_file), _sources(settings, db, limits)
    puller = Puller(db, vault, sources, Windows(sources))

    async def close() -> None:
        await limits.close()
        for configured in sources.values():
            await configured.source.close()

    routes = router(db, vault, product_shelf(), waiters, receiving, policy, limits, puller)
    return service.api(
        "intake",
        [routes],
        db,
        ApiKeys.load(platform.api_keys_file),
        tasks={"decided": lambda: listen(db.url, {DECIDED_CHANNEL: waiters.on_notice})},
        on_stop=close,
    )


def create_worker(settings: Settings, bus_settings: BusSettings) -> Starlette:
    """Return the worker process: relay and consumers."""
    db = Database(settings.database_url.get_secret_value(), pool_size=6)
    vault, files = Vault.load(settings.keys_file), open_files(settings)
    scanner = open_scanner(settings.scanner_url)
    policy = load_policy(settings.retention_file)
    limits = LimitsClient(settings.limits_url, settings.limits_key.get_secret_value())
    desk = Desk(vault, product_shelf(), _sources(settings, db, limits))
    tasks: dict[str, Task] = {
        "scans": lambda: consumers.scan_documents(db, vault, files, scanner),
        "documents": lambda: consumers.sweep_documents(db, files),
        "clocks": lambda: consumers.watch_clocks(db),
        "match_cases": lambda: consumers.watch_match_cases(db),
        "reviews": lambda: consumers.open_reviews(db),
        "file": lambda: consumers.watch_file(db),
        "retention": lambda: consumers.retain(db, policy),
        "investigations": lambda: investigate(db, desk),
    }
    return service.worker("intake", db, open_bus(bus_settings), [consumers.subscription(db)], tasks)


def _sources(settings: Settings, db: Database, limits: LimitsClient) -> dict[str, ConfiguredSource]:
    """Return the sources by name: those that are configured, and our own limits."""
    configured = load(Path(settings.sources_file)) if settings.sources_file else {}
    return configured | exposure_sources(settings.exposure_currencies, db, limits)
