"""Where a service keeps what the versions of a kind have answered."""

from dataclasses import dataclass
from datetime import datetime

from shared.catalogue import EntryKind
from shared.experiments.domain.position import position_at


@dataclass(frozen=True, slots=True)
class Journal:
    """A table of answers, in the order of its `key`: ids with `prefix`, made inside the transaction that stores them.

    `kind` is that of the documents which answer. Each row names the `product` it is about.
    """

    kind: EntryKind
    table: str
    key: str
    prefix: str

    def position_at(self, moment: datetime) -> str:
        """Return what sorts after the key of every answer made before the millisecond of `moment`."""
        return position_at(self.prefix, moment)
