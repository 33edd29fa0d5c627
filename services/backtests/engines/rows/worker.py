"""One process that answers applications of one policy: a file of facts in, a file of answers out."""

import csv
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb

from services.backtests.engines.rows.columns import encode
from services.backtests.stored import name, restore, sql_type
from services.decision.domain.decision import Evaluation, decide
from services.decision.domain.policy import Policy
from services.decision.domain.policy.bind import bind
from services.decision.domain.policy.document import parse_document
from services.embedded.processes import die_with_parent
from shared.facts import FactValue, SoundFacts, Source
from shared.products import Product

MISSING: Final = "\\N"
"""What stands for NULL in a file of answers."""

_REASONS: Final = "CASE WHEN has_score_reasons THEN score_reasons END AS score_reasons"
_AT_ONCE: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """What every process is told once: the policy, by its document, and the product. The policy has been checked."""

    product: Product
    document: dict[str, Any]
    content_hash: str


_task: list[Callable[[Path, Path], int]] = []
"""What this process does with each pair of files, once it has been told."""


def begin(job: Job) -> None:
    """Make this process ready: compile the policy once, and end with whoever started it."""
    die_with_parent(signal.SIGKILL)()
    # An interrupt from the terminal reaches all processes; the one in front decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    policy = Policy.of(bind(parse_document(job.document), job.product), job.content_hash, job.document)
    _task[:] = [lambda source, target: _answer(job.product, policy, source, target)]


def answer(source: Path, target: Path) -> int:
    """Answer the applications in the Parquet file `source` into the CSV file `target`; return how many they are."""
    return _task[0](source, target)


def columns_read(product: Product) -> list[str]:
    """Return what a file of facts has, as SQL over `application`: Parquet has no integers of more than 64 bits."""
    facts = product.dictionary.facts.values()
    columns = [
        f"CAST({name(fact.name)} AS VARCHAR) AS {name(fact.name)}" if sql_type(fact) == "HUGEINT" else name(fact.name)
        for fact in facts
    ]
    return ["row_id", "epoch_us(as_of) AS as_of_us", _REASONS, *columns]


def _answer(product: Product, policy: Policy, source: Path, target: Path) -> int:
    facts = list(product.dictionary.facts.values())
    count = 0
    with duckdb.connect(config={"threads": 1}) as db, target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        found = db.execute("FROM read_parquet(?)", [str(source)])
        while rows := found.fetchmany(_AT_ONCE):
            for row_id, as_of_us, score_reasons, *stored in rows:
                known = {fact.name: restore(fact, each) for fact, each in zip(facts, stored, strict=True)}
                as_of = _EPOCH + timedelta(microseconds=as_of_us)
                evaluation = online(product, policy, known, score_reasons or (), as_of)
                writer.writerow([MISSING if each is None else each for each in encode(row_id, evaluation)])
            count += len(rows)
    return count


def online(
    product: Product,
    policy: Policy,
    known: Mapping[str, FactValue | None],
    score_reasons: Sequence[str],
    as_of: datetime,
) -> Evaluation:
    """Return what the decision service would answer; None is missing."""
    facts = SoundFacts({label: value for label, value in known.items() if value is not None}, product.dictionary)
    scoring = [label for label, fact in product.dictionary.facts.items() if fact.source is Source.SCORING]
    if not any(label in facts for label in scoring):
        return decide(product, policy, facts, None, as_of)
    # What scoring supplied stands among the facts already, each checked by its fact.
    return policy.evaluate(facts, score_reasons, as_of)
