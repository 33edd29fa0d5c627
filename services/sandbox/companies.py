"""Records of companies, as the registry of the sandbox tells them."""

from datetime import date, datetime

from services.sandbox.chance import Chance, months_before, number
from services.sandbox.identities import Story

_UNKNOWN_PER_CENT = 5


def is_known(scheme: str, value: str, story: Story) -> bool:
    """Tell whether the registry has the company."""
    return story is not Story.PLAUSIBLE or not Chance("known", scheme, value).happens(_UNKNOWN_PER_CENT)


def unknown(scheme: str, value: str, now: datetime) -> str:
    """Return the answer for a company that is not there."""
    return f"<unknown-company {_head(scheme, value, now)}/>"


def record(scheme: str, value: str, story: Story, now: datetime) -> str:
    """Return the record of a company."""
    chance = Chance("registry", scheme, value)
    today = now.date()
    if story is Story.ADVERSE:
        body = _company("active", months_before(today, 65), 1, "F") + _payments(21, 74, 48)
        body += (
            _limit(0) + "<filings>" + _judgment(today, 14, "18400.00") + _judgment(today, 3, "7250.50") + "</filings>"
        )
    elif story is Story.THIN:
        body = _company("active", months_before(today, 7), 1, "G")
    elif story is Story.PLAUSIBLE:
        late = chance.between(-5, 45)
        body = _company(
            "active", months_before(today, chance.between(6, 600)), chance.between(1, 9), "CFGHJM"[late % 6]
        )
        body += _payments(85 - late, late, chance.between(3, 400)) + _limit(chance.between(1, 900) * 1_000)
    else:
        body = _company("active", months_before(today, 262), 4, "C") + _payments(82, 2, 212) + _limit(150_000)
    return f"<report {_head(scheme, value, now)}>{body}</report>"


def _head(scheme: str, value: str, now: datetime) -> str:
    return f'number="{number("CR", "registry", scheme, value)}" as-of="{now.isoformat(timespec="seconds")}"'


def _company(status: str, incorporated_on: date, directors: int, section: str) -> str:
    return (
        f"<company><status>{status}</status><incorporated-on>{incorporated_on.isoformat()}</incorporated-on>"
        f"<directors>{directors}</directors><isic-section>{section}</isic-section></company>"
    )


def _payments(index: int, days_beyond_terms: int, experiences: int) -> str:
    return (
        f"<payments><index>{index}</index><days-beyond-terms>{days_beyond_terms}</days-beyond-terms>"
        f"<experiences>{experiences}</experiences></payments>"
    )


def _limit(amount: int) -> str:
    return f'<recommended-limit currency="USD">{amount}.00</recommended-limit>'


def _judgment(today: date, months: int, amount: str) -> str:
    return (
        f'<filing kind="judgment"><filed-on>{months_before(today, months).isoformat()}</filed-on>'
        f'<amount currency="USD">{amount}</amount><satisfied>false</satisfied></filing>'
    )
