"""Figures of an artefact as a reader wants them, and the places where the artefact keeps them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from shared.pages.markup import Markup, element, joined

NOT_STATED: Final = "not stated in the artefact"
NONE: Final = "\u2013"
_MINUS: Final = "\u2212"


def named(fact: str) -> str:
    """Return the name of a fact as words: `checking_status` is `Checking status`."""
    words = fact.replace("_", " ")
    return words[:1].upper() + words[1:]


def percent(text: str | None) -> str:
    """Return a share, a decimal string, as a percentage with one place."""
    return NONE if text is None else f"{number(str(Decimal(text) * 100), 1)} %"


def number(text: str | None, places: int) -> str:
    """Return a decimal string with so many places."""
    return NONE if text is None else f"{Decimal(text):z,.{places}f}".replace("-", _MINUS)


def interval(bounds: Mapping[str, str] | None, places: int = 3) -> str:
    """Return an estimate with its bounds: `0.791 (0.738 to 0.844)`."""
    if bounds is None:
        return NONE
    low, high = number(bounds["low"], places), number(bounds["high"], places)
    return f"{number(bounds['estimate'], places)} ({low} to {high})"


def p_value(text: str) -> str:
    """Return a p-value with three places, or that it is below what they show."""
    return "< 0.001" if Decimal(text) < Decimal("0.001") else number(text, 3)


def share(part: int, whole: int) -> str:
    """Return a part as a percentage of the whole."""
    return f"{Decimal(100 * part) / whole:.1f} %" if whole else NONE


def fraction(text: str) -> Fraction:
    """Return a decimal string exactly, for a chart."""
    return Fraction(text)


def parts(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return what was measured of each part of the data, the fitted one first; nothing without a validation pack."""
    found: Sequence[Mapping[str, Any]] = document.get("validation", {}).get("parts", ())
    return found


def judged(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the part that the results speak of first: held-out rows, fitted ones where there are no others."""
    measured = parts(document)
    return next((part for part in measured if part["role"] != "fitted"), measured[0] if measured else None)


def stated(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return the object below `keys` of what an artefact may state in any shape; an empty one where there is none."""
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def stated_list(document: Mapping[str, Any], *keys: str) -> Sequence[Mapping[str, Any]]:
    """Return the objects in the list below `keys`, as `stated` does."""
    found = stated(document, *keys[:-1]).get(keys[-1])
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list | tuple) else []


def origin(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what the artefact was made from, with the hashes that hold it to that."""
    provenance = document["provenance"]
    if "imported_from" in provenance:
        file = element("code", str(provenance.get("source_sha256", NOT_STATED)))
        return [("Imported from", str(provenance["imported_from"])), ("Its file", joined("SHA-256 ", file))]
    source = stated(document, "provenance", "data")
    return [
        ("Source", str(source.get("citation") or provenance.get("data", NOT_STATED))),
        ("File", joined("SHA-256 ", element("code", str(source.get("sha256", NOT_STATED))))),
        ("Build spec", joined("SHA-256 ", element("code", str(provenance.get("spec_sha256", NOT_STATED))))),
    ]


def part_name(name: str) -> str:
    """Return the name of a part as words: `held_out` is `held out`."""
    return name.replace("_", " ")


def entries(pairs: Sequence[tuple[str, str]]) -> Markup:
    """Return names with what they stand for, as a list."""
    return element("dl", *(joined(element("dt", name), element("dd", text)) for name, text in pairs), class_="versions")


def items(texts: Sequence[str]) -> Markup:
    """Return texts as a list; nothing of none."""
    return element("ul", *(element("li", text) for text in texts)) if texts else Markup("")


def note(*texts: str) -> Markup:
    """Return a remark in small print."""
    return element("p", *texts, class_="note")
