"""`python -m services.backtests job ID ATTEMPT PARENT`: how decision's worker starts a backtest. People use `assay`."""

import sys

from services.backtests.job import run_job
from services.decision.store.backtests import Run
from shared.logging import configure_logging

if __name__ == "__main__":
    _, backtest_id, attempt, parent = sys.argv[1:]
    configure_logging("decision", "backtest", "INFO")
    sys.exit(run_job(Run(backtest_id, int(attempt)), int(parent)))
