"""Metrics of trials, whichever service runs them."""

from prometheus_client import Counter, Gauge

SHADOW_LAG = Gauge(
    "assay_shadow_lag_seconds", "Age of the oldest answer that a shadow has still to look at.", ["product"]
)
EXPERIMENTS_STOPPED = Counter(
    "assay_experiments_stopped_total", "Challengers that a stop rule has ended.", ["product", "rule"]
)
