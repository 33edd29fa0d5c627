"""Metrics of limits."""

from prometheus_client import Counter, Gauge

RESERVATIONS = Counter("assay_reservations_total", "What became of reservations, by result.", ["result"])
LIMITS_GRANTED = Counter("assay_limits_granted_total", "Approvals that became a limit, by product.", ["product"])
UTILIZATION_CROSSINGS = Counter(
    "assay_utilization_crossings_total", "Thresholds of utilization crossed.", ["threshold", "direction"]
)

_GROUP = ["product", "segment", "sbu"]
ACCOUNTS = Gauge("assay_limit_accounts", "Accounts, by what may be done with them.", [*_GROUP, "state"])
ACCOUNTS_BY_UTILIZATION = Gauge(
    "assay_limit_utilization_accounts", "Accounts by the highest threshold signalled, in percent.", [*_GROUP, "band"]
)
ACCOUNTS_OVERSOLD = Gauge("assay_limit_oversold_accounts", "Accounts with more committed than they allow.", _GROUP)
LIMITS_EXPIRING = Gauge("assay_limits_expiring", "Accounts of which a limit runs out soon, as was told.", _GROUP)
REVIEWS_OVERDUE = Gauge("assay_reviews_overdue", "Accounts whose review was due and has not taken place.", _GROUP)
UNSWEPT_SECONDS = Gauge(
    "assay_limits_unswept_seconds", "How long what ran out first has waited to be recorded.", ["kind"]
)
RECONCILE_DIFFERENCES = Gauge(
    "assay_reconcile_differences", "What did not add up in the books when they were last gone through."
)
RECONCILED_TIMESTAMP = Gauge(
    "assay_reconciled_timestamp_seconds", "When the books were last gone through from beginning to end."
)
CREDIT_HOLDS = Counter("assay_credit_holds_total", "What became of blocked documents, by outcome.", ["outcome"])
CREDIT_HOLDS_OPEN = Gauge("assay_credit_holds_open", "Blocked documents that wait for an officer.", ["product"])
CREDIT_HOLDS_OLDEST_SECONDS = Gauge(
    "assay_credit_holds_oldest_seconds", "How long the document that was blocked first has waited.", ["product"]
)
LIMIT_CHECKS = Counter(
    "assay_limit_checks_total", "Credit checks, of documents and plain questions, by result.", ["kind", "result"]
)
LIMIT_PROPOSALS = Counter("assay_limit_proposals_total", "What became of proposals to change limits.", ["state"])
EXPOSURE_ITEMS = Counter("assay_exposure_items_total", "Lines of documents that were stated, by result.", ["result"])
EXPOSURE_REBUILDS = Counter("assay_exposure_rebuilds_total", "Rebuilds of exposure, by how they ended.", ["state"])
