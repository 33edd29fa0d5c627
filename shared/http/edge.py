"""The outermost layer of a service: trace context and request metrics, as pure ASGI.

(Starlette's BaseHTTPMiddleware costs two thirds of the throughput.)
"""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.metrics import REQUESTS
from shared.tracing import accept_traceparent, set_traceparent, trace_id

_UNMATCHED = "unmatched"
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class Edge:
    """Wraps an application."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

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
            await self._app(scope, receive, send_and_note)
        finally:
            route = getattr(scope.get("route"), "path", _UNMATCHED)
            if route not in _QUIET:
                REQUESTS.labels(self._service, scope["method"], route, status).observe(time.perf_counter() - started)


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None
