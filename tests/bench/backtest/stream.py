"""A whole backtest of ten million applications, as its user runs it: from a Parquet file to the report."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import duckdb
import yaml

from services.decision.domain.reasons import PLATFORM_REASONS
from shared.facts import FactType
from tests.bench.backtest.rows import applications
from tests.bench.policy import ours, workload
from tests.bench.report import Level

ROWS: Final = 10_000_000
MEMORY: Final = "1GB"
MEMORY_BOUND_GB: Final = 2.0
"""What the process may take at most, DuckDB's own bound and everything else together."""


def measure(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Run `assay backtest` over the file and look at what it took."""
    file, catalogue = _file(folder), _catalogue(folder)
    out = folder / "report.json"
    command = [sys.executable, "-c", "from services.cli import main; main()", "backtest", str(file)]
    command += ["--catalogue", str(catalogue), "--memory", MEMORY, "--json", str(out)]
    command += ["--live", str(catalogue / "live.yaml"), "--candidate", str(catalogue / "candidate.yaml")]
    begun = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, "COLUMNS": "120"})
    seconds = time.perf_counter() - begun
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    peak_gb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    found = json.loads(out.read_text())
    figures: dict[str, object] = {
        f"assay backtest, {ROWS:,} rows of Parquet, two policies, figures and examples, s": seconds,
        "its rows per second": ROWS / seconds,
        f"its peak memory with --memory {MEMORY}, GB": peak_gb,
        "rows in its report": found["data"]["rows"],
    }
    return [
        Level(f"peak memory of {ROWS:,} rows with --memory {MEMORY}, GB", peak_gb, at_most=MEMORY_BOUND_GB)
    ], figures


def _file(folder: Path) -> Path:
    """Write the applications as a warehouse would hand them over: amounts in dollars, under the names of facts."""
    path, source = folder / "stream.parquet", applications(folder, ROWS)
    units = {FactType.DECIMAL: "0.0001 AS DECIMAL(12, 4)", FactType.MONEY: "0.01 AS DECIMAL(12, 2)"}
    kinds = {name: fact.type for name, fact in workload.product().dictionary.facts.items() if fact.type in units}
    typed = ", ".join(f"CAST({name} * {units[kind]}) AS {name}" for name, kind in kinds.items())
    with duckdb.connect() as db:
        db.execute("SET memory_limit = '2GB'")
        db.execute(
            f"COPY (SELECT * EXCLUDE (row_id, as_of_day, has_score_reasons) REPLACE ({typed}), as_of_day AS as_of "
            f"FROM read_parquet('{source}')) TO '{path}' (FORMAT parquet)"
        )
    return path


def _catalogue(folder: Path) -> Path:
    """Write the benchmark's product, reasons and two policies: the candidate asks for a higher score."""
    home = folder / "catalogue"
    codes = [*PLATFORM_REASONS, *(reason for reason, _ in workload.KNOCK_OUTS), "AFFORDABILITY"]
    reasons = {"product": "any", "reasons": {code: {"en": code.lower(), "zh": code} for code in codes}}
    own = {"product": "bench-loan", "reasons": {}}
    live = ours.document()
    candidate = json.loads(json.dumps(live).replace('"< 480"', '"< 520"')) | {"version": 2}
    documents: dict[str, Any] = {
        "products/bench-loan.yaml": workload.product_document(),
        "reasons/any.yaml": reasons,
        "reasons/bench-loan.yaml": own,
        "live.yaml": live,
        "candidate.yaml": candidate,
    }
    for name, document in documents.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    return home
