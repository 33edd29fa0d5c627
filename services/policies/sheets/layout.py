"""What stands on which sheet: titles, the columns of each table, and the choices that a cell offers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

POLICY: Final = "policy"
DEFINITIONS: Final = "definitions"
TERMS: Final = "terms"
CASES: Final = "cases"
DEFINITION_PREFIX: Final = "definition "

POLICY_FIELDS: Final = ("name", "version", "product", "title", "description")
TYPES: Final = ("integer", "money", "decimal", "enum", "boolean", "date")
LABEL: Final = "label"
LABEL_ZH: Final = "label zh"
"""Columns of what something is called in English and, where it has a name in both languages, in Chinese."""
KIND_FIELDS: Final = ("type", "scale", "values", LABEL, LABEL_ZH)
"""How a definition or a term is declared."""

WHEN: Final = "when"
IF: Final = "if"
THEN: Final = "then"
NOTE: Final = "note"
KINDS: Final = (WHEN, IF, THEN, NOTE)
DEFAULT: Final = "default"

_MISSING: Final = ("refer", "decline", "ignore")
_SINGLE: Final = ("UNIQUE", "FIRST", "PRIORITY", "ANY")
_OUTCOMES: Final = ("approve", "counter_offer", "refer", "pend_info", "decline")


@dataclass(frozen=True, slots=True)
class TableForm:
    """A kind of table: its properties besides the name, its output columns, and what the cells of either may be."""

    properties: tuple[str, ...]
    outputs: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_SCREEN: Final = TableForm(
    ("hit_policy",),
    ("outcome", "reason", "on_missing"),
    {"hit_policy": ("COLLECT",), "outcome": ("decline", "refer", "pend_info"), "on_missing": _MISSING},
)

STAGES: Final[Mapping[str, TableForm]] = {
    "eligibility": _SCREEN,
    "knock_outs": _SCREEN,
    "grade": TableForm(("hit_policy", "values"), ("grade",), {"hit_policy": _SINGLE}),
    "matrix": TableForm(
        ("hit_policy",), ("outcome", "share", "rate", "reason"), {"hit_policy": _SINGLE, "outcome": _OUTCOMES}
    ),
    "conditions": TableForm(
        ("hit_policy",),
        ("condition", "on_missing"),
        {"hit_policy": ("COLLECT",), "on_missing": ("refer", "require", "ignore")},
    ),
    "routing": TableForm(("hit_policy",), ("queue",), {"hit_policy": ("UNIQUE", "FIRST", "ANY")}),
}

DEFINITION: Final = TableForm(
    ("hit_policy", "aggregation", *KIND_FIELDS),
    ("value",),
    {"hit_policy": (*_SINGLE, "COLLECT"), "aggregation": ("SUM", "MIN", "MAX", "COUNT"), "type": TYPES},
)

TITLES: Final = (
    POLICY,
    DEFINITIONS,
    "eligibility",
    "knock_outs",
    "grade",
    "matrix",
    TERMS,
    "conditions",
    "routing",
    CASES,
)
"""Every sheet but those of the definitions' tables, which follow `definitions`, in order."""

_MAX_TITLE: Final = 31
_PLAIN_NAME: Final = re.compile(r"[a-z0-9_]+")
_DIGEST: Final = 8


def definition_title(name: str) -> str:
    """Return the title of the sheet with a definition's table. Office programmes allow 31 characters, in one case."""
    room = _MAX_TITLE - len(DEFINITION_PREFIX)
    if len(name) <= room and _PLAIN_NAME.fullmatch(name):
        return f"{DEFINITION_PREFIX}{name}"
    digest = sha256(name.encode()).hexdigest()[:_DIGEST]
    start = re.sub(r"[^a-z0-9_]", "_", name[: room - _DIGEST - 1])
    return f"{DEFINITION_PREFIX}{start}~{digest}"
