"""Metrics of the life cycle, whichever service's documents it is about."""

from prometheus_client import Gauge

REVIEWS_DUE = Gauge(
    "assay_reviews_due", "Versions that somebody put back in an emergency and nobody else has reviewed yet.", ["kind"]
)
