"""Opinions in PostgreSQL: only ever added, their words and the report behind them sealed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text

from services.intake.domain.credit_report import Opinion, Recommendation
from services.intake.store import keys
from services.intake.vault import DataKey, Vault
from shared.db import Transaction
from shared.money import Money

_WORDS: Final = "opinion.words"
_REPORT: Final = "opinion.report"
_ADD: Final = text("""
    INSERT INTO opinion (opinion_id, party_id, author, recommendation, limit_minor, currency, words, report,
                         report_hash, given_at)
    VALUES (:opinion_id, :party_id, :author, :recommendation, :limit_minor, :currency, :words, :report,
            :report_hash, :given_at)
""")
_OF_PARTIES: Final = text("""
    SELECT opinion_id, party_id, author, recommendation, limit_minor, currency, words, given_at
    FROM opinion WHERE party_id = ANY(CAST(:party_ids AS text[]))
    ORDER BY given_at DESC, opinion_id DESC LIMIT :limit
""")
_ONE: Final = text("""
    SELECT opinion_id, party_id, author, recommendation, limit_minor, currency, words, given_at, report, report_hash
    FROM opinion WHERE opinion_id = :opinion_id
""")


@dataclass(frozen=True, slots=True)
class Signed:
    """An opinion with the report that its author saw: the JSON that was given out, and its SHA-256."""

    opinion: Opinion
    party_id: str
    report: bytes
    report_hash: str


async def add(tx: Transaction, key: DataKey, signed: Signed) -> None:
    """Store an opinion, sealed under the party's data key."""
    opinion = signed.opinion
    await tx.execute(
        _ADD,
        {
            "opinion_id": opinion.opinion_id,
            "party_id": signed.party_id,
            "author": opinion.author,
            "recommendation": opinion.recommendation,
            "limit_minor": None if opinion.limit is None else opinion.limit.amount_minor,
            "currency": None if opinion.limit is None else opinion.limit.currency,
            "words": key.seal(_WORDS, opinion.words.encode()),
            "report": key.seal(_REPORT, signed.report),
            "report_hash": signed.report_hash,
            "given_at": opinion.given_at,
        },
    )


async def of_parties(tx: Transaction, vault: Vault, party_ids: Collection[str], limit: int) -> list[Opinion]:
    """Return the newest opinions on parties, newest first; those on erased parties can't be read and are left out."""
    rows = (await tx.execute(_OF_PARTIES, {"party_ids": list(party_ids), "limit": limit})).all()
    found = await keys.existing(tx, vault, {row.party_id for row in rows})
    return [_opinion(row, found[row.party_id]) for row in rows if row.party_id in found]


async def find(tx: Transaction, vault: Vault, opinion_id: str) -> Signed | None:
    """Return an opinion with its report; None when there is none, or its party was erased."""
    row = (await tx.execute(_ONE, {"opinion_id": opinion_id})).one_or_none()
    if row is None:
        return None
    key = (await keys.existing(tx, vault, [row.party_id])).get(row.party_id)
    if key is None:
        return None
    return Signed(_opinion(row, key), row.party_id, key.open(_REPORT, bytes(row.report)), row.report_hash)


def _opinion(row: Any, key: DataKey) -> Opinion:
    return Opinion(
        opinion_id=row.opinion_id,
        author=row.author,
        recommendation=Recommendation(row.recommendation),
        limit=None if row.limit_minor is None else Money(row.limit_minor, row.currency),
        words=key.open(_WORDS, bytes(row.words)).decode(),
        given_at=row.given_at,
    )
