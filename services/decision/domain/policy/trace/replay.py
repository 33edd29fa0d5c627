"""Comparing a recorded trace with the one that the same policy gives now."""

from collections.abc import Mapping
from typing import Any, Final

from services.decision.domain.policy.result import HIT, MISSING, NO_HIT, NOT_EVALUATED, CompactTrace

STATUS: Final = {HIT: "hit", NO_HIT: "no_hit", MISSING: "missing", NOT_EVALUATED: "not_evaluated"}


class TraceMismatch(ValueError):
    """A recorded trace that these facts and this policy do not give; the message names the first node that differs."""


def compare(recorded: CompactTrace, now: CompactTrace) -> None:
    """Raise `TraceMismatch` where two traces differ: in a definition, a row of a table, or an output."""
    definitions = now.get("definitions", {})
    for name in definitions:
        if definitions[name] != recorded.get("definitions", {}).get(name):
            raise TraceMismatch(f"definition {name} differs")
    for table, marks in now["tables"].items():
        _compare_table(table, recorded["tables"].get(table, ""), marks)
    _compare_outputs(recorded["outputs"], now["outputs"])
    if recorded["reasons"] != now["reasons"]:
        raise TraceMismatch("the reasons differ")


def _compare_table(table: str, before: str, now: str) -> None:
    if len(before) != len(now):
        raise TraceMismatch(f"table {table}: the recorded trace does not have its rows")
    for number, (was, is_now) in enumerate(zip(before, now, strict=True), start=1):
        if was != is_now:
            words = f"recorded {STATUS.get(was, was)}, now {STATUS[is_now]}"
            raise TraceMismatch(f"table {table}, row {number}: {words}")


def _compare_outputs(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for name in dict.fromkeys((*now, *before)):
        if before.get(name) != now.get(name):
            raise TraceMismatch(f"output {name} differs")
