"""One run of a test: a challenger against the champion of a product, from a moment until it ends or is stopped."""

from dataclasses import dataclass
from datetime import datetime

from shared.experiments.domain.stopping import Breach, Maturity, months_between
from shared.governance.domain import Trial


@dataclass(frozen=True, slots=True)
class Experiment:
    """`ranges` are the buckets of its parties, empty once it has ended; `breaches` the stop rules that ended it.

    `position` is how far its answers have been counted, `count_until` how far they will be once it has ended.
    """

    experiment_id: str
    product: str
    version_id: str
    trial: Trial
    ranges: tuple[tuple[int, int], ...]
    started_at: datetime
    position: str
    count_until: str | None = None
    ended_at: datetime | None = None
    breaches: tuple[Breach, ...] = ()

    def maturity(self, now: datetime) -> Maturity | None:
        """Return how long its oldest answers have been observed; None where nobody said how long it takes."""
        if self.trial.maturity_months is None:
            return None
        return Maturity(months_between(self.started_at, now), self.trial.maturity_months)
