"""What of a policy SQL cannot say."""

from collections.abc import Sequence

from shared.errors import Fault


class NotCompilable(ValueError):
    """A policy that has no exact equivalent in SQL; `faults` has each construct with its place and the reason."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)
