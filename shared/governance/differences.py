"""How two documents differ, line by line of their readable canonical form."""

import json
import re
from collections.abc import Mapping
from difflib import unified_diff
from typing import Any, Final

_MOST_LINES: Final = 2_000
"""Beyond this many changed lines on either side the search for what they share would take too long."""
_CONTEXT: Final = 3


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return a unified diff (lines that begin with `-`, `+`, a blank or `@@`) of two documents; empty if equal.

    Where more than `_MOST_LINES` lines lie between the first and the last difference, all of them count as changed.
    """
    before, after = _lines(old), _lines(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    if max(len(before), len(after)) - head - tail > _MOST_LINES:
        changed = [f"-{line}" for line in before[head : len(before) - tail]]
        return changed + [f"+{line}" for line in after[head : len(after) - tail]]
    first, last = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)
    old_part, new_part = (lines[first : len(lines) - last] for lines in (before, after))
    lines = list(unified_diff(old_part, new_part, lineterm="", n=_CONTEXT))[2:]
    return [_moved(line, first) if line.startswith("@@") else line for line in lines]


def _moved(heading: str, lines: int) -> str:
    """Return the heading of a hunk as it reads in the whole of both documents."""
    return re.sub(r"([-+])(\d+)", lambda found: f"{found[1]}{int(found[2]) + lines}", heading)


def _lines(document: Mapping[str, Any]) -> list[str]:
    return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False).splitlines()


def _common(one: list[str], other: list[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
