"""What is wrong with a model that can't be used."""

from collections.abc import Sequence

from shared.errors import Fault


class ModelError(ValueError):
    """A model's artefact that can't be used; `faults` says where and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)
