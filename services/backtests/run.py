"""What `assay backtest` does: read, compare, write. Nothing is written before there is a whole report."""

import json
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import duckdb
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.backtests.decisions import pinned, read_period, words
from services.backtests.engines import Cancelled, Engine, SparkUnavailable, Stopped, open_database, stoppable
from services.backtests.engines import Progress as Tell
from services.backtests.figures import Inconsistent, Report
from services.backtests.flow import Choices, Comparands, comparands, compare
from services.backtests.inputs import InputError, Received, read_file, read_map
from services.backtests.report import html, terminal, to_json
from services.backtests.watch import stop_on_signals
from services.decision.domain import backtest_job
from services.decision.domain.policy import Policy, PolicyError
from services.decision.handlers.backtesting import AskedDecisions, BacktestRequest
from services.embedded import supervisor
from services.embedded.postgres import state_directory
from services.migrate import PROJECT
from services.policies.check import Shelf, Unreadable, check, read_text, shown
from services.policies.files import read_policy
from services.scoring.domain.scorecard import Scorecard, ScorecardError, load_scorecard
from shared.errors import Refusal
from shared.products import Product

DONE: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130

_PIPED_WIDTH: Final = 120
_SIZE: Final = re.compile(r"[1-9][0-9]{0,8}(MB|GB|TB)")
_DATABASE: Final = "DECISION_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, see `services.backtests.commands`."""

    file: Path | None
    decisions: bool
    candidate: str
    live: str | None
    product: str | None
    data_map: Path | None
    scorecard: Path | None
    catalogue: Path
    engine: str
    spark_master: str
    spark_folder: Path | None
    since: datetime | None
    until: datetime | None
    segments: tuple[str, ...]
    examples: int
    seed: int
    html: Path | None
    json: Path | None
    bad_rows: Literal["fail", "report"]
    memory: str
    threads: int | None


class Unusable(Exception):
    """What was asked for can't be done; the text says why."""


def run(asked: Asked) -> int:
    """Compare, print and write; return the exit code."""
    console = Console(stderr=True, highlight=False, emoji=False)
    try:
        with stop_on_signals() as stopped:
            _check_options(asked)
            report = _report(asked, console, stopped)
            files: dict[Path, str] = {}
            if asked.json is not None:
                files[asked.json] = json.dumps(to_json(report), ensure_ascii=False, indent=2) + "\n"
            if asked.html is not None:
                files[asked.html] = html(report)
            if stopped():
                raise Cancelled
            for path, text in files.items():
                _write(path, text)
    except (Unusable, Unreadable, InputError, Refusal, ScorecardError, SparkUnavailable) as error:
        console.print(_words(error), style="red", markup=False, soft_wrap=True)
        return UNUSABLE
    except Inconsistent as error:
        console.print(f"there is no report: {error}", style="red", markup=False, soft_wrap=True)
        return FAILED
    except (KeyboardInterrupt, Cancelled):
        console.print("interrupted", markup=False)
        return INTERRUPTED
    out = Console(highlight=False, emoji=False)
    if not out.is_terminal:
        out = Console(highlight=False, emoji=False, width=_PIPED_WIDTH)
    out.print(terminal(report))
    return DONE


def _words(error: Exception) -> str:
    faults = [f"{fault.pointer}: {fault.detail}" for fault in error.faults] if isinstance(error, Refusal) else []
    return "\n".join([str(error), *faults])


def _check_options(asked: Asked) -> None:
    """Find out before the work, not after it, that its result has no place to go."""
    for path in (asked.html, asked.json):
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise Unusable(f"{path}: there is no such directory, or it is one")
    if _SIZE.fullmatch(asked.memory) is None:
        raise Unusable("--memory is a size such as 500MB or 4GB")


def _report(asked: Asked, console: Console, stopped: Stopped) -> Report:
    if asked.decisions == (asked.file is not None):
        raise Unusable("name either a file with applications or --decisions")
    with (
        open_database(memory=asked.memory, threads=asked.threads) as db,
        _progress(console) as progress,
    ):
        task = progress.add_task("reading", total=None)

        def tell(phase: str, done: int, of: int | None) -> None:
            progress.update(task, description=phase, completed=done, total=of)

        try:
            compared, received, source = (_decisions if asked.decisions else _file)(asked, db, tell, stopped)
            choices = Choices(
                engine=Engine(asked.engine),
                source=source,
                made_at=datetime.now(UTC),
                examples=asked.examples,
                seed=str(asked.seed),
                scorecard=_scorecard(asked.scorecard, compared.product),
                spark_master=asked.spark_master,
                spark_folder=asked.spark_folder,
                workers=asked.threads,
            )
            return compare(db, compared, received, choices, tell, stopped)
        except duckdb.OutOfMemoryException:
            raise Unusable(
                f"needs more than {asked.memory} of memory, or more disk than there is: see --memory"
            ) from None


