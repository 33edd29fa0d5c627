"""Whatever is sent to a route that writes: a located, typed refusal, never a failure, never an echo."""

import asyncio
import json
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import httpx
import pytest

from services.migrate import SERVICES
from shared.settings import BusKind
from tests.faults.write_routes import WriteRoute, write_routes
from tests.kit.invariants import assert_all_hold
from tests.kit.platform import Running

PLANTED: Final = "planted-666-00-0001"
"""Stands for what nobody wants to read in an error: a value that was refused."""

MUTATIONS: Final = {BusKind.EMBEDDED: 1_000, BusKind.KAFKA: 100}
"""How many bodies are tried on each route. No route knows the bus, so one of them gets most."""

_JSON: Final = {"content-type": "application/json"}
_PLACE: Final = "@place@"
_NEVER_JSON: Final = ("NaN", "Infinity", "-Infinity", "1e400", "-1e400", '"\\ud800"', '"\\u0000"', "01", "'x'", ",")
_ODD: Final = (
    "null", "true", "[]", "{}", "0", "-1", "1.5", "1e308", "2147483648", "9223372036854775808", "1" * 400, "1" * 5_000,
    '""', '"\\u0001\\t"', '"\\ud83d\\ude00"', json.dumps(PLANTED), f'["{PLANTED}"]', f'{{"{PLANTED}": 1}}',
    # Long, and of a kind that PostgreSQL can't compress to the size that an index takes.
    json.dumps(random.Random(1).randbytes(10_000).hex()),
)  # fmt: skip


@pytest.fixture(scope="module")
def routes(running: Running) -> list[WriteRoute]:
    running.heal()
    return write_routes(running)


def test_every_route_that_writes_is_tried(bed: Running, routes: Sequence[WriteRoute]) -> None:
    known = {(route.service, route.template) for route in routes}
    found = {
        (service, path)
        for service in SERVICES
        for path, methods in bed.get(service, "/openapi.json").json()["paths"].items()
        if any("application/json" in _content(operation) for operation in methods.values())
    }
    assert known == found


