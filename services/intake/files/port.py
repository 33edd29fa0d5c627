"""The port to object storage."""

from collections.abc import Mapping
from typing import Protocol

from shared.errors import Refusal, unavailable


class FileGoneError(Exception):
    """Nothing is stored under this key."""


class Files(Protocol):
    """Bytes by key. A key is relative, of letters, digits, `_`, `-`, `.` and `/`.

    Each call ends in bounded time. Storage that is away raises `Refusal` with 503.
    """

    async def put(self, contents: Mapping[str, bytes]) -> frozenset[str]:
        """Store contents by key, each whole or not at all, over what was there; return the keys that failed."""
        ...

    async def get(self, key: str) -> bytes:
        """Return what is stored; raises `FileGoneError` where nothing is."""
        ...

    async def delete(self, key: str) -> None:
        """Remove what is stored; a key without anything is no error."""
        ...


def files_away() -> Refusal:
    """Return the refusal of what needs storage that does not answer."""
    return unavailable("files_unavailable", "the storage of documents is not available; try again")
