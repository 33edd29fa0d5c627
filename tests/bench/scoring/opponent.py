"""optbinning, with a scorecard of its own, and the same scorecard as an artefact of ours."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas
import yaml
from optbinning import BinningProcess
from optbinning import Scorecard as OptbinningScorecard
from sklearn.linear_model import LogisticRegression

from services.scorecards.interchange.document import Rounding
from services.scorecards.interchange.mapping import FORMAT
from services.scorecards.interchange.reading import import_scorecard
from services.scoring.domain.scorecard import Scorecard, load_scorecard
from tests.bench.scoring import population

_SAMPLE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Pair:
    """One scorecard twice; `document` is the artefact of ours."""

    theirs: Any
    ours: Scorecard
    document: dict[str, Any]


def pair(folder: Path) -> Pair:
    """Fit a scorecard by optbinning, import the table that it prints, and return both."""
    path = folder / "sample.parquet"
    population.write(path, _SAMPLE, first=1_000_000_000)
    sample = frame(path)
    process = BinningProcess(list(population.COLUMNS), categorical_variables=list(population.CATEGORIES), max_n_bins=6)
    scaling = {"pdo": 20, "odds": 30, "scorecard_points": 600}
    theirs = OptbinningScorecard(
        process,
        LogisticRegression(C=1e6, max_iter=1000),
        scaling_method="pdo_odds",
        scaling_method_params=scaling,
        rounding=True,
    )
    outcome = sample["bad"].to_numpy().astype(int)
    empirical = {"metric_special": "empirical", "metric_missing": "empirical"}
    theirs.fit(sample[list(population.COLUMNS)], outcome, show_digits=8, **empirical)
    table = folder / "optbinning.csv"
    theirs.table(style="detailed").to_csv(table, index=False)
    product = population.product()
    document = import_scorecard(
        table.read_bytes(), "optbinning", yaml.safe_dump(_mapping()).encode(), product, Rounding(1, Fraction(0))
    )
    return Pair(theirs, load_scorecard(document, product), document)


def frame(path: Path) -> pandas.DataFrame:
    """Return the rows of a Parquet file as optbinning takes them: numbers as floats, NaN where there is none."""
    with duckdb.connect() as db:
        numbers = ", ".join(f"CAST({name} AS DOUBLE) AS {name}" for name in population.NUMBERS)
        return db.execute(f"SELECT * REPLACE ({numbers}) FROM read_parquet('{path}')").df()


def _mapping() -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": "bench-loan",
        "version": 1,
        "title": "Benchmark loan",
        "target": {"bad": "bad", "definition": "made up"},
        "scaling": {"base_score": 600, "base_odds": 30, "points_to_double_odds": 20},
        "reasons": {"limit": 4},
        "characteristics": {name: {"fact": name, "reason_code": name.upper()} for name in population.COLUMNS},
    }
