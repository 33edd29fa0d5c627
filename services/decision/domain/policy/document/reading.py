"""Strict reading of a nested document: every key is asked for, and what nobody asked for is a fault."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from services.decision.domain.policy.document.form import Cell, Expression
from services.decision.domain.policy.document.texts import Texts
from services.decision.domain.policy.faults import Findings, PolicyError, PolicyFault, did_you_mean, excerpt
from shared.errors import Fault
from shared.facts import pointer_token

MAX_DEPTH: Final = 12
MAX_NODES: Final = 200_000
MAX_CHARACTERS: Final = 10_000
"""Length of the longest text that is not FEEL (a description)."""
MAX_INTEGER: Final = 10**18
"""Greatest integer; longer ones are no amounts, and Python refuses to write out the longest."""

_NUMBER: Final = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)


def json_fault(document: object) -> Fault | None:
    """Return why `document` is not plain JSON without binary floating point, of bounded size; None if it is."""
    pending: list[tuple[str, object, int]] = [("", document, 0)]
    seen = 0
    while pending:
        pointer, node, depth = pending.pop()
        seen += 1
        if seen > MAX_NODES or depth > MAX_DEPTH:
            return PolicyFault("", "too_large", f"has more than {MAX_NODES} values or {MAX_DEPTH} levels")
        if isinstance(node, Mapping):
            for key, value in node.items():
                if not isinstance(key, str):
                    return PolicyFault(pointer, "key_not_text", "has a key that is not text")
                fault = _text_fault(key)
                if fault is not None:
                    return PolicyFault(pointer, fault[0], f"has a key that {fault[1]}")
                pending.append((f"{pointer}/{pointer_token(key)}", value, depth + 1))
        elif isinstance(node, list | tuple):
            pending.extend((f"{pointer}/{index}", value, depth + 1) for index, value in enumerate(node))
        elif node is not None:
            fault = _scalar_fault(node)
            if fault is not None:
                return PolicyFault(pointer, *fault)
    return None


def _scalar_fault(node: object) -> tuple[str, str] | None:
    if isinstance(node, str):
        return _text_fault(node)
    if isinstance(node, int):
        return None if abs(node) <= MAX_INTEGER else ("too_large", "is an integer of more than 18 digits")
    if isinstance(node, float):
        return "binary_float", "is a binary floating-point number; write it in quotes"
    return "not_json", f"is a {type(node).__name__}; write it in quotes"


def _text_fault(text: str) -> tuple[str, str] | None:
    if len(text) > MAX_CHARACTERS:
        return "too_long", f"is longer than {MAX_CHARACTERS} characters"
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "not_unicode", "is not valid Unicode text"
    return None


@dataclass(slots=True)
class Reader:
    """One mapping of the document, at `pointer`. Faults gather in one place that all readers of a document share.

    A value of the wrong form is noted as a fault and read as an empty one, so that one pass finds every fault.
    """

    values: Mapping[str, Any]
    pointer: str
    findings: Findings
    texts: Texts
    read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, document: object) -> "Reader":
        """Return the reader of a whole document; raises `PolicyError` when it is not a mapping of plain JSON."""
        fault = json_fault(document)
        if fault is not None:
            raise PolicyError([fault])
        if not isinstance(document, Mapping):
            raise PolicyError([PolicyFault("", "not_a_mapping", "must be a mapping")])
        return cls(document, "", Findings(), Texts())

    def fault(self, key: str, code: str, detail: str, span: tuple[int, int] | None = None) -> None:
        """Note a fault of the value at `key`, of the key itself where there is no value."""
        self.findings.add(self.at(key), code, detail, span)

    def at(self, key: str) -> str:
        """Return the pointer of the value at `key`."""
        return f"{self.pointer}/{pointer_token(key)}"

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

    def texts_at(self, key: str) -> tuple[str, ...]:
        """Return the list of texts at `key`; empty when it is not there."""
        value = self._get(key, required=False)
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            self.fault(key, "not_a_list", f"`{key}` must be a list of texts")
            return ()
        return tuple(value)

    def integer(self, key: str, low: int, high: int) -> int:
        """Return the integer at `key`, `low` when it is not there."""
        value = self._get(key, required=False)
        if value is None:
            return low
        if type(value) is not int or not low <= value <= high:
            self.fault(key, "not_an_integer", f"`{key}` must be an integer from {low} to {high}")
            return low
        return value

    def version(self, key: str) -> int | str:
        """Return the version at `key`: an integer or a text."""
        value = self._get(key, required=True)
        if type(value) is int:
            return value
        return self.text(key, required=False) if value is not None else ""

    def decimal(self, key: str) -> Decimal | None:
        """Return the number written as text at `key`, or None when it is not there."""
        value = self._get(key, required=False)
        if value is None:
            return None
        if not isinstance(value, str) or _NUMBER.fullmatch(value) is None:
            self.fault(key, "not_a_number", f"`{key}` must be a number in quotes, 0 or more")
            return None
        return Decimal(value)

    def day(self, key: str) -> date | None:
        """Return the day written as text at `key`, or None when it is not there."""
        value = self._get(key, required=False)
        if value is None:
            return None
        try:
            return date.fromisoformat(value if isinstance(value, str) and _DAY.fullmatch(value) else "")
        except ValueError:
            self.fault(key, "not_a_day", f"`{key}` must be a day written in quotes as YYYY-MM-DD")
            return None

    def choice(self, key: str, kind: type[ChoiceT], allowed: Sequence[ChoiceT]) -> ChoiceT:
        """Return the member of `allowed` that is named at `key`; the first one stands in for a faulty value."""
        value = self._get(key, required=True)
        if value is None:
            return allowed[0]
        if not isinstance(value, str) or value not in list(kind) or kind(value) not in allowed:
            words = ", ".join(allowed)
            hint = did_you_mean(value, allowed) if isinstance(value, str) else ""
            self.fault(key, "not_a_choice", f"`{key}` must be one of {words}{hint}")
            return allowed[0]
        return kind(value)

    def expression(self, key: str, place: str) -> Expression | None:
        """Return the FEEL expression at `key`, a fault in words beginning with `place` when it is none."""
        value = self._get(key, required=True)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(key, "not_text", f"{place}: an expression is text; put `{excerpt(str(value))}` in quotes")
            return None
        node = self.texts.expression(value)
        if isinstance(node, tuple):
            self.fault(key, "unparseable_expression", f"{place}: {node[0]}", node[1])
            return None
        return Expression(value, self.at(key), node)

    def cell(self, name: str, place: str) -> Cell | None:
        """Return the FEEL unary tests at `name`, a fault in words beginning with `place` when they are none."""
        value = self.values[name]
        if not isinstance(value, str):
            self.fault(name, "cell_not_text", f"{place}: a cell is text; put `{excerpt(str(value))}` in quotes")
            return None
        tests = self.texts.cell(value)
        if isinstance(tests, tuple):
            self.fault(name, "unparseable_cell", f"{place}: {tests[0]}", tests[1])
            return None
        return Cell(name, value, self.at(name), tests)

    def mapping(self, key: str, *, required: bool = True) -> Mapping[str, Any]:
        """Return the mapping at `key` as it is."""
        value = self._get(key, required=required)
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.fault(key, "not_a_mapping", f"`{excerpt(key)}` must be a mapping")
        return {}

    def child(self, key: str, *, required: bool = True) -> "Reader":
        """Return the reader of the mapping at `key`; where there is none, what it lacks is no further fault."""
        values = self.mapping(key, required=required)
        findings = self.findings if isinstance(self.values.get(key), Mapping) else Findings()
        return Reader(values, self.at(key), findings, self.texts)

    def named(self, key: str) -> "list[tuple[str, Reader]]":
        """Return name and reader of each mapping in the mapping at `key`, which need not be there."""
        entries = self.child(key, required=False)
        return [(name, entries.child(name)) for name in entries.values]

    def children(self, key: str, *, required: bool = True) -> "list[Reader]":
        """Return a reader for each mapping of the list at `key`."""
        value = self._get(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
            self.fault(key, "not_a_list", f"`{key}` must be a list of mappings")
            return []
        return [Reader(item, f"{self.at(key)}/{at}", self.findings, self.texts) for at, item in enumerate(value)]

    def place(self, table: str) -> str:
        """Return where this row of `table` is, in words."""
        last = self.pointer.rpartition("/")[2]
        return f"table {table}, row {int(last) + 1}" if last.isdecimal() else f"table {table}, {last} row"

    def close(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.values:
            if key not in self.read:
                words = f"unknown key `{excerpt(key)}`{did_you_mean(key, sorted(self.read))}"
                self.findings.add(self.at(key), "unknown_key", words, of_key=True)

    def _get(self, key: str, *, required: bool) -> Any:
        self.read.add(key)
        value = self.values.get(key)
        if value is None and (required or key in self.values):
            self.fault(key, "missing_key", f"`{excerpt(key)}` is missing")
        return value
