"""Reports: pulled because a person asks for one, and shown."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from services.intake.domain.inquiry import Metered, Outcome, Pull, reference_of
from services.intake.domain.party import PartyStatus
from services.intake.domain.report import Report
from services.intake.domain.waterfall import OURS
from services.intake.handlers import consents, metering, progress
from services.intake.handlers.pulling import (
    Answered,
    Kept,
    account_for,
    admit,
    ask,
    inquiry_about,
    keep,
)
from services.intake.replies import reports as replies
from services.intake.sources import Inquiry
from services.intake.sources.configuration import ConfiguredSource
from services.intake.store import inquiries, parties, reports
from services.intake.store.inquiries import Told
from services.intake.vault import Vault
from shared import idempotency
from shared.db import Database, Transaction, clock
from shared.errors import Fault, Refusal, conflict, invalid, not_found, unavailable
from shared.idempotency import Answer, Claim
from shared.ids import new_id

_NO_PARTY = not_found("party_not_found", "there is no such party")
_ERASED = conflict("party_erased", "this party was erased; nothing is kept of it any more")
_NO_CONSENT = invalid("no_consent", "the party has not consented to this, or not any more")


@dataclass(frozen=True, slots=True)
class PullReport:
    """The command to ask a source about a party."""

    party_id: str
    source: str
    purpose: str
    actor: str


class Windows:
    """How often each source may still be asked at once by this process; who finds none free is told so at once."""

    def __init__(self, sources: Mapping[str, ConfiguredSource]) -> None:
        self._free = {name: configured.concurrency for name, configured in sources.items()}

    @contextmanager
    def at(self, source: str) -> Iterator[None]:
        """Hold a place at a source; raises `Refusal` with 503 when all are taken."""
        if not self._free[source]:
            raise unavailable("source_busy", "as many questions as it takes at once are under way; try again")
        self._free[source] -= 1
        try:
            yield
        finally:
            self._free[source] += 1


@dataclass(frozen=True, slots=True)
class Puller:
    """What reports are pulled with."""

    db: Database
    vault: Vault
    sources: Mapping[str, ConfiguredSource]
    windows: Windows


async def pull(puller: Puller, command: PullReport, claim: Claim) -> Answer:
    """Ask a source about a party and keep the report.

    Asked again with the same key, the source is not asked again once there is a report; before, it is under the same
    reference. Raises `Refusal`: 404, 409 for an erased party, 422 for an unknown source, without consent, or when the
    source does not take the question, and 503 when it gives no answer.
    """
    configured = puller.sources.get(command.source)
    if configured is None:
        fault = Fault("/source", "unknown_source", "is not configured")
        raise invalid("unknown_source", "there is no such source", [fault])
    reference = reference_of(("client", *claim.scope))
    with puller.windows.at(command.source):
        prepared = await _prepare(puller, command, configured, reference)
        if prepared is None:
            return await _recall(puller.db, claim)
        asked = await ask(configured, prepared.inquiry)
    return await _keep(puller, Answered(prepared.pull, configured, asked), claim)


@dataclass(frozen=True, slots=True)
class _Prepared:
    pull: Pull
    inquiry: Inquiry


async def _prepare(
    puller: Puller, command: PullReport, configured: ConfiguredSource, reference: str
) -> _Prepared | None:
    """Note an inquiry, and return it; None when there is a report under this reference already."""
    async with puller.db.transaction() as tx:
        if await reports.is_there(tx, reference):
            return None
        now = await clock(tx)
        party_id = (await parties.surviving(tx, [command.party_id])).get(command.party_id)
        if party_id is None:
            raise _NO_PARTY
        party = (await parties.find(tx, puller.vault, [party_id]))[party_id]
        if party.status is PartyStatus.ERASED:
            raise _ERASED
        names = (command.source, configured.source.kind)
        consent = await consents.valid(tx, party_id, command.purpose, names, now)
        if consent is None and configured.source.kind is not OURS:
            raise _NO_CONSENT
        pull = Pull(
            inquiry_id=new_id("inq"),
            reference=reference,
            party_id=party_id,
            source=command.source,
            purpose=command.purpose,
            consent_id=None if consent is None else consent.consent_id,
            asked_by=f"client:{command.actor}",
        )
        inquiry = inquiry_about(party, pull, configured)
        if inquiry is None:
            raise invalid("not_askable", "there is nothing that this source could be asked about this party by")
        if not await admit(tx, configured, 1, now):
            raise unavailable("source_unavailable", "the source keeps failing and is left alone for a while")
        await inquiries.add(tx, [pull])
    return _Prepared(pull, inquiry)


async def _recall(db: Database, claim: Claim) -> Answer:
    """Return the answer that was given under this key before."""

    async def act(_tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        return [conflict("idempotency_key_expired", "this key was used a while ago; use another")]

    (answer,) = await idempotency.once(db, [claim], act)
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def _keep(puller: Puller, answered: Answered, claim: Claim) -> Answer:
    metered: list[Metered] = []

    async def act(tx: Transaction, _places: Sequence[int]) -> list[Answer | Refusal]:
        if await reports.is_there(tx, answered.pull.reference):
            return [conflict("idempotency_key_in_flight", "the first request with this key is under way")]
        now = await clock(tx)
        (kept,) = await keep(tx, puller.vault, [answered], now)
        if kept.report is not None:
            await progress.arrived(tx, puller.vault, [answered.pull.party_id])
        metered[:] = await account_for(tx, [answered], [kept], [], now)
        return [_refusal(kept) if kept.report is None else replies.pulled(kept.report)]

    (answer,) = await idempotency.once(puller.db, [claim], act)
    metering.observe(metered)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _refusal(kept: Kept) -> Refusal:
    if kept.outcome is Outcome.DISCARDED:
        return invalid("no_consent", "the consent ended before the answer came, which was thrown away")
    if kept.outcome is Outcome.ERASED:
        return _ERASED
    if kept.outcome is Outcome.REFUSED:
        return invalid("source_refused", "the source does not answer this question about this party")
    return unavailable("source_unavailable", f"the source gave no answer that can be used: {kept.outcome}")


async def list_reports(db: Database, vault: Vault, party_id: str, before: str, limit: int) -> list[Report]:
    """Return up to `limit` reports on all records of a party with ids before one, newest first; raises 404."""
    async with db.transaction() as tx:
        return await reports.page(tx, vault, await _records(tx, party_id), before, limit)


async def get_report(db: Database, vault: Vault, party_id: str, report_id: str) -> Report:
    """Return a report on a party; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        return await _find(tx, vault, party_id, report_id)


async def get_raw(db: Database, vault: Vault, party_id: str, report_id: str) -> tuple[Report, bytes | None]:
    """Return a report with the answer that it was read from, None once the party is erased; raises 404."""
    async with db.transaction() as tx:
        return await _find(tx, vault, party_id, report_id), await reports.raw(tx, vault, report_id)


async def list_inquiries(db: Database, party_id: str, before: str, limit: int) -> list[Told]:
    """Return up to `limit` inquiries about all records of a party with ids before one, newest first; raises 404."""
    async with db.transaction() as tx:
        return await inquiries.page(tx, await _records(tx, party_id), before, limit)


async def _find(tx: Transaction, vault: Vault, party_id: str, report_id: str) -> Report:
    found = await reports.find(tx, vault, report_id)
    if found is None or found.party_id not in await _records(tx, party_id):
        raise not_found("report_not_found", "there is no such report on this party")
    return found


async def _records(tx: Transaction, party_id: str) -> set[str]:
    records = await parties.of_one_party(tx, party_id)
    if not records:
        raise _NO_PARTY
    return records
