"""Asking for backtests, following them, and cancelling them. What runs them is in `supervising`."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.decision.domain.backtest_job import (
    FINAL,
    Backtest,
    BadRows,
    Documents,
    Engine,
    Period,
    PinnedPolicy,
    Plan,
    Report,
    State,
    UploadedFile,
    after_cancel,
)
from services.decision.domain.policy import Policy, PolicyError, load_policy
from services.decision.domain.reasons import ANY_PRODUCT, ReasonCatalogue, parse_reasons
from services.decision.store import backtests, uploads
from shared import catalogue, idempotency
from shared.catalogue import EntryKind
from shared.db import Database, Transaction
from shared.errors import Fault, Kind, Refusal, conflict, invalid, not_found
from shared.facts import FactType
from shared.governance import store as versions
from shared.idempotency import Answer, Claim
from shared.ids import new_id
from shared.products import Product, parse_product

MAX_OPEN: Final = 100
"""How many backtests may wait or run; more would wait for longer than anybody does."""


@dataclass(frozen=True, slots=True)
class AskedDecisions:
    """Stored decisions, from the first one and up to now unless said otherwise."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AskedFile:
    """A file that was uploaded. Without a data map its columns are named like the facts.

    `scorecard` scores applications where the file has no score.
    """

    upload_id: str
    data_map: Mapping[str, Any] | None
    bad_rows: BadRows
    scorecard: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """What is asked for. A policy is a version's id or a document; `live` None means the live policy of now."""

    product: str
    candidate: str | Mapping[str, Any]
    live: str | Mapping[str, Any] | None
    source: AskedDecisions | AskedFile
    engine: Engine
    segments: tuple[str, ...]
    examples: int
    seed: int


async def request_backtest(
    db: Database,
    request: BacktestRequest,
    claim: Claim,
    now: datetime,
    answer: Callable[[str, Plan], Answer],
) -> Answer | Refusal:
    """Pin everything that a backtest rests on, check that it can run, and queue it.

    `answer` makes the answer of the new id and plan. Refuses with 422 what can't be run, with 409 a product without a
    live policy, with 429 when too many wait.
    """

    async def act(tx: Transaction, _places: object) -> list[Answer | Refusal]:
        try:
            plan, documents = await pin(tx, request, now)
            if await backtests.count_open(tx) >= MAX_OPEN:
                raise Refusal(Kind.THROTTLED, "too_many_backtests", f"{MAX_OPEN} backtests wait or run already")
        except Refusal as refusal:
            return [refusal]
        backtest_id = new_id("bkt")
        await backtests.add(tx, backtest_id, plan, documents, claim.client)
        return [answer(backtest_id, plan)]

    (result,) = await idempotency.once(db, [claim], act)
    return result


async def pin(tx: Transaction, request: BacktestRequest, now: datetime) -> tuple[Plan, Documents]:
    """Return what is to be run and the documents it rests on, as they stand now; raises `Refusal` with 422 or 409."""
    source = await _source(tx, request, now)
    needed = [
        (EntryKind.PRODUCT, request.product),
        (EntryKind.REASONS, request.product),
        (EntryKind.REASONS, ANY_PRODUCT),
    ]
    entries = await catalogue.live(tx, needed)
    if needed[0] not in entries:
        fault = Fault("/product", "unknown_product", "unknown")
        raise invalid("unknown_product", "there is no such product", [fault])
    missing = [f"{kind} {of}" for kind, of in needed if (kind, of) not in entries]
    if missing:
        raise conflict("catalogue_incomplete", f"publish first: {', '.join(missing)}")
    found = [await catalogue.document(tx, kind, of, entries[kind, of].revision) for kind, of in needed]
    product, reasons = parse_product(found[0]), parse_reasons(found[1:])
    _check_segments(request.segments, product)
    candidate_id, candidate = await _policy(tx, request.candidate, "/candidate")
    live_id, live = await _policy(tx, request.live or await _live_now(tx, product), "/live")
    # Loading runs the golden cases as well; a large policy takes a second, in which other requests are served.
    new = await asyncio.to_thread(_load, "/candidate", candidate, product, reasons)
    old = await asyncio.to_thread(_load, "/live", live, product, reasons)
    plan = Plan(
        product=product.name,
        candidate=PinnedPolicy(new.name, str(new.version), new.content_hash, candidate_id),
        live=PinnedPolicy(old.name, str(old.version), old.content_hash, live_id),
        source=source,
        engine=request.engine,
        segments=request.segments,
        examples=request.examples,
        seed=request.seed,
    )
    asked = request.source
    sent = (asked.data_map, asked.scorecard) if isinstance(asked, AskedFile) else (None, None)
    return plan, Documents(found[0], tuple(found[1:]), candidate, live, *sent)


