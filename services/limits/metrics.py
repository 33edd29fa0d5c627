"""Metrics of limits."""

from prometheus_client import Counter

RESERVATIONS = Counter("assay_reservations_total", "What became of reservations, by result.", ["result"])
LIMITS_GRANTED = Counter("assay_limits_granted_total", "Approvals that became a limit, by product.", ["product"])
