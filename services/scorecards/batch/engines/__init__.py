"""What scores rows: one SQL query in DuckDB or on Spark, the online code row by row, or arrays for boosted models."""

from enum import StrEnum


class Engine(StrEnum):
    """Which of them; all give the same answers.

    With DUCKDB a boosted model is run by onnxruntime on arrays that DuckDB hands over.
    """

    DUCKDB = "duckdb"
    ROWS = "rows"
    SPARK = "spark"
