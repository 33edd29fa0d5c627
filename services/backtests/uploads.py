"""Uploaded files as the applications of a backtest: fetched piece by piece, held to their hash, and then read."""

import gzip
import hashlib
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import duckdb

from services.backtests.decisions import with_database
from services.backtests.engines import Cancelled, Progress, Stopped, stoppable
from services.backtests.inputs import InputError, InputFault, Received, parse_map, read_file
from services.decision.domain.backtest_job import UploadedFile
from services.decision.domain.upload import ending_of
from services.decision.store import uploads
from shared.db import Database
from shared.products import Product

MAX_TEXT_BYTES: Final = 8 << 30
"""What a compressed file may unpack to: one of ten million applications is a quarter of it."""

MAX_ROWS: Final = 20_000_000
"""Rows of a Parquet file, which takes next to no room for rows that are all alike."""

_CHUNK: Final = 1 << 20


class UnusableFile(InputError):
    """A file, or its data map, that can't be used; `faults` says where and why, by the name that its sender gave it."""


class DamagedUpload(Exception):
    """The file that is stored is not the one that was sent in, or is not there any more."""


def read_upload(
    db: duckdb.DuckDBPyConnection,
    url: str,
    product: Product,
    upload: UploadedFile,
    data_map: Mapping[str, Any] | None,
    folder: Path,
    progress: Progress,
    stopped: Stopped,
) -> Received:
    """Read an upload into `application`; its file is kept in `folder` meanwhile.

    Raises `UnusableFile` with every fault of the map or the header, or with the first rows that do not fit;
    `DamagedUpload`, `Cancelled`, and `Refusal` when the database is away.
    """
    # Named by us: what a client calls its file is no path.
    path = folder / f"{upload.upload_id}{ending_of(upload.name)}"
    try:
        parsed = None if data_map is None else parse_map(data_map)
        with_database(url, _fetch(upload, path, progress, stopped))
        progress(f"reading {upload.name}", 0, None)
        with stoppable(db, stopped):
            _check_extent(db, path, stopped)
            received = read_file(db, path, product, parsed, bad_rows=upload.bad_rows.value)
    except InputError as error:
        raise UnusableFile([_named(fault, path, upload) for fault in error.faults]) from None
    warnings = tuple(warning.replace(path.name, upload.name) for warning in received.warnings)
    return replace(received, source=upload.name, warnings=warnings)


def words(upload: UploadedFile) -> str:
    """Say which file it is."""
    return f"{upload.name} (SHA-256 {upload.sha256})"


def _named(fault: InputFault, path: Path, upload: UploadedFile) -> InputFault:
    return replace(fault, source=upload.name) if fault.source == path.name else fault


def _fetch(
    upload: UploadedFile, path: Path, progress: Progress, stopped: Stopped
) -> Callable[[Database], Awaitable[None]]:
    """Return what writes the pieces of an upload to `path` and holds them to its hash."""

    async def fetch(db: Database) -> None:
        digest, number = hashlib.sha256(), 0
        async with db.transaction() as tx:
            if await uploads.use(tx, upload.upload_id) is None:
                raise DamagedUpload("the upload is not there any more; send it again")
        with path.open("wb") as file:
            while True:
                if stopped():
                    raise Cancelled
                async with db.transaction() as tx:
                    piece = await uploads.chunk(tx, upload.upload_id, number)
                if piece is None:
                    break
                digest.update(piece)
                file.write(piece)
                number += 1
                progress("fetching the file", 0, None)
        if digest.hexdigest() != upload.sha256:
            raise DamagedUpload("the stored file is not what was sent in: its SHA-256 differs")

    return fetch


def _check_extent(db: duckdb.DuckDBPyConnection, path: Path, stopped: Stopped) -> None:
    """Refuse a small file that would become a huge one; what can't be read at all is refused by who reads it."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic.startswith(b"\x1f\x8b") and not _unpacks_within(path, stopped):
        raise InputError([InputFault(path.name, f"unpacks to more than {MAX_TEXT_BYTES >> 30} GB")])
    if magic == b"PAR1":
        try:
            found = db.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [str(path)]).fetchone()
        except duckdb.Error:
            return
        if found is not None and int(found[0] or 0) > MAX_ROWS:
            raise InputError([InputFault(path.name, f"has more than {MAX_ROWS:,} rows")])


def _unpacks_within(path: Path, stopped: Stopped) -> bool:
    size = 0
    try:
        with gzip.open(path) as file:
            while piece := file.read(_CHUNK):
                size += len(piece)
                if size > MAX_TEXT_BYTES:
                    return False
                if stopped():
                    raise Cancelled
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return True
    return True
