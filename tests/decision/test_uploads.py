"""Files that are sent in: whole or not at all, within bounds, once for each key."""

import asyncio
import hashlib
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.decision.app import create_app
from services.decision.domain.upload import Limits
from services.decision.handlers import uploading
from services.decision.handlers.uploading import CHUNK_BYTES
from services.decision.settings import Settings
from services.decision.store import uploads
from services.embedded.processes import free_port
from shared.db import Database
from shared.errors import Refusal
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from tests.decision.jobs import eventually
from tests.kit.service import Urls, client_of, platform_settings

_CSV = {"Content-Type": "text/csv"}
_MOST = 3 * CHUNK_BYTES

Opened = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def opened(urls: Urls, tmp_path: Path) -> Opened:
    """Opens an analyst's connection to a service with settings of its own."""

    def client(key: str = "risk", **settings: Any) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        stated = Settings(database_url=urls.app, scoring_url=f"http://127.0.0.1:{free_port()}", **settings)
        scopes = {"risk": ["backtests:write", "backtests:read"], "reader": ["backtests:read"]}
        return client_of(create_app(stated, platform_settings(tmp_path, scopes)), key)

    return client


@pytest.fixture
async def risk(opened: Opened) -> AsyncIterator[httpx.AsyncClient]:
    """An analyst; a file may have three pieces."""
    async with opened(upload_max_bytes=_MOST) as client:
        yield client


async def _send(client: httpx.AsyncClient, content: Any, name: str = "loans.csv", **headers: str) -> httpx.Response:
    stated = {"Idempotency-Key": new_id("key"), **_CSV, **headers}
    return await client.post("/v1/uploads", params={"name": name}, content=content, headers=stated)


async def _stored(db: Database, upload_id: str) -> bytes:
    pieces: list[bytes] = []
    async with db.transaction() as tx:
        while (piece := await uploads.chunk(tx, upload_id, len(pieces))) is not None:
            pieces.append(piece)
    return b"".join(pieces)


async def _count(urls: Urls) -> int:
    admin = await asyncpg.connect(urls.admin)
    found: int = await admin.fetchval("SELECT count(*) FROM decision.upload")
    await admin.close()
    return found


async def test_a_file_is_kept_to_the_byte(risk: httpx.AsyncClient, db: Database) -> None:
    content = secrets.token_bytes(2 * CHUNK_BYTES + 12_345)
    sent = await _send(risk, content, "Q3 贷款.parquet", **{"Content-Type": "application/vnd.apache.parquet"})
    assert sent.status_code == 201, sent.text
    told = sent.json()
    assert (told["name"], told["size"], told["complete"]) == ("Q3 贷款.parquet", len(content), True)
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert told["created_by"] == "risk"
    assert (await risk.get(sent.headers["location"])).json() == told
    assert await _stored(db, told["upload_id"]) == content


