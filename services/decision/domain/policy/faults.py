"""What can be wrong with a policy, and where: a JSON pointer into the document and the characters of the text there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from shared.errors import Fault

MAX_FAULTS: Final = 200
"""Faults after which reading or checking stops: nobody reads more, and finding them takes time."""
MAX_SHOWN: Final = 80
"""Characters of a text of the policy that a message repeats."""

_MAX_COMPARED: Final = 64


@dataclass(frozen=True, slots=True)
class PolicyFault(Fault):
    """A fault of a policy document.

    `span` has the first character and the one after the last of the text at `pointer` that the fault is about (None:
    all of it). With `of_key` the fault is about the key that `pointer` ends with, not about its value.
    """

    span: tuple[int, int] | None = None
    of_key: bool = False


class PolicyError(ValueError):
    """A policy that cannot be loaded. `faults` has the faults found, each with its place in the document."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(slots=True)
class Findings:
    """The faults found so far. Raises `PolicyError` once there are `MAX_FAULTS`."""

    faults: list[Fault] = field(default_factory=list)

    def add(
        self, pointer: str, code: str, detail: str, span: tuple[int, int] | None = None, *, of_key: bool = False
    ) -> None:
        """Note a fault."""
        self.faults.append(PolicyFault(pointer, code, detail, span, of_key))
        if len(self.faults) >= MAX_FAULTS:
            raise PolicyError(self.faults)

    def close(self) -> None:
        """Raise `PolicyError` when a fault was noted."""
        if self.faults:
            raise PolicyError(self.faults)


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return `; did you mean ...?` when one of `known` is close to `name`, else nothing."""
    close = get_close_matches(name[:_MAX_COMPARED], known, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def excerpt(text: str) -> str:
    """Return `text`, cut where it is too long for a message."""
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."
