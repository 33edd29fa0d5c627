"""What a backtest costs: `make bench-backtest`.

(a) The benchmark's policy over a million applications by DuckDB (outcome, terms, bits of reasons and of every rule,
written to a table) against zen-engine's `evaluate_batch`, both timed in the same rounds; and every row of the answer
against the online engine. (b) What a row costs from ten thousand to ten million rows. (c) A whole backtest of ten
million applications from a Parquet file, and the memory it takes. (d) The same query on Spark, by number of
partitions, for the record. (e) What shadow runs of every decision add to the live p99.
"""

from collections.abc import Mapping
from typing import Final

from tests.bench.backtest import rows, shadow, spark, stream
from tests.bench.parts import Part, run

PARTS: Final[Mapping[str, Part]] = {
    "rows": rows.measure,
    "sizes": rows.measure_sizes,
    "stream": stream.measure,
    "spark": spark.measure,
    "shadow": shadow.measure,
}

if __name__ == "__main__":
    run("bench-backtest", PARTS)
