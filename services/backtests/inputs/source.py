"""A file as bytes: what kind it is, its hash, its header; refused early where no reader could make sense of it."""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from services.backtests.inputs.faults import InputError, InputFault

MAX_COLUMNS: Final = 2_000
MAX_HEADER_BYTES: Final = 1_000_000
_CHUNK: Final = 1 << 20
_FOREIGN: Final = {
    b"PK\x03\x04": "is a spreadsheet or a zip archive; save it as CSV",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet; save it as CSV",
    b"\xff\xfe": "is UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "is UTF-16 text; save it as UTF-8",
}


class Form(StrEnum):
    """The forms of files that are read."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read as its form says; `columns` are those of the header of a CSV file, in order.

    `sha256` is of the file as it lies there. `gaps` tells whether there are blank lines among the rows, which are not
    counted then.
    """

    path: Path
    form: Form
    sha256: str
    columns: tuple[str, ...] = ()
    compressed: bool = False
    gaps: bool = False

    @property
    def name(self) -> str:
        """What the file is called in messages and reports."""
        return self.path.name


def inspect(path: Path, encoding: str, delimiter: str) -> Source:
    """Return what a file is; raises `InputError` when it is nothing that could be read.

    Text is read once, in constant memory: NUL bytes and bytes that are not in `encoding` are named by their place.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
            file.seek(0)
            if magic == b"PAR1":
                return Source(path, Form.PARQUET, _sha256(file))
            return _csv(path, file, magic, encoding, delimiter)
    except OSError as error:
        raise InputError([InputFault(path.name, error.strerror or "can't be read")]) from None


def _csv(path: Path, file: BinaryIO, magic: bytes, encoding: str, delimiter: str) -> Source:
    for mark, words in _FOREIGN.items():
        if magic.startswith(mark):
            raise InputError([InputFault(path.name, words)])
    digest = _sha256(file)
    file.seek(0)
    compressed = magic.startswith(b"\x1f\x8b")
    scan = _Scan(path.name, encoding)
    try:
        for chunk in _chunks(gzip.GzipFile(fileobj=file) if compressed else file):
            scan.feed(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError([InputFault(path.name, "is a gzip file that is cut short or damaged")]) from None
    columns = _header(path.name, scan.end(), delimiter)
    return Source(path, Form.CSV, digest, columns, compressed, scan.gaps)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(stream: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


class _Scan:
    """Looks through text chunk by chunk and keeps its beginning."""

    def __init__(self, name: str, encoding: str) -> None:
        self.name = name
        self.gaps = False
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._start = b""
        self._bytes = 0
        self._lines = 0
        self._pending = b""

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes; raises `InputError` at what no text has."""
        at = chunk.find(b"\0")
        if at >= 0:
            self._refuse(chunk, at, "a NUL byte")
        waiting = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            self._refuse(chunk, error.start - waiting, f"a byte that is not {self._encoding.upper()} text")
        if len(self._start) < MAX_HEADER_BYTES:
            self._start += chunk[: MAX_HEADER_BYTES - len(self._start)]
        self._look_for_gaps(chunk)
        self._bytes += len(chunk)
        self._lines += chunk.count(b"\n")

    def end(self) -> str:
        """Return the beginning of the text, without a byte order mark."""
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            self._refuse(b"", 0, f"half a character of {self._encoding.upper()} at the end")
        return self._start.decode(self._encoding, errors="ignore").removeprefix("\ufeff")

    def _look_for_gaps(self, chunk: bytes) -> None:
        joined = (self._pending + chunk).replace(b"\r\n", b"\n")
        stripped = joined.rstrip(b"\n\r")
        self.gaps = self.gaps or b"\n\n" in stripped
        # Line ends at the end of a chunk count as a gap only if something follows.
        self._pending = (stripped[-1:] + joined[len(stripped) :])[-4:] if self._pending or chunk else b""

    def _refuse(self, chunk: bytes, at: int, what: str) -> None:
        place = max(at, 0)
        line = self._lines + chunk.count(b"\n", 0, place) + 1
        words = f"has {what}: byte {self._bytes + place + 1:,} of the text, in line {line:,}"
        raise InputError([InputFault(self.name, words)])


def _header(name: str, text: str, delimiter: str) -> tuple[str, ...]:
    if not text.strip():
        raise InputError([InputFault(name, "is empty")])
    try:
        columns = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        raise InputError([InputFault(name, "has a header that can't be read as CSV", 1)]) from None
    columns = [column.strip() for column in columns]
    faults = []
    if len(columns) > MAX_COLUMNS:
        faults.append(InputFault(name, f"has more than {MAX_COLUMNS:,} columns", 1))
    for number, column in enumerate(columns, start=1):
        if not column:
            faults.append(InputFault(name, f"column {number} has no name", 1))
        elif column in columns[: number - 1]:
            faults.append(InputFault(name, "stands twice in the header", 1, column[:64]))
    if faults:
        raise InputError(faults[:20])
    return tuple(columns)
