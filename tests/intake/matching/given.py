"""What tests of matching start from: profiles as people fill them in, and parties that are stored and can be found."""

from collections.abc import Mapping
from datetime import date

from services.intake.domain.matching import Comparison, Match, compare, judge, traits_of
from services.intake.domain.party import (
    Address,
    Attribution,
    Contact,
    ContactKind,
    Identifier,
    Name,
    NewParty,
    PartyKind,
    Profile,
)
from services.intake.handlers import matching
from services.intake.handlers import parties as handlers
from services.intake.vault import Vault
from shared.db import Database

PERSON = PartyKind.PERSON
COMPANY = PartyKind.COMPANY
HERE = Address(("12 Station Road",), "Leeds", "LS1 4AB", "GB")
THERE = Address(("7 Mill Lane",), "Bristol", "BS2 9XY", "GB")
BORN = date(1984, 3, 5)
PHONE = "+447700900123"


def profile(
    *names: str,
    at: Address | None = None,
    born: date | None = None,
    phone: str | None = None,
    ids: Mapping[str, str] | None = None,
) -> Profile:
    """A profile; what isn't said is left out."""
    return Profile(
        names=tuple(Name(name) for name in names),
        identifiers=tuple(Identifier(scheme, value) for scheme, value in (ids or {}).items()),
        addresses=(at,) if at else (),
        contacts=(Contact(ContactKind.PHONE, phone),) if phone else (),
        born_on=born,
    )


def compared(kind: PartyKind, one: Profile, other: Profile) -> Comparison:
    """What comparing two parties comes to."""
    return compare(traits_of(kind, one), traits_of(kind, other))


def verdict(kind: PartyKind, one: Profile, other: Profile) -> Match:
    """What matching one party with another comes to."""
    return judge([("pty_other", compared(kind, one, other))])


async def stored(db: Database, vault: Vault, kind: PartyKind, *profiles: Profile) -> list[str]:
    """Take in parties, each in a transaction of its own; return their ids."""
    found = []
    for each in profiles:
        async with db.transaction() as tx:
            (taken,) = await handlers.take_in(tx, vault, [NewParty(kind, None, each, Attribution())])
        found.append(taken.party_id)
    return found


async def matched(db: Database, vault: Vault, kind: PartyKind, *profiles: Profile) -> list[Match]:
    """What parties come to that would come in now; nothing is stored."""
    async with db.transaction() as tx:
        return await matching.match(tx, vault, kind, profiles)
