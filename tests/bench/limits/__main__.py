"""What a reservation costs: `make bench-limits`. Ratios from one run, PostgreSQL and the client on the same machine.

(a) Reservations on one hot account, over HTTP and by the handlers in process, against pgbench with a guarded UPDATE and
a ledger INSERT in one transaction. Ours has the full semantics: an idempotency key, a tree of three levels, an entry
on each, declined ones recorded, a row in the outbox. (b) The same spread evenly over 10,000 accounts. (c) Latency over
HTTP at half of the rate that was sustained. (d) The cost of a reservation with 10^3 to 10^6 accounts, and with 10^7
entries.
"""

from collections.abc import Mapping
from typing import Final

from tests.bench.limits import flat, rivals
from tests.bench.parts import Part, run

PARTS: Final[Mapping[str, Part]] = {
    "hot": rivals.measure_hot,
    "uniform": rivals.measure_uniform,
    "flat": flat.measure,
}

if __name__ == "__main__":
    run("bench-limits", PARTS)
