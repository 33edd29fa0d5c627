"""Policies over applications: by one query where a policy compiles, row by row where it does not."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from services.backtests.engines import rows
from services.backtests.engines.fill import SLICE, fill
from services.backtests.engines.ran import Answered, Engine, Ran, Reasons
from services.backtests.engines.spark import LOCAL, run_spark
from services.backtests.watch import Progress, Stopped, never, silent
from services.decision.domain.policy import Policy
from services.decision.domain.policy.result import MAX_PRINCIPAL_REASONS
from services.decision.domain.policy.sql import CompiledPolicy, NotCompilable, compile_policy
from shared.products import Product

_MAX_SAID: Final = 3


def run(
    db: duckdb.DuckDBPyConnection,
    source: str,
    policies: Mapping[str, Policy],
    product: Product,
    engine: Engine | str = Engine.DUCKDB,
    progress: Progress = silent,
    stopped: Stopped = never,
    *,
    workers: int | None = None,
    spark_master: str = LOCAL,
    spark_folder: Path | None = None,
) -> dict[str, Ran]:
    """Answer each row of the table `source` by each policy, into a new table of the policy's name in `policies`.

    Answers are those of the decision service: a product that is scored refers what has no score. All engines give the
    same. A policy that cannot be compiled runs row by row, whichever engine was asked for, and `Ran` says so. `workers`
    bounds the processes of that (as many as there are cores unless given). Raises `Cancelled` when `stopped` says so;
    the tables are then not whole. Raises `SparkUnavailable`.
    """
    ran = {}
    for target, policy in policies.items():
        compiled, why = _compiled(policy, Engine(engine))
        if compiled is None:
            rows.run_rows(db, source, target, policy, product, progress, stopped, workers)
            ran[target] = Ran(policy, Engine.ROWS, why, ("reasons",), rows.RATE_SCALE, rows.reasons, rows.answered)
            continue
        if engine == Engine.SPARK:
            with tempfile.TemporaryDirectory(prefix="assay-spark-", dir=spark_folder) as folder:
                run_spark(db, source, target, compiled, progress, stopped, Path(folder), spark_master)
        else:
            fill(db, source, target, compiled.query(SLICE, sound=True), progress, stopped)
        ran[target] = _ran(policy, compiled, Engine(engine))
    return ran


def _compiled(policy: Policy, engine: Engine) -> tuple[CompiledPolicy | None, str]:
    """Return the policy as a query; or None, and in words why it runs row by row, unless that was asked for."""
    if engine is Engine.ROWS:
        return None, ""
    try:
        return compile_policy(policy, as_decided=True), ""
    except NotCompilable as error:
        said = [f"{fault.pointer}: {fault.detail}" for fault in error.faults[:_MAX_SAID]]
        more = len(error.faults) - len(said)
        said += [f"and {more} more"] if more else []
        return None, f"row by row, because the policy cannot be said in SQL: {'; '.join(said)}"


def _ran(policy: Policy, compiled: CompiledPolicy, engine: Engine) -> Ran:
    columns = tuple(dict.fromkeys(f"reasons_{slot.column}" for slot in compiled.slots))

    def answered(row: Mapping[str, Any], score_reasons: Sequence[str]) -> Answered:
        found = compiled.decode(row, score_reasons)
        definitions = zip(policy.interpreter.layout.definitions, found.values, strict=True)
        return Answered(
            outcome=found.outcome.value,
            grade=found.grade,
            approved_minor=found.approved_minor,
            rate=found.rate,
            reasons=found.reasons,
            queue=found.queue,
            conditions=found.conditions,
            other_terms=found.other_terms,
            letters=found.letters,
            definitions={fact.name: None if value is None else fact.to_wire(value) for fact, value in definitions},
        )

    return Ran(policy, engine, "", columns, compiled.rate_scale, _reasons(compiled), answered)


def _reasons(compiled: CompiledPolicy) -> Reasons:
    slots = [(f"reasons_{slot.column}", 1 << slot.bit, slot.code) for slot in compiled.slots]

    def reasons(row: Mapping[str, Any], score_reasons: Sequence[str]) -> tuple[str, ...]:
        codes: dict[str, None] = {}
        for column, bit, code in slots:
            if int(row[column]) & bit:
                codes.update(dict.fromkeys(score_reasons if code is None else (code,)))
        return tuple(codes)[:MAX_PRINCIPAL_REASONS]

    return reasons
