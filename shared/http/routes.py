"""The one route class: authorise, read strictly, call the endpoint, answer. Thin, because it carries the hot paths.

FastAPI builds the routing and the OpenAPI document from an endpoint's signature as usual. At run time a route with a
body does not go through FastAPI's dependency solving and response serialisation, which cost more than the work
itself; the endpoint gets its parsed body and path parameters and returns a ready response.
"""

import hashlib
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from shared.auth import Caller, authorise
from shared.errors import Kind, Refusal, not_found
from shared.http import body as request_body
from shared.http.problems import from_error
from shared.idempotency import Claim

_SCOPE: Final = "x-required-scope"
_MOST_BYTES: Final = "x-max-body-bytes"
_MAX_KEY_LENGTH: Final = 255
_PROBLEMS: Final = {
    400: "Malformed request or missing Idempotency-Key",
    401: "Not authenticated",
    403: "The caller lacks the scope",
    404: "Not found",
    409: "Contradicts the current state, or the first request with this key is under way",
    413: "Body too large",
    415: "Not application/json",
    422: "Invalid input, or the Idempotency-Key was used with another body",
    503: "Temporarily unavailable; see Retry-After",
}


def operation(
    scope: str,
    *,
    idempotent: bool = False,
    replies: dict[int, type[BaseModel]],
    most_bytes: int | None = None,
) -> dict[str, Any]:
    """Return the route arguments that every operation needs: required scope, headers and documented replies.

    A body may have `most_bytes`, where that is not what every body may have.
    """
    parameters: list[dict[str, Any]] = []
    if idempotent:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": _MAX_KEY_LENGTH},
                "description": "The same key and body get the first answer again, byte for byte; there is one effect.",
            }
        )
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": words, "content": {"application/problem+json": {}}}
        for status, words in _PROBLEMS.items()
    }
    responses |= {status: {"model": model} for status, model in replies.items()}
    return {
        "openapi_extra": {
            _SCOPE: scope,
            "parameters": parameters,
            "security": [{"bearer": [scope]}],
            **({} if most_bytes is None else {_MOST_BYTES: most_bytes}),
        },
        "responses": responses,
        "status_code": min(replies),
    }


class StrictRoute(APIRoute):
    """Deny by default: a route without a required scope can't be constructed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of this route."""
        scope = (self.openapi_extra or {}).get(_SCOPE)
        if scope is None:
            raise TypeError(f"route {self.path} names no required scope")
        call = self._body_call() or super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                request.state.caller = authorise(request, scope)
                _require_storable_path(request)
                return await call(request)
            except Exception as error:
                return from_error(error)

        return handle

    @property
    def takes_body(self) -> bool:
        """Tell whether the endpoint has a body parameter, and so goes the thin way."""
        return "body" in inspect.signature(self.endpoint).parameters

    def _body_call(self) -> Callable[[Request], Awaitable[Response]] | None:
        """Return the thin path of an endpoint that takes a body, None for the others."""
        if not self.takes_body:
            return None
        parameters = inspect.signature(self.endpoint).parameters
        model: type[BaseModel] = parameters["body"].annotation
        endpoint = self.endpoint
        wants_request = "request" in parameters
        most_bytes = (self.openapi_extra or {}).get(_MOST_BYTES, request_body.MAX_BODY_BYTES)

        async def call(request: Request) -> Response:
            raw = await request_body.read(request, most_bytes)
            request.state.raw_body = raw
            arguments = {"body": request_body.parse(model, raw), **request.path_params}
            if wants_request:
                arguments["request"] = request
            response: Response = await endpoint(**arguments)
            return response

        return call


def _require_storable_path(request: Request) -> None:
    """Raise `Refusal` with 404 for NUL in a path: PostgreSQL text can't hold it, so nothing by that name exists."""
    if request.path_params and any("\x00" in str(value) for value in request.path_params.values()):
        raise not_found("not_found", "there is nothing here")


def caller(request: Request) -> Caller:
    """Return who makes this request."""
    authenticated: Caller = request.state.caller
    return authenticated


def fingerprinted(raw: bytes, path: str) -> bytes:
    """Return what makes two requests the same: the SHA-256 of path and body."""
    return hashlib.sha256(path.encode() + b"\n" + raw).digest()


def claim(request: Request) -> Claim:
    """Return the idempotency claim of this request; raises `Refusal` with 400 when the key is missing or unusable."""
    key = request.headers.get("idempotency-key", "")
    if not key:
        raise Refusal(Kind.MALFORMED, "idempotency_key_missing", "send an Idempotency-Key header")
    if len(key) > _MAX_KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise Refusal(Kind.MALFORMED, "idempotency_key_invalid", "use up to 255 printable ASCII characters")
    route: APIRoute = request.scope["route"]
    fingerprint = fingerprinted(request.state.raw_body, request.scope["path"])
    return Claim(caller(request).client, f"{request.method} {route.path}", key, fingerprint)


def reply(model: BaseModel, status: int = 200, location: str | None = None) -> Response:
    """Return a JSON response."""
    headers = {"Location": location} if location is not None else None
    return Response(model.model_dump_json(), status, headers, "application/json")
