"""Every refusal at the edge is problem+json; every route asks for a scope."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client import REGISTRY
from starlette.requests import Request
from starlette.responses import Response

from services.intake.app import create_app
from services.intake.settings import Settings
from shared.auth import ApiKeys, Caller, hashed
from shared.db import Database
from shared.errors import Fault, Kind, Refusal, conflict, unavailable
from shared.http import Body, StrictRoute, claim, operation, reply
from shared.http.body import MAX_BODY_BYTES
from shared.service import api
from tests.kit.service import Urls, client_of, platform_settings, vault_file
from tests.shared.kit import TRACE

BODY: dict[str, Any] = {"number": 1}


class NumberBody(Body):
    """A number."""

    number: int


def router() -> APIRouter:
    routes = APIRouter(prefix="/v1", route_class=StrictRoute)

    @routes.post("/numbers", **operation("numbers:write", idempotent=True, replies={201: NumberBody}))
    async def keep(request: Request, body: NumberBody) -> Response:
        """Keep a number, or fail as the number says."""
        claim(request)
        failures = {
            409: conflict("in_use", "it is in use"),
            500: ZeroDivisionError("secret-4711"),
            503: unavailable("database_unavailable"),
            429: Refusal(Kind.THROTTLED, "too_many"),
            422: Refusal(Kind.INVALID, "too_odd", "", [Fault("/number", "odd", "must be even")]),
        }
        if body.number in failures:
            raise failures[body.number]
        return reply(body, 201, "/v1/numbers/1")

    @routes.get("/numbers/{number}", **operation("numbers:read", replies={200: NumberBody}))
    async def get(number: int, limit: int = 1) -> Response:
        """Return a number."""
        return reply(NumberBody(number=number * limit))

    return routes


@pytest.fixture
def app(urls: Urls) -> FastAPI:
    """A service of numbers."""
    keys = ApiKeys(
        {
            hashed("full"): Caller("full", frozenset({"numbers:read", "numbers:write"})),
            hashed("reader"): Caller("reader", frozenset({"numbers:read"})),
        }
    )
    return api("tests", [router()], Database(urls.app), keys)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may read and write numbers."""
    async with client_of(app, "full") as opened:
        opened.headers["Idempotency-Key"] = "key"
        yield opened


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem of this status and code, and return it."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:assay:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    assert len(problem["trace_id"]) == 32
    return problem


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer nobody", "Basic full", "full", "Bearer full2", "Bearer \u00e4"]
)
async def test_whoever_is_not_known_is_told_how_to_be(client: httpx.AsyncClient, authorization: str) -> None:
    answer = await client.get("/v1/numbers/1", headers={b"Authorization": authorization.encode("latin-1")})
    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_whoever_lacks_the_scope_is_told_which(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/numbers", json=BODY, headers={"Authorization": "Bearer reader"})
    assert "numbers:write" in assert_problem(answer, 403, "scope_missing")["detail"]


async def test_a_stranger_learns_nothing_about_the_form_of_a_body(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/numbers", content=b"{", headers={"Authorization": "Bearer nobody"})
    assert_problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/nothing", "/v1/numbers/", "/v1/numbers/1/", "/v1/numbers/1/2", "/v1/numbers/%00"]
)
async def test_what_is_not_there_is_a_404(client: httpx.AsyncClient, path: str) -> None:
    assert_problem(await client.get(path), 404, "not_found")


async def test_a_method_that_is_not_allowed_is_a_405_with_those_that_are(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/v1/numbers")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


async def test_a_body_that_is_too_large_is_a_413(client: httpx.AsyncClient) -> None:
    content = b'{"number": 1' + b" " * MAX_BODY_BYTES + b"}"
    answer = await client.post("/v1/numbers", content=content, headers={"content-type": "application/json"})
    assert_problem(answer, 413, "body_too_large")


async def test_a_body_of_ten_megabytes_in_pieces_is_a_413(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b" " * 65536

    answer = await client.post("/v1/numbers", content=pieces(), headers={"content-type": "application/json"})
    assert_problem(answer, 413, "body_too_large")


async def test_a_body_that_ends_early_is_the_fault_of_the_caller(
    app: FastAPI, capfd: pytest.CaptureFixture[str]
) -> None:
    def counted(status: int) -> float:
        labels = {"service": "tests", "method": "POST", "route": "/v1/numbers", "status": str(status)}
        return REGISTRY.get_sample_value("assay_http_request_seconds_count", labels) or 0

    before = (counted(400), counted(500))
    arriving = iter([{"type": "http.request", "body": b'{"num', "more_body": True}, {"type": "http.disconnect"}])
    headers = [(b"authorization", b"Bearer full"), (b"content-type", b"application/json"), (b"idempotency-key", b"k")]
    scope = {"type": "http", "method": "POST", "path": "/v1/numbers", "query_string": b"", "headers": headers}

    async def receive() -> Any:
        return next(arriving)

    async def send(_message: Any) -> None:
        return

    await app(scope, receive, send)
    assert (counted(400), counted(500)) == (before[0] + 1, before[1])
    assert "request_failed" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "media_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"]
)
async def test_a_body_that_is_not_json_is_a_415(client: httpx.AsyncClient, media_type: str | None) -> None:
    headers = {} if media_type is None else {"content-type": media_type}
    assert_problem(
        await client.post("/v1/numbers", content=b'{"number": 1}', headers=headers), 415, "unsupported_media_type"
    )


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON; charset=utf-8", " application/json ;q=1"]
)
async def test_json_is_known_with_its_parameters(client: httpx.AsyncClient, media_type: str) -> None:
    answer = await client.post("/v1/numbers", content=b'{"number": 1}', headers={"content-type": media_type})
    assert (answer.status_code, answer.headers["location"]) == (201, "/v1/numbers/1")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "idempotency_key_missing"),
        ("x" * 256, "idempotency_key_invalid"),
        ("\u00fc", "idempotency_key_invalid"),
        ("a\tb", "idempotency_key_invalid"),
    ],
)
async def test_a_create_without_a_usable_key_is_malformed(client: httpx.AsyncClient, key: str, code: str) -> None:
    answer = await client.post("/v1/numbers", json=BODY, headers={b"Idempotency-Key": key.encode("latin-1")})
    assert_problem(answer, 400, code)


