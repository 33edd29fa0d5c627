"""Fields by which bodies say who a party is and where it belongs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.intake.domain import identifiers, names
from services.intake.domain.countries import COUNTRIES
from services.intake.domain.party import (
    Address,
    Attribution,
    Contact,
    ContactKind,
    Identifier,
    Name,
    NameUse,
    Profile,
)
from shared.http import Body

_EARLIEST: Final = date(1000, 1, 1)
_FARTHEST_EAST: Final = timedelta(hours=14)
_MOST_NAMES: Final = 10
_MOST_IDENTIFIERS: Final = 20
_MOST_ADDRESSES: Final = 10
_MOST_CONTACTS: Final = 20

Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Why somebody did something; it is kept sealed, because it may tell of a person."""


def _fit(clean: Callable[[str], str]) -> Callable[[str], str]:
    """Return a validator that has a text cleaned, or refused under the code of what is wrong with it."""

    def validate(value: str) -> str:
        try:
            return clean(value)
        except names.UnfitTextError as error:
            raise PydanticCustomError(error.code, str(error)) from None

    return validate


def _line(most: int) -> AfterValidator:
    return AfterValidator(_fit(lambda text: names.line(text, most)))


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError("unknown_country", "is no country of ISO 3166-1 (two capital letters)")
    return code


def _not_to_come(day: date) -> date:
    # Whoever is born today may have been so where the day began first.
    if not _EARLIEST <= day <= (datetime.now(UTC) + _FARTHEST_EAST).date():
        raise PydanticCustomError("unfit_date", "is a day that has not come, or one too long ago")
    return day


Country = Annotated[str, AfterValidator(_country)]
PastDay = Annotated[date, AfterValidator(_not_to_come)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
"""A short name that a system gives to something; no room for a person's."""


class NameBody(Body):
    """A name as its owner writes it, in Latin or Chinese script; a person's is one text."""

    text: Annotated[str, AfterValidator(_fit(names.name))]
    use: NameUse = Field(default=NameUse.LEGAL, strict=False)


class IdentifierBody(Body):
    """An identifier; `GET /v1/identifier-schemes` lists the schemes."""

    scheme: str = Field(max_length=40)
    value: str = Field(max_length=4 * identifiers.MOST_CHARACTERS)

    @field_validator("scheme")
    @classmethod
    def _scheme(cls, value: str) -> str:
        if value not in identifiers.SCHEMES:
            raise PydanticCustomError("unknown_scheme", "is no scheme of identifiers that is known here")
        return value

    @field_validator("value")
    @classmethod
    def _value(cls, value: str, info: ValidationInfo) -> str:
        scheme = info.data.get("scheme")
        if scheme is None:
            return value  # The scheme was refused already.
        try:
            return identifiers.normalise(scheme, value).value
        except ValueError as error:
            raise PydanticCustomError("invalid_identifier", str(error)) from None


class AddressBody(Body):
    """A postal address; `country` is an ISO 3166-1 alpha-2 code."""

    lines: Annotated[tuple[Annotated[str, _line(200)], ...], Field(min_length=1, max_length=4)]
    city: Annotated[str, _line(100)]
    postal_code: Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9 -]{0,14})?$")] = ""
    country: Country


class ContactBody(Body):
    """A telephone number with its country code (E.164), or an e-mail address."""

    kind: ContactKind = Field(strict=False)
    value: str = Field(max_length=400)

    @field_validator("value")
    @classmethod
    def _value(cls, value: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        if kind is None:
            return value
        return _fit(names.phone if kind is ContactKind.PHONE else names.email)(value)


class ProfileBody(Body):
    """Who a party is. `born_on` is a person's date of birth or a company's date of foundation."""

    names: Annotated[tuple[NameBody, ...], Field(min_length=1, max_length=_MOST_NAMES)]
    identifiers: Annotated[tuple[IdentifierBody, ...], Field(max_length=_MOST_IDENTIFIERS)] = ()
    addresses: Annotated[tuple[AddressBody, ...], Field(max_length=_MOST_ADDRESSES)] = ()
    contacts: Annotated[tuple[ContactBody, ...], Field(max_length=_MOST_CONTACTS)] = ()
    born_on: PastDay | None = None
    legal_form: Annotated[str, _line(100)] | None = None

    def value(self) -> Profile:
        """Return the profile that this is, without what stands in it twice."""
        return Profile(
            names=tuple(dict.fromkeys(Name(one.text, one.use) for one in self.names)),
            identifiers=tuple(dict.fromkeys(Identifier(one.scheme, one.value) for one in self.identifiers)),
            addresses=tuple(
                dict.fromkeys(Address(one.lines, one.city, one.postal_code, one.country) for one in self.addresses)
            ),
            contacts=tuple(dict.fromkeys(Contact(one.kind, one.value) for one in self.contacts)),
            born_on=self.born_on,
            legal_form=self.legal_form,
        )


class AttributionBody(Body):
    """Where a party came from and who in the house it belongs to: codes, no personal data."""

    channel: Code | None = None
    partner: Code | None = None
    business_unit: Code | None = None
    country: Country | None = None
    industry: Code | None = None

    def value(self) -> Attribution:
        """Return the attribution that this is."""
        return Attribution(self.channel, self.partner, self.business_unit, self.country, self.industry)
