"""Files in a folder of this machine, or of a file system that several machines share."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import structlog

from services.intake.files.port import FileGoneError, files_away

log = structlog.get_logger()

_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


class FolderFiles:
    """See `port.Files`.

    The disk has a file, and its entry in the folder, before `put` returns. (obstore's own store of local files leaves
    that to the operating system, so that a power failure could lose what was acknowledged; and it takes three times
    as long.)
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, contents: Mapping[str, bytes]) -> frozenset[str]:
        """Store contents; all of one call in one thread, because a hop there costs more than a small file."""
        return await asyncio.to_thread(self._write_all, dict(contents))

    async def get(self, key: str) -> bytes:
        """Return what is stored."""
        try:
            return await asyncio.to_thread((self._root / key).read_bytes)
        except FileNotFoundError:
            if self._root.is_dir():
                raise FileGoneError from None
            raise files_away() from None
        except OSError as error:
            log.warning("file_not_read", cause=type(error).__name__)
            raise files_away() from None

    async def delete(self, key: str) -> None:
        """Remove what is stored."""
        try:
            await asyncio.to_thread((self._root / key).unlink)
        except FileNotFoundError:
            if not self._root.is_dir():
                raise files_away() from None
        except OSError as error:
            log.warning("file_not_deleted", cause=type(error).__name__)
            raise files_away() from None

    def _write_all(self, contents: Mapping[str, bytes]) -> frozenset[str]:
        failed: set[str] = set()
        for key, data in contents.items():
            try:
                self._write(self._root / key, data)
            except OSError as error:
                log.warning("file_not_stored", cause=type(error).__name__)
                failed.add(key)
        return frozenset(failed)

    def _write(self, path: Path, data: bytes) -> None:
        """Write beside the place and move there, so that nobody ever reads half a file."""
        draft = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            descriptor = self._create(draft)
            try:
                with os.fdopen(descriptor, "wb", buffering=0) as file:
                    file.write(data)
                    os.fsync(file.fileno())
                draft.replace(path)
            except BaseException:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)
        except FileNotFoundError:
            raise OSError("the folder is away") from None

    def _create(self, draft: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            return os.open(draft, flags, _MODE)
        except FileNotFoundError:
            # Only below the root: a file system that is not mounted must not be taken for an empty one.
            self._make_folders(draft.parent)
            return os.open(draft, flags, _MODE)

    def _make_folders(self, folder: Path) -> None:
        if folder == self._root:
            raise FileNotFoundError
        if not folder.parent.is_dir():
            self._make_folders(folder.parent)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
