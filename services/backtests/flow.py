"""The steps of a backtest in their order, for the command line and for jobs alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from services.backtests.engines import Engine, Progress, Ran, Stopped, run, score, stoppable
from services.backtests.figures import Comparison, Report, Side, figures
from services.backtests.inputs import Received
from services.decision.domain.policy import Policy, load_policy
from services.decision.domain.reasons import ReasonCatalogue, parse_reasons
from services.scoring.domain.scorecard import Scorecard
from shared.products import Product, parse_product


@dataclass(frozen=True, slots=True)
class Comparands:
    """What is compared: two policies of one product. Nothing that happens to their files or versions changes them."""

    product: Product
    reasons: ReasonCatalogue
    live: Policy
    candidate: Policy


def comparands(
    product: Mapping[str, Any],
    reasons: Sequence[Mapping[str, Any]],
    live: Mapping[str, Any],
    candidate: Mapping[str, Any],
) -> Comparands:
    """Return those of catalogue documents; raises `PolicyError` when a policy does not load."""
    parsed, catalogue = parse_product(product), parse_reasons(list(reasons))
    return Comparands(
        parsed, catalogue, load_policy(live, parsed, catalogue), load_policy(candidate, parsed, catalogue)
    )


@dataclass(frozen=True, slots=True)
class Choices:
    """How a backtest is run and told. `source` says in words where the applications come from.

    `workers` bounds the processes that run a policy row by row; there are as many as cores unless given.
    """

    engine: Engine
    source: str
    made_at: datetime
    examples: int
    seed: str
    scorecard: Scorecard | None = None
    spark_master: str = "local[*]"
    spark_folder: Path | None = None
    workers: int | None = None


def compare(
    db: duckdb.DuckDBPyConnection,
    compared: Comparands,
    received: Received,
    choices: Choices,
    progress: Progress,
    stopped: Stopped,
) -> Report:
    """Run both policies over the table `application` and return the report; raises `Cancelled` when it is to stop."""
    product, notes = compared.product, list(received.warnings)
    if received.needs_score and choices.scorecard is not None:
        score(db, choices.scorecard, product, progress, stopped)
        card = choices.scorecard
        notes.append(f"scored with the scorecard {card.name}, version {card.version}: the data had no score")
    policies = {"live": compared.live, "candidate": compared.candidate}
    ran = run(
        db,
        "application",
        policies,
        product,
        engine=choices.engine,
        progress=progress,
        stopped=stopped,
        workers=choices.workers,
        spark_master=choices.spark_master,
        spark_folder=choices.spark_folder,
    )
    progress("counting", 0, None)
    with stoppable(db, stopped):
        return figures(
            db,
            Comparison(
                product=product,
                catalogue=compared.reasons,
                live=_side(ran["live"]),
                candidate=_side(ran["candidate"]),
                source=choices.source,
                made_at=choices.made_at,
                examples=choices.examples,
                seed=choices.seed,
                notes=tuple(notes),
            ),
        )


def _side(ran: Ran) -> Side:
    return Side(ran.policy, ran.engine, ran.engine_reason, ran.reason_columns, ran.rate_scale, ran.reasons)
