"""What the four services tell their callers about themselves, and that no route is open."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.openapi.models import OpenAPI
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator

from services.migrate import SERVICES
from shared.http import StrictRoute
from tests.kit.service import platform_settings, vault_file

OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/oauth2-redirect"}
READ = ("get",)
# Questions that need a body to be asked in.
ASKED = ("/v1/limit-checks", "/v1/limit-what-ifs", "/v1/parties/search")
# These answer with what somebody handed in, of whatever type that is.
HANDED_IN = ("/v1/documents/{document_id}/content",)
# These answer the same however often they are asked, or know a repetition by its content.
REPEATABLE = {
    "/v1/scores",
    "/v1/scores/batch",
    *ASKED,
    "/v1/performance",
    "/v1/decisions/{decision_id}/replay",
    "/v1/indicators/{series}/observations",
}
# Lines that are put in bulk may draw on reservations; the answer says what became of each.
KEYED = {("put", "/v1/exposure-items")}
# These change something that is there, from one state to another: a second time finds another state.
STEPS = (
    "/v1/versions/{version_id}/",
    "/v1/catalogue/",
    "/v1/backtests/{backtest_id}/",
    "/v1/exposure-rebuilds/{rebuild_id}/",
    "/v1/limit-proposals/{proposal_id}/",
    "/v1/applications/{application_id}/",
    "/v1/reviews/{review_id}/",
    "/v1/parties/{party_id}/merge",
    "/v1/parties/{party_id}/unmerge",
    "/v1/ownership/{ownership_id}/",
    "/v1/legal-holds/{hold_id}/",
    "/v1/consents/{consent_id}/",
    "/v1/parties/{party_id}/statements/{statement_id}/",
    *(
        f"/v1/accounts/{{account_id}}/{step}"
        for step in ("suspend", "resume", "block", "unblock", "close", "reopen", "move")
    ),
)


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The API process of a service, not started."""
    composition: Any = importlib.import_module(f"services.{request.param}.app")
    monkeypatch.setenv("INTAKE_KEYS_FILE", str(vault_file(tmp_path)))
    settings = composition.Settings(database_url="postgresql://nobody@127.0.0.1:1/nowhere")
    made: FastAPI = composition.create_app(settings, platform_settings(tmp_path, {}))
    return made


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def test_the_document_is_valid_openapi(app: FastAPI) -> None:
    document = app.openapi()
    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1.")
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    assert set(references(document)) <= {f"#/components/schemas/{name}" for name in schemas}
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_path_parameters_are_declared_exactly(app: FastAPI) -> None:
    for path, _, operation in operations(app.openapi()):
        declared = {entry["name"] for entry in operation.get("parameters", []) if entry["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path)), path


def test_every_operation_names_its_scope_under_a_scheme_that_is_described(app: FastAPI) -> None:
    document = app.openapi()
    assert document["components"]["securitySchemes"]["bearer"]["type"] == "http"
    for path, method, operation in operations(document):
        scope = operation["x-required-scope"]
        assert re.fullmatch(r"[a-z-]+:[a-z]+", scope), path
        assert scope.endswith(":read") == (method in READ or path in ASKED), path
        assert operation["security"] == [{"bearer": [scope]}]


def test_every_operation_says_what_it_does_and_how_it_can_fail(app: FastAPI) -> None:
    for path, method, operation in operations(app.openapi()):
        assert operation["description"].endswith("."), path
        assert {"400", "401", "403", "404", "409", "413", "415", "422", "503"} <= set(operation["responses"]), path
        succeeded = [entry for status, entry in operation["responses"].items() if status.startswith("2")]
        is_json = all("$ref" in entry["content"].get("application/json", {}).get("schema", {}) for entry in succeeded)
        assert is_json or path in HANDED_IN, path
        assert ("requestBody" in operation) <= (method in ("post", "put", "patch"))


def test_every_create_takes_an_idempotency_key_and_nothing_else_does(app: FastAPI) -> None:
    for path, method, operation in operations(app.openapi()):
        keys = [entry for entry in operation.get("parameters", []) if entry["name"] == "Idempotency-Key"]
        is_create = method == "post" and path not in REPEATABLE and not path.startswith(STEPS)
        expected = is_create or (method, path) in KEYED
        assert bool(keys) == expected, path
        assert all(entry["required"] for entry in keys)


def routes_of(router: Any) -> Iterator[Any]:
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from routes_of(included)


def test_no_route_is_open_except_those_that_operators_and_readers_need(app: FastAPI) -> None:
    routes = list(routes_of(app))
    assert {route.path for route in routes if not isinstance(route, APIRoute)} == OPEN
    assert all(isinstance(route, StrictRoute) for route in routes if isinstance(route, APIRoute))


async def test_every_operation_turns_strangers_away(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as stranger:
        for path, method, _ in operations(app.openapi()):
            answer = await stranger.request(method, re.sub(r"{\w+}", "x", path), json={})
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), path
