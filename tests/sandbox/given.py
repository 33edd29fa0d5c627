"""The sandbox, served over HTTP in the test's own process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from services.embedded.platform import SANDBOX_SOURCES
from services.embedded.processes import free_port
from services.intake.sources import ConfiguredSource, load
from services.sandbox.app import USER, Settings, create_app


def environment(url: str, key: str = "the key") -> dict[str, str]:
    """Return the variables that the development platform's file of sources names."""
    return {
        "SANDBOX_CONSUMER_BUREAU_URL": f"{url}/consumer-bureau",
        "SANDBOX_COMPANY_REGISTRY_URL": f"{url}/company-registry",
        "SANDBOX_EMPLOYMENT_CHECK_URL": f"{url}/employment-check",
        "SANDBOX_USER": USER,
        "SANDBOX_KEY": key,
    }


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """Serve the sandbox and yield its address."""
    port = free_port()
    config = uvicorn.Config(
        create_app(settings), port=port, log_config=None, ws="none", lifespan="off", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - Uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def sources(url: str, key: str = "the key") -> AsyncIterator[dict[str, ConfiguredSource]]:
    """Yield the development platform's sources."""
    loaded = load(SANDBOX_SOURCES, environment(url, key))
    try:
        yield loaded
    finally:
        for entry in loaded.values():
            await entry.source.close()