def _content(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the kinds of bodies that an operation takes; files are no JSON, and have tests of their own."""
    content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
    return content


def test_bodies_that_are_no_strict_json_are_refused(bed: Running, routes: Sequence[WriteRoute]) -> None:
    tries = [
        (route, body)
        for route in routes
        for body in [*_broken(route.raw), *(bad for token in _NEVER_JSON for bad in _with_token(route.body, token))]
    ]
    for route, body, answer in _send_all(bed, tries):
        assert 400 <= answer.status_code < 500, (route.template, body[:200], answer.text)
        _assert_is_problem(answer)
        assert PLANTED not in answer.text


def _broken(raw: bytes) -> Iterator[bytes]:
    """Return bodies that are not a JSON object, or one that two readers could read in two ways."""
    yield from (b"", b" ", b"null", b"[]", b"0", b'"x"', b"{", b"}", b"\xff\xfe", b"\x00", raw[:-1], raw + b"{}")
    yield raw.decode().encode("utf-16")
    yield raw.replace(b"{", b'{"\xff": 1, ', 1) if raw != b"{}" else b'{"\xff": 1}'
    yield b"[" * 100 + b"]" * 100
    yield b"[" * 100_000
    yield b'{"facts": ' * 100 + b"{}" + b"}" * 100
    yield b'{"same": 1, "same": 2, ' + raw[1:] if raw != b"{}" else b'{"same": 1, "same": 2}'
    yield b'{"unknown": "%s", ' % PLANTED.encode() + raw[1:] if raw != b"{}" else b'{"unknown": 1}'
    yield b'{"product": "' + b"x" * 10_000_000 + b'"}'


def _with_token(body: Mapping[str, Any], token: str) -> Iterator[bytes]:
    """Return `body` with `token` in place of some of its values, one at a time."""
    places = _places(body)
    # The first are the names of things; of a long document some of the others have to do.
    for path in [*places[:10], *places[10 :: max(1, len(places) // 30)]]:
        yield json.dumps(_replaced(body, path)).replace(json.dumps(_PLACE), token).encode()


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, Mapping):
        inner = [place for name, item in value.items() for place in _places(item, (*path, name))]
    elif isinstance(value, list):
        inner = [place for number, item in enumerate(value) for place in _places(item, (*path, number))]
    else:
        inner = []
    return [path, *inner] if path else inner


def _replaced(value: Any, path: Sequence[str | int]) -> Any:
    if not path:
        return _PLACE
    changed: Any = dict(value) if isinstance(value, Mapping) else list(value)
    changed[path[0]] = _replaced(value[path[0]], path[1:])
    return changed


def test_values_of_the_wrong_kind_or_size_never_fail_a_route_and_are_never_echoed(
    bed: Running, routes: Sequence[WriteRoute]
) -> None:
    tries = [(route, body) for route in routes for token in _ODD for body in _with_token(route.body, token)]
    refused = 0
    for route, body, answer in _send_all(bed, tries):
        assert answer.status_code < 500, (route.template, body[:300], answer.text)
        if answer.is_success:
            continue
        refused += 1
        _assert_is_problem(answer)
        # An analyst's document is no personal data, and what is wrong with it is said in its own words.
        if route.personal and body.count(PLANTED.encode() + b'": 1') == 0:
            assert PLANTED not in answer.text, (route.template, body[:300], answer.text)
    assert refused > len(tries) / 3


def test_mutated_bodies_never_fail_a_route(bed: Running, routes: Sequence[WriteRoute], seed: int) -> None:
    chance = random.Random(seed)
    tries = [(route, _mutated(route.raw, chance)) for route in routes for _ in range(_mutations(bed, route))]
    statuses = set()
    for route, body, answer in _send_all(bed, tries):
        assert answer.status_code < 500, (route.template, body, answer.text)
        statuses.add(answer.status_code)
        if not answer.is_success:
            _assert_is_problem(answer)
    assert {400, 422} <= statuses
    assert bed.approved()["decision"]["outcome"] == "approve"
    assert_all_hold(bed)


def _mutations(bed: Running, route: WriteRoute) -> int:
    return MUTATIONS[bed.bus] // 20 if route.small else MUTATIONS[bed.bus]


def _mutated(raw: bytes, chance: random.Random) -> bytes:
    body = bytearray(raw)
    for _ in range(chance.choice([1, 1, 2, 4])):
        at = chance.randrange(len(body) + 1)
        change = chance.choice(["flip", "insert", "delete", "repeat"])
        if change == "insert" or at == len(body):
            body.insert(at, chance.choice(b'"{}[]:,\\0123456789-+eEuxn\x00\xff '))
        elif change == "flip":
            body[at] ^= 1 << chance.randrange(8)
        elif change == "delete":
            del body[at : at + chance.choice([1, 1, 8])]
        else:
            body[at:at] = body[at : at + 8]
    return bytes(body)


def test_headers_that_do_not_fit_are_refused(bed: Running, routes: Sequence[WriteRoute]) -> None:
    for route in routes:
        url, known = bed.platform.url(route.service) + route.path, bed.headers(route.client, secrets.token_hex(8))
        for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", ""):
            answer = bed.http.request(route.method, url, content=route.raw, headers={**known, "content-type": kind})
            assert answer.status_code == 415, route.template
            _assert_is_problem(answer)
        for stranger in ("", "Bearer", "Bearer wrong", "Basic abc", "Bearer \xe9"):
            headers = _latin({**known, **_JSON, "authorization": stranger})
            answer = bed.http.request(route.method, url, content=route.raw, headers=headers)
            assert answer.status_code == 401, route.template
            _assert_is_problem(answer)
        for key in ("", "k" * 256, "\xff") if route.keyed else ():
            headers = _latin({**known, **_JSON, "idempotency-key": key})
            answer = bed.http.request(route.method, url, content=route.raw, headers=headers)
            assert answer.status_code == 400, (route.template, key)
            _assert_is_problem(answer)


def _latin(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as bytes, because the client would refuse to send what is not ASCII."""
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


def test_ids_in_a_path_that_cannot_exist_are_not_found(bed: Running, routes: Sequence[WriteRoute]) -> None:
    odd = ("%00", "%ED%A0%80", "%FF", "x" * 3_000, "..%2F..", "%27%3B--", "%F0%9F%98%80")
    paths = [
        ("intake", "GET", "/v1/applications/{}", "los"),
        ("decision", "GET", "/v1/decisions/{}", "los"),
        ("decision", "GET", "/v1/decisions/{}/explanation", "los"),
        ("limits", "GET", "/v1/accounts/{}", "crm"),
        ("limits", "GET", "/v1/reservations/{}", "crm"),
        ("limits", "POST", "/v1/reservations/{}/capture", "crm"),
        ("limits", "POST", "/v1/reservations/{}/release", "crm"),
        ("decision", "GET", "/v1/versions/{}", "analyst"),
        ("decision", "GET", "/v1/versions/{}/diff", "analyst"),
        ("decision", "GET", "/v1/catalogue/policy/{}", "analyst"),
        ("decision", "GET", "/v1/catalogue/{}/any", "analyst"),
        ("decision", "POST", "/v1/versions/{}/promote", "policy-approver"),
    ]
    for service, method, template, client in paths:
        for name in odd:
            url = bed.platform.url(service) + template.replace("{}", name)
            content = b"{}" if method == "POST" else None
            headers = {**bed.headers(client, secrets.token_hex(8)), **_JSON}
            answer = bed.http.request(method, url, content=content, headers=headers)
            assert answer.status_code in (400, 404, 422), (url[:200], answer.text)
            _assert_is_problem(answer)


def _assert_is_problem(answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["code"]
    assert len(problem["trace_id"]) == 32


def _send_all(
    bed: Running, tries: Sequence[tuple[WriteRoute, bytes]]
) -> list[tuple[WriteRoute, bytes, httpx.Response]]:
    """Send each body to its route under a key of its own, several at once."""
    waiting = iter(tries)
    done: list[tuple[WriteRoute, bytes, httpx.Response]] = []

    async def sender() -> None:
        async with httpx.AsyncClient(timeout=30) as http:
            for route, body in waiting:
                headers = {**bed.headers(route.client, secrets.token_hex(8)), **_JSON}
                url = bed.platform.url(route.service) + route.path
                done.append((route, body, await http.request(route.method, url, content=body, headers=headers)))

    async def send() -> None:
        await asyncio.gather(*(sender() for _ in range(8)))

    asyncio.run(send())
    return done
