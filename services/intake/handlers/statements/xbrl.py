"""XBRL instances, and inline XBRL, as numeric facts.

A library finds facts, contexts and units. What it leaves open is settled here: a document must be well-formed to its
end and define no entities before it is handed over; values are read from their text, and not from the library's binary
fractions; and facts of a dimension (in a segment or a scenario) or of a compound unit, which it does not tell from
others, are left out.
"""

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from services.intake.domain.statements.amounts import DecimalMark, number_of
from services.intake.domain.statements.instance import InstanceFact
from shared.errors import Fault, Refusal, invalid

if TYPE_CHECKING:
    from ixbrlparse import IXBRL

MAX_ELEMENTS: Final = 100_000
MAX_FACTS: Final = 10_000
MAX_DEPTH: Final = 100
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_COMMA_FORMATS: Final = frozenset({"numcommadecimal", "numcomma", "numdotcomma", "numspacecomma"})
_ZERO_FORMATS: Final = frozenset({"zerodash", "numdash", "fixedzero"})
_POINT_FORMATS: Final = frozenset({"", "numdotdecimal", "numcommadot", "numspacedot"})


def read_instance(raw: bytes) -> list[InstanceFact]:
    """Return the numeric facts of an instance; raises `Refusal` with 422 for what is not a readable one."""
    _require_harmless(raw)
    # Loaded for who imports an instance, and never by a service that starts.
    from ixbrlparse import IXBRL  # noqa: PLC0415

    try:
        found = IXBRL(io.BytesIO(raw), raise_on_error=False)
        return list(_facts(found))
    except Refusal:
        raise
    # The document is a stranger's: the library raises whatever the odd one leads to.
    except Exception:
        raise _unreadable("", "unreadable", "the file is no XBRL instance") from None


def _facts(found: "IXBRL") -> Iterator[InstanceFact]:
    for error in found.errors:
        # What the library can't read it leaves out; an amount must not be left out because it is none.
        element = error["element"] if isinstance(error, dict) else error.element
        if element.get("unitRef") is not None and not _is_nil(element):
            raise _unreadable("/facts", "invalid_amount", "the value of a fact is no number")
    with_scenario, compound = _parents(found, "scenario"), _parents(found, "divide")
    for fact in found.numeric:
        tag, context = fact.soup_tag, fact.context
        if isinstance(context, str):
            raise _unreadable("/facts", "no_context", "a fact names a context that is not there")
        reference = tag.get("unitRef")
        currency = found.units.get(reference) or ""
        prefix, _, code = currency.rpartition(":")
        is_plain = not context.segments and context.id not in with_scenario and reference not in compound
        end = context.instant or context.enddate
        if not is_plain or prefix != "iso4217" or end is None or _is_nil(tag):
            continue
        start: date | None = None if context.instant else context.startdate
        if start is not None and start > end:
            raise _unreadable("/facts", "period_reversed", "a context ends before it starts")
        namespace, concept = _name(found, fact)
        yield InstanceFact(namespace, concept, start, end, _value(tag), code, _decimals(tag))


def _parents(found: "IXBRL", name: str) -> set[str | None]:
    """Return the ids of the contexts or units that have an element of this local name."""
    tags = found.soup.find_all(lambda tag: tag.name.rpartition(":")[2] == name)
    return {None if tag.parent is None else str(tag.parent.get("id")) for tag in tags}


def _is_nil(tag: Any) -> bool:
    return any(name.rpartition(":")[2] == "nil" and value in ("true", "1") for name, value in tag.attrs.items())


def _name(found: "IXBRL", fact: Any) -> tuple[str, str]:
    """Return namespace and local name of a fact's concept: its element's own, or those that an inline fact names."""
    tag = fact.soup_tag
    named = tag.get("name")
    if named is None:
        return str(tag.namespace or ""), str(tag.name).rpartition(":")[2]
    prefix, _, concept = str(named).rpartition(":")
    places = found.namespaces.get(f"xmlns:{prefix}", "")
    return (places if isinstance(places, str) else " ".join(places)), concept


def _value(tag: Any) -> Decimal:
    """Return the exact value of a fact, in units: its text by its format, times its scale, with its sign."""
    text = tag.get_text().strip()
    form = str(tag.get("format") or "").rpartition(":")[2].replace("-", "").lower()
    try:
        if form in _ZERO_FORMATS:
            return Decimal(0)
        if tag.get("name") is None:
            if _NUMBER.fullmatch(text) is None:
                raise ValueError
            return Decimal(text)
        if form not in _COMMA_FORMATS | _POINT_FORMATS:
            raise _unreadable("/facts", "unknown_format", "a fact has a format that is no number's")
        number = number_of(text, DecimalMark.COMMA if form in _COMMA_FORMATS else DecimalMark.POINT)
        if number is None:
            raise ValueError
        scale = int(tag.get("scale") or 0)
        if abs(scale) > 15:
            raise ValueError
        # Read anew with its scale, because arithmetic would round.
        exact = Decimal(f"{number:f}e{scale}")
        return exact.copy_negate() if tag.get("sign") == "-" else exact
    except (ValueError, InvalidOperation):
        raise _unreadable("/facts", "invalid_amount", "the value of a fact is no number") from None


def _decimals(tag: Any) -> int | None:
    stated = tag.get("decimals")
    if stated is None or stated == "INF":
        return None
    if re.fullmatch(r"[+-]?[0-9]{1,2}", str(stated)) is None:
        raise _unreadable("/facts", "invalid_decimals", "the decimals of a fact are no whole number")
    return int(stated)


def _require_harmless(raw: bytes) -> None:
    """Raise `Refusal` for XML that is not well-formed, has a document type (the home of entity bombs and of documents
    fetched from elsewhere), or is too large or too deep.
    """
    parser = expat.ParserCreate()
    count = facts = depth = 0

    def start(_name: str, attributes: dict[str, str]) -> None:
        nonlocal count, facts, depth
        count, facts, depth = count + 1, facts + ("contextRef" in attributes), depth + 1
        if count > MAX_ELEMENTS or facts > MAX_FACTS or depth > MAX_DEPTH:
            words = f"an instance has at most {MAX_ELEMENTS:,} elements, {MAX_FACTS:,} facts, {MAX_DEPTH} deep"
            raise _unreadable("", "too_large", words)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise _unreadable("", "document_type", "a document type (`<!DOCTYPE`) is not accepted")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise _unreadable("", "unreadable", "the file is not well-formed XML") from None


def _unreadable(pointer: str, code: str, words: str) -> Refusal:
    return invalid("unreadable_statement", "the file can't be taken in", [Fault(pointer, code, words)])
