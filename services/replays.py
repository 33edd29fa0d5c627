"""`assay replay`: the decisions of a time made again, on all cores, to see whether they come out as stored."""

import asyncio
import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from services.decision.domain.decision import Engine
from services.decision.domain.policy import ENGINE_VERSION
from services.decision.domain.replay import Verdict
from services.decision.handlers.replaying import Library, Period, PolicyVersion, Problem, Tally, replay_span, spans_of
from services.decision.store.decisions import Span
from services.embedded import supervisor
from services.embedded.postgres import state_directory
from services.migrate import PROJECT
from shared.db import Database
from shared.errors import Refusal

console = Console(highlight=False)

_STATEMENT_TIMEOUT_SECONDS: Final = 600
_MOST_KEPT: Final = 10_000
_FORMATS: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

DIFFERENT: Final = 1
UNREACHABLE: Final = 2
NOT_REPLAYABLE: Final = 3
"""Exit codes: something differs; the database failed; nothing differs, but some decisions could not be made again."""


@dataclass(slots=True)
class Sum:
    """What came of all decisions so far."""

    counts: Counter[tuple[PolicyVersion, Verdict]] = field(default_factory=Counter)
    unchecked: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, tally: Tally) -> None:
        """Add what came of a range."""
        self.counts += tally.counts
        self.unchecked += tally.unchecked
        self.problems.extend(tally.problems[: _MOST_KEPT - len(self.problems)])

    def of(self, verdict: Verdict) -> int:
        """The number of decisions with a verdict."""
        return sum(count for (_, found), count in self.counts.items() if found is verdict)

    @property
    def exit_code(self) -> int:
        """What the command ends with."""
        if self.of(Verdict.DIFFERENT):
            return DIFFERENT
        return NOT_REPLAYABLE if self.of(Verdict.NOT_REPLAYABLE) else 0

    def rows(self) -> Iterator[tuple[PolicyVersion, dict[Verdict, int]]]:
        """The numbers of decisions of each policy version, by verdict."""
        for policy in sorted({policy for policy, _ in self.counts}, key=lambda policy: [part or "" for part in policy]):
            yield policy, {verdict: self.counts[policy, verdict] for verdict in Verdict}


def replay(
    since: Annotated[datetime, typer.Option(help="From this moment on (UTC)", formats=_FORMATS)],
    until: Annotated[datetime | None, typer.Option(help="Up to, not including (UTC); now", formats=_FORMATS)] = None,
    product: Annotated[str | None, typer.Option(help="Of this product only")] = None,
    engine: Annotated[Engine, typer.Option(help="How policies are evaluated")] = Engine.ONLINE,
    differences: Annotated[int, typer.Option(min=0, help="How many differences to list")] = 20,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 for one on each core")] = 0,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the figures and differences here too")] = None,
) -> None:
    """Make stored decisions again and compare. Reads only, from DECISION_DATABASE_URL.

    Ends with 0 if all come out as they were stored, 1 if one does not, 2 if the database fails, 3 if none differs but
    some can't be made again: the gate of an upgrade.
    """
    period = Period(_utc(since), _utc(until) if until is not None else datetime.now(UTC), product)
    started = monotonic()
    try:
        found = _replay_all(_database_url(), period, engine, jobs or len(os.sched_getaffinity(0)))
    except Refusal as refusal:
        console.print(f"nothing can be said: {refusal.detail}", style="red", markup=False)
        raise typer.Exit(UNREACHABLE) from None
    seconds = monotonic() - started
    _show(found, differences, seconds)
    if json_path is not None:
        json_path.write_text(json.dumps(_document(found, period, engine, seconds), indent=2, ensure_ascii=False) + "\n")
    raise typer.Exit(found.exit_code)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def _database_url() -> str:
    """Return the database of the environment, or that of the development platform that `assay up` started."""
    name = "DECISION_DATABASE_URL"
    url = os.environ.get(name) or (supervisor.environment(state_directory(PROJECT), "decision") or {}).get(name)
    if url is None:
        raise typer.BadParameter(f"set {name}, or start the platform with `assay up`")
    return url


