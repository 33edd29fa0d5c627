"""Ten million rows through `assay score`, as its user runs it: from a Parquet file to a Parquet file."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import duckdb
import yaml

from tests.bench.report import Level
from tests.bench.scoring import opponent, population

ROWS: Final = 10_000_000
MEMORY: Final = "1GB"
MEMORY_BOUND_GB: Final = 2.0
"""What the process may take at most, DuckDB's own bound and everything else together."""


def measure(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Run the command over the file and look at what it took."""
    path, out = folder / "stream.parquet", folder / "stream.scores.parquet"
    population.write(path, ROWS)
    seconds, peak_gb = _run(folder, path, out, "duckdb")
    with duckdb.connect() as db:
        ((rows, scored),) = db.execute(f"SELECT count(*), count(score) FROM read_parquet('{out}')").fetchall()
    if (rows, scored) != (ROWS, ROWS):
        raise SystemExit(f"{out}: {scored} scores in {rows} rows, not {ROWS}")
    figures: dict[str, object] = {
        f"assay score, {ROWS:,} rows of Parquet to Parquet, s": seconds,
        "its rows per second": ROWS / seconds,
        f"its peak memory with --memory {MEMORY}, GB": peak_gb,
        "size of what it read and wrote, MB": f"{path.stat().st_size >> 20}, {out.stat().st_size >> 20}",
    }
    name = f"peak memory of {ROWS:,} rows with --memory {MEMORY}, GB"
    return [Level(name, peak_gb, at_most=MEMORY_BOUND_GB)], figures


def measure_spark(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Run the command over a million rows on Spark on this machine, its start included: for the record."""
    path, rows = folder / "spark.parquet", 1_000_000
    population.write(path, rows)
    seconds, _ = _run(folder, path, folder / "spark.scores.parquet", "spark")
    return [], {f"assay score --engine spark, {rows:,} rows of Parquet, start of Spark included, s": seconds}


def _run(folder: Path, path: Path, out: Path, engine: str) -> tuple[float, float]:
    """Return the seconds that the command took, and the most memory of any command so far in GB."""
    artefact, product = folder / "scorecard.json", folder / "product.yaml"
    if not artefact.exists():
        artefact.write_text(json.dumps(opponent.pair(folder).document))
        product.write_text(yaml.safe_dump(population.document()))
    command = [sys.executable, "-c", "from services.cli import main; main()", "score", str(path), "--carry", "id"]
    command += ["--scorecard", str(artefact), "--product", str(product), "--out", str(out), "--memory", MEMORY]
    command += ["--money", "minor", "--engine", engine]
    begun = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, "COLUMNS": "120"})
    seconds = time.perf_counter() - begun
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
