"""A virus scanner is asked over its own protocol, and one that gives no verdict has given none."""

import pytest

from services.embedded.processes import free_port
from services.intake.files.scanner import Clamd, ScannerAwayError, open_scanner
from tests.intake.documents.clamd import clamd
from tests.intake.documents.contents import EICAR, TEXT


async def test_content_without_a_virus_is_clean() -> None:
    async with clamd() as fake:
        scanner = Clamd("127.0.0.1", fake.port)
        assert not (await scanner.scan(TEXT)).infected
        large = bytes(3_000_000)
        assert not (await scanner.scan(large)).infected
    assert fake.scanned == [TEXT, large]


async def test_a_virus_is_told_by_its_name_wherever_it_stands() -> None:
    async with clamd() as fake:
        scanner = Clamd("127.0.0.1", fake.port)
        for data in (EICAR, bytes(1 << 18) + EICAR, b"x" * ((1 << 18) - 10) + EICAR):
            assert (await scanner.scan(data)).signature == "Eicar-Signature"


async def test_a_scanner_that_is_away_gives_no_verdict() -> None:
    with pytest.raises(ScannerAwayError):
        await Clamd("127.0.0.1", free_port()).scan(TEXT)


async def test_a_scanner_that_hangs_up_gives_no_verdict() -> None:
    async with clamd(silent=True) as fake:
        with pytest.raises(ScannerAwayError):
            await Clamd("127.0.0.1", fake.port).scan(TEXT)


async def test_content_that_is_too_large_for_the_scanner_has_no_verdict() -> None:
    async with clamd(most_bytes=1_000) as fake:
        with pytest.raises(ScannerAwayError):
            await Clamd("127.0.0.1", fake.port).scan(bytes(5_000_000))


def test_a_scanner_is_named_by_its_address_or_there_is_none() -> None:
    assert open_scanner("") is None
    assert open_scanner("tcp://scanner:3310") is not None
    for url in ("scanner:3310", "http://scanner:3310", "tcp://scanner"):
        with pytest.raises(ValueError, match="scanner_url"):
            open_scanner(url)
