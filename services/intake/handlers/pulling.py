"""Pulling a report: a source is asked with patience that has an end, and what it says is kept with what it cost."""

import asyncio
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import structlog
from pydantic_core import PydanticSerializationError, to_json

from services.intake.domain.inquiry import OUTAGES, Attempt, Metered, Outcome, Pull
from services.intake.domain.party import NameUse, Party
from services.intake.domain.report import Contents, Report, is_sound
from services.intake.handlers import metering
from services.intake.handlers.metering import Inquired
from services.intake.sources import Inquiry, SourceError, SourceReport
from services.intake.sources.configuration import ConfiguredSource
from services.intake.store import consents, keys, reports
from services.intake.store import metering as store
from services.intake.store.reports import NewReport
from services.intake.vault import Vault
from shared.db import Transaction
from shared.ids import new_id

log = structlog.get_logger()

_WORTH_ANOTHER_TRY: Final = frozenset({Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.SERVER_ERROR})
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking a source: each try, and the report where the last one brought it."""

    tries: tuple[Attempt, ...]
    report: SourceReport | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an inquiry; `is_awaited` is False where nobody has a use for it any more."""

    pull: Pull
    configured: ConfiguredSource
    asked: Asked
    is_awaited: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an answer, and the report where it was kept."""

    outcome: Outcome
    report: Report | None = None


def patience_seconds(configured: ConfiguredSource) -> float:
    """Return how long a question to a source may take at most, with all its tries and the pauses between them."""
    return configured.timeout_seconds * configured.attempts


def inquiry_about(party: Party, pull: Pull, configured: ConfiguredSource) -> Inquiry | None:
    """Return the question about a party, None where there is nothing to ask by."""
    profile = party.profile
    if profile is None or not profile.names or party.kind not in configured.parties:
        return None
    legal = next((name for name in profile.names if name.use is NameUse.LEGAL), profile.names[0])
    return Inquiry(
        reference=pull.reference,
        party_id=pull.party_id,
        kind=party.kind,
        name=legal.text,
        identifiers=profile.identifiers,
        address=next(iter(profile.addresses), None),
        date_of_birth=profile.born_on,
        purpose=pull.purpose,
        consent_id=pull.consent_id or "",
    )


async def ask(configured: ConfiguredSource, inquiry: Inquiry) -> Asked:
    """Ask a source, again where that may help, with pauses that grow and are drawn by lot so that callers spread out.

    (Exponential backoff with full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
    """
    tries: list[Attempt] = []
    ends_at = monotonic() + patience_seconds(configured)
    for number in range(configured.attempts):
        if number:
            longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** (number - 1))
            pause = random.random() * longest  # noqa: S311 - jitter, not a secret
            if monotonic() + pause >= ends_at:
                break
            await asyncio.sleep(pause)
        started = monotonic()
        outcome, report = await _try(configured, inquiry, min(configured.timeout_seconds, ends_at - started))
        latency_ms = round((monotonic() - started) * 1000)
        tries.append(Attempt(outcome, latency_ms, cost=None if report is None else configured.cost))
        if outcome not in _WORTH_ANOTHER_TRY:
            return Asked(tuple(tries), report)
    return Asked(tuple(tries))


async def _try(
    configured: ConfiguredSource, inquiry: Inquiry, timeout_seconds: float
) -> tuple[Outcome, SourceReport | None]:
    try:
        async with asyncio.timeout(timeout_seconds):
            report = await configured.source.ask(inquiry)
        if not _is_sound(report):
            return Outcome.MALFORMED, None
    except TimeoutError:
        return Outcome.TIMEOUT, None
    except SourceError as error:
        return Outcome(error.fault), None
    except Exception as error:
        # A connector that breaks on an answer leaves the application to a person, as a source that is away does. What
        # broke it may be in the text, and is personal.
        log.error("source_broke", source=configured.source.name, cause=type(error).__name__)
        return Outcome.MALFORMED, None
    return (Outcome.HIT if report.found else Outcome.MISS), report


def _is_sound(report: SourceReport) -> bool:
    try:
        facts = to_json(report.facts)
    except PydanticSerializationError:
        return False
    return is_sound(report.as_of, report.adverse, facts, len(report.raw), datetime.now(UTC))


async def keep(tx: Transaction, vault: Vault, answered: Sequence[Answered], now: datetime) -> list[Kept]:
    """Keep the reports that came while the consent still held, and return what became of each answer."""
    brought = [entry for entry in answered if entry.asked.report is not None]
    holding = await consents.holding(tx, {entry.pull.consent_id for entry in brought if entry.pull.consent_id}, now)
    data_keys = await keys.of(tx, vault, {entry.pull.party_id for entry in brought}) if brought else {}
    kept: list[Kept] = []
    new: list[NewReport] = []
    for entry in answered:
        pull, report = entry.pull, entry.asked.report
        if report is None:
            kept.append(Kept(entry.asked.tries[-1].outcome))
        elif not entry.is_awaited or (pull.consent_id is not None and pull.consent_id not in holding):
            kept.append(Kept(Outcome.DISCARDED))
        elif pull.party_id not in data_keys:
            kept.append(Kept(Outcome.ERASED))
        else:
            stored = _report(entry, report, now)
            new.append(NewReport(stored, pull.reference, report.raw, data_keys[pull.party_id]))
            kept.append(Kept(entry.asked.tries[-1].outcome, stored))
    await reports.add(tx, new)
    return kept


async def account_for(
    tx: Transaction,
    answered: Sequence[Answered],
    kept: Sequence[Kept],
    others: Sequence[Inquired],
    now: datetime,
) -> list[Metered]:
    """Let breakers know of answers, and record them and `others` try by try; return what is to be observed.

    The last thing that a transaction does: it locks rows that all who ask a source have in common.
    """
    await _tell_breakers(tx, answered, now)
    inquired = [(entry.pull, _attempts(entry, one)) for entry, one in zip(answered, kept, strict=True)]
    return await metering.count(tx, [*inquired, *others], now)


def _report(entry: Answered, report: SourceReport, now: datetime) -> Report:
    source = entry.configured.source
    return Report(
        report_id=new_id("rep"),
        party_id=entry.pull.party_id,
        source=source.name,
        kind=source.kind,
        purpose=entry.pull.purpose,
        consent_id=entry.pull.consent_id,
        found=report.found,
        as_of=report.as_of,
        received_at=now,
        facts=report.facts,
        contents=Contents(report.provider_reference, report.adverse),
    )


def _attempts(entry: Answered, kept: Kept) -> list[Attempt]:
    *before, last = entry.asked.tries
    report_id = None if kept.report is None else kept.report.report_id
    return [*before, replace(last, outcome=kept.outcome, report_id=report_id)]


async def _tell_breakers(tx: Transaction, answered: Sequence[Answered], now: datetime) -> None:
    """Let the breakers of sources know what came."""
    by_source: dict[str, list[Answered]] = {}
    for entry in answered:
        by_source.setdefault(entry.pull.source, []).append(entry)
    standing = await store.breakers(tx, by_source)
    # A closed breaker that hears of answers stays as it is; that is most of the time, and locks nothing.
    concerned = {
        name
        for name, entries in by_source.items()
        if standing[name].is_watchful or any(entry.asked.tries[-1].outcome in OUTAGES for entry in entries)
    }
    if not concerned:
        return
    before = await store.breakers(tx, concerned, lock=True)
    after = dict(before)
    for name in concerned:
        for entry in by_source[name]:
            settings, outcome = entry.configured.breaker, entry.asked.tries[-1].outcome
            breaker = after[name]
            after[name] = breaker.failed(settings, now) if outcome in OUTAGES else breaker.succeeded()
    await store.save_breakers(tx, {name: breaker for name, breaker in after.items() if breaker != before[name]})
    for name, breaker in after.items():
        if breaker.state is not before[name].state:
            log.warning("breaker_turned", source=name, state=breaker.state)


async def admit(tx: Transaction, configured: ConfiguredSource, number: int, now: datetime) -> int:
    """Return how many of `number` inquiries to a source its breaker lets through."""
    name = configured.source.name
    breaker = (await store.breakers(tx, [name]))[name]
    if not breaker.is_watchful:
        return number
    breaker = (await store.breakers(tx, [name], lock=True))[name]
    # A probe counts as lost no sooner than the source may still answer it.
    longest = math.ceil(patience_seconds(configured))
    settings = replace(configured.breaker, probe_seconds=max(longest, configured.breaker.probe_seconds))
    admitted = 0
    for _ in range(number):
        breaker, goes_through = breaker.admit(settings, now)
        if not goes_through:
            break
        admitted += 1
    await store.save_breakers(tx, {name: breaker})
    return admitted
