"""Liveness, readiness and metrics: what ops and orchestrators ask of every process, without a key."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

Check = Callable[[], Awaitable[bool]]


def mount_operations(app: Starlette, *, required: Mapping[str, Check], optional: Mapping[str, Check]) -> None:
    """Add `/healthz`, `/readyz` and `/metrics`.

    A failing required check makes the process unready (503). A failing optional one (the bus) leaves it ready but
    `degraded`: requests are still accepted and their events wait in the outbox.
    """

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        names = [*required, *optional]
        results = await asyncio.gather(*(_passes(check) for check in [*required.values(), *optional.values()]))
        checks = dict(zip(names, results, strict=True))
        ready = all(checks[name] for name in required)
        state = "unready" if not ready else "ready" if all(results) else "degraded"
        content = {"status": state, "checks": {name: "up" if up else "down" for name, up in checks.items()}}
        return Response(json.dumps(content), 200 if ready else 503, media_type="application/json")

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.add_route("/healthz", healthz, include_in_schema=False)
    app.add_route("/readyz", readyz, include_in_schema=False)
    app.add_route("/metrics", metrics, include_in_schema=False)


async def _passes(check: Check) -> bool:
    try:
        return await asyncio.wait_for(check(), 2.5)
    except Exception:
        return False
