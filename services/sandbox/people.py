"""Credit files of people, as the consumer bureau of the sandbox tells them, and what employers say of them."""

from datetime import datetime
from typing import Any

from services.sandbox.chance import Chance, months_before, number
from services.sandbox.identities import Story

_NO_FILE_PER_CENT = 4
_THIN_PER_CENT = 8


def credit_file(scheme: str, value: str, story: Story, now: datetime) -> dict[str, Any]:
    """Return the answer of the consumer bureau."""
    chance = Chance("bureau", scheme, value)
    told = {
        "file_number": number("CB", "bureau", scheme, value),
        "as_of": now.isoformat(timespec="seconds"),
        "currency": "USD",
    }
    if story is Story.ADVERSE:
        return told | _adverse(now)
    if story is Story.THIN or (story is Story.PLAUSIBLE and chance.happens(_THIN_PER_CENT)):
        return told | _thin(now)
    if story is Story.PLAUSIBLE:
        return told | ({"hit": "none"} if chance.happens(_NO_FILE_PER_CENT) else _plausible(chance, now))
    return told | _clean(now)


def _file(  # One argument for each figure of the summary.
    now: datetime,
    *,
    score: int,
    open_lines: int,
    oldest_months: int,
    balance: str,
    limit: str,
    delinquencies: int = 0,
    worst_days: int = 0,
    inquiries: int = 1,
    records: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    return {
        "hit": "full",
        "score": {"value": score, "model": "sandbox-1"},
        "tradelines": {
            "open": open_lines,
            "oldest_opened_on": months_before(now.date(), oldest_months).isoformat(),
            "revolving_balance": balance,
            "revolving_limit": limit,
        },
        "delinquencies": {"last_24_months": delinquencies, "worst_days": worst_days},
        "inquiries": {"last_6_months": inquiries},
        "public_records": list(records),
    }


def _clean(now: datetime) -> dict[str, Any]:
    return _file(now, score=782, open_lines=9, oldest_months=187, balance="1840.25", limit="20000.00")


def _adverse(now: datetime) -> dict[str, Any]:
    judged = {
        "kind": "judgment",
        "filed_on": months_before(now.date(), 10).isoformat(),
        "amount": "3200.00",
        "satisfied": False,
    }
    collected = {
        "kind": "collection",
        "filed_on": months_before(now.date(), 5).isoformat(),
        "amount": "640.10",
        "satisfied": False,
    }
    return _file(
        now,
        score=512,
        open_lines=6,
        oldest_months=94,
        balance="8730.00",
        limit="9000.00",
        delinquencies=7,
        worst_days=120,
        inquiries=9,
        records=(judged, collected),
    )


def _thin(now: datetime) -> dict[str, Any]:
    return {
        "hit": "thin",
        "tradelines": {"open": 1, "oldest_opened_on": months_before(now.date(), 5).isoformat()},
        "delinquencies": {"last_24_months": 0, "worst_days": 0},
        "inquiries": {"last_6_months": 2},
        "public_records": [],
    }


def _plausible(chance: Chance, now: datetime) -> dict[str, Any]:
    delinquencies = chance.between(1, 4) if chance.happens(15) else 0
    limit = chance.between(10, 400) * 100
    return _file(
        now,
        score=chance.between(620, 830) - 40 * delinquencies,
        open_lines=chance.between(2, 18),
        oldest_months=chance.between(18, 300),
        balance=f"{limit * chance.between(0, 95) // 100}.00",
        limit=f"{limit}.00",
        delinquencies=delinquencies,
        worst_days=30 * delinquencies,
        inquiries=chance.between(0, 5),
    )


def employment(scheme: str, value: str, story: Story, now: datetime) -> dict[str, Any]:
    """Return the answer of the employment check."""
    chance = Chance("employment", scheme, value)
    today = now.date()
    income, months, alerts = chance.between(240, 1_400) * 100, chance.between(6, 240), []
    if story in (Story.CLEAN, Story.SLOW):
        income, months = 68_400, 112
    elif story is Story.ADVERSE:
        income, months = 21_000, 9
        garnished = {"type": "GARN", "on": months_before(today, 3).isoformat(), "amount": "1250.00", "closed": False}
        alerts = [{**garnished, "text": "Wages are garnished"}]
    employed: dict[str, Any] = {"since": months_before(today, 2 if story is Story.THIN else months).isoformat()}
    if story is not Story.THIN:
        employed["annual_income"] = f"{income}.00"
    return {
        "check_id": number("EC", "employment", scheme, value),
        "checked_at": now.isoformat(timespec="seconds"),
        "result": "CONFIRMED",
        "employment": {**employed, "contract": "PERM" if months >= 12 else "TEMP"},
        "alerts": alerts,
    }
