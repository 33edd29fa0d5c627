"""Ratios of a party's statements beside those of its industry."""

from dataclasses import dataclass

from services.intake.domain.statements.analysis import Analysis, analyse
from services.intake.domain.statements.peers import IndustryTable
from services.intake.domain.statements.statement import Statement
from services.intake.handlers.statements.keeping import records_to_read
from services.intake.store import parties, statements
from services.intake.vault import Vault
from shared.db import Database, Transaction
from shared.errors import not_found


@dataclass(frozen=True, slots=True)
class Analysed:
    """What was asked for: the industry that was looked up, all statements, and what they say together."""

    industry: str | None
    statements: tuple[Statement, ...]
    analysis: Analysis


async def ratios(db: Database, vault: Vault, party_id: str, industry: str | None) -> Analysed:
    """Return the ratios of a party; `industry` is that of the party unless it is named.

    Raises `Refusal` with 404 for an unknown party.
    """
    async with db.transaction() as tx:
        return await of_party(tx, vault, party_id, industry)


async def of_party(tx: Transaction, vault: Vault, party_id: str, industry: str | None = None) -> Analysed:
    """Return the ratios of a party beside the newest percentiles of its industry, of the newest period or before."""
    records = await records_to_read(tx, party_id)
    if industry is None:
        survivor = (await parties.surviving(tx, [party_id]))[party_id]
        industry = (await parties.find(tx, vault, [survivor]))[survivor].attribution.industry
    known = await statements.of_records(tx, records)
    peers: IndustryTable | None = None
    if industry is not None and known:
        peers = await statements.last_table(tx, industry, known[0].figures.period.end.year)
    return Analysed(industry, tuple(known), analyse(known, peers))


async def state_industry(db: Database, table: IndustryTable) -> None:
    """Store percentiles of an industry and year, whose points are sound."""
    async with db.transaction() as tx:
        await statements.state_table(tx, table)


async def industry(db: Database, code: str, year: int) -> IndustryTable:
    """Return the percentiles of an industry and year; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        found = await statements.last_table(tx, code, year)
    if found is None or found.year != year:
        raise not_found("industry_table_not_found", "there is no table of this industry and year")
    return found
