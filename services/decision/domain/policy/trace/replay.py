"""Comparing a stored trace with the one that the same policy gives now, node by node in the order of evaluation."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.decision.domain.policy.document import DEFINITIONS
from services.decision.domain.policy.interpret import TERMS
from services.decision.domain.policy.result import HIT, MISSING, NO_HIT, NOT_EVALUATED, CompactTrace

STATUS: Final = {HIT: "hit", NO_HIT: "no_hit", MISSING: "missing", NOT_EVALUATED: "not_evaluated"}

_OUTPUTS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "grade": ("grade",),
    "matrix": ("offer", "share", "rate"),
    TERMS: ("approved_minor", "approved_rate"),
    "routing": ("queue",),
}
"""The outputs that a stage gives."""

_MAX_SHOWN: Final = 200
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """A node that does not come out as it was stored; both values in wire form, None where there is none."""

    node: str
    stored: object
    now: object

    def __str__(self) -> str:
        return f"{self.node}: stored {_shown(self.stored)}, now {_shown(self.now)}"


class TraceMismatch(ValueError):
    """A stored trace that these facts and this policy do not give; `difference` is the first node that differs."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(str(difference))
        self.difference = difference


def first_difference(stored: CompactTrace, now: CompactTrace) -> Difference | None:
    """Return the first node, in the order of evaluation, in which two traces differ; None when they are the same.

    Nodes are the values of definitions, the rows of tables, the outputs of stages, and the reasons. Whatever stands in
    place of a stored trace is compared, and never fails.
    """
    return None if stored == now else next(_differences(_mapping(stored), now), None)


def _differences(stored: Mapping[str, Any], now: CompactTrace) -> Iterator[Difference]:
    yield from _of_value("reasons of the score", stored.get("score_reasons"), now.get("score_reasons"))
    tables, outputs = _mapping(stored.get("tables")), _mapping(stored.get("outputs"))
    values, values_now = _mapping(stored.get("definitions")), now.get("definitions", {})
    for table, letters in now["tables"].items():
        name = table.removeprefix(f"{DEFINITIONS}.")
        if name != table:
            found = [
                *_of_letters(f"definition {name}", tables.get(table), letters),
                *_of_value(f"definition {name}", _named(values, name), _named(values_now, name)),
            ]
            # A definition that is an expression has nothing but its value.
            yield from reversed(found) if len(letters) == 1 else found
        else:
            yield from _of_letters(f"table {table}", tables.get(table), letters)
        for output in _OUTPUTS_OF.get(table, ()):
            yield from _of_value(f"output {output}", outputs.get(output), now["outputs"].get(output))
    for kind, before, present in (("table", tables, now["tables"]), ("definition", values, values_now)):
        yield from (Difference(f"{kind} {name}", before[name], None) for name in before if name not in present)
    for output in dict.fromkeys((*now["outputs"], *outputs)):
        yield from _of_value(f"output {output}", outputs.get(output), now["outputs"].get(output))
    yield from _of_value("reasons of the trace", stored.get("reasons"), now["reasons"])


def _of_letters(node: str, stored: object, now: str) -> Iterator[Difference]:
    if stored == now:
        return
    if not isinstance(stored, str) or len(stored) != len(now):
        rows = "other rows" if isinstance(stored, str) else None
        yield Difference(node, rows, f"{len(now)} rows")
        return
    for number, (was, is_now) in enumerate(zip(stored, now, strict=True), start=1):
        if was != is_now:
            yield Difference(f"{node}, row {number}", STATUS.get(was, was), STATUS[is_now])


def _of_value(node: str, stored: object, now: object) -> Iterator[Difference]:
    if stored != now:
        yield Difference(node, stored, now)


def _named(values: Mapping[str, Any], name: str) -> object:
    """Return the value of a definition; a definition may be missing, and then has one that says so."""
    value = values.get(name)
    return "missing" if value is None else value


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NOTHING


def _shown(value: object) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
