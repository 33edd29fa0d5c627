"""Shadows answer in a process of their own, which comes and goes with them and with the worker."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from prometheus_client import REGISTRY

from services.decision.app import SHADOWS
from services.decision.handlers.shadowing import shadowing
from services.decision.rulebooks import Rulebooks
from shared.experiments.handlers.apart import keep_apart
from tests.decision.experiments.laboratory import MIDDLING, PRODUCT, Laboratory, cautious, parties
from tests.decision.jobs import eventually


def _processes(database_url: str) -> list[int]:
    """Return the processes of shadows on a database."""
    wanted = f"DECISION_DATABASE_URL={database_url}".encode()
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdigit() and b"\0shadows\0" in (process / "cmdline").read_bytes():
                variables = (process / "environ").read_bytes().split(b"\0")
                found += [int(process.name)] if wanted in variables else []
    return found


def _gives_way(pid: int) -> bool:
    """Tell whether a process has a processor only when it is idle; where Linux weighs sessions, its session as well."""
    session = Path(f"/proc/{pid}/autogroup")
    weight = session.read_text() if session.exists() else ""
    return os.sched_getscheduler(pid) == os.SCHED_IDLE and (not weight or weight.endswith("nice 19\n"))


def _counted(result: str) -> float:
    return REGISTRY.get_sample_value("assay_shadow_decisions_total", {"product": PRODUCT, "result": result}) or 0.0


async def test_shadows_answer_when_a_processor_is_idle_even_when_killed_and_leave_with_the_worker(
    laboratory: Laboratory,
) -> None:
    url, before = laboratory.db.url, _counted("different")
    seen: list[int] = []

    async def another_one_runs() -> bool:
        new = [pid for pid in _processes(url) if pid not in seen]
        seen.extend(pid for pid in new if _gives_way(pid))
        return len(seen) > runs

    async def all_are_answered_and_counted() -> bool:
        report = await laboratory.read(f"/v1/shadows/{version_id}")
        return bool(report["decided"] == 5 and _counted("different") == before + 5)

    async def none_runs() -> bool:
        return _processes(url) == []

    worker = asyncio.create_task(
        keep_apart(laboratory.db, shadowing(Rulebooks()), SHADOWS, {"DECISION_DATABASE_URL": url})
    )
    try:
        version_id = await laboratory.shadow(cautious())
        await laboratory.decided(dict.fromkeys(parties(5), MIDDLING))
        runs = 0
        await eventually(another_one_runs)
        os.kill(seen[0], signal.SIGKILL)
        runs = 1
        await eventually(another_one_runs)
        await eventually(all_are_answered_and_counted)
        await laboratory.stop_trials()
        await eventually(none_runs)
        await laboratory.shadow(cautious())
        runs = 2
        await eventually(another_one_runs)
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
    assert await none_runs()
