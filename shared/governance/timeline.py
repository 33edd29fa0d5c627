"""What is live when: a history of activations that is only ever added to, and its reading at a moment.

An activation says: from this moment (until that one) this revision is live. The one that began last wins; where two
began together, the one that was written later. So what is scheduled takes over when its time comes even if nothing
runs then, and what ends gives back to what would have been live without it. An activation without a revision says
that nothing is live. One that is taken back was never there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Activation:
    """One entry of the history of a document; `voids` names (by sequence) the entry that this one takes back."""

    sequence: int
    version_id: str | None
    revision: int | None
    effective_from: datetime
    effective_to: datetime | None = None
    voids: int | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether `moment` lies in its time."""
        return self.effective_from <= moment and (self.effective_to is None or moment < self.effective_to)


def standing(history: Iterable[Activation]) -> list[Activation]:
    """Return the entries that have not been taken back, the strongest first."""
    entries = list(history)
    void = {entry.voids for entry in entries}
    left = [entry for entry in entries if entry.voids is None and entry.sequence not in void]
    return sorted(left, key=lambda entry: (entry.effective_from, entry.sequence), reverse=True)


def live_at(history: Sequence[Activation], moment: datetime) -> Activation | None:
    """Return what is live at `moment`: None when nothing is, or an entry without a revision says so."""
    found = next((entry for entry in standing(history) if entry.holds_at(moment)), None)
    return None if found is None or found.revision is None else found


def course(history: Sequence[Activation], now: datetime) -> list[tuple[datetime, Activation | None]]:
    """Return what is live now and after each change that is already certain to come, in order of time."""
    moments = {now}
    for entry in standing(history):
        moments |= {at for at in (entry.effective_from, entry.effective_to) if at is not None and at > now}
    return [(moment, live_at(history, moment)) for moment in sorted(moments)]


def live_since(history: Sequence[Activation], now: datetime) -> datetime | None:
    """Return since when what is live now has been live without a break, None when nothing is."""
    current = live_at(history, now)
    if current is None:
        return None
    changes = {at for entry in standing(history) for at in (entry.effective_from, entry.effective_to) if at is not None}
    since = current.effective_from
    for moment in sorted((at for at in changes if at <= now), reverse=True):
        found = live_at(history, moment)
        if found is None or found.revision != current.revision:
            break
        since = moment
    return since
