"""Metrics of decision."""

from prometheus_client import Counter, Histogram

DECISIONS = Counter("assay_decisions_total", "Decisions made, by outcome.", ["product", "outcome"])
SUBMIT_TO_DECISION = Histogram(
    "assay_submit_to_decision_seconds",
    "From the acknowledged submission of an application to its decision.",
    ["product"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
SHADOW_DECISIONS = Counter(
    "assay_shadow_decisions_total",
    "Decisions that a shadow answered: the same, differently, or not at all.",
    ["product", "result"],
)
