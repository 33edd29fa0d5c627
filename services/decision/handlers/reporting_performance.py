"""Taking in what became of credit, from the systems that service it."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from services.decision.domain.performance import Performance
from services.decision.store import performance
from shared.db import Database, clock
from shared.errors import Fault, invalid

_MOST_FAULTS: Final = 20
_A_DAY_AHEAD: Final = timedelta(days=1)
"""It is tomorrow already somewhere."""


async def report_performance(db: Database, reports: Sequence[Performance], reported_by: str) -> int:
    """Keep all `reports` or none, and return how many said something new; the same report again changes nothing.

    Raises `Refusal` with 422 and the place of each decision that is unknown or named twice, and of each future date.
    """
    async with db.transaction() as tx:
        today = (await clock(tx)).date()
        unknown = await performance.unknown(tx, [report.decision_id for report in reports])
        times = Counter(report.decision_id for report in reports)
        faults: list[Fault] = []
        for place, report in enumerate(reports):
            if report.decision_id in unknown:
                faults.append(Fault(f"/items/{place}/decision_id", "unknown_decision", "there is no such decision"))
            elif times[report.decision_id] > 1:
                faults.append(Fault(f"/items/{place}/decision_id", "named_twice", "name each decision once"))
            if report.as_of > today + _A_DAY_AHEAD:
                faults.append(Fault(f"/items/{place}/as_of", "in_the_future", "performance is known afterwards"))
        if faults:
            raise invalid("unusable_performance", "nothing of this report was kept", faults[:_MOST_FAULTS])
        return await performance.keep(tx, reports, reported_by)
