"""Decisions as terms: limit, price and other terms of an outcome."""

import re
from typing import Any, Final

from services.policies.interchange.read.boxed import NoTextError, feel_of
from services.policies.interchange.read.definitions import Reading, label_of, scale_of
from services.policies.interchange.read.names import policy_name
from services.policies.interchange.read.source import expression_of, name_of, own
from services.policies.interchange.read.tables import text_value
from services.policies.interchange.vocabulary import GRANTING, LESS_REASON, RATE_SCALE, ROUND_DOWN_TO, Role
from services.policies.interchange.wrapping import DOWN, MULTIPLE, only_for, unrounded
from shared.dmn.xml import Element

_LOCAL: Final = ("outcome", "rate")
"""Entries that a term of ours has for names that mean something else elsewhere."""

_GUARD: Final = re.compile(r"if ([a-z0-9_]+) = ")


def read_term(decision: Element, reading: Reading) -> tuple[str, dict[str, Any]] | None:
    """Return an outcome, and what a decision of ours adds to its terms; None, with a note, where it cannot be read."""
    outcome, term = own(decision, "outcome") or "", own(decision, "of") or ""
    logic = expression_of(decision)
    try:
        entries, text = ({}, None) if logic is None else _entries(logic, reading)
    except NoTextError as error:
        reading.source.note(decision, f"the {term} of {outcome} {error}, and is left out")
        return None
    if text is None:
        reading.source.note(decision, f"the {term} of {outcome} has no result and is left out")
        return None
    guard = _GUARD.match(text)
    text = (only_for(outcome, guard[1]).within(text) if guard is not None else None) or text
    if own(decision, "role") == Role.OTHER_TERM:
        variable = decision.first("variable")
        kind = reading.kinds.declared(variable.attributes.get("typeRef") if variable is not None else None)
        scale = scale_of(kind, reading.minor_digits)
        value = text if scale is None else unrounded(text, scale)
        return outcome, {"other_terms": {term: {**kind, **label_of(decision), "value": value}}}
    if term == "rate":
        return outcome, {"rate": unrounded(text, RATE_SCALE)}
    return outcome, _limit(entries, text, reading)


def _limit(entries: dict[str, str], text: str, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if LESS_REASON in entries:
        found[LESS_REASON] = text_value(entries[LESS_REASON]) or entries[LESS_REASON]
    exact = MULTIPLE.within(text) if ROUND_DOWN_TO in entries else None
    if exact is None:
        return {"limit": unrounded(text, reading.minor_digits, DOWN), **found}
    return {"limit": exact, ROUND_DOWN_TO: entries[ROUND_DOWN_TO].strip(), **found}


def _entries(logic: Element, reading: Reading) -> tuple[dict[str, str], str | None]:
    """The entries of a context by name, and its result; of another expression just the result."""
    if logic.name != "context":
        return {}, reading.names.expression(feel_of(logic, reading.source))
    entries: dict[str, str] = {}
    result = None
    for entry in logic.all("contextEntry"):
        variable, value = entry.first("variable"), expression_of(entry)
        text = reading.names.expression(feel_of(value, reading.source)) if value is not None else ""
        name = name_of(variable) if variable is not None else ""
        if not name:
            result = text
        elif name in (*_LOCAL, ROUND_DOWN_TO, LESS_REASON):
            entries[name] = text
        else:
            reading.source.note(entry, f"terms have no `{name}`; it is left out")
    return entries, result


def read_terms(decision: Element, reading: Reading) -> dict[str, Any]:
    """Return the terms that a decision of another tool states.

    A context with an entry for each outcome, or with the entries of an approval; any other expression is its limit.
    """
    logic = expression_of(decision)
    if logic is None:
        reading.source.note(decision, "the terms have no logic and are left out")
        return {}
    if logic.name != "context":
        return _only_limit(decision, logic, reading)
    by_outcome = {}
    for entry in logic.all("contextEntry"):
        variable, value = entry.first("variable"), expression_of(entry)
        outcome = policy_name(name_of(variable)) if variable is not None else ""
        if outcome in GRANTING and value is not None:
            by_outcome[outcome] = _foreign(value, reading) if value.name == "context" else None
            if by_outcome[outcome] is None:
                by_outcome[outcome] = _only_limit(entry, value, reading).get("approve", {})
    return by_outcome or {"approve": _foreign(logic, reading)}


def _only_limit(place: Element, logic: Element, reading: Reading) -> dict[str, Any]:
    try:
        return {"approve": {"limit": reading.names.expression(feel_of(logic, reading.source))}}
    except NoTextError as error:
        reading.source.note(place, f"the terms have an expression that {error}; it is left out")
        return {}


def _foreign(context: Element, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in context.all("contextEntry"):
        variable, value = entry.first("variable"), expression_of(entry)
        name = policy_name(name_of(variable)) if variable is not None else ""
        stated = _only_limit(entry, value, reading) if value is not None else {}
        text = stated.get("approve", {}).get("limit")
        if text is None or not name:
            reading.source.note(entry, "an entry of the terms without a name or an expression is left out")
        elif name in ("limit", "rate", ROUND_DOWN_TO):
            found[name] = text.strip()
        elif name == LESS_REASON:
            found[name] = text_value(text) or text
        else:
            kind = reading.kinds.declared(variable.attributes.get("typeRef") if variable is not None else None)
            if not kind:
                reading.source.note(entry, f"the model does not tell the type of `{name}`: state `type` (and `scale`)")
            found.setdefault("other_terms", {})[name] = {**kind, "value": text}
    return found
