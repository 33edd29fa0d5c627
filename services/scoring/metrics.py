"""Metrics of scoring."""

from prometheus_client import Counter

SCORES = Counter("assay_scores_total", "Scores given, or not, by product and failure.", ["product", "result"])