def _replay_all(url: str, period: Period, engine: Engine, jobs: int) -> Sum:
    """Return what came of all decisions of a period; raises `Refusal` when the database is away."""
    spans = asyncio.run(_spans(url, period))
    found = Sum()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # A fresh interpreter each: a forked one would share this one's connections and locks.
    context = multiprocessing.get_context("spawn")
    with (
        Progress(*columns, console=console, transient=True) as progress,
        ProcessPoolExecutor(min(jobs, len(spans) or 1), context, _open, (url, period, engine)) as pool,
    ):
        task = progress.add_task("replaying", total=sum(span.decisions for span in spans))
        pending: list[Future[Tally]] = [pool.submit(_replay_span, span) for span in spans]
        try:
            for done in as_completed(pending):
                tally = done.result()
                found.add(tally)
                progress.advance(task, tally.replayed)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    found.problems.sort(key=lambda problem: problem.decision_id)
    return found


async def _spans(url: str, period: Period) -> list[Span]:
    db = _database(url)
    try:
        return await spans_of(db, period)
    finally:
        await db.close()


def _database(url: str) -> Database:
    return Database(url, pool_size=1, statement_timeout_seconds=_STATEMENT_TIMEOUT_SECONDS)


class _Process:
    """What a process of the pool keeps from one range to the next."""

    runner: asyncio.Runner
    db: Database
    library: Library
    period: Period
    engine: Engine


def _open(url: str, period: Period, engine: Engine) -> None:
    _Process.runner = asyncio.Runner()
    _Process.db, _Process.library = _database(url), Library()
    _Process.period, _Process.engine = period, engine


def _replay_span(span: Span) -> Tally:
    process = _Process
    return process.runner.run(replay_span(process.db, process.library, process.period, span, process.engine))


def _show(found: Sum, differences: int, seconds: float) -> None:
    table = Table("product", "version", "hash", "replayed", "identical", "different", "not replayable")
    table.columns[0].no_wrap = True
    for column in table.columns[3:]:
        column.justify = "right"
    for policy, counts in found.rows():
        named = (policy.product, policy.version or "none", (policy.hash or "")[:8])
        table.add_row(*named, *(f"{count:,}" for count in (sum(counts.values()), *counts.values())))
    console.print(table)
    for problem in found.problems[:differences]:
        console.print(f"{problem.decision_id} {problem.verdict}: {problem.text}", markup=False, soft_wrap=True)
    rest = found.of(Verdict.DIFFERENT) + found.of(Verdict.NOT_REPLAYABLE) - min(differences, len(found.problems))
    if rest:
        console.print(f"and {rest:,} more")
    if found.unchecked:
        console.print(f"{found.unchecked:,} decisions do not have everything that can be checked")
    total = found.counts.total()
    what = "decision" if total == 1 else "decisions"
    console.print(f"{total:,} {what} replayed by engine version {ENGINE_VERSION} in {seconds:.1f} s")


def _document(found: Sum, period: Period, engine: Engine, seconds: float) -> dict[str, Any]:
    return {
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "product": period.product,
        "engine": engine.value,
        "engine_version": ENGINE_VERSION,
        "replayed": found.counts.total(),
        **{verdict.value: found.of(verdict) for verdict in Verdict},
        "unchecked": found.unchecked,
        "seconds": round(seconds, 3),
        "policies": [{**_named(policy), **counts} for policy, counts in found.rows()],
        "problems": [
            {
                "decision_id": problem.decision_id,
                **_named(problem.policy),
                "verdict": problem.verdict.value,
                "text": problem.text,
            }
            for problem in found.problems
        ],
    }


def _named(policy: PolicyVersion) -> dict[str, str | None]:
    return {"product": policy.product, "policy_version": policy.version, "policy_hash": policy.hash}
