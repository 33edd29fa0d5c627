"""The same query on local Spark, by number of partitions: for the record, not against anybody."""

import time
from pathlib import Path
from typing import Final

from pyspark.sql import SparkSession

from services.backtests.engines.spark import LOCAL, SETTINGS
from shared.feel.typed.sql.dialects import in_dialect
from tests.bench.backtest.rows import applications, compiled
from tests.bench.report import Level

ROWS: Final = 1_000_000
PARTITIONS: Final = (1, 2, 4, 8)
ROUNDS: Final = 2


def measure(folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Run the query over the same Parquet file on all cores, dealt out over more and more partitions."""
    builder = SparkSession.builder.master(LOCAL).appName("bench").config("spark.driver.memory", "2g")
    # Rows may be dealt out differently if a stage runs again, which is no matter here; sorting them first takes longer
    # than the query.
    for key, value in {**SETTINGS, "spark.sql.execution.sortBeforeRepartition": "false"}.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    figures: dict[str, object] = {}
    try:
        spark.sparkContext.setLogLevel("ERROR")
        query = in_dialect(compiled().query("applications", sound=True), "spark")
        for partitions in PARTITIONS:
            read = spark.read.parquet(str(applications(folder, ROWS))).repartition(partitions).cache()
            read.count()
            read.createOrReplaceTempView("applications")
            micros = []
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                # Every column of every row is computed, and nothing is kept.
                spark.sql(query).write.format("noop").mode("overwrite").save()
                micros.append((time.perf_counter() - begun) / ROWS * 1e6)
            figures[f"Spark on this machine, {partitions} partitions, us per row"] = min(micros)
            read.unpersist()
    finally:
        spark.stop()
    return [], figures
