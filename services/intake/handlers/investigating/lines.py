"""The worker: one loop for each source's line, one for investigations in which it is nobody's turn yet."""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Final

import structlog

from services.intake.handlers import metering
from services.intake.handlers.investigating import asking
from services.intake.handlers.investigating.asking import Question, Reply
from services.intake.handlers.investigating.desk import Desk
from services.intake.handlers.investigating.planning import Moved, plan_due
from services.intake.handlers.pulling import ask
from services.intake.store import investigations
from services.intake.store.investigations import OPENED_CHANNEL
from shared.batcher import Batcher
from shared.db import Database
from shared.errors import Kind, Refusal
from shared.listen import listen

log = structlog.get_logger()

_BATCH: Final = 64
_LOOK_SECONDS: Final = 1.0
_MEASURE_SECONDS: Final = 10.0
_POSTPONE_SECONDS: Final = 30
_AGAIN_SECONDS: Final = 0.5


async def investigate(db: Database, desk: Desk) -> None:
    """Carry investigations out until cancelled; any number of processes may do so at once.

    What a process that dies was at work on is taken up by another one when its time to answer is over.
    """
    try:
        await _keep_on(db, desk)
    except asyncio.CancelledError:
        # What ends in an error is begun again, with the same connections.
        for configured in desk.sources.values():
            await configured.source.close()
        raise


async def _keep_on(db: Database, desk: Desk) -> None:
    async with asyncio.TaskGroup() as tasks:
        lines = _Lines(db, desk, tasks)
        tasks.create_task(listen(db.url, {OPENED_CHANNEL: lambda _payload: lines.wake([""])}))
        tasks.create_task(lines.plan())
        tasks.create_task(lines.measure())
        for source in desk.sources:
            tasks.create_task(lines.keep_asking(source))


class _Lines:
    """The lines of one process. A source is asked as often at once as it may be, and nothing else waits for it."""

    def __init__(self, db: Database, desk: Desk, tasks: asyncio.TaskGroup) -> None:
        self._db = db
        self._desk = desk
        self._woken = {source: asyncio.Event() for source in ("", *desk.sources)}
        self._free = {source: configured.concurrency for source, configured in desk.sources.items()}
        self._tasks = tasks
        self._answers: Batcher[Reply, Moved] = Batcher(
            "record_reports", partial(asking.record, db, desk), max_batch=_BATCH
        )

    def wake(self, sources: Iterable[str]) -> None:
        """Have lines look whether there is something to do."""
        for source in sources:
            if source in self._woken:
                self._woken[source].set()

    async def plan(self) -> None:
        """Find out whose turn it is."""
        limit = _BATCH
        while True:
            try:
                moved = await plan_due(self._db, self._desk, limit)
                self.wake(moved.sources)
                is_all = moved.number < limit
                limit = _BATCH if moved.number else limit
                if is_all:
                    await self._rest("")
            except Refusal as refusal:
                log.warning("investigation_waits", cause=refusal.code)
                await asyncio.sleep(_LOOK_SECONDS)
            except Exception as error:
                limit = await self._past_the_stone("", limit, error)

    async def keep_asking(self, source: str) -> None:
        """Ask a source for those whose turn it is there."""
        limit = _BATCH
        while True:
            try:
                wanted = min(limit, self._free[source])
                if not wanted:
                    await self._rest(source)
                    continue
                questions, moved = await asking.take(self._db, self._desk, source, wanted)
                self.wake(moved.sources)
                for question in questions:
                    self._begin(source, question)
                limit = _BATCH if moved.number else limit
                if moved.number < wanted:
                    await self._rest(source)
            except Refusal as refusal:
                log.warning("investigation_waits", cause=refusal.code, source=source)
                await asyncio.sleep(_LOOK_SECONDS)
            except Exception as error:
                limit = await self._past_the_stone(source, limit, error)

    async def measure(self) -> None:
        """Set the gauges, and have those go on that wait for a source which is not configured any more."""
        while True:
            try:
                await metering.measure(self._db, self._desk.sources)
                async with self._db.transaction() as tx:
                    await investigations.return_unknown(tx, self._desk.sources)
            except Refusal as refusal:
                log.warning("sources_not_measured", cause=refusal.code)
            await asyncio.sleep(_MEASURE_SECONDS)

    async def _rest(self, source: str) -> None:
        """Wait until there may be something to do; others may have left something, so look now and then."""
        woken = self._woken[source]
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await woken.wait()
        except TimeoutError:
            pass
        woken.clear()

    async def _past_the_stone(self, source: str, limit: int, error: Exception) -> int:
        """Go on after a failure that is not the database's: by one at a time, until the one that fails stands alone.

        That one waits, so that those behind it are not held up. Returns how many to take at a time.
        """
        if limit > 1:
            return 1
        # Its text may hold what is known of a person.
        log.error("investigation_failed", source=source, cause=type(error).__name__)
        try:
            async with self._db.transaction() as tx:
                await investigations.postpone(tx, source, _POSTPONE_SECONDS)
        except Refusal as refusal:
            log.warning("investigation_waits", cause=refusal.code, source=source)
            await asyncio.sleep(_LOOK_SECONDS)
        return limit

    def _begin(self, source: str, question: Question) -> None:
        self._free[source] -= 1
        self._tasks.create_task(self._see_through(source, question))

    async def _see_through(self, source: str, question: Question) -> None:
        try:
            async with asyncio.timeout(asking.lease_seconds(self._desk, source)):
                asked = await ask(self._desk.sources[source], question.inquiry)
                self.wake((await self._recorded(Reply(question, asked))).sources)
        except TimeoutError:
            log.warning("answer_not_kept", source=source)
        except Exception as error:
            log.error("answer_not_kept", source=source, cause=type(error).__name__)
        finally:
            self._free[source] += 1
            self.wake([source])

    async def _recorded(self, reply: Reply) -> Moved:
        """Keep an answer, again and again while the database is away: it was paid for."""
        while True:
            try:
                return await self._answers.submit(reply)
            except Refusal as refusal:
                if refusal.kind is not Kind.UNAVAILABLE:
                    raise
                log.warning("answer_waits", cause=refusal.code)
                await asyncio.sleep(_AGAIN_SECONDS)
