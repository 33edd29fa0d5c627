"""Files in a folder of this machine, or of a file system that several machines share."""

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from uuid import uuid4

import structlog

from services.intake.files.port import FileGoneError, files_away

log = structlog.get_logger()

K = TypeVar("K")

_SYNCS_AT_ONCE: Final = 16
_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


class FolderFiles:
    """See `port.Files`.

    The disk has a file, and its entry in the folder, before `put` returns. (obstore's own store of local files leaves
    that to the operating system, so that a power failure could lose what was acknowledged.)
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pool = ThreadPoolExecutor(_SYNCS_AT_ONCE, thread_name_prefix="files")

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
        """Write beside each place and move there, so that nobody ever reads half a file; return what failed.

        Files reach the disk side by side, and so do the folders: whoever waits for one after the other waits dozens of
        times as long, because a disk takes all that wait for it in one go.
        """
        drafts = {key: self._root / f"{key}.{uuid4().hex}" for key in contents}
        written = self._keep([(key, partial(self._write, drafts[key], data)) for key, data in contents.items()])
        synced = self._at_once([(key, partial(_sync, drafts[key])) for key in written])
        moved = self._keep([(key, partial(drafts[key].replace, self._root / key)) for key in synced])
        folders = {(self._root / key).parent for key in moved}
        kept_folders = self._at_once([(folder, partial(_sync, folder)) for folder in folders])
        kept = {key for key in moved if (self._root / key).parent in kept_folders}
        for key in contents.keys() - moved:
            with suppress(OSError):
                drafts[key].unlink()
        return frozenset(contents.keys() - kept)

    def _keep(self, steps: Iterable[tuple[K, Callable[[], object]]]) -> set[K]:
        """Take the steps; return the keys of those that succeeded."""
        return {key for key, step in steps if _succeeds(step)}

    def _at_once(self, steps: Sequence[tuple[K, Callable[[], object]]]) -> set[K]:
        """Take the steps at the same time; return the keys of those that succeeded."""
        done = self._pool.map(_succeeds, [step for _, step in steps])
        return {key for (key, _), is_done in zip(steps, done, strict=True) if is_done}

    def _write(self, draft: Path, data: bytes) -> None:
        with os.fdopen(self._create(draft), "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]

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
        _sync(folder.parent)


def _succeeds(step: Callable[[], object]) -> bool:
    try:
        step()
    except OSError as error:
        log.warning("file_not_stored", cause=type(error).__name__)
        return False
    return True


def _sync(path: Path) -> None:
    """Let the disk have a file, or the entries of a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
