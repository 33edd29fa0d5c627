"""The outermost layer of a service: trace context, request metrics and the express lane, as pure ASGI.

(Starlette's BaseHTTPMiddleware costs two thirds of the throughput.)

Routes that take a body at a fixed path are the hot ones. They answer every error themselves, so the framework's seven
layers between here and the route have nothing to do for them; they are called directly, and documented as usual.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.routes import StrictRoute
from shared.metrics import REQUESTS
from shared.tracing import accept_traceparent, set_traceparent, trace_id

_UNMATCHED = "unmatched"
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(frozen=True, slots=True)
class Express:
    """A route that is called directly."""

    app: FastAPI
    route: StrictRoute
    handle: Callable[[Request], Awaitable[Response]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope["app"] = self.app
        scope["route"] = self.route
        scope["path_params"] = {}
        response = await self.handle(Request(scope, receive, send))
        await response(scope, receive, send)


def express_routes(app: FastAPI, routers: Sequence[APIRouter]) -> dict[tuple[str, str], Express]:
    """Return the routes of `routers` that can be called directly, by method and path."""
    found: dict[tuple[str, str], Express] = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, StrictRoute) and route.takes_body and "{" not in route.path:
                lane = Express(app, route, route.get_route_handler())
                found |= {(method, route.path): lane for method in route.methods or ()}
    return found


class Edge:
    """Wraps an application."""

    def __init__(self, app: ASGIApp, service: str, express: Mapping[tuple[str, str], Express]) -> None:
        self._app = app
        self._service = service
        self._express = express

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        traceparent = accept_traceparent(_header(scope, b"traceparent"))
        set_traceparent(traceparent)
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"trace-id", trace_id(traceparent).encode())]
            await send(message)

        try:
            lane = self._express.get((scope["method"], scope["path"]), self._app)
            await lane(scope, receive, send_and_note)
        finally:
            route = getattr(scope.get("route"), "path", _UNMATCHED)
            if route not in _QUIET:
                REQUESTS.labels(self._service, scope["method"], route, status).observe(time.perf_counter() - started)


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None
