"""What scores cost: `make bench-scoring`.

(a) A million rows by DuckDB (score, PD, four reasons with their shortfalls, written to a table) against optbinning's
`Scorecard.score` with the same scorecard, both from memory and in the same rounds; and every row of the answer against
the online code. (b) One score with its reasons, online. (c) What the scoring service loads. (d) `assay score` over ten
million rows of a Parquet file, and the memory it takes. (e) The same command on Spark, for the record.
"""

from collections.abc import Mapping
from typing import Final

from tests.bench.parts import Part, run
from tests.bench.scoring import loaded, online, rows, stream

PARTS: Final[Mapping[str, Part]] = {
    "rows": rows.measure,
    "online": online.measure,
    "loaded": loaded.measure,
    "stream": stream.measure,
    "spark": stream.measure_spark,
}

if __name__ == "__main__":
    run("bench-scoring", PARTS)
