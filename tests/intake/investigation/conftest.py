"""Intake with the sandbox's three sources, and with sources that say what a test has them say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.embedded.credentials import CLIENTS
from services.embedded.platform import SANDBOX_SOURCES
from services.intake.app import create_app
from services.intake.settings import Settings
from services.intake.vault import Vault
from services.sandbox.app import Settings as SandboxSettings
from shared.consumer import Consumer
from shared.db import Database
from tests.intake.investigation.given import Office
from tests.kit.service import another_client, client_of, platform_settings
from tests.sandbox import given as sandboxes


@pytest.fixture(scope="session")
async def sandbox() -> AsyncIterator[str]:
    """The address of a sandbox whose late identities are late by no more than a test needs."""
    async with sandboxes.serving(SandboxSettings(key="the key", slow_seconds=0.5, timeout_seconds=4.0)) as url:
        yield url


@pytest.fixture
async def office(
    settings: Settings,
    sandbox: str,
    consumer: Consumer,
    db: Database,
    vault: Vault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Office]:
    """A credit officer who speaks HTTP to intake, and what reaches intake otherwise."""
    for name, value in sandboxes.environment(sandbox).items():
        monkeypatch.setenv(name, value)
    own = settings.model_copy(update={"sources_file": str(SANDBOX_SOURCES)})
    app = create_app(own, platform_settings(tmp_path, CLIENTS))
    async with (
        client_of(app, "credit-officer") as officer,
        another_client(app, "los") as los,
        sandboxes.sources(sandbox) as sources,
    ):
        yield Office(officer, los, consumer, db, vault, sources)
