"""Metrics of intake."""

from prometheus_client import Counter, Gauge

APPLICATIONS = Counter("assay_applications_total", "Applications decided, by outcome.", ["product", "outcome"])

FILE_REVIEWS_OPEN = Gauge("assay_file_reviews_open", "Tasks to look at a credit file again that nobody has closed.")
FILE_REVIEWS_OVERDUE = Gauge("assay_file_reviews_overdue", "Those of them that were due before now.")
INDICATOR_SERIES_STALE = Gauge("assay_indicator_series_stale", "Series of which no observation counts any more.")
ERASURES = Counter("assay_erasures_total", "Parties that were erased, by grounds.", ["grounds"])
RETENTION_DELETED = Counter("assay_retention_deleted_total", "Records whose time had run out, by kind.", ["kind"])
LEGAL_HOLDS = Gauge("assay_legal_holds", "Legal holds in force.")
FILES_TO_DELETE = Gauge("assay_files_to_delete", "Stored files of erased records that are still there.")
MATCH_CASES_OPEN = Gauge("assay_match_cases_open", "Possible duplicates that nobody has resolved.")
MATCH_CASES_OLDEST_SECONDS = Gauge("assay_match_cases_oldest_seconds", "How long the oldest of them has waited.")
