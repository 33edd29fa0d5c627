"""One run of the demo on a platform that is up, from the catalogue to the stories."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.catalogue import Addresses, Keys, load_catalogue
from services.demo import catalogue as words
from services.demo import flow, stories
from services.demo.applicants import Applicant
from services.demo.catalogue import Catalogue
from services.demo.figures import BAND_POINTS, GRANTING, Acknowledged, Decided, Figures, measure, total
from services.demo.site import IN_FLIGHT, Caller, Site, lines
from services.demo.stories import Story
from services.embedded.platform import Platform


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to: its figures and the stories of some applicants."""

    bus: str
    figures: Figures
    stories: Sequence[Story]
    catalogue: Catalogue

    def document(self) -> dict[str, Any]:
        """Return the report as JSON; latencies in milliseconds."""
        figures, granted = self.figures, total(self.figures.granted)
        return {
            "bus": self.bus,
            "submitted": figures.submitted,
            "decided": figures.decided,
            "lost": figures.lost,
            "doubled": figures.doubled,
            "limits_missing": figures.limits_missing,
            "outcomes": figures.outcomes,
            "approval_rate": round(figures.approval_rate, 4),
            "limits_granted": None if granted is None else {"count": len(figures.granted), "sum": asdict(granted)},
            "top_reasons": [
                {"code": code, "words": self.catalogue.wording.get(code, code), "applications": count}
                for code, count in figures.reasons
            ],
            "score_distribution": [
                {
                    "from": band.lowest,
                    "below": band.lowest + BAND_POINTS,
                    "applications": band.applications,
                    "granted": band.approved,
                }
                for band in figures.bands
            ],
            "submit_to_decision_ms": {name: milliseconds(value) for name, value in figures.latency.items()},
            "applications_per_second": round(figures.applications_per_second, 1),
            "in_flight": IN_FLIGHT,
            "stories": [story.document() for story in self.stories],
        }


def milliseconds(value: timedelta) -> float:
    """Return a duration in milliseconds, to a tenth."""
    return round(value / timedelta(milliseconds=1), 1)


def run(platform: Platform, applicants: Sequence[Applicant], console: Console) -> Report:
    """Load the catalogue, have the applicants decided, and return what came of it; shows progress on `console`.

    The platform has been started by the caller, who also stops it. It may hold applications of earlier runs.
    Raises `DemoError` when a service refuses or doesn't answer, `CatalogueError` for the catalogue.
    """
    site = Site.of(platform)
    at = Addresses(site.urls["intake"], site.urls["scoring"], site.urls["decision"])
    keys = Keys(site.keys["policy-author"], site.keys["policy-approver"])
    load_catalogue(words.DIRECTORY, at, keys, lambda entry: console.print(f"  {entry}", style="dim"))
    return asyncio.run(_run(site, platform.bus.value, applicants, words.read_catalogue(), console))


async def _run(site: Site, bus: str, applicants: Sequence[Applicant], catalogue: Catalogue, console: Console) -> Report:
    async with lines() as free:
        los, crm = Caller(site, "los", free), Caller(site, "crm", free)
        with _progress(console) as progress:
            acknowledged, decisions, figures = await _flow(los, catalogue, applicants, progress)
        told = [
            await stories.tell(los, crm, catalogue, applicant, decision)
            for applicant, decision in stories.pick(acknowledged, decisions)
        ]
    return Report(bus, figures, told, catalogue)


async def _flow(
    los: Caller, catalogue: Catalogue, applicants: Sequence[Applicant], progress: Progress
) -> tuple[list[Acknowledged], list[Decided], Figures]:
    since = datetime.now(UTC)
    submitted = progress.add_task("Submitted", total=len(applicants))
    decided = progress.add_task("Decided", total=len(applicants))
    acknowledged = await flow.submit_all(
        los,
        catalogue.product,
        applicants,
        f"demo-{secrets.token_hex(4)}",
        lambda more: progress.advance(submitted, more),
        lambda more: progress.advance(decided, more),
    )

    def recount(count: int) -> None:
        progress.update(decided, completed=count)

    decisions = await flow.wait_for_decisions(los, acknowledged, since, recount)
    granting = {entry.application_id for entry in decisions if entry.outcome in GRANTING}
    approved = [entry for entry in acknowledged if entry.application_id in granting]
    checked = progress.add_task("Limits found", total=len(approved))
    grants = await flow.wait_for_limits(los, approved, catalogue.product, lambda more: progress.advance(checked, more))
    # Read once more: a doubled decision would come late.
    decisions = await flow.wait_for_decisions(los, acknowledged, since, recount)
    return acknowledged, decisions, measure(acknowledged, decisions, grants)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("  {task.description:<12}"),
        BarColumn(bar_width=50),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
