"""Values that a policy names: definitions by an expression, and the terms of what is granted. Both directions."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from services.policies.sheets.faults import Faults, did_you_mean, shown
from services.policies.sheets.grid import Grid, feel_text
from services.policies.sheets.layout import DEFINITIONS, KIND_FIELDS, LABEL, LABEL_ZH, TERMS
from services.policies.sheets.records import Record, read_records
from services.policies.sheets.wire import decode_list, encode_list

_DEFINITION_HEAD: Final = ("name", *KIND_FIELDS, "value")
_TERM_HEAD: Final = ("outcome", "part", "name", *KIND_FIELDS, "value")

_LABELS: Final = {LABEL: "en", LABEL_ZH: "zh"}
"""The columns of a label in both languages, and its keys."""

PARTS: Final = ("limit", "round_down_to", "less_reason", "rate")
"""Terms that are one text; `other_terms` have names and types of their own."""
OTHER: Final = "other_terms"
GRANTING: Final = ("approve", "counter_offer")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` where it is a mapping, else an empty one: what has no place on a sheet is found by comparison."""
    return value if isinstance(value, Mapping) else {}


def definitions_grid(definitions: Mapping[str, Any]) -> Grid:
    """Return the sheet of the definitions that are expressions."""
    scalars = ((name, mapping(entry)) for name, entry in definitions.items() if "rows" not in mapping(entry))
    rows = [[name, *_kind_cells(entry), text_of(entry.get("value"))] for name, entry in scalars]
    return Grid(DEFINITIONS, [list(_DEFINITION_HEAD), *rows])


def read_definitions(grid: Grid, faults: Faults) -> dict[str, Any]:
    """Return the definitions of the sheet."""
    found: dict[str, Any] = {}
    for record in read_records(grid, _DEFINITION_HEAD, (), faults):
        name = record.text("name")
        if name is None:
            record.fault("name", "the definition has no name")
        elif name in found:
            record.fault("name", f"there are two definitions `{shown(name)}`")
        else:
            found[name] = {**read_kind(record), **_value(record)}
    return found


def terms_grid(terms: Mapping[str, Any]) -> Grid:
    """Return the sheet of the terms."""
    return Grid(TERMS, [list(_TERM_HEAD), *_term_rows(terms)])


def _term_rows(terms: Mapping[str, Any]) -> Iterator[list[str | None]]:
    for outcome, entry in terms.items():
        term = mapping(entry)
        blank = [None] * len(KIND_FIELDS)
        for part in PARTS:
            if part in term:
                yield [outcome, part, None, *blank, text_of(term[part])]
        others = mapping(term.get(OTHER))
        for name, other in others.items():
            yield [outcome, OTHER, name, *_kind_cells(mapping(other)), text_of(mapping(other).get("value"))]
        if OTHER in term and not others:
            yield [outcome, OTHER, None, *blank, None]


def read_terms(grid: Grid, faults: Faults) -> dict[str, Any]:
    """Return the terms of the sheet."""
    terms: dict[str, Any] = {}
    for record in read_records(grid, _TERM_HEAD, (), faults):
        outcome, part = _choice(record, "outcome", GRANTING), _choice(record, "part", (*PARTS, OTHER))
        if outcome is None or part is None:
            continue
        term = terms.setdefault(outcome, {})
        if part == OTHER:
            _read_other_term(record, term.setdefault(OTHER, {}))
            continue
        for column in ("name", *KIND_FIELDS):
            if column in record.values:
                record.fault(column, f"only {OTHER} have a {column}")
        if part in term:
            record.fault("part", f"{outcome} has two rows `{part}`")
        elif "value" not in record.values:
            record.fault("part", f"`{part}` has no value")
        else:
            term[part] = _value(record)["value"]
    return terms


def _read_other_term(record: Record, others: dict[str, Any]) -> None:
    name = record.text("name")
    if name is not None and name not in others:
        others[name] = {**read_kind(record), **_value(record)}
    elif name is not None:
        record.fault("name", f"there are two terms `{shown(name)}`")
    elif len(record.values) > 2:
        record.fault("part", "the term has no name")


def kind_texts(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of how a definition or term is declared, those that are there."""
    stated = {key: value for key, value in entry.items() if key in KIND_FIELDS and key != LABEL_ZH}
    if isinstance(stated.get(LABEL), Mapping):
        words = stated.pop(LABEL)
        stated |= {column: words[key] for column, key in _LABELS.items() if key in words}
    return {key: _kind_text(key, value) for key, value in stated.items()}


def read_kind(record: Record) -> dict[str, Any]:
    """Return how a definition or term is declared."""
    parse: Mapping[str, Callable[[str], Any]] = {"scale": _whole, "values": decode_list}
    found = {key: record.parsed(key, parse.get(key, str)) for key in KIND_FIELDS}
    kind = {key: value for key, value in found.items() if value is not None}
    if LABEL_ZH in kind:
        kind[LABEL] = {key: kind.pop(column) for column, key in _LABELS.items() if column in kind}
    return kind


def text_of(value: Any) -> str | None:
    """Return a value as a cell; None, an empty cell, for what is not there or blank."""
    text = "" if value is None else str(value)
    return text if text.strip() else None


def _kind_cells(entry: Mapping[str, Any]) -> list[str | None]:
    texts = kind_texts(entry)
    return [texts.get(key) for key in KIND_FIELDS]


def _kind_text(key: str, value: Any) -> str:
    return encode_list(value) if key == "values" and isinstance(value, list | tuple) else str(value)


def _whole(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdecimal() or len(text) > 9:
        raise ValueError("is not a whole number")
    return int(text)


def _value(record: Record) -> dict[str, str]:
    return {"value": feel_text(record.values["value"])} if "value" in record.values else {}


def _choice(record: Record, column: str, allowed: tuple[str, ...]) -> str | None:
    text = (record.text(column) or "").strip()
    if text in allowed:
        return text
    record.fault(column, f"must be one of {', '.join(allowed)}{did_you_mean(text, allowed)}")
    return None
