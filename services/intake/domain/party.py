"""A party: a person or a company that applies, owns, or guarantees, and what identifies it.

What identifies anybody is left out of the `repr` of these values, so that none gets into a log by way of one.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class PartyKind(StrEnum):
    """What a party is."""

    PERSON = "person"
    COMPANY = "company"


class PartyStatus(StrEnum):
    """Where a party's record stands: in use, part of another record, or emptied of what identified the party."""

    ACTIVE = "active"
    MERGED = "merged"
    ERASED = "erased"


class NameUse(StrEnum):
    """What a name is."""

    LEGAL = "legal"
    TRADE = "trade"
    FORMER = "former"


class ContactKind(StrEnum):
    """How a party is reached."""

    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, in Latin or Chinese script; a person's is one text, in the order that its owner uses."""

    text: str = field(repr=False)
    use: NameUse = NameUse.LEGAL


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier in its normal form, by scheme (`us-ssn`, `cn-uscc`, `lei`, ...)."""

    scheme: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` is an ISO 3166-1 alpha-2 code."""

    lines: tuple[str, ...] = field(repr=False)
    city: str = field(repr=False)
    postal_code: str = field(repr=False)
    country: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A telephone number (E.164) or an e-mail address."""

    kind: ContactKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """What identifies a party. It is kept sealed, as one document, and never leaves intake by an event or a log.

    `born_on` is a person's date of birth or a company's date of foundation.
    """

    names: tuple[Name, ...]
    identifiers: tuple[Identifier, ...] = ()
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    born_on: date | None = field(default=None, repr=False)
    legal_form: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where a party came from and who in the house it belongs to; no personal data.

    `industry` is a code of the industry table in use (NAICS, GB/T 4754), `country` an ISO 3166-1 alpha-2 code.
    """

    channel: str | None = None
    partner: str | None = None
    business_unit: str | None = None
    country: str | None = None
    industry: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A party as it stands. `profile` is None where none was given, or it was erased.

    `external_ref` is the caller's own customer number; `merged_into` is there once this record is part of another.
    """

    party_id: str
    kind: PartyKind
    status: PartyStatus
    external_ref: str | None = field(repr=False)
    profile: Profile | None
    attribution: Attribution
    version: int
    created_at: datetime
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party as it comes in. One without a profile is known by its customer number only."""

    kind: PartyKind
    external_ref: str | None = field(default=None, repr=False)
    profile: Profile | None = None
    attribution: Attribution = Attribution()


class PartyAction(StrEnum):
    """What was done to a party's record."""

    TAKEN_IN = "taken_in"
    COMPLETED = "completed"
    UPDATED = "updated"
    REVEALED = "revealed"
    MERGED = "merged"
    ABSORBED = "absorbed"
    UNMERGED = "unmerged"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class State:
    """What people edit of a party."""

    profile: Profile | None
    attribution: Attribution


@dataclass(frozen=True, slots=True)
class PartyChange:
    """What somebody did to a party's record, kept for good; what it holds of the person is sealed with the record.

    `version` is the record's from then on. A merge tells of the two records: `merged` of the one that is part of
    another from then on, `absorbed` of the other; when it is taken back, `unmerged` and `released`.
    """

    change_id: str
    party_id: str
    version: int
    action: PartyAction
    actor: str
    created_at: datetime
    other_party_id: str | None = None
    before: State | None = None
    after: State | None = None
    reason: str | None = None
