"""A profile as it is compared."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.intake.domain.matching.names import ComparedName, company_name, person_name
from services.intake.domain.matching.places import Place, place
from services.intake.domain.party import ContactKind, Identifier, PartyKind, Profile

_MOST: Final = 8
"""So many names, addresses and contacts of a profile are compared, the first ones."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a profile is compared. `phones` are the digits that matter, without prefixes of countries."""

    kind: PartyKind
    names: tuple[ComparedName, ...]
    identifiers: frozenset[Identifier]
    places: tuple[Place, ...]
    phones: frozenset[str]
    emails: frozenset[str]
    born_on: date | None


def traits_of(kind: PartyKind, profile: Profile) -> Traits:
    """Return the compared form of a profile."""
    form = person_name if kind is PartyKind.PERSON else company_name
    contacts = profile.contacts[:_MOST]
    phones = (_phone(contact.value) for contact in contacts if contact.kind is ContactKind.PHONE)
    emails = (contact.value.strip().casefold() for contact in contacts if contact.kind is ContactKind.EMAIL)
    return Traits(
        kind=kind,
        names=tuple(filter(None, (form(name.text) for name in profile.names[:_MOST]))),
        identifiers=frozenset(profile.identifiers),
        places=tuple(place(address) for address in profile.addresses[:_MOST]),
        phones=frozenset(filter(None, phones)),
        emails=frozenset(filter(None, emails)),
        born_on=profile.born_on,
    )


def _phone(value: str) -> str:
    return "".join(character for character in value if character in "0123456789")[-9:]
