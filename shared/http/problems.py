"""Errors as RFC 9457 problem details; the one place that turns a kind of refusal into an HTTP status."""

import json
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Fault, Kind, Refusal
from shared.facts import pointer_token
from shared.tracing import current_traceparent, trace_id

log = structlog.get_logger()

_STATUS: Final = {
    Kind.MALFORMED: (400, "Malformed request"),
    Kind.UNAUTHENTICATED: (401, "Not authenticated"),
    Kind.FORBIDDEN: (403, "Not allowed"),
    Kind.NOT_FOUND: (404, "Not found"),
    Kind.METHOD_NOT_ALLOWED: (405, "Method not allowed"),
    Kind.CONFLICT: (409, "Conflict"),
    Kind.PRECONDITION_FAILED: (412, "Changed meanwhile"),
    Kind.TOO_LARGE: (413, "Body too large"),
    Kind.UNSUPPORTED_MEDIA_TYPE: (415, "Unsupported media type"),
    Kind.INVALID: (422, "Invalid request"),
    Kind.PRECONDITION_REQUIRED: (428, "Precondition required"),
    Kind.THROTTLED: (429, "Too many requests"),
    Kind.INTERNAL: (500, "Internal error"),
    Kind.UNAVAILABLE: (503, "Temporarily unavailable"),
}
_RETRYABLE: Final = {Kind.THROTTLED, Kind.UNAVAILABLE, Kind.INTERNAL}
_KIND_OF_STATUS: Final = {status: kind for kind, (status, _) in _STATUS.items()}
RETRY_AFTER_SECONDS: Final = 1


def problem(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """Return the problem+json response of a refusal. No rejected value is ever in it."""
    status, title = _STATUS[refusal.kind]
    trace = current_traceparent()
    content: dict[str, Any] = {
        "type": f"urn:assay:problem:{refusal.code}",
        "title": title,
        "status": status,
        "detail": refusal.detail or title,
        "code": refusal.code,
        "retryable": refusal.kind in _RETRYABLE or refusal.code == "idempotency_key_in_flight",
        "trace_id": trace_id(trace) if trace is not None else None,
    }
    if refusal.faults:
        content["errors"] = [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in refusal.faults
        ]
    extra = dict(headers or {})
    if refusal.kind in (Kind.UNAVAILABLE, Kind.THROTTLED):
        extra["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if refusal.kind is Kind.UNAUTHENTICATED:
        extra["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(content), status, extra, "application/problem+json")


def from_error(error: Exception) -> Response:
    """Return the response to any error that a route let through; the unexpected ones are logged and say nothing."""
    if isinstance(error, Refusal):
        return problem(error)
    if isinstance(error, RequestValidationError):
        faults = [
            Fault("".join(f"/{pointer_token(str(part))}" for part in entry["loc"]), entry["type"], entry["msg"])
            for entry in error.errors()[:20]
        ]
        return problem(Refusal(Kind.INVALID, "invalid_parameters", "the parameters do not fit", faults))
    log.error("request_failed", exc_info=error)
    return problem(Refusal(Kind.INTERNAL, "internal_error", "something failed that should not have"))


def mount_problem_handlers(app: FastAPI) -> None:
    """Answer what never reaches a route (404, 405) and whatever fails outside one in the same form."""
    app.add_exception_handler(HTTPException, _from_http)
    app.add_exception_handler(Exception, _from_any)


async def _from_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _KIND_OF_STATUS.get(error.status_code, Kind.MALFORMED if error.status_code < 500 else Kind.INTERNAL)
    refusal = Refusal(kind, kind.value, _STATUS[kind][1])
    return problem(refusal, dict(error.headers) if error.headers else None)


async def _from_any(_request: Request, error: Exception) -> Response:
    return from_error(error)
