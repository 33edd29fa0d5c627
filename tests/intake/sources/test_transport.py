"""What a provider may do to us: nothing that has no bound."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.intake.sources import SourceFault
from tests.intake.sources.given import BUREAU, MAPPING, PERSON, configured, fault_of, http, inquiry, provider

SOUND = json.dumps({"hit": "none", "as_of": "2026-11-01", "file_number": "CB-1"}).encode()


async def fault(folder: Path, pieces: Iterable[bytes], **settings: Any) -> SourceFault:
    async with provider(pieces) as found:
        return (await fault_of(configured(folder, BUREAU, found.url, **settings), PERSON)).fault


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
async def test_an_answer_may_be_compressed(coding: str, tmp_path: Path) -> None:
    packed = {"": SOUND, "gzip": gzip.compress(SOUND), "deflate": zlib.compress(SOUND)}[coding]
    headers = [f"Content-Encoding: {coding}"] if coding else []
    async with provider([http(packed, *headers)]) as found:
        source = configured(tmp_path, BUREAU, found.url).source
        report = await source.ask(PERSON)
        await source.close()
    assert (report.found, report.raw) == (False, SOUND)


async def test_a_hundred_megabytes_are_refused_before_they_have_travelled(tmp_path: Path) -> None:
    async with provider([http(b"").replace(b": 0", b": 100000000"), *[b" " * 65_536] * 1_600]) as found:
        error = await fault_of(configured(tmp_path, BUREAU, found.url), PERSON)
        assert error.fault is SourceFault.TOO_LARGE
        assert found.sent < 20_000_000


async def test_a_stream_without_end_is_cut_at_the_limit(tmp_path: Path) -> None:
    def stream() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        while True:
            yield b"10000\r\n" + b" " * 65_536 + b"\r\n"

    assert await fault(tmp_path, stream()) is SourceFault.TOO_LARGE


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_bomb_is_refused_before_it_is_unpacked(coding: str, tmp_path: Path) -> None:
    zeros = b"0" * 500_000_00
    bomb = gzip.compress(zeros) if coding == "gzip" else zlib.compress(zeros)
    assert len(bomb) < 100_000
    assert await fault(tmp_path, [http(bomb, f"Content-Encoding: {coding}")]) is SourceFault.TOO_LARGE


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(gzip.compress(SOUND)), ["Content-Encoding: gzip, gzip"]),
        (SOUND, ["Content-Encoding: br"]),
        (SOUND, ["Content-Encoding: gzip"]),
        (gzip.compress(SOUND)[:-9], ["Content-Encoding: gzip"]),
        (gzip.compress(SOUND) + b"more", ["Content-Encoding: gzip"]),
    ],
    ids=["nested", "unknown", "not compressed", "cut off", "with a tail"],
)
async def test_a_broken_coding_is_malformed(body: bytes, headers: list[str], tmp_path: Path) -> None:
    assert await fault(tmp_path, [http(body, *headers)]) is SourceFault.MALFORMED


@pytest.mark.parametrize("media_type", ["text/html", "", "application/xml", "application/json-seq"])
async def test_only_the_agreed_media_type_is_read(media_type: str, tmp_path: Path) -> None:
    assert await fault(tmp_path, [http(SOUND, media_type=media_type)]) is SourceFault.MALFORMED


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("500 Internal Server Error", SourceFault.SERVER_ERROR),
        ("503 Service Unavailable", SourceFault.SERVER_ERROR),
        ("429 Too Many Requests", SourceFault.SERVER_ERROR),
        ("401 Unauthorized", SourceFault.REFUSED),
        ("404 Not Found", SourceFault.REFUSED),
        ("204 No Content", SourceFault.REFUSED),
    ],
)
async def test_a_status_says_of_which_sort_the_fault_is(status: str, expected: SourceFault, tmp_path: Path) -> None:
    assert await fault(tmp_path, [http(SOUND, status=status)]) is expected


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with provider([http(SOUND)]) as elsewhere:
        moved = http(b"", f"Location: {elsewhere.url}/", status="307 Temporary Redirect")
        assert await fault(tmp_path, [moved]) is SourceFault.REFUSED
        assert elsewhere.asked == []


async def test_half_an_answer_is_worth_another_try(tmp_path: Path) -> None:
    assert await fault(tmp_path, [http(SOUND)[:-10]]) is SourceFault.UNREACHABLE


async def test_what_is_no_http_is_worth_another_try(tmp_path: Path) -> None:
    assert await fault(tmp_path, [b"\x00\xff" * 100]) is SourceFault.UNREACHABLE


async def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    async with provider([]) as found:
        gone = found.url
    error = await fault_of(configured(tmp_path, BUREAU, gone), PERSON)
    assert error.fault is SourceFault.UNREACHABLE


async def test_a_provider_that_is_silent_is_given_up(tmp_path: Path) -> None:
    async with provider([], hold=asyncio.Event()) as found:
        error = await fault_of(configured(tmp_path, BUREAU, found.url, timeout_seconds=0.2), PERSON)
    assert error.fault is SourceFault.TIMEOUT


async def test_the_time_counts_for_the_whole_answer_and_not_for_a_piece_of_it(tmp_path: Path) -> None:
    whole = http(SOUND)
    drip = asyncio.Event()
    async with provider([whole[:40], whole[40:-1]], hold=drip) as found:
        error = await fault_of(configured(tmp_path, BUREAU, found.url, timeout_seconds=0.3), PERSON)
    assert error.fault is SourceFault.TIMEOUT


async def test_a_cookie_of_the_provider_is_not_sent_back(tmp_path: Path) -> None:
    async with provider([http(SOUND, "Set-Cookie: session=1")]) as found:
        source = configured(tmp_path, BUREAU, found.url).source
        await source.ask(PERSON)
        await source.ask(PERSON)
        await source.close()
    assert [b"cookie" in asked.lower() for asked in found.asked] == [False, False]


@pytest.mark.parametrize("value", ["a/../../admin", "x?y=1#z", "é\n", "%2e%2e"])
async def test_a_value_never_leaves_its_place_in_the_path(value: str, tmp_path: Path) -> None:
    async with provider([http(b'{"income": "12.50"}')]) as found:
        source = configured(tmp_path, MAPPING, found.url).source
        await source.ask(inquiry(("us-ssn", value), name="A & B=C"))
        await source.close()
    target = found.asked[0].split(b" ")[1].decode()
    path, _, query = target.partition("?")
    assert path.count("/") == 3
    assert path.startswith("/people/")
    assert path.endswith("/incomes")
    assert query == "name=A+%26+B%3DC"


@pytest.mark.parametrize("value", [".", "..", ""])
async def test_a_value_that_is_a_step_in_a_path_is_not_asked_with(value: str, tmp_path: Path) -> None:
    async with provider([http(b"{}")]) as found:
        error = await fault_of(configured(tmp_path, MAPPING, found.url), inquiry(("us-ssn", value)))
    assert (error.fault, found.asked) == (SourceFault.REFUSED, [])
