"""Whatever stands in a request in place of what should, the answer is a clear refusal that never quotes it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.intake.parties.given import company, key, take_in

PLANTED = "planted-secret"
TOKENS = (
    "null", "true", "-1", "1.5", "1e400", "NaN", "[]", "{}", '""', '"\\u0000"', '"\\ud800"', '"\\u202e"',
    f'"{PLANTED}"', f'["{PLANTED}"]', f'{{"x": "{PLANTED}"}}', '"' + "9" * 10_000 + '"',
)  # fmt: skip
STATEMENT = {
    "period": {"start": "2024-01-01", "end": "2024-12-31"},
    "currency": "EUR",
    "standard": "ifrs",
    "assurance": "audited",
    "is_consolidated": False,
    "scale": "units",
    "lines": {"assets": "100", "liabilities": "60", "equity": "39"},
    "document_id": None,
}
POINTS = [{"percentile": 10, "value": "0.5"}, {"percentile": 90, "value": "2"}]
TABLE = {"source": "made up", "ratios": [{"ratio": "current_ratio", "points": POINTS}]}


def spoilt(body: dict[str, Any]) -> Iterator[bytes]:
    """Yield a body with a token in place of each of its values, one at a time."""
    written = json.dumps(body)

    def places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if path:
            yield path
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, inner in pairs:
            yield from places(inner, (*path, name))

    for path in places(body, ()):
        for token in TOKENS:
            copy = json.loads(written)
            inner = copy
            for name in path[:-1]:
                inner = inner[name]
            inner[path[-1]] = "@@"
            yield json.dumps(copy).replace('"@@"', token).encode()


async def send(client: httpx.AsyncClient, method: str, path: str, raw: bytes) -> None:
    answer = await client.request(method, path, content=raw, headers={"Content-Type": "application/json", **key()})
    assert answer.status_code in (200, 201, 400, 409, 422), (answer.status_code, raw[:300])
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert PLANTED not in answer.text, raw[:300]


async def test_a_statement_that_is_spoilt_anywhere(officer: httpx.AsyncClient) -> None:
    party = await take_in(officer, company())
    for raw in spoilt(STATEMENT):
        await send(officer, "POST", f"/v1/parties/{party}/statements", raw)


async def test_an_industry_table_that_is_spoilt_anywhere(feed: httpx.AsyncClient) -> None:
    for raw in spoilt(TABLE):
        await send(feed, "PUT", "/v1/industry-tables/hostile/2024", raw)
    for path in ("a%00b/2024", "a b/2024", "x/20", "x/９９９９", f"{'x' * 40}/2024"):
        assert (await feed.get(f"/v1/industry-tables/{path}")).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["format", "currency", "standard", "assurance", "scale", "months", "period_end", "year_end", "map", "existing"],
)
async def test_a_parameter_of_an_import_that_is_spoilt(officer: httpx.AsyncClient, name: str) -> None:
    party = await take_in(officer, company())
    sent = {"format": "csv", "currency": "EUR", "standard": "ifrs", "assurance": "audited", name: PLANTED}
    answer = await officer.post(
        f"/v1/parties/{party}/statements/import", content=b"line,2024\nrevenue,1", params=sent, headers=key()
    )
    assert answer.status_code == 422
    assert PLANTED not in answer.text