async def test_the_same_key_keeps_one_file(risk: httpx.AsyncClient, urls: Urls) -> None:
    key = {"Idempotency-Key": new_id("key")}
    before = await _count(urls)
    answers = await asyncio.gather(*(_send(risk, b"a,b\n1,2\n", **key) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await _count(urls) == before + 1
    for content, name in ((b"a,b\n1,3\n", "loans.csv"), (b"a,b\n1,2\n", "other.csv")):
        other = await _send(risk, content, name, **key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await _count(urls) == before + 1


@pytest.mark.parametrize(
    ("content", "name", "headers", "status", "code"),
    [
        (b"", "loans.csv", {}, 422, "empty_body"),
        (b"a", "loans.xlsx", {}, 422, "invalid_parameters"),
        (b"a", "", {}, 422, "invalid_parameters"),
        (b"a", "a\x00b.csv", {}, 422, "invalid_parameters"),
        (b"a", "\u202egnp.csv", {}, 422, "invalid_parameters"),
        (b"a", "x" * 252 + ".csv", {}, 422, "invalid_parameters"),
        (b"a", "loans.csv", {"Content-Type": "application/json"}, 415, "unsupported_media_type"),
        (b"a", "loans.csv", {"Content-Encoding": "gzip"}, 415, "unsupported_content_encoding"),
        (b"a", "loans.csv", {"Idempotency-Key": ""}, 400, "idempotency_key_missing"),
        (b"a" * (_MOST + 1), "loans.csv", {}, 413, "body_too_large"),
    ],
)
async def test_what_is_no_file_for_backtests_is_refused_and_leaves_nothing(
    risk: httpx.AsyncClient, urls: Urls, content: bytes, name: str, headers: dict[str, str], status: int, code: str
) -> None:
    before = await _count(urls)
    refused = await _send(risk, content, name, **headers)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert await _count(urls) == before


async def test_a_body_that_does_not_say_how_long_it_is_is_bounded_too(risk: httpx.AsyncClient, urls: Urls) -> None:
    async def pieces(number: int) -> AsyncIterator[bytes]:
        for _ in range(number):
            yield b"a" * CHUNK_BYTES

    before = await _count(urls)
    assert (await _send(risk, pieces(4))).status_code == 413
    assert await _count(urls) == before
    assert (await _send(risk, pieces(3))).json()["size"] == _MOST


async def test_nothing_is_taken_in_when_there_is_no_room(opened: Opened) -> None:
    async with opened(upload_space_bytes=1) as client:
        await _send(client, b"a,b\n")
        full = await _send(client, b"a,b\n")
        assert (full.status_code, full.json()["code"]) == (429, "no_room_for_uploads")


async def test_only_who_may_send_can(opened: Opened) -> None:
    async with opened() as client:
        location = (await _send(client, b"a,b\n")).headers["location"]
        client.headers["Authorization"] = "Bearer reader"
        assert (await _send(client, b"a,b\n")).status_code == 403
        assert (await client.get(location)).status_code == 200
        assert (await client.get("/v1/uploads/upl_none")).status_code == 404


def _answer(_kept: object) -> Answer:
    return Answer(201, b"{}")


def _claim() -> Claim:
    return Claim("risk", "POST /v1/uploads", new_id("key"), b"")


@asynccontextmanager
async def _serving(urls: Urls, folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """Run the API as a process of its own; yield it and its port."""
    platform, port = platform_settings(folder, {"risk": ["backtests:write"]}), free_port()
    code = f"""
from services.decision.app import create_app
from services.decision.settings import Settings
from shared.server import serve
from shared.settings import PlatformSettings
settings = Settings(database_url={urls.app!r})
serve(create_app(settings, PlatformSettings(api_keys_file={str(platform.api_keys_file)!r})), "127.0.0.1", {port})
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)

    async def answers() -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
        except httpx.TransportError:
            return False

    try:
        await eventually(answers)
        yield process, port
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _begin(urls: Urls, port: int) -> tuple[asyncio.StreamWriter, str]:
    """Send half of a file; return the connection and the id, once the half has been kept."""
    admin = await asyncpg.connect(urls.admin)
    known = {row["upload_id"] for row in await admin.fetch("SELECT upload_id FROM decision.upload")}
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = ["POST /v1/uploads?name=loans.csv HTTP/1.1", "Host: service", "Authorization: Bearer risk"]
    head += ["Content-Type: text/csv", "Idempotency-Key: half", f"Content-Length: {4 * CHUNK_BYTES}", "", ""]
    writer.write("\r\n".join(head).encode() + b"a" * 2 * CHUNK_BYTES)
    await writer.drain()
    begun: list[str] = []

    async def kept() -> bool:
        rows = await admin.fetch("SELECT upload_id FROM decision.upload WHERE size = $1", 2 * CHUNK_BYTES)
        begun[:] = [row["upload_id"] for row in rows if row["upload_id"] not in known]
        return bool(begun)

    await eventually(kept)
    await admin.close()
    return writer, begun[0]


async def test_a_client_that_goes_away_in_between_leaves_nothing(db: Database, urls: Urls, tmp_path: Path) -> None:
    async with _serving(urls, tmp_path) as (_, port):
        connection, upload_id = await _begin(urls, port)
        connection.transport.abort()

        async def gone() -> bool:
            async with db.transaction() as tx:
                return await uploads.find(tx, upload_id) is None

        await eventually(gone)


async def test_a_process_that_is_killed_in_between_leaves_what_cannot_be_used(
    db: Database, urls: Urls, tmp_path: Path
) -> None:
    async with _serving(urls, tmp_path) as (process, port):
        connection, upload_id = await _begin(urls, port)
        process.kill()
        await process.wait()
        connection.transport.abort()
    async with db.transaction() as tx:
        left = await uploads.find(tx, upload_id)
        assert left is not None
        assert (left.complete, left.sha256) == (False, None)
        assert await uploads.use(tx, upload_id) is None


async def test_a_client_that_takes_too_long_is_given_up(db: Database, urls: Urls) -> None:
    async def never_ends() -> AsyncIterator[bytes]:
        yield b"a"
        await asyncio.Event().wait()

    before = await _count(urls)
    with pytest.raises(Refusal) as refused:
        await uploading.take_in(db, _claim(), "loans.csv", never_ends(), Limits(_MOST, 10**10, seconds=0.2), _answer)
    assert (refused.value.code, await _count(urls)) == ("too_slow", before)


async def test_what_was_never_completed_is_never_used_and_is_removed(risk: httpx.AsyncClient, db: Database) -> None:
    upload_id = new_id("upl")
    async with db.transaction() as tx:
        await uploads.add(tx, upload_id, "loans.csv", "risk")
        assert await uploads.add_chunk(tx, upload_id, 0, b"a,b\n")
    told = (await risk.get(f"/v1/uploads/{upload_id}")).json()
    assert (told["complete"], told["sha256"], told["size"]) == (False, None, 4)
    async with db.transaction() as tx:
        assert await uploads.use(tx, upload_id) is None
        await uploads.sweep(tx, 3_600, 30)
        assert await uploads.find(tx, upload_id) is not None
    async with db.transaction() as tx:
        await uploads.sweep(tx, 0, 30)
        assert await uploads.find(tx, upload_id) is None
        assert await uploads.chunk(tx, upload_id, 0) is None
        assert not await uploads.add_chunk(tx, upload_id, 1, b"late")
        assert await uploads.complete(tx, upload_id, "0" * 64) is None


async def test_a_file_is_kept_for_thirty_days_after_its_last_use(
    risk: httpx.AsyncClient, db: Database, urls: Urls
) -> None:
    used, unused = [(await _send(risk, b"a,b\n")).json()["upload_id"] for _ in range(2)]
    admin = await asyncpg.connect(urls.admin)
    await admin.execute(
        "UPDATE decision.upload SET last_used_at = now() - interval '31 days' WHERE upload_id = ANY($1)", [used, unused]
    )
    await admin.close()
    async with db.transaction() as tx:
        assert await uploads.use(tx, used) is not None
    async with db.transaction() as tx:
        await uploads.sweep(tx, 3_600, 30)
    assert (await risk.get(f"/v1/uploads/{used}")).status_code == 200
    assert (await risk.get(f"/v1/uploads/{unused}")).status_code == 404
