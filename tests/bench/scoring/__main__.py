"""What scores cost: `make bench-scoring`.

(a) A million rows by DuckDB (score, PD, four reasons with their shortfalls, written to a table) against optbinning's
`Scorecard.score` with the same scorecard, both from memory and in the same rounds; and every row of the answer against
the online code. (b) One score with its reasons, online. (c) What the scoring service loads. (d) `assay score` over ten
million rows of a Parquet file, and the memory it takes. (e) The same command on Spark, for the record.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.bench.report import Level, report
from tests.bench.scoring import loaded, online, rows, stream

Part = Callable[[Path], tuple[list[Level], dict[str, object]]]

PARTS: Final[dict[str, Part]] = {
    "rows": rows.measure,
    "online": online.measure,
    "loaded": loaded.measure,
    "stream": stream.measure,
    "spark": stream.measure_spark,
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
    report("bench-scoring", levels, figures, arguments.json)


if __name__ == "__main__":
    main()
