"""Match cases, the possible duplicates: listed, and resolved by a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake import metrics
from services.intake.domain.matching.case import CaseStatus, CaseVerdict, MatchCase, ResolveCase
from services.intake.domain.party import PartyStatus
from services.intake.handlers import merging, progress
from services.intake.replies import match_cases as replies
from services.intake.store import keys, parties
from services.intake.store import match_cases as store
from services.intake.vault import Vault
from shared import idempotency
from shared.db import Database, Transaction
from shared.errors import Fault, Refusal, conflict, invalid, not_found
from shared.idempotency import Answer, Claim


@dataclass(frozen=True, slots=True)
class Page:
    """Cases, the oldest first; `following` is the cursor of the next page, if any."""

    cases: list[MatchCase]
    following: str | None


async def list_cases(db: Database, status: CaseStatus, after: str, limit: int) -> Page:
    """Return one page of the cases in a status."""
    async with db.transaction() as tx:
        found = await store.page(tx, status, after, limit + 1)
    cases = found[:limit]
    return Page(cases, cases[-1].case_id if len(found) > limit else None)


async def get_case(db: Database, vault: Vault, case_id: str) -> tuple[MatchCase, str | None]:
    """Return a case, and why it was resolved as it was; raises `Refusal` with 404.

    The reason is gone once the party is erased.
    """
    async with db.transaction() as tx:
        case = await store.find(tx, case_id)
        if case is None:
            raise _not_found()
        sealed = await store.reason(tx, case_id)
        key = None if sealed is None else (await keys.existing(tx, vault, [case.party_id])).get(case.party_id)
    return case, None if sealed is None or key is None else key.open(_field(case_id), sealed).decode()


async def resolve(db: Database, vault: Vault, command: ResolveCase, claim: Claim) -> Answer:
    """Merge the party of a case into the candidate that it is, or remember that it is none of them.

    Raises `Refusal`: 404; 409 `match_case_closed` and `candidate_gone`; 422 `not_a_candidate`, `candidate_missing` and
    `candidate_unexpected`.
    """

    async def act(tx: Transaction, places: Sequence[int]) -> list[Answer | Refusal]:  # noqa: ARG001
        return [replies.resolved(await _resolve(tx, vault, command))]

    (result,) = await idempotency.once(db, [claim], act)
    if isinstance(result, Refusal):
        raise result
    return result


async def measure(db: Database) -> None:
    """Set the gauges of open cases; raises `Refusal` when the database is away."""
    async with db.transaction() as tx:
        waiting = await store.waiting(tx)
    metrics.MATCH_CASES_OPEN.set(waiting.cases)
    metrics.MATCH_CASES_OLDEST_SECONDS.set(waiting.oldest_seconds)


async def _resolve(tx: Transaction, vault: Vault, command: ResolveCase) -> MatchCase:
    case = await store.lock(tx, command.case_id)
    if case is None:
        raise _not_found()
    if case.status is not CaseStatus.OPEN:
        raise conflict("match_case_closed", f"the case is {case.status}")
    _require_candidate(case, command)
    key = (await keys.of(tx, vault, [case.party_id])).get(case.party_id)
    sealed = None if key is None else key.seal(_field(case.case_id), command.reason.encode())
    # Closed first: a merge makes void what is still open about the record that it ends.
    await store.resolve(tx, command, sealed)
    concerned = {case.party_id}
    if command.party_id is None:
        await store.set_apart(tx, case.case_id, case.party_id, [each.party_id for each in case.candidates])
    else:
        survivor_id = await _survivor(tx, vault, case, command.party_id)
        await merging.merge(tx, vault, survivor_id, case.party_id, command.actor, command.reason)
        concerned.add(survivor_id)
    await progress.arrived(tx, vault, concerned)
    resolved = await store.find(tx, case.case_id)
    assert resolved is not None
    return resolved


def _require_candidate(case: MatchCase, command: ResolveCase) -> None:
    if command.verdict is CaseVerdict.DIFFERENT:
        if command.party_id is not None:
            raise _invalid("candidate_unexpected", "a party that is none of the candidates is the same as nobody")
    elif command.party_id is None:
        raise _invalid("candidate_missing", "say which of the candidates the party is")
    elif command.party_id not in {each.party_id for each in case.candidates}:
        raise _invalid("not_a_candidate", "the party is none of the candidates of this case")


async def _survivor(tx: Transaction, vault: Vault, case: MatchCase, candidate_id: str) -> str:
    """Return who a candidate is by now; raises `Refusal` with 409 for one that is gone."""
    survivor_id = (await parties.surviving(tx, [candidate_id])).get(candidate_id, candidate_id)
    survivor = (await parties.find(tx, vault, [survivor_id])).get(survivor_id)
    if survivor is None or survivor.status is PartyStatus.ERASED or survivor_id == case.party_id:
        raise conflict("candidate_gone", "the candidate was erased, or is part of the same record already")
    return survivor_id


def _invalid(code: str, detail: str) -> Refusal:
    return invalid(code, detail, [Fault("/party_id", code, detail)])


def _not_found() -> Refusal:
    return not_found("match_case_not_found", "there is no such match case")


def _field(case_id: str) -> str:
    return f"match_case/{case_id}/reason"
