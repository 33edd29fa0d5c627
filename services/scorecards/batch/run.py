"""What `assay score` does: read, score, write. Nothing is in its place before it is whole."""

import json
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import duckdb
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from services.backtests.engines import Cancelled, SparkUnavailable, Stopped, open_database, stoppable
from services.backtests.inputs import InputError
from services.backtests.stored import text_literal
from services.backtests.watch import stop_on_signals
from services.policies.check import Unreadable, read_text, read_yaml
from services.scorecards.batch.answers import Layout, Model
from services.scorecards.batch.reading import Found, Wanted, open_rows
from services.scorecards.batch.score import FORMATS, EngineUnsuitable, How, Scores, ending, publish, score_rows
from services.scoring.domain.boosted import AnswerError, BoostedModel
from services.scoring.domain.errors import ModelError
from services.scoring.domain.models import load_model
from services.scoring.domain.score import Unscorable
from services.scoring.domain.scorecard import Scorecard
from services.scoring.onnx.loading import ALL_LOADERS
from shared.errors import Fault
from shared.products import Product, parse_product

DONE: Final = 0
SOME_REJECTED: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130

_SIZE: Final = re.compile(r"[1-9][0-9]{0,8}(MB|GB|TB)")


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, see `services.scorecards.batch.commands`."""

    file: Path
    scorecard: Path
    product: Path
    out: Path
    rejects: Path | None
    data_map: Path | None
    money: Literal["major", "minor"]
    carry: tuple[str, ...]
    absent: tuple[str, ...]
    points: bool
    how: How
    memory: str
    threads: int | None


class Unusable(Exception):
    """What was asked for can't be done; the text says why."""


def run(asked: Asked) -> int:
    """Score and write; return the exit code."""
    console = Console(stderr=True, highlight=False, emoji=False)
    begun = time.monotonic()
    with stop_on_signals() as stopped:
        try:
            found, scores = _scored(asked, console, stopped)
        except (Unusable, Unreadable, InputError, ModelError, EngineUnsuitable, SparkUnavailable) as error:
            console.print(str(error), style="red", markup=False, soft_wrap=True)
            return UNUSABLE
        except (Unscorable, AnswerError) as error:
            console.print(f"the model can't be run: {error}", style="red", markup=False, soft_wrap=True)
            return UNUSABLE
        except OSError as error:
            console.print(f"can't be written: {error.strerror or error}", style="red", markup=False, soft_wrap=True)
            return UNUSABLE
        except (KeyboardInterrupt, Cancelled):
            console.print(f"interrupted: {asked.out} has not been written", markup=False)
            return INTERRUPTED
    console.print(_summary(asked, found, scores, time.monotonic() - begun), markup=False, soft_wrap=True)
    return SOME_REJECTED if found.rejected else DONE


def _scored(asked: Asked, console: Console, stopped: Stopped) -> tuple[Found, Scores]:
    _check_options(asked)
    product = _product(asked.product)
    model = _model(asked.scorecard, product)
    layout = Layout(model, asked.carry, asked.points)
    _check_columns(layout)
    wanted = Wanted(product, model.reads, asked.carry, asked.absent, asked.data_map, asked.money)
    with open_database(memory=asked.memory, threads=asked.threads) as db, _bars(console) as bars:
        task = bars.add_task(f"reading {asked.file.name}", total=None)

        def tell(phase: str, done: int, of: int | None) -> None:
            bars.update(task, description=phase, completed=done, total=of)

        try:
            with stoppable(db, stopped):
                found = open_rows(db, asked.file, wanted)
            if found.rejected:
                _write_rejected(db, _rejects(asked))
            scores = score_rows(db, layout, product, asked.out, asked.how, tell, stopped)
        except duckdb.OutOfMemoryException:
            raise Unusable(
                f"needs more than {asked.memory} of memory, or more disk than there is: see --memory"
            ) from None
        except duckdb.IOException:
            raise Unusable("can't read or write what it must: is the disk full?") from None
    return found, scores


def _check_options(asked: Asked) -> None:
    """Find out before the work, not after it, that its result has no place to go."""
    for path in (asked.out, _rejects(asked)):
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise Unusable(f"{path}: there is no such directory, or it is one")
        if path.resolve() == asked.file.resolve():
            raise Unusable(f"{path}: is what is to be scored")
    if ending(asked.out) is None:
        raise Unusable(f"--out ends in one of {', '.join(FORMATS)}")
    if _SIZE.fullmatch(asked.memory) is None:
        raise Unusable("--memory is a size such as 500MB or 4GB")


def _check_columns(layout: Layout) -> None:
    # DuckDB tells names apart by more than upper and lower case.
    names = [each.lower() for each in layout.names()]
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise Unusable(f"--carry: `{twice[0]}` would stand twice in the output")
    if layout.points and not isinstance(layout.model, Scorecard):
        raise Unusable("--points: only scorecards have points for each characteristic")


def _rejects(asked: Asked) -> Path:
    if asked.rejects is not None:
        return asked.rejects
    return asked.out.with_name(asked.out.name[: -len(ending(asked.out) or "")] + ".rejected.csv")


def _product(path: Path) -> Product:
    document = read_yaml(path)
    try:
        return parse_product(document)
    except (ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise Unusable(f"{path}: {error}") from None


def _model(path: Path, product: Product) -> Model:
    try:
        document = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{path}: {error}") from None
    if not isinstance(document, dict):
        raise ModelError([Fault("", "invalid_artefact", "is no artefact of a model")])
    model = load_model(document, product, ALL_LOADERS)
    if not isinstance(model, Scorecard | BoostedModel):
        raise Unusable(f"{path}: is of a kind that is not scored in batches")
    return model


def _bars(console: Console) -> Bars:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Bars(*columns, console=console, transient=True, disable=not console.is_terminal)


def _write_rejected(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write which rows were set aside and why, never what stood in them."""
    with tempfile.TemporaryDirectory(prefix=".assay-score-", dir=path.absolute().parent) as folder:
        unfinished = Path(folder) / "rejected.csv"
        rows = 'SELECT row_no AS "row", column_name AS "column", reason FROM rejected ORDER BY ALL'
        db.execute(f"COPY ({rows}) TO {text_literal(str(unfinished))} (FORMAT csv, HEADER true)")
        publish(unfinished, path)


def _summary(asked: Asked, found: Found, scores: Scores, seconds: float) -> str:
    told = [f"{asked.out}: {scores.rows:,} rows in {seconds:,.1f} s"]
    told += [f"{count:,} of them without a score: {why}" for why, count in scores.without_score.items()]
    if found.rejected:
        told.append(f"{found.rejected:,} rows can't be read and are not in it: see {_rejects(asked)}")
    return "\n".join(told)