def _progress(console: Console) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


_Read = tuple[Comparands, Received, str]
"""What is compared, what came in, and where from in words."""


def _file(asked: Asked, db: duckdb.DuckDBPyConnection, tell: Tell, stopped: Stopped) -> _Read:
    assert asked.file is not None
    if asked.live is None:
        raise Unusable("name with --live what the candidate is compared with")
    if asked.since is not None or asked.until is not None or asked.segments:
        raise Unusable("--since, --until and --segment are for --decisions; a data map names the segments of a file")
    shelf = Shelf.of(asked.catalogue)
    candidate, live = _policy(Path(asked.candidate), shelf), _policy(Path(asked.live), shelf)
    if candidate.product != live.product:
        raise Unusable(f"the candidate is for {candidate.product}, the live policy for {live.product}")
    if asked.product not in (None, candidate.product):
        raise Unusable(f"the policies are for {candidate.product}, not for {asked.product}")
    product = shelf.products[candidate.product]
    data_map = None if asked.data_map is None else read_map(asked.data_map)
    tell(f"reading {asked.file.name}", 0, None)
    with stoppable(db, stopped):
        received = read_file(db, asked.file, product, data_map, bad_rows=asked.bad_rows)
    source = f"{received.source} (SHA-256 {received.sha256})"
    return Comparands(product, shelf.reasons, live, candidate), received, source


def _policy(path: Path, shelf: Shelf) -> Policy:
    found = read_policy(path)
    try:
        return check(found.document, shelf)
    except PolicyError as error:
        raise Unusable(shown(path, error.faults, found.places, found.document)) from None


def _decisions(asked: Asked, db: duckdb.DuckDBPyConnection, tell: Tell, stopped: Stopped) -> _Read:
    if asked.product is None:
        raise Unusable("--decisions needs --product")
    if asked.data_map is not None:
        raise Unusable("--map is for files")
    url = _database_url()
    request = BacktestRequest(
        product=asked.product,
        candidate=_version_or_document(asked.candidate),
        live=None if asked.live is None else _version_or_document(asked.live),
        source=AskedDecisions(_in_utc(asked.since), _in_utc(asked.until)),
        engine=backtest_job.Engine.DUCKDB,
        segments=asked.segments,
        examples=asked.examples,
        seed=asked.seed,
    )
    plan, documents = pinned(url, request, datetime.now(UTC))
    try:
        compared = comparands(documents.product, documents.reasons, documents.live, documents.candidate)
    except PolicyError as error:
        raise Unusable("\n".join(f"{fault.pointer}: {fault.detail}" for fault in error.faults)) from None
    period = plan.source
    assert isinstance(period, backtest_job.Period)
    received = read_period(db, url, compared.product, period, plan.segments, tell, stopped)
    return compared, received, words(period)


def _version_or_document(named: str) -> str | dict[str, object]:
    """Return the document of a file, or the id of a version as it is."""
    if named.startswith("ver_") and not Path(named).suffix:
        return named
    found = read_policy(Path(named)).document
    if not isinstance(found, dict):
        raise Unusable(f"{named}: a policy is a mapping")
    return found


def _database_url() -> str:
    """Return the address of decision's database: of the environment, or of the platform that `assay up` started."""
    platform = supervisor.environment(state_directory(PROJECT), "decision") or {}
    url = os.environ.get(_DATABASE) or platform.get(_DATABASE)
    if not url:
        raise Unusable(f"set {_DATABASE}, or start the platform with `assay up`")
    return url


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _scorecard(path: Path | None, product: Product) -> Scorecard | None:
    if path is None:
        return None
    try:
        document = json.loads(read_text(path))
    except ValueError as error:
        raise Unusable(f"{path}: {error}") from None
    return load_scorecard(document, product)


def _write(path: Path, text: str) -> None:
    """Write a file whole: beside its place first, and then there in one step."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
