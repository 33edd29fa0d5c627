"""Prometheus metrics that every process has. Labels are route templates, topics and outcomes, never ids."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "assay_http_request_seconds",
    "HTTP requests by route template.",
    ["service", "method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OUTBOX_DEPTH = Gauge("assay_outbox_depth", "Events not yet published.", ["service"])
OUTBOX_AGE = Gauge("assay_outbox_age_seconds", "Age of the oldest event not yet published.", ["service"])
CONSUMER_LAG = Gauge("assay_consumer_lag", "Messages a consumer group has not got through.", ["group", "topic"])
DEAD_LETTERS = Counter("assay_dead_letters_total", "Messages given up as unprocessable.", ["group"])
BUS_UP = Gauge("assay_bus_up", "1 while the bus answers, 0 while it does not.", ["service"])
BATCH_SIZE = Histogram(
    "assay_batch_size",
    "Requests that shared one transaction.",
    ["command"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
