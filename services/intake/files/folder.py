"""Files in a folder of this machine, or of a file system that several machines share."""

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

import structlog

from services.intake.files.bundle import located, parts
from services.intake.files.port import FileGoneError, files_away

log = structlog.get_logger()

_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


class FolderFiles:
    """See `port.Files`.

    The disk has a file, and its entries in the folder, before `put` returns. (obstore's own store of local files leaves
    that to the operating system, so that a power failure could lose what was acknowledged.) What is put together lies
    in one file with a name (hard link) for each key.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, contents: Mapping[str, bytes]) -> frozenset[str]:
        """Store contents, all of one call together."""
        return await asyncio.to_thread(self._write_all, dict(contents))

    async def get(self, key: str) -> bytes:
        """Return what is stored."""
        try:
            return await asyncio.to_thread(self._read, key)
        except FileNotFoundError:
            if self._root.is_dir():
                raise FileGoneError from None
            raise files_away() from None
        except OSError as error:
            log.warning("file_not_read", cause=type(error).__name__)
            raise files_away() from None

    async def delete(self, key: str) -> None:
        """Remove what is stored: it is overwritten at once, and its room is free once all that came with it is gone."""
        try:
            await asyncio.to_thread(self._remove, key)
        except FileNotFoundError:
            if not self._root.is_dir():
                raise files_away() from None
        except OSError as error:
            log.warning("file_not_deleted", cause=type(error).__name__)
            raise files_away() from None

    def _read(self, key: str) -> bytes:
        with (self._root / key).open("rb") as file:
            place = located(file.fileno(), key)
            if place is None:
                raise FileNotFoundError
            file.seek(place[0])
            return file.read(place[1])

    def _remove(self, key: str) -> None:
        path = self._root / key
        with path.open("r+b") as file:
            place = located(file.fileno(), key)
            if place is not None:
                file.seek(place[0])
                file.write(bytes(place[1]))
        path.unlink()

    def _write_all(self, contents: Mapping[str, bytes]) -> frozenset[str]:
        """Write one file, have the disk take it, and give it the name of each key: nobody ever reads half a content.

        Returns the keys that failed.
        """
        draft = self._root / f"{uuid4().hex}.part"
        try:
            if not _succeeds(partial(self._write, draft, parts(contents))):
                return frozenset(contents)
            linked = {key for key in contents if _succeeds(partial(self._link, draft, key))}
        finally:
            with suppress(OSError):
                draft.unlink()
        folders = {(self._root / key).parent for key in linked}
        kept_folders = {folder for folder in folders if _succeeds(partial(_sync, folder))}
        kept = {key for key in linked if (self._root / key).parent in kept_folders}
        return frozenset(contents.keys() - kept)

    def _write(self, draft: Path, data: Iterable[bytes]) -> None:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(data)
            file.flush()
            os.fsync(descriptor)

    def _link(self, draft: Path, key: str) -> None:
        """Give a file the name of a key, over what had it."""
        place = self._root / key
        try:
            os.link(draft, place)
        except FileNotFoundError:
            # Only below the root: a file system that is not mounted must not be taken for an empty one.
            self._make_folders(place.parent)
            os.link(draft, place)
        except FileExistsError:
            beside = place.with_name(f"{place.name}.{uuid4().hex}")
            os.link(draft, beside)
            try:
                beside.replace(place)
            except OSError:
                beside.unlink()
                raise

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
