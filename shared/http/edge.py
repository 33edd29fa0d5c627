"""The application of a service's API process: FastAPI with our own outermost layer, as pure ASGI.

The layer adds trace context, request metrics and the express lane. (Starlette's BaseHTTPMiddleware costs two thirds of
the throughput, and any middleware runs inside layers of the framework that hot requests don't need.)

Routes that take a body at a fixed path are the hot ones. They answer every error themselves, so the framework's seven
layers between here and the route have nothing to do for them; they are called directly, and documented as usual.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from shared.http.routes import StrictRoute
from shared.metrics import REQUESTS
from shared.tracing import accept_traceparent, set_traceparent, trace_id

_UNMATCHED = "unmatched"
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})

_Express = tuple[StrictRoute, Callable[[Request], Awaitable[Response]]]


class ServiceApp(FastAPI):
    """A FastAPI application that calls its hot routes directly."""

    def __init__(self, service: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._service = service
        self._express: dict[tuple[str, str], _Express] = {}

    def mount_routes(self, router: APIRouter) -> None:
        """Add the routes of `router`."""
        self.include_router(router)
        for route in router.routes:
            if isinstance(route, StrictRoute) and route.takes_body and "{" not in route.path:
                lane = (route, route.get_route_handler())
                self._express |= {(method, route.path): lane for method in route.methods or ()}

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document with the bearer scheme; the scopes stand at each operation."""
        schema = super().openapi()
        schemes = schema.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["bearer"] = {"type": "http", "scheme": "bearer", "description": "An API key"}
        return schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        started = time.perf_counter()
        traceparent = accept_traceparent(_header(scope, b"traceparent"))
        set_traceparent(traceparent)
        header = (b"trace-id", trace_id(traceparent).encode())
        lane = self._express.get((scope["method"], scope["path"]))
        if lane is not None:
            status = await self._answer_directly(lane, header, scope, receive, send)
        else:
            status = await self._answer(header, scope, receive, send)
        route = getattr(scope.get("route"), "path", _UNMATCHED)
        if route not in _QUIET:
            REQUESTS.labels(self._service, scope["method"], route, status).observe(time.perf_counter() - started)

    async def _answer_directly(
        self, lane: _Express, header: tuple[bytes, bytes], scope: Scope, receive: Receive, send: Send
    ) -> int:
        route, handle = lane
        scope["app"], scope["route"], scope["path_params"] = self, route, {}
        response = await handle(Request(scope, receive, send))
        response.raw_headers.append(header)
        await response(scope, receive, send)
        return response.status_code

    async def _answer(self, header: tuple[bytes, bytes], scope: Scope, receive: Receive, send: Send) -> int:
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], header]
            await send(message)

        await super().__call__(scope, receive, send_and_note)
        return status


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None
