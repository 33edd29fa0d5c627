"""The drift drill by hand: `python -m tests.scoring.monitoring.drill FOLDER` replays two populations and writes pages.

It starts a PostgreSQL of its own, makes a scorecard live, has an unshifted and then a shifted population of the same
size scored and decided, and tells what gauge, event and report say of each. FOLDER gets `unshifted.html` and
`shifted.html`.
"""

import asyncio
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.embedded.postgres import Postgres
from services.embedded.processes import free_port
from services.scoring.domain.monitoring.plan import parse_plans
from services.scoring.handlers.monitoring import watch_models
from tests.kit.service import migrated
from tests.scoring.monitoring.population import SHIFTED, applicants, score_of
from tests.scoring.monitoring.scene import Scene, outcome, playing

ROWS = 1_000
CUTOFF = 510
PLANS = parse_plans(
    {"default": {"cutoff": CUTOFF, "segments": ["housing"], "edges": {"age_years": [25, 62]}, "population_days": 1}}
)
LONG_AGO = timedelta(days=700)


async def main(folder: Path) -> None:
    """Run the drill; the reports go into `folder`."""
    with tempfile.TemporaryDirectory(prefix="assay-drill-") as temporary:
        home = Path(temporary)
        server = await asyncio.to_thread(started, home)
        try:
            urls = await migrated(server.address, "scoring", "drill")
            for version, (name, shift) in enumerate({"unshifted": None, "shifted": SHIFTED}.items(), start=1):
                async with playing(urls, home, version) as scene:
                    await replay(scene, shift)
                    await tell(scene, name, folder)
        finally:
            server.stop()


def started(home: Path) -> Postgres:
    """Return a server that runs below `home`, where its unprivileged account can walk."""
    home.chmod(0o711)
    server = Postgres(home / "server", free_port())
    server.start()
    return server


async def replay(scene: Scene, shift: Mapping[str, Sequence[int]] | None) -> None:
    """Have a population scored and decided now, and outcomes of one that was scored long ago."""
    people = applicants(21, ROWS, shift)
    ids = await scene.submit(people)
    chance = random.Random(22)
    by_outcome: dict[str, list[str]] = {}
    for one, facts in zip(ids, people, strict=True):
        passes = score_of(scene.artefact, facts).score >= CUTOFF
        odd = chance.random()
        answer = "refer" if odd < 0.1 else "approve" if passes or odd > 0.97 else "decline"
        by_outcome.setdefault(answer, []).append(one)
    for answer, found in by_outcome.items():
        await scene.decide(found, answer)
    old = applicants(23, ROWS)
    then = datetime.now(UTC) - LONG_AGO
    old_ids = await scene.score_in_the_past(old, then)
    today = datetime.now(UTC).date().isoformat()
    bads = [chance.random() < score_of(scene.artefact, facts).pd for facts in old]
    await scene.report([outcome(one, today, bad=bad) for one, bad in zip(old_ids[:900], bads[:900], strict=True)])


async def tell(scene: Scene, name: str, folder: Path) -> None:
    """Measure the model and say what gauge, event and report show."""
    (report,) = await watch_models(scene.db, PLANS, timedelta(0))
    page = await scene.http.get(f"/v1/monitoring/{report.report_id}/report.html")
    (folder / f"{name}.html").write_text(page.text)
    lines = [
        f"{name}: assay_model_psi {scene.gauge('assay_model_psi')}, by chance up to "
        f"{scene.gauge('assay_model_psi_critical')}, report {folder / name}.html",
        *(
            f"  scoring.drift_detected: {event['measure']} {event['subject']} {event['level']}, {event['value']} "
            f"against {event['threshold']}, by chance {event['critical_value']}"
            for event in await scene.drift_events()
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1])))
