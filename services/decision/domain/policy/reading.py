"""Strict reading of a nested document: every key is asked for, and what nobody asked for is a fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, TypeVar

from services.decision.domain.policy.sfeel import SfeelError, parse_number
from shared.errors import Fault
from shared.facts import pointer_token

MAX_DEPTH: Final = 12
MAX_NODES: Final = 200_000

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)


class PolicyError(ValueError):
    """A policy that cannot be loaded. `faults` has every fault found, each with its place in the document."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return `; did you mean ...?` when one of `known` is close to `name`, else nothing."""
    close = get_close_matches(name, known, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def json_faults(document: object) -> list[Fault]:
    """Return why `document` is not plain JSON without binary floating point, of bounded size; empty if it is."""
    pending: list[tuple[str, object, int]] = [("", document, 0)]
    seen = 0
    while pending:
        pointer, node, depth = pending.pop()
        seen += 1
        if seen > MAX_NODES or depth > MAX_DEPTH:
            return [Fault("", "too_large", f"has more than {MAX_NODES} values or {MAX_DEPTH} levels")]
        if isinstance(node, Mapping):
            for key, value in node.items():
                if not isinstance(key, str):
                    return [Fault(pointer, "key_not_text", "has a key that is not text")]
                pending.append((f"{pointer}/{pointer_token(key)}", value, depth + 1))
        elif isinstance(node, list | tuple):
            pending.extend((f"{pointer}/{index}", value, depth + 1) for index, value in enumerate(node))
        elif isinstance(node, float):
            return [Fault(pointer, "binary_float", "is a binary floating-point number; write it in quotes")]
        elif isinstance(node, str):
            if any("\ud800" <= character <= "\udfff" for character in node):
                return [Fault(pointer, "not_unicode", "is not valid Unicode text")]
        elif not isinstance(node, int | None):
            return [Fault(pointer, "not_json", f"is a {type(node).__name__}; write it in quotes")]
    return []


@dataclass(slots=True)
class Reader:
    """One mapping of the document, at `pointer`. Faults gather in one list that all readers of a document share.

    A value of the wrong form is noted as a fault and read as an empty one, so that one pass finds every fault.
    """

    values: Mapping[str, Any]
    pointer: str
    faults: list[Fault]
    read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, document: object) -> "Reader":
        """Return the reader of a whole document; raises `PolicyError` when it is not a mapping of plain JSON."""
        faults = json_faults(document)
        if not isinstance(document, Mapping):
            faults.append(Fault("", "not_a_mapping", "must be a mapping"))
        if faults or not isinstance(document, Mapping):
            raise PolicyError(faults)
        return cls(document, "", [])

    def fault(self, key: str, code: str, detail: str) -> None:
        """Note a fault of the value at `key`."""
        self.faults.append(Fault(f"{self.pointer}/{key}", code, detail))

    def has(self, key: str) -> bool:
        """Tell whether `key` is there."""
        return key in self.values

    def text(self, key: str, *, required: bool = True) -> str:
        """Return the non-empty text at `key`."""
        value = self._get(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault(key, "not_text", f"`{key}` must be text")
            return ""
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts at `key`; empty when it is not there."""
        value = self._get(key, required=False)
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            self.fault(key, "not_a_list", f"`{key}` must be a list of texts")
            return ()
        return tuple(value)

    def version(self, key: str) -> int | str:
        """Return the version at `key`: an integer or a text."""
        value = self._get(key, required=True)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return self.text(key, required=False) if value is not None else ""

    def decimal(self, key: str) -> Decimal | None:
        """Return the number written as text at `key`, or None when it is not there."""
        value = self._get(key, required=False)
        if value is None:
            return None
        try:
            return parse_number(value if isinstance(value, str) else "")
        except SfeelError:
            self.fault(key, "not_a_number", f"`{key}` must be a number in quotes, 0 or more")
            return None

    def choice(self, key: str, kind: type[ChoiceT], allowed: Sequence[ChoiceT]) -> ChoiceT:
        """Return the member of `allowed` that is named at `key`; the first one stands in for a faulty value."""
        value = self._get(key, required=True)
        if value is None:
            return allowed[0]
        if value not in list(kind) or kind(value) not in allowed:
            words = ", ".join(allowed)
            hint = did_you_mean(value, allowed) if isinstance(value, str) else ""
            self.fault(key, "not_a_choice", f"`{key}` must be one of {words}{hint}")
            return allowed[0]
        return kind(value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return the mapping at `key` as it is."""
        value = self._get(key, required=True)
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.fault(key, "not_a_mapping", f"`{key}` must be a mapping")
        return {}

    def child(self, key: str) -> "Reader":
        """Return the reader of the mapping at `key`."""
        return Reader(self.mapping(key), f"{self.pointer}/{key}", self.faults)

    def children(self, key: str, *, required: bool = True) -> list["Reader"]:
        """Return a reader for each mapping of the list at `key`."""
        value = self._get(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
            self.fault(key, "not_a_list", f"`{key}` must be a list of mappings")
            return []
        return [Reader(item, f"{self.pointer}/{key}/{at}", self.faults) for at, item in enumerate(value)]

    def place(self, table: str) -> str:
        """Return where this row of `table` is, in words."""
        last = self.pointer.rpartition("/")[2]
        return f"table {table}, row {int(last) + 1}" if last.isdigit() else f"table {table}, {last} row"

    def close(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.values:
            if key not in self.read:
                hint = did_you_mean(key, sorted(self.read))
                self.faults.append(
                    Fault(f"{self.pointer}/{pointer_token(key)}", "unknown_key", f"unknown key `{key}`{hint}")
                )

    def raise_faults(self) -> None:
        """Raise `PolicyError` when a fault was noted."""
        if self.faults:
            raise PolicyError(self.faults)

    def _get(self, key: str, *, required: bool) -> Any:
        self.read.add(key)
        value = self.values.get(key)
        if value is None and (required or key in self.values):
            self.fault(key, "missing_key", f"`{key}` is missing")
        return value
