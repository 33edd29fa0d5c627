"""The online engine over a table, row by row on all cores: what any policy can do, compiled or not."""

from services.backtests.engines.rows.columns import COLUMNS, RATE_SCALE, answered, reasons
from services.backtests.engines.rows.run import run_rows

__all__ = ["COLUMNS", "RATE_SCALE", "answered", "reasons", "run_rows"]