async def test_what_does_not_fit_is_a_422_with_its_places(client: httpx.AsyncClient) -> None:
    problem = assert_problem(await client.post("/v1/numbers", json={"number": "x"}), 422, "invalid_body")
    assert [error["pointer"] for error in problem["errors"]] == ["/number"]
    assert problem["retryable"] is False


@pytest.mark.parametrize("path", ["/v1/numbers/secret-4711", "/v1/numbers/1?limit=secret-4711"])
async def test_parameters_that_do_not_fit_are_a_422_without_the_value(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert_problem(answer, 422, "invalid_parameters")
    assert "4711" not in answer.text


@pytest.mark.parametrize(
    ("number", "code", "retryable"),
    [
        (409, "in_use", False),
        (422, "too_odd", False),
        (429, "too_many", True),
        (500, "internal_error", True),
        (503, "database_unavailable", True),
    ],
)
async def test_a_problem_says_whether_trying_again_may_help(
    client: httpx.AsyncClient, number: int, code: str, retryable: bool
) -> None:
    answer = await client.post("/v1/numbers", json={"number": number})
    assert assert_problem(answer, number, code)["retryable"] is retryable
    assert ("retry-after" in answer.headers) == (number in (429, 503))
    assert "4711" not in answer.text


async def test_a_problem_and_its_answer_name_the_trace_of_the_caller(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/nothing", headers={"traceparent": TRACE})
    assert (answer.json()["trace_id"], answer.headers["trace-id"]) == ("a" * 32, "a" * 32)


async def test_a_trace_that_is_not_one_is_replaced(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/nothing", headers={"traceparent": "00-" + "0" * 32 + "-" + "b" * 16 + "-01"})
    assert set(answer.json()["trace_id"]) != {"0"}


def test_a_route_without_a_scope_can_not_be_made() -> None:
    routes = APIRouter(route_class=StrictRoute)

    async def endpoint() -> Response:
        return Response()

    with pytest.raises(TypeError, match="names no required scope"):
        routes.add_api_route("/open", endpoint, methods=["GET"])


async def test_liveness_readiness_and_metrics_need_no_key(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]
    assert (await client.get("/healthz")).text == "ok"
    assert (await client.get("/readyz")).json() == {"status": "ready", "checks": {"database": "up"}}
    assert "assay_http_request_seconds_bucket" in (await client.get("/metrics")).text


async def test_requests_are_counted_by_route_template_and_never_by_id(client: httpx.AsyncClient) -> None:
    await client.get("/v1/numbers/47114711471147114711")
    await client.get("/v1/secret-path-47114711471147114711")
    metrics = (await client.get("/metrics")).text
    assert 'route="/v1/numbers/{number}"' in metrics
    assert 'route="unmatched"' in metrics
    # Long enough not to be found by chance among the moments that the metrics state.
    assert "47114711471147114711" not in metrics


async def test_a_service_whose_database_is_away_is_alive_but_not_ready(tmp_path: Any) -> None:
    keys = vault_file(tmp_path)
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/nowhere", keys_file=keys)
    app = create_app(settings, platform_settings(tmp_path, {"los": ["applications:read"]}))
    async with client_of(app, "los") as client:
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "unready")
        answer = await client.get("/v1/applications")
        assert_problem(answer, 503, "database_unavailable")
        assert answer.headers["retry-after"]
