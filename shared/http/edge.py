"""The application of a service's API process: FastAPI with our own outermost layer, as pure ASGI.

The layer adds trace context, request metrics and the express lane. (Starlette's BaseHTTPMiddleware costs two thirds of
the throughput, and any middleware runs inside layers of the framework that hot requests don't need.)

Routes that take a body are the hot ones. They answer every error themselves, so the framework's seven layers between
here and the route have nothing to do for them. Those at a fixed path, and those that do something to one thing
(`/things/{thing_id}/do`), are called directly, and documented as usual.
"""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from shared.http.routes import StrictRoute
from shared.metrics import REQUESTS
from shared.tracing import accept_traceparent, set_traceparent, trace_id

_UNMATCHED = "unmatched"
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})

_NAMED: Final = re.compile(r"([^{}]*)/\{(\w+)\}/([^{}/]+)")


@dataclass(frozen=True, slots=True)
class _Lane:
    """A route, its handler, and the name of its path parameter where it has one."""

    route: StrictRoute
    handle: Callable[[Request], Awaitable[Response]]
    parameter: str | None


class ServiceApp(FastAPI):
    """A FastAPI application that calls its hot routes directly."""

    def __init__(self, service: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._service = service
        self._express: dict[tuple[str, str], _Lane] = {}
        self._express_named: dict[tuple[str, str, str], _Lane] = {}

    def mount_routes(self, router: APIRouter) -> None:
        """Add the routes of `router`."""
        self.include_router(router)
        for route in router.routes:
            if isinstance(route, StrictRoute) and route.takes_body:
                self._mount_lane(route)

    def _mount_lane(self, route: StrictRoute) -> None:
        named = _NAMED.fullmatch(route.path)
        if named is not None:
            things, name, action = named.groups()
            lane = _Lane(route, route.get_route_handler(), name)
            self._express_named |= {(method, things, action): lane for method in route.methods or ()}
        elif "{" not in route.path:
            lane = _Lane(route, route.get_route_handler(), None)
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
        lane, parameters = self._lane(scope["method"], scope["path"])
        if lane is not None:
            scope["app"], scope["route"], scope["path_params"] = self, lane.route, parameters
            response = await lane.handle(Request(scope, receive, send))
            response.raw_headers.append(header)
            await response(scope, receive, send)
            status = response.status_code
        else:
            status = await self._answer(header, scope, receive, send)
        route = getattr(scope.get("route"), "path", _UNMATCHED)
        if route not in _QUIET:
            REQUESTS.labels(self._service, scope["method"], route, status).observe(time.perf_counter() - started)

    def _lane(self, method: str, path: str) -> tuple[_Lane | None, dict[str, str]]:
        """Return the lane of a request and its path parameters; None when it takes the ordinary way."""
        lane = self._express.get((method, path))
        if lane is not None:
            return lane, {}
        thing, _, action = path.rpartition("/")
        things, _, thing_id = thing.rpartition("/")
        lane = self._express_named.get((method, things, action))
        if lane is None or lane.parameter is None or not thing_id:
            return None, {}
        return lane, {lane.parameter: thing_id}

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
