"""Metrics of intake."""

from prometheus_client import Counter, Gauge, Histogram

APPLICATIONS = Counter("assay_applications_total", "Applications decided, by outcome.", ["product", "outcome"])
DOCUMENTS = Counter("assay_documents_total", "Documents that were sent in, by what became of them.", ["result"])
DOCUMENTS_TO_SCAN = Gauge("assay_documents_to_scan", "Documents that wait for the virus scanner.")
DOCUMENTS_TO_SCAN_SECONDS = Gauge("assay_documents_to_scan_seconds", "How long the oldest of them has waited.")

FILE_REVIEWS_OPEN = Gauge("assay_file_reviews_open", "Tasks to look at a credit file again that nobody has closed.")
FILE_REVIEWS_OVERDUE = Gauge("assay_file_reviews_overdue", "Those of them that were due before now.")
INDICATOR_SERIES_STALE = Gauge("assay_indicator_series_stale", "Series of which no observation counts any more.")
ERASURES = Counter("assay_erasures_total", "Parties that were erased, by grounds.", ["grounds"])
RETENTION_DELETED = Counter("assay_retention_deleted_total", "Records whose time had run out, by kind.", ["kind"])
LEGAL_HOLDS = Gauge("assay_legal_holds", "Legal holds in force.")
MATCH_CASES_OPEN = Gauge("assay_match_cases_open", "Possible duplicates that nobody has resolved.")
MATCH_CASES_OLDEST_SECONDS = Gauge("assay_match_cases_oldest_seconds", "How long the oldest of them has waited.")

SOURCE_TRIES = Counter(
    "assay_source_tries_total", "Tries to get a report, by what came of them.", ["source", "outcome"]
)
SOURCE_SECONDS = Histogram(
    "assay_source_seconds",
    "How long sources take to answer, or to fail.",
    ["source"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
SOURCE_COST = Counter("assay_source_cost_minor_total", "What reports cost, in minor units.", ["source", "currency"])
SOURCE_BREAKER = Gauge(
    "assay_source_breaker", "0 where a source is asked, 1 tried by one inquiry, 2 left alone.", ["source"]
)
INVESTIGATIONS_OPEN = Gauge(
    "assay_investigations_open", "Investigations in which it is a source's turn, or (empty) nobody's yet.", ["source"]
)
INVESTIGATIONS_OLDEST_SECONDS = Gauge(
    "assay_investigations_oldest_seconds", "How long ago the oldest of them began.", ["source"]
)

APPLICATIONS_WAITING = Gauge(
    "assay_applications_waiting", "Applications that wait for the applicant or for sources.", ["product", "status"]
)
APPLICATION_CLOCKS = Gauge(
    "assay_application_clocks",
    "Terms of applications that run: later, near their end, or run out.",
    ["profile", "term", "state"],
)
CLOCK_WARNINGS = Counter("assay_clock_warnings_total", "Terms of applications told to be near.", ["profile", "term"])
