"""Grades of scores, from best to worst: read, checked, and given to every score once."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from shared.errors import Fault

GRADES: Final = [{"grade": str, "from?": int, "below?": int}]
"""The shape of an artefact's grades; a score is of a grade when `from <= score < below`."""

_MOST: Final = 100
_LONGEST: Final = 32


def grade_faults(entries: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Return what keeps `entries`, of the shape `GRADES`, from giving every score one grade, the best first."""
    faults = []
    if not 1 <= len(entries) <= _MOST:
        return [Fault("/grades", "invalid_grades", f"must be between 1 and {_MOST}")]
    names = [entry["grade"] for entry in entries]
    if len(set(names)) != len(names):
        faults.append(Fault("/grades", "invalid_grades", "names a grade twice"))
    for index, name in enumerate(names):
        if not 0 < len(name) <= _LONGEST or not name.isprintable():
            faults.append(Fault(f"/grades/{index}/grade", "invalid_grades", f"must have 1 to {_LONGEST} characters"))
    if "below" in entries[0]:
        faults.append(Fault("/grades/0/below", "invalid_grades", "leaves out the highest scores"))
    if "from" in entries[-1]:
        faults.append(Fault(f"/grades/{len(entries) - 1}/from", "invalid_grades", "leaves out the lowest scores"))
    for index, (better, worse) in enumerate(pairwise(entries), start=1):
        if better.get("from") is None or better["from"] != worse.get("below"):
            faults.append(Fault(f"/grades/{index}/below", "invalid_grades", "must be where the better grade begins"))
        elif "from" in worse and worse["from"] >= worse["below"]:
            faults.append(Fault(f"/grades/{index}/from", "invalid_grades", "must fall from grade to grade"))
    return faults


def grades_by_score(entries: Sequence[Mapping[str, Any]], scores: range) -> tuple[str, ...]:
    """Return the grade of each of `scores`, by grades without faults."""
    return tuple(
        next(entry["grade"] for entry in entries if "from" not in entry or entry["from"] <= score) for score in scores
    )
