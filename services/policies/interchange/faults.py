"""What keeps a policy from becoming a model, or a model from becoming a policy."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InterchangeFault:
    """A fault with its place: a JSON pointer into the policy document, or `line 12` of the model; empty: all of it."""

    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.place}: {self.detail}" if self.place else self.detail


class InterchangeError(ValueError):
    """A policy that cannot be written as DMN, or a file that cannot be read as a policy; `faults` has at least one."""

    def __init__(self, faults: Sequence[InterchangeFault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)
