"""The catalogue of reason codes: what each one tells the consumer, in English and Chinese.

Wording is specific, as Regulation B asks (12 CFR 1002.9(b)(2)): what about the application stood in the way, never that
a score was too low or that internal standards were not met.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.errors import Fault
from shared.facts import pointer_token

ANY_PRODUCT: Final = "any"

POLICY_UNAVAILABLE: Final = "POLICY_UNAVAILABLE"
POLICY_UNRESOLVED: Final = "POLICY_UNRESOLVED"
SCORE_UNAVAILABLE: Final = "SCORE_UNAVAILABLE"
INFORMATION_INCOMPLETE: Final = "INFORMATION_INCOMPLETE"
SOURCE_UNAVAILABLE: Final = "SOURCE_UNAVAILABLE"

REQUIRED_REASONS: Final = (POLICY_UNAVAILABLE, POLICY_UNRESOLVED, SCORE_UNAVAILABLE, INFORMATION_INCOMPLETE)
"""Codes that every catalogue must word. A code that is new is none of them: what is live must go on loading."""

PLATFORM_REASONS: Final = (*REQUIRED_REASONS, SOURCE_UNAVAILABLE)
"""Codes that the platform itself gives, whatever the policy."""

LANGUAGES: Final = ("en", "zh")

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{2,62}")


class ReasonCatalogueError(ValueError):
    """A catalogue that cannot be loaded; `faults` has every fault, each with its place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code, the product it is for (`any` for all), and its wording by language."""

    code: str
    product: str
    wording: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReasonCatalogue:
    """All reasons by product and code."""

    reasons: Mapping[tuple[str, str], Reason]

    def find(self, code: str, product: str) -> Reason | None:
        """Return the reason for `product`, or the one for any product, or None."""
        return self.reasons.get((product, code)) or self.reasons.get((ANY_PRODUCT, code))

    def codes(self, product: str) -> tuple[str, ...]:
        """Return the codes that `product` may use, sorted."""
        return tuple(sorted(code for owner, code in self.reasons if owner in (product, ANY_PRODUCT)))


def parse_reasons(documents: Iterable[Mapping[str, Any]]) -> ReasonCatalogue:
    """Return the catalogue of documents `{product, reasons: {<CODE>: {en, zh}}}` (YAML or JSON, already loaded).

    Raises `ReasonCatalogueError`; its pointers start with the number of the document. A code stands once per product,
    and not both for `any` and for a product.
    """
    faults: list[Fault] = []
    found: dict[tuple[str, str], Reason] = {}
    for number, document in enumerate(documents):
        for reason, pointer in _parse_one(document, f"/{number}", faults):
            clash = [key for key in found if key[1] == reason.code and _same_scope(key[0], reason.product)]
            if clash:
                faults.append(Fault(pointer, "duplicate_reason", f"`{reason.code}` stands twice"))
            found[reason.product, reason.code] = reason
    if faults:
        raise ReasonCatalogueError(faults)
    return ReasonCatalogue(found)


def _same_scope(one: str, other: str) -> bool:
    return one == other or ANY_PRODUCT in (one, other)


def _parse_one(document: Mapping[str, Any], pointer: str, faults: list[Fault]) -> list[tuple[Reason, str]]:
    for key in document:
        if key not in ("product", "reasons"):
            faults.append(Fault(f"{pointer}/{pointer_token(str(key))}", "unknown_key", f"unknown key `{key}`"))
    product, entries = document.get("product"), document.get("reasons")
    if not isinstance(product, str) or not isinstance(entries, Mapping):
        faults.append(Fault(pointer, "missing_key", "needs `product` (text) and `reasons` (mapping)"))
        return []
    reasons = []
    for code, wording in entries.items():
        place = f"{pointer}/reasons/{pointer_token(str(code))}"
        fault = _reason_fault(code, wording)
        if fault is not None:
            faults.append(Fault(place, *fault))
        else:
            reasons.append((Reason(code, product, dict(wording)), place))
    return reasons


def _reason_fault(code: object, wording: object) -> tuple[str, str] | None:
    if not isinstance(code, str) or _CODE.fullmatch(code) is None:
        return "bad_code", f"`{code}` is not an upper snake case code"
    if not isinstance(wording, Mapping) or set(wording) != set(LANGUAGES):
        return "bad_wording", f"`{code}` needs wording in exactly {' and '.join(LANGUAGES)}"
    if not all(isinstance(text, str) and text.strip() for text in wording.values()):
        return "bad_wording", f"`{code}` has an empty wording"
    return None
