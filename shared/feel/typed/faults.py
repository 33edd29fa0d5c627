"""What a check of types finds wrong, in the words of those who write policies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from shared.feel.syntax.tree import Span

_MAX_WORDS = 63
"""Characters of a policy's text that a message repeats: as many as the longest name may have."""


@dataclass(frozen=True, slots=True)
class TypeFault:
    """One fault of an expression: where (`span`, characters of its text), what, and a `hint` where there is one.

    Codes: `unknown_fact`, `protected_fact`, `unknown_function`, `wrong_arguments`, `wrong_type`, `unknown_value`,
    `too_precise`, `no_value`, `too_slow`, `too_deep`.
    """

    code: str
    message: str
    span: Span
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class TypeFaults(ValueError):
    """An expression that does not fit its names; `faults` has every fault found in it, at least one."""

    def __init__(self, faults: Sequence[TypeFault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def clipped(text: str) -> str:
    """Return a part of an expression as messages repeat it: on one line, fit for printing, not too long."""
    line = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return line if len(line) <= _MAX_WORDS else f"{line[: _MAX_WORDS - 1]}…"


def did_you_mean(word: str, known: Iterable[str], quote: str = "`") -> str:
    """Return `did you mean ...?` when one of `known` is close to `word`, else nothing."""
    close = get_close_matches(word[:64], list(known), n=1)
    return f"did you mean {quote}{close[0]}{quote}?" if close else ""
