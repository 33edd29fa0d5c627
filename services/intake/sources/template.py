"""Texts with places for what is known of the party that is asked about: `/people/{identifier.us-ssn}`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.intake.domain.party import Address
from services.intake.sources.port import Inquiry, SourceError, SourceFault

_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_IDENTIFIER: Final = re.compile(r"identifier\.([a-z][a-z0-9-]{0,62})")

_SIMPLE: Final[dict[str, Callable[[Inquiry], str | None]]] = {
    "reference": lambda inquiry: inquiry.reference,
    "name": lambda inquiry: inquiry.name,
    "kind": lambda inquiry: inquiry.kind.value,
    "purpose": lambda inquiry: inquiry.purpose,
    "consent_id": lambda inquiry: inquiry.consent_id,
    "date_of_birth": lambda inquiry: None if inquiry.date_of_birth is None else inquiry.date_of_birth.isoformat(),
    "address.lines": lambda inquiry: _of(inquiry.address, lambda address: ", ".join(address.lines)),
    "address.city": lambda inquiry: _of(inquiry.address, lambda address: address.city),
    "address.postal_code": lambda inquiry: _of(inquiry.address, lambda address: address.postal_code),
    "address.country": lambda inquiry: _of(inquiry.address, lambda address: address.country),
}


@dataclass(frozen=True, slots=True)
class Template:
    """A text, checked: each place in it is one that an inquiry can fill."""

    text: str

    def __post_init__(self) -> None:
        for name in _PLACE.findall(self.text):
            if name not in _SIMPLE and _IDENTIFIER.fullmatch(name) is None:
                raise ValueError(f"{{{name}}} is none of {', '.join(_SIMPLE)}, identifier.SCHEME")
        if re.search(r"[{}]", _PLACE.sub("", self.text)):
            raise ValueError("has a brace without its other one")

    def filled(self, inquiry: Inquiry, encode: Callable[[str], str] = str) -> str:
        """Return the text with every place filled; raises `SourceError` when the party lacks one."""
        found = self.filled_or_none(inquiry, encode)
        if found is None:
            raise SourceError(SourceFault.REFUSED, "the party lacks something that this source asks by")
        return found

    def filled_or_none(self, inquiry: Inquiry, encode: Callable[[str], str] = str) -> str | None:
        """Return the text with every place filled, None when the party lacks one."""
        known = {name: _value(name, inquiry) for name in _PLACE.findall(self.text)}
        if any(value is None or value in {"", ".", ".."} for value in known.values()):
            return None
        return _PLACE.sub(lambda place: encode(known[place[1]] or ""), self.text)


def _value(name: str, inquiry: Inquiry) -> str | None:
    simple = _SIMPLE.get(name)
    if simple is not None:
        return simple(inquiry)
    scheme = name.partition(".")[2]
    return next((entry.value for entry in inquiry.identifiers if entry.scheme == scheme), None)


def _of(address: Address | None, part: Callable[[Address], str]) -> str | None:
    return None if address is None else part(address)
