"""What the credit file costs: `make bench-intake`. Ratios and shares from one run.

(a) Candidates among 1,000,000 parties, and how many dirty duplicates are found. (b) Applications with a document each
against the bare flow. (c) What a source that takes 30 seconds does to everybody else.
"""

from collections.abc import Mapping
from typing import Final

from tests.bench.intake import ingest, matching, slow_source
from tests.bench.parts import Part, run

PARTS: Final[Mapping[str, Part]] = {
    "matching": matching.matching,
    "ingest": ingest.measure,
    "slow": slow_source.slow_source,
}

if __name__ == "__main__":
    run("bench-intake", PARTS)
