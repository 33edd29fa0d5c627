"""Decisions as terms: limit, price and other terms of an outcome."""

import re
from collections.abc import Iterator
from typing import Any, Final

from services.policies.interchange.read.boxed import NoTextError, feel_of
from services.policies.interchange.read.definitions import Reading, label_of, scale_of, type_of
from services.policies.interchange.read.names import policy_name
from services.policies.interchange.read.source import expression_of, name_of, own
from services.policies.interchange.read.tables import text_value
from services.policies.interchange.vocabulary import GRANTING, LESS_REASON, PREVAILING, RATE_SCALE, ROUND_DOWN_TO, Role
from services.policies.interchange.wrapping import DOWN, MULTIPLE, only_for, unrounded
from shared.dmn.xml import Element

_OFFERED: Final = re.compile(r"\w+\.rate|rate|null")
"""The price in the matrix, before the terms."""

_GUARD: Final = re.compile(rf"if ({PREVAILING}(?:_[0-9]+)?) = ")


def read_term(decision: Element, reading: Reading) -> tuple[str, dict[str, Any]] | None:
    """Return an outcome, and what a decision of ours adds to its terms; None, with a note, where it cannot be read."""
    outcome, term = own(decision, "outcome") or "", own(decision, "of") or ""
    logic = expression_of(decision)
    try:
        entries, text = ({}, None) if logic is None else _entries(logic, outcome, reading)
    except NoTextError as error:
        reading.source.note(decision, f"the {term} of {outcome} {error}, and is left out")
        return None
    if text is None:
        reading.source.note(decision, f"the {term} of {outcome} has no result and is left out")
        return None
    guard = _GUARD.match(text)
    text = (only_for(outcome, guard[1]).within(text) if guard is not None else None) or text
    if own(decision, "role") == Role.OTHER_TERM:
        kind = reading.kinds.declared(type_of(decision))
        scale = scale_of(kind, reading.minor_digits)
        value = text if scale is None else unrounded(text, scale)
        return outcome, {"other_terms": {term: {**kind, **label_of(decision), "value": value}}}
    if term == "rate":
        return outcome, {"rate": unrounded(text, RATE_SCALE)}
    return outcome, _limit(decision, entries, text, reading)


def _limit(decision: Element, entries: dict[str, str], text: str, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if LESS_REASON in entries:
        found[LESS_REASON] = text_value(entries[LESS_REASON]) or entries[LESS_REASON]
    if ROUND_DOWN_TO in entries:
        exact = MULTIPLE.within(text)
        if exact is not None:
            return {"limit": exact, ROUND_DOWN_TO: entries[ROUND_DOWN_TO].strip(), **found}
        reading.source.note(decision, f"the limit is not rounded by its `{ROUND_DOWN_TO}`, which is left out")
    return {"limit": unrounded(text, reading.minor_digits, DOWN), **found}


def _entries(logic: Element, outcome: str, reading: Reading) -> tuple[dict[str, str], str | None]:
    """The entries of a context by name, and its result; of another expression just the result."""
    if logic.name != "context":
        return {}, reading.names.expression(feel_of(logic, reading.source))
    entries: dict[str, str] = {}
    result = None
    for entry in logic.all("contextEntry"):
        variable, value = entry.first("variable"), expression_of(entry)
        written = feel_of(value, reading.source) if value is not None else ""
        name = name_of(variable) if variable is not None else ""
        if not name:
            result = reading.names.expression(written)
        elif name in (ROUND_DOWN_TO, LESS_REASON):
            entries[name] = reading.names.expression(written)
        elif not _follows(name, written, outcome):
            reading.source.note(entry, f"terms cannot say what `{name}` is; it is left out")
    return entries, result


def _follows(name: str, written: str, outcome: str) -> bool:
    """Tell whether an entry says what its name means in terms anyway: the outcome, or the price in the matrix."""
    if name == "outcome":
        return text_value(written) == outcome
    return name == "rate" and _OFFERED.fullmatch(written.strip()) is not None


def read_terms(decision: Element, reading: Reading) -> dict[str, Any]:
    """Return the terms that a decision of another tool states, by outcome.

    A context has an entry for each outcome, or the entries of an approval; any other expression is its limit.
    """
    logic = expression_of(decision)
    if logic is None:
        reading.source.note(decision, "the terms have no logic and are left out")
        return {}
    by_outcome = {}
    for name, entry, value in _named_entries(logic):
        if name in GRANTING:
            by_outcome[name] = _foreign(value, entry, reading)
    if by_outcome:
        return by_outcome
    reading.source.note(decision, "the model does not tell of which outcome its terms are; they are read as approve's")
    return {"approve": _foreign(logic, decision, reading)}


def _named_entries(logic: Element) -> Iterator[tuple[str, Element, Element]]:
    """The entries of a context that have a name and an expression."""
    for entry in logic.all("contextEntry"):
        variable, value = entry.first("variable"), expression_of(entry)
        if variable is not None and value is not None and name_of(variable):
            yield policy_name(name_of(variable)), entry, value


def _foreign(logic: Element, place: Element, reading: Reading) -> dict[str, Any]:
    """The terms of one outcome: the entries of a context, or a limit."""
    if logic.name != "context":
        text = _text(logic, place, reading)
        return {} if text is None else {"limit": text}
    found: dict[str, Any] = {}
    for name, entry, value in _named_entries(logic):
        text = _text(value, entry, reading)
        if text is None:
            continue
        if name in ("limit", "rate", ROUND_DOWN_TO):
            found[name] = text.strip()
        elif name == LESS_REASON:
            found[name] = text_value(text) or text
        else:
            kind = reading.kinds.declared(type_of(entry))
            if not kind:
                reading.source.note(entry, f"the model does not tell the type of `{name}`: state `type` (and `scale`)")
            found.setdefault("other_terms", {})[name] = {**kind, "value": text}
    return found


def _text(logic: Element, place: Element, reading: Reading) -> str | None:
    try:
        return reading.names.expression(feel_of(logic, reading.source))
    except NoTextError as error:
        reading.source.note(place, f"an expression of the terms {error}; it is left out")
        return None
