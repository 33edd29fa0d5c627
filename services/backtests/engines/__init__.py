"""How policies run over millions of applications: in DuckDB, on Spark, or row by row by the online engine."""

from services.backtests.engines.database import open_database
from services.backtests.engines.ran import Answered, Engine, Ran
from services.backtests.engines.run import run
from services.backtests.engines.score import score
from services.backtests.engines.spark import SparkUnavailable
from services.backtests.watch import Cancelled, Progress, Stopped, never, silent, stoppable

__all__ = [
    "Answered",
    "Cancelled",
    "Engine",
    "Progress",
    "Ran",
    "SparkUnavailable",
    "Stopped",
    "never",
    "open_database",
    "run",
    "score",
    "silent",
    "stoppable",
]
