"""What a backtest costs: `make bench-backtest`.

(a) The benchmark's policy over a million applications by DuckDB (outcome, terms, bits of reasons and of every rule,
written to a table) against zen-engine's `evaluate_batch`, both timed in the same rounds; and every row of the answer
against the online engine. (b) What a row costs from ten thousand to ten million rows. (c) A whole backtest of ten
million applications from a Parquet file, and the memory it takes. (d) The same query on Spark, by number of
partitions, for the record. (e) What shadow runs of every decision add to the live p99.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.bench.backtest import rows, shadow, spark, stream
from tests.bench.report import Level, report

Part = Callable[[Path], tuple[list[Level], dict[str, object]]]

PARTS: Final[dict[str, Part]] = {
    "rows": rows.measure,
    "sizes": rows.measure_sizes,
    "stream": stream.measure,
    "spark": spark.measure,
    "shadow": shadow.measure,
}
console = Console(highlight=False)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write levels and figures to this file")
    parser.add_argument("--only", choices=list(PARTS))
    arguments = parser.parse_args()
    levels: list[Level] = []
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        for name, measure in PARTS.items():
            if arguments.only in (None, name):
                console.print(f"measuring {name}")
                new_levels, new_figures = measure(Path(folder))
                levels += new_levels
                figures |= new_figures
    report("bench-backtest", levels, figures, arguments.json)


if __name__ == "__main__":
    main()
