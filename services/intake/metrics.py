"""Metrics of intake."""

from prometheus_client import Counter

APPLICATIONS = Counter("assay_applications_total", "Applications decided, by outcome.", ["product", "outcome"])
