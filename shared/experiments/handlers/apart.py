"""Shadows answer in a process of their own that runs only when a processor is idle: on what live traffic leaves over.

The worker keeps that process running while there are shadows, and counts what it tells: a line of JSON for every look
at a page. It ends when there are no shadows any more, and when nobody listens to it, which is when the worker has gone.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from time import monotonic
from typing import Any, Final

import structlog

from shared import sessions
from shared.db import Database
from shared.errors import Refusal
from shared.experiments.handlers.shadowing import (
    Looked,
    Running,
    Shadowing,
    T,
    answer_pages,
    any_running,
    running_shadows,
)
from shared.experiments.metrics import SHADOW_LAG

log = structlog.get_logger()

_LOOK_SECONDS: Final = 1.0
"""How often the life cycle is looked at, and how far can be read: a look costs the database as much as 80 answers."""

_REST_RATIO: Final = 3.0
"""Three quarters of the time a shadow rests, however much it has to catch up: the database has others to serve, and
knows no priorities."""

_LONGEST_LINE: Final = 1024 * 1024


async def keep_apart(
    db: Database, shadowing: Shadowing[Any], command: Sequence[str], settings: Mapping[str, str]
) -> None:
    """Keep the process of `command` running while there are shadows, for good; one that ends early is started again.

    `settings` are variables that it finds in its environment beside those of this process.
    """
    while True:
        try:
            is_wanted = await any_running(db, shadowing.journal)
        except Refusal as refusal:
            log.warning("shadows_not_read", code=refusal.code)
        else:
            if is_wanted:
                await _listen_to(command, {**os.environ, **settings}, shadowing)
        await asyncio.sleep(_LOOK_SECONDS)


async def _listen_to(command: Sequence[str], environment: Mapping[str, str], shadowing: Shadowing[Any]) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, env=environment, cwd="/", limit=_LONGEST_LINE, start_new_session=True
    )
    assert process.stdout is not None
    try:
        await _have_give_way(process.pid)
        async for line in process.stdout:
            _count(line, shadowing)
    finally:
        if process.returncode is None:
            # Killed in the middle of a page it has answered none of it.
            process.kill()
        await process.wait()
    if process.returncode:
        log.warning("shadows_interrupted", exit_code=process.returncode)


async def _have_give_way(pid: int) -> None:
    """Have a process that leads a session of its own leave the processors to everybody else.

    Whoever else wakes up has the processor at once; a process that is merely nice would first use up its time slice.
    Its session has the least weight as well, for the policy of a process counts inside of its session only.
    """
    try:
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        while True:
            if sessions.weigh(pid, sessions.LEAST):
                return
            await asyncio.sleep(0.1)
    except OSError as error:
        log.warning("shadows_do_not_give_way", error=error.strerror)


def _count(line: bytes, shadowing: Shadowing[Any]) -> None:
    told = json.loads(line)
    product, compared = told["product"], told["compared"]
    shadowing.compared.labels(product, "same").inc(compared["same"])
    shadowing.compared.labels(product, "different").inc(compared["different"])
    shadowing.compared.labels(product, "failed").inc(len(compared["causes"]))
    SHADOW_LAG.labels(product).set(told["lag_seconds"])


async def answer_apart(db: Database, shadowing: Shadowing[T]) -> None:
    """Answer, and say so on standard output, until there are no shadows any more; this process has nothing else to do.

    An error that passes (the database is away) is logged, and what was missed is read later. Raises `BrokenPipeError`
    when nobody listens any more.
    """
    while True:
        next_look = monotonic() + _LOOK_SECONDS
        try:
            ready = await running_shadows(db, shadowing)
            if not ready.shadows:
                return
            await _answer_until(next_look, db, shadowing, ready)
        except Refusal as refusal:
            log.warning("shadowing_interrupted", code=refusal.code)
        await asyncio.sleep(max(0.0, next_look - monotonic()))


async def _answer_until(moment: float, db: Database, shadowing: Shadowing[T], ready: Running[T]) -> None:
    """Answer page after page, with rests, until `moment` or until there is nothing more to answer."""
    is_done = False
    while not is_done and monotonic() < moment:
        started = monotonic()
        is_done = await answer_pages(db, shadowing, ready, _tell)
        await asyncio.sleep((monotonic() - started) * _REST_RATIO)


def _tell(looked: Looked) -> None:
    sys.stdout.write(json.dumps(asdict(looked)) + "\n")
    sys.stdout.flush()