async def _source(tx: Transaction, request: BacktestRequest, now: datetime) -> Period | UploadedFile:
    asked = request.source
    if isinstance(asked, AskedDecisions):
        return _period(asked, now)
    if request.segments:
        raise _at("/segments", "not_for_files", "are for decisions; a data map names the segments of a file")
    found = await uploads.use(tx, asked.upload_id)
    if found is None or found.sha256 is None:
        raise _at("/source/upload", "unknown_upload", "is no upload that is complete")
    return UploadedFile(found.upload_id, found.name, found.size, found.sha256, asked.bad_rows)


def _period(asked: AskedDecisions, now: datetime) -> Period:
    """Return the period, closed at `now`: a run that is begun again must find the same decisions."""
    until = asked.until or now
    if until > now:
        raise _at("/source/decisions/until", "in_the_future", "lies in the future")
    if asked.since is not None and asked.since >= until:
        raise _at("/source/decisions/since", "empty_period", "is not before until")
    return Period(asked.since, until)


def _at(pointer: str, code: str, words: str) -> Refusal:
    return invalid("unusable_backtest", "the backtest can't be run", [Fault(pointer, code, words)])


def _check_segments(segments: tuple[str, ...], product: Product) -> None:
    facts = product.dictionary.facts
    for place, name in enumerate(segments):
        fact = facts.get(name)
        if fact is None:
            raise _at(f"/segments/{place}", "unknown_fact", "is no fact of the product")
        if fact.type not in (FactType.ENUM, FactType.BOOLEAN):
            raise _at(f"/segments/{place}", "not_a_segment", "has too many values to be a segment")


async def _policy(
    tx: Transaction, asked: str | Mapping[str, Any], pointer: str
) -> tuple[str | None, Mapping[str, Any]]:
    """Return a version's id, None for a document, and its document: a draft may be tried before it is submitted."""
    if not isinstance(asked, str):
        return None, asked
    found = await versions.find(tx, asked)
    if found is None or found.kind != EntryKind.POLICY:
        raise _at(f"{pointer}/version_id", "unknown_version", "is not a version of a policy")
    return asked, await versions.document(tx, asked)


async def _live_now(tx: Transaction, product: Product) -> str | Mapping[str, Any]:
    key = (EntryKind.POLICY, product.name)
    entry = (await catalogue.live(tx, [key])).get(key)
    if entry is None:
        raise conflict("no_live_policy", "the product has no live policy; name the version to compare with")
    return entry.version_id or await catalogue.document(tx, entry.kind, entry.name, entry.revision)


def _load(pointer: str, document: Mapping[str, Any], product: Product, reasons: ReasonCatalogue) -> Policy:
    try:
        policy = load_policy(document, product, reasons)
    except PolicyError as error:
        faults = [Fault(f"{pointer}/document{fault.pointer}", fault.code, fault.detail) for fault in error.faults]
        raise invalid("unsound_policy", "the policy can't be used", faults[:20]) from None
    if policy.product != product.name:
        raise _at(pointer, "wrong_product", "is a policy of another product")
    return policy


async def get_backtest(db: Database, backtest_id: str) -> Backtest:
    """Return a backtest; raises `Refusal` with 404."""
    async with db.transaction() as tx:
        return _known(await backtests.find(tx, backtest_id))


async def list_backtests(
    db: Database, before: str, limit: int, product: str | None, state: State | None
) -> list[Backtest]:
    """Return up to `limit` backtests older than the id `before`, newest first."""
    async with db.transaction() as tx:
        return await backtests.page(tx, before, limit, product, state)


async def cancel_backtest(db: Database, backtest_id: str) -> Backtest:
    """Cancel what waits, and have what runs stopped within seconds; raises `Refusal` with 404, or 409 when it is over.

    Cancelling again changes nothing.
    """
    async with db.transaction() as tx:
        found = _known(await backtests.find(tx, backtest_id, for_update=True))
        if found.state is State.CANCELLED:
            return found
        if found.state in FINAL:
            raise conflict("backtest_is_over", f"the backtest is {found.state}")
        await backtests.cancel(tx, backtest_id, after_cancel(found.state))
        return _known(await backtests.find(tx, backtest_id))


async def get_report(db: Database, backtest_id: str) -> Report:
    """Return the report of a backtest; raises `Refusal` with 404, or 409 when there is none (yet)."""
    async with db.transaction() as tx:
        found = _known(await backtests.find(tx, backtest_id))
        report = await backtests.report(tx, backtest_id)
    if report is None:
        raise conflict("no_report", f"the backtest is {found.state}; only one that is done has a report")
    return report


def _known(found: Backtest | None) -> Backtest:
    if found is None:
        raise not_found("backtest_not_found", "there is no such backtest")
    return found
