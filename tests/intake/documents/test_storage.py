"""Object storage: what a folder and a bucket both promise."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.embedded.processes import free_port
from services.intake.files import FileGoneError, Files, open_files
from services.intake.settings import Settings
from shared.errors import Kind, Refusal
from tests.kit.s3 import BUCKET, S3Server, s3_server


def bucket_settings(endpoint: str, prefix: str = "") -> Settings:
    """Return settings of intake with a bucket there."""
    return Settings(
        files_url=f"s3://{BUCKET}{prefix}",
        files_endpoint=endpoint,
        files_access_key="key",
        files_secret_key="secret",
    )


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    """An S3 API."""
    with s3_server() as running:
        yield running


@pytest.fixture(params=["folder", "bucket", "bucket with a prefix"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """Storage of every kind."""
    if request.param == "folder":
        return open_files(Settings(files_url=tmp_path.as_uri()))
    prefix = "/of/tests" if "prefix" in request.param else ""
    return open_files(bucket_settings(request.getfixturevalue("server").endpoint, prefix))


async def test_what_was_put_is_got(files: Files) -> None:
    contents = {"documents/a1/doc_1": b"one", "documents/a1/doc_2": bytes(6_000_000), "documents/b2/doc_3": b"\0\xff"}
    assert await files.put(contents) == frozenset()
    for key, data in contents.items():
        assert await files.get(key) == data


async def test_what_is_put_again_replaces_what_was_there(files: Files) -> None:
    await files.put({"documents/c/doc_1": b"one"})
    await files.put({"documents/c/doc_1": b"two"})
    assert await files.get("documents/c/doc_1") == b"two"


async def test_what_was_never_put_or_was_deleted_is_gone(files: Files) -> None:
    with pytest.raises(FileGoneError):
        await files.get("documents/none")
    await files.put({"documents/d/doc_1": b"one"})
    await files.delete("documents/d/doc_1")
    with pytest.raises(FileGoneError):
        await files.get("documents/d/doc_1")


async def test_deleting_what_is_not_there_is_no_error(files: Files) -> None:
    await files.delete("documents/never/there")


async def test_many_are_put_at_the_same_time(files: Files) -> None:
    contents = {f"documents/{number % 7}/doc_{number}": str(number).encode() for number in range(100)}
    assert await files.put(contents) == frozenset()
    assert await files.get("documents/1/doc_99") == b"99"


@pytest.fixture(params=["folder", "bucket"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """Storage that does not answer: a disk that is not mounted, an API that nobody serves."""
    if request.param == "folder":
        return open_files(Settings(files_url=(tmp_path / "not mounted").as_uri()))
    return open_files(bucket_settings(f"http://127.0.0.1:{free_port()}"))


async def test_storage_that_is_away_says_so_and_not_that_content_is_gone(away: Files) -> None:
    assert await away.put({"documents/a/doc_1": b"one", "documents/a/doc_2": b"two"}) == {
        "documents/a/doc_1",
        "documents/a/doc_2",
    }
    with pytest.raises(Refusal) as caught:
        await away.get("documents/a/doc_1")
    assert caught.value.kind is Kind.UNAVAILABLE


async def test_nothing_counts_as_deleted_from_storage_that_is_away(away: Files) -> None:
    with pytest.raises(Refusal):
        await away.delete("documents/a/doc_1")


async def test_a_folder_that_cannot_take_a_file_keeps_nothing_of_it(tmp_path: Path) -> None:
    files = open_files(Settings(files_url=tmp_path.as_uri()))
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "doc_1").mkdir()
    assert await files.put({"documents/doc_1": b"one", "documents/doc_2": b"two"}) == {"documents/doc_1"}
    assert sorted(entry.name for entry in (tmp_path / "documents").iterdir()) == ["doc_1", "doc_2"]


async def test_one_of_several_that_came_together_goes_alone_and_leaves_nothing_behind(tmp_path: Path) -> None:
    files = open_files(Settings(files_url=tmp_path.as_uri()))
    await files.put({"documents/a/doc_1": b"the first", "documents/a/doc_2": b"the second"})
    await files.delete("documents/a/doc_1")
    with pytest.raises(FileGoneError):
        await files.get("documents/a/doc_1")
    assert await files.get("documents/a/doc_2") == b"the second"
    assert b"the first" not in (tmp_path / "documents/a/doc_2").read_bytes()


def _table(length: int) -> bytes:
    """Return the beginning of a file that says of its one content that it is so long."""
    table = f'{{"documents/a/doc_1": {length}}}'.encode()
    return len(table).to_bytes(8) + table


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"short",
        b"\xff" * 40,
        bytes(40),
        (2).to_bytes(8) + b"[]",
        (4).to_bytes(8) + b"null",
        _table(99),
        _table(-1),
    ],
)
async def test_a_file_that_is_no_longer_what_was_written_holds_nothing(tmp_path: Path, damage: bytes) -> None:
    files = open_files(Settings(files_url=tmp_path.as_uri()))
    await files.put({"documents/a/doc_1": b"one"})
    (tmp_path / "documents/a/doc_1").write_bytes(damage)
    with pytest.raises(FileGoneError):
        await files.get("documents/a/doc_1")
    await files.delete("documents/a/doc_1")
    assert list((tmp_path / "documents/a").iterdir()) == []


async def test_files_are_readable_by_the_service_alone(tmp_path: Path) -> None:
    await open_files(Settings(files_url=tmp_path.as_uri())).put({"documents/a/doc_1": b"one"})
    file = tmp_path / "documents/a/doc_1"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("url", ["", "/var/files", "file://host/files", "https://bucket", "s3://"])
def test_a_place_that_is_none_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="files_url"):
        open_files(Settings(files_url=url))
