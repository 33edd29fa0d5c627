"""Parties as a lender has them: skewed names, families at one address, sister companies, namesakes elsewhere.

Everything follows from a seed: a block of parties can be made again wherever it is needed.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from services.intake.domain.party import Address, Contact, ContactKind, Identifier, Name, PartyKind, Profile
from tests.bench.intake import lists

BLOCK: Final = 5_000
"""So many parties are made from one seed; relatives are found within their block."""
_RELATED: Final = 0.08
"""The share of parties that have much in common with one before them, and are another."""
_KNOWN_BY_NUMBER: Final = 0.9
_SCHEMES: Final = {
    PartyKind.PERSON: {"CN": "cn-ric", "US": "us-ssn", "DE": "de-idnr", "FR": "fr-nir", "PL": "pl-pesel"},
    PartyKind.COMPANY: {
        "CN": "cn-uscc", "US": "us-ein", "GB": "gb-crn", "DE": "lei", "FR": "fr-siren", "PL": "pl-regon",
    },
}  # fmt: skip
"""Strong ones; nobody in the United Kingdom has a number for life."""


@dataclass(frozen=True, slots=True)
class Made:
    """A party of the labelled set; `country` is CN for those that are written in Chinese."""

    party_id: str
    kind: PartyKind
    country: str
    profile: Profile


def block(number: int, size: int = BLOCK) -> list[Made]:
    """Return the parties of a block."""
    maker = Maker(random.Random(f"block {number}"))
    made: list[Made] = []
    for place in range(size):
        party_id = f"pty_{number:08x}{place:024x}"
        if made and maker.chance.random() < _RELATED:
            made.append(maker.relative(maker.chance.choice(made), party_id))
        else:
            made.append(maker.party(party_id))
    return made


def zipf(names: Sequence[str], shares: Sequence[int] = ()) -> tuple[Sequence[str], list[float]]:
    """Return names with their cumulative weights: the shares given, then by Zipf's law from the last of them on."""
    weights = [float(share) for share in shares]
    last, first = (weights[-1], len(weights)) if weights else (1000.0, 1)
    weights += [last * first / (place + 1) for place in range(len(weights), len(names))]
    return names, list(itertools.accumulate(weights))


_HAN_SURNAMES: Final = zipf(lists.HAN_SURNAMES, lists.HAN_SURNAME_SHARES)
_HAN_GIVEN: Final = zipf(lists.HAN_GIVEN)
_GIVEN: Final = zipf(lists.GIVEN)
_SURNAMES: Final = zipf(lists.SURNAMES)
_FIRMS: Final = zipf(lists.FIRMS)
_HAN_FIRM: Final = zipf(lists.HAN_FIRM)


