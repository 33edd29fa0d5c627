"""Whom the sandbox knows by number: identities that nobody can have, each with its own story."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Story(StrEnum):
    """What comes of asking about an identity."""

    CLEAN = "clean"
    ADVERSE = "adverse"
    THIN = "thin"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    MALFORMED = "malformed"
    SLOW = "slow"
    PLAUSIBLE = "plausible"


_IN_ORDER: Final = tuple(Story)[:-1]

PEOPLE: Final[Mapping[tuple[str, str], Story]] = {
    ("us-ssn", f"66600000{number}"): story for number, story in enumerate(_IN_ORDER, 1)
}
"""By social security numbers: the Social Security Administration issues none with the area 666 or the group 00."""


def _lei(base: str) -> str:
    """Return a legal entity identifier with its check digits (ISO 17442, ISO 7064 MOD 97-10)."""
    digits = "".join(str(int(character, 36)) for character in base + "00")
    return f"{base}{98 - int(digits) % 97:02d}"


COMPANIES: Final[Mapping[tuple[str, str], Story]] = {
    **{("us-ein", f"00000000{number}"): story for number, story in enumerate(_IN_ORDER, 1)},
    **{("lei", _lei(f"000000SANDBOX0000{number}")): story for number, story in enumerate(_IN_ORDER, 1)},
}
"""By employer identification numbers with the prefix 00, which is not in use, and by legal entity identifiers with the
prefix 0000, which no issuer has.
"""


def person(scheme: str, value: str) -> Story:
    """Return the story of a person."""
    return PEOPLE.get((scheme, value), Story.PLAUSIBLE)


def company(scheme: str, value: str) -> Story:
    """Return the story of a company."""
    return COMPANIES.get((scheme, value), Story.PLAUSIBLE)
