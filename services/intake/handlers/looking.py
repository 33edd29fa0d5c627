"""What is known of applications when they are looked at: the applicant's facts, the credit file, the documents."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from services.intake.domain.finding import Finding, evidence
from services.intake.domain.progress import Look
from services.intake.domain.waterfall import current
from services.intake.handlers import indicators
from services.intake.handlers.settling import NO_EVIDENCE, Going
from services.intake.store import applications, documents, findings, investigations, match_cases, parties
from services.intake.store.parties import Lineage
from shared.db import Transaction
from shared.facts import Source
from shared.products import Product


async def look_at(
    tx: Transaction, going: Sequence[Going], now: datetime, lineage: Lineage | None = None
) -> dict[str, Look]:
    """Return what is known of each application, by id: its own facts, the credit file's, and which documents are there.

    The credit file is that of the party which the application's record belongs to by now, with all its records.
    `lineage` is that of the applicants, where it is known already.
    """
    if not going:
        return {}
    if lineage is None:
        lineage = await parties.lineage(tx, {entry.application.party_id for entry in going})
    survivors, records = lineage.survivors, lineage.records
    everyone = {record for known in records.values() for record in known}
    reading = [entry for entry in going if reads_file(entry.product)]
    file_of = await _file(tx, reading, survivors, records, now)
    begun = await _begun(tx, reading)
    needs_documents = any(entry.product is not None and entry.product.plan.needs.documents for entry in going)
    types = await documents.types_of(tx, everyone) if needs_documents else {}
    # Nobody is taken for somebody else by a customer number alone.
    described = everyone.intersection(lineage.described)
    cases = await match_cases.open_cases(tx, described) if described else {}
    looks = {}
    for entry in going:
        party_id = survivors[entry.application.party_id]
        found = NO_EVIDENCE
        if entry.product is not None and party_id in file_of:
            moment, reports = begun.get(entry.application.application_id, (now, ()))
            found = evidence(entry.product, current(entry.product, file_of[party_id], moment, reports), now)
        looks[entry.application.application_id] = Look(
            stated=entry.application.facts,
            evidence=found,
            documents={name for record in records[party_id] for name in types.get(record, ())},
            ambiguous=any(record in cases for record in records[party_id]),
            investigated=entry.investigated,
            fallbacks=entry.fallbacks,
        )
    return looks


def reads_file(product: Product | None) -> bool:
    """Tell whether the credit file supplies any fact of a product."""
    return product is not None and Source.FILE in product.dictionary.sources


async def _begun(tx: Transaction, going: Sequence[Going]) -> dict[str, tuple[datetime, tuple[str, ...]]]:
    """Return when the last investigation of each application that had one began, and on which reports it rests."""
    investigated = [
        entry.application.application_id
        for entry in going
        if entry.from_status is not None and entry.product is not None and entry.product.plan.investigation is not None
    ]
    return await investigations.last(tx, investigated) if investigated else {}


async def _file(
    tx: Transaction,
    going: Sequence[Going],
    survivors: Mapping[str, str],
    records: Mapping[str, Collection[str]],
    now: datetime,
) -> dict[str, list[Finding]]:
    """Return what the credit file holds of each party that `going` reads it of, by the surviving party."""
    wanted = {survivors[entry.application.party_id] for entry in going}
    if not wanted:
        return {}
    known = await findings.newest(tx, {record for party_id in wanted for record in records[party_id]})
    dated = await indicators.findings(tx, await applications.attributions(tx, wanted), now)
    return {
        party_id: [
            *(finding for record in records[party_id] for finding in known.get(record, ())),
            *dated.get(party_id, ()),
        ]
        for party_id in wanted
    }