class Maker:
    """Makes parties by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def party(self, party_id: str) -> Made:
        """Return a party that has nothing to do with any other."""
        kind = PartyKind.PERSON if self.chance.random() < 0.5 else PartyKind.COMPANY
        country = "CN" if self.chance.random() < 0.5 else self.chance.choice(list(lists.CITIES))
        if kind is PartyKind.PERSON:
            name, born_on = self.person_name(country), self.day(1945, 2004)
        else:
            name, born_on = self.company_name(country), self.day(1970, 2024)
        return Made(
            party_id,
            kind,
            country,
            Profile(
                names=(Name(name),),
                identifiers=self.identifiers(kind, country),
                addresses=(self.address(country),),
                contacts=self.contacts(country),
                born_on=born_on if self.chance.random() < 0.95 else None,
            ),
        )

    def relative(self, of: Made, party_id: str) -> Made:
        """Return another party that is easily taken for `of`: of its family, its sister company, or its namesake."""
        fresh = self.party(party_id)
        own = of.profile
        profile = replace(own, identifiers=self.identifiers(of.kind, of.country), contacts=self.contacts(of.country))
        if self.chance.random() < 0.4:
            profile = replace(profile, addresses=(self.address(of.country, own.addresses[0].city),))
            born_on = self.day(1945, 2004) if of.kind is PartyKind.PERSON else self.day(1970, 2024)
            return replace(fresh, kind=of.kind, country=of.country, profile=replace(profile, born_on=born_on))
        if self.chance.random() < 0.5:
            profile = replace(profile, contacts=own.contacts[:1])
        if of.kind is PartyKind.PERSON:
            names, born_on = self._of_the_family(own.names[0].text, of.country), self.day(1945, 2004)
        else:
            names, born_on = self._sister(own.names[0].text, of.country), self.day(1970, 2024)
        profile = replace(profile, names=(Name(names),), born_on=born_on)
        return replace(fresh, kind=of.kind, country=of.country, profile=profile)

    def _of_the_family(self, name: str, country: str) -> str:
        while True:
            other = self.person_name(country)
            mixed = name[0] + other[1:] if country == "CN" else f"{other.split()[0]} {name.rsplit(maxsplit=1)[-1]}"
            if mixed != name:
                return mixed

    def _sister(self, name: str, country: str) -> str:
        """Another trade behind the same name: the words before the trade are the same."""
        if country == "CN":
            form = next(form for form in sorted(lists.HAN_FORMS, key=len, reverse=True) if name.endswith(form))
            core = name.removesuffix(form)
            trade = next((trade for trade in lists.HAN_TRADES if core.endswith(trade)), "")
            other = self.chance.choice([each for each in lists.HAN_SISTERS if each != trade])
            return core.removesuffix(trade) + other + form
        words = name.split()
        kept = [word for word in words[:2] if word not in lists.TRADES]
        other = self.chance.choice([each for each in lists.SISTERS if each not in words])
        return " ".join([*kept[:1], other, self.chance.choice(lists.FORMS[country])])

    def person_name(self, country: str) -> str:
        """Return a name in the order of its country."""
        pick = self.chance.choices
        if country == "CN":
            given = pick(_HAN_GIVEN[0], cum_weights=_HAN_GIVEN[1], k=1 if self.chance.random() < 0.2 else 2)
            return "".join([*pick(_HAN_SURNAMES[0], cum_weights=_HAN_SURNAMES[1]), *given])
        names = pick(_GIVEN[0], cum_weights=_GIVEN[1], k=2 if self.chance.random() < 0.15 else 1)
        if self.chance.random() < 0.5:
            surname = pick(_SURNAMES[0], cum_weights=_SURNAMES[1])[0]
        else:
            surname = self.chance.choice(lists.STEMS) + self.chance.choice(lists.ENDINGS)
        return " ".join([*names, surname])

    def company_name(self, country: str) -> str:
        """Return a name with its trade, mostly, and its legal form."""
        pick = self.chance.choices
        if country == "CN":
            city = self.chance.choice(lists.HAN_CITIES)[0].removesuffix("市")
            core = "".join(pick(_HAN_FIRM[0], cum_weights=_HAN_FIRM[1], k=self.chance.choice((2, 2, 3))))
            return city + core + self.chance.choice(lists.HAN_TRADES) + self.chance.choice(lists.HAN_FORMS)
        if self.chance.random() < 0.2:
            name = pick(_FIRMS[0], cum_weights=_FIRMS[1])[0]
        elif self.chance.random() < 0.3:
            name = f"{self.chance.choice(lists.STEMS)}{self.chance.choice(lists.ENDINGS)}"
        else:
            parts = (lists.FIRM_STARTS, lists.FIRM_MIDDLES, lists.FIRM_ENDS)
            name = "".join(self.chance.choice(part) for part in parts)
        second = [] if self.chance.random() < 0.6 else [pick(_FIRMS[0], cum_weights=_FIRMS[1])[0]]
        trade = [self.chance.choice(lists.TRADES)] if self.chance.random() < 0.7 else []
        return " ".join([name, *second, *trade, self.chance.choice(lists.FORMS[country])])

    def address(self, country: str, other_than: str = "") -> Address:
        """Return an address in the writing of its country, in another city than the one given."""
        cities = lists.HAN_CITIES if country == "CN" else lists.CITIES[country]
        city, start = self.chance.choice([each for each in cities if each[0] != other_than])
        number = self.chance.randint(1, 240)
        postcode = start + "".join(self.chance.choices("0123456789", k=6 - len(start)))
        if country == "CN":
            flat = self.chance.randint(101, 2904)
            line = f"{city}{self.chance.choice(lists.HAN_STREETS)}{number}号{flat}室"
            return Address((line,), city, postcode, country)
        street = self.chance.choice(lists.STREETS[country])
        line = f"{street} {number}" if country in ("DE", "PL") else f"{number} {street}"
        return Address((line,), city, postcode[:5] if country != "GB" else postcode, country)

    def contacts(self, country: str) -> tuple[Contact, ...]:
        """Return a telephone number and, mostly, an e-mail address."""
        prefix = {"CN": "+861", "US": "+1", "GB": "+447", "DE": "+491", "FR": "+336", "PL": "+486"}[country]
        phone = Contact(ContactKind.PHONE, prefix + "".join(self.chance.choices("0123456789", k=10)))
        if self.chance.random() < 0.3:
            return (phone,)
        name = "".join(self.chance.choices("abcdefghijklmnoprstuvwz", k=9))
        return (phone, Contact(ContactKind.EMAIL, f"{name}@example.com"))

    def identifiers(self, kind: PartyKind, country: str) -> tuple[Identifier, ...]:
        """Return the number that its country gives a party, unless it isn't known."""
        scheme = _SCHEMES[kind].get(country)
        if self.chance.random() >= _KNOWN_BY_NUMBER or scheme is None:
            return ()
        return (Identifier(scheme, "".join(self.chance.choices("0123456789", k=11))),)

    def day(self, first: int, last: int) -> date:
        """Return a day of the years from `first` to `last`."""
        return date(first, 1, 1) + timedelta(days=self.chance.randrange((last - first + 1) * 365))
