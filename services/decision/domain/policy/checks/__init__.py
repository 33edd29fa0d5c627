"""What can be known of a policy without an application, and what its golden cases show."""

from services.decision.domain.policy.bind import BoundPolicy, counting_order
from services.decision.domain.policy.checks.cases import check_cases
from services.decision.domain.policy.checks.reasons import check_reasons
from services.decision.domain.policy.checks.tables import check_table
from services.decision.domain.policy.checks.usage import check_definitions, check_terms
from services.decision.domain.policy.faults import Findings
from services.decision.domain.reasons import ReasonCatalogue

__all__ = ["check", "check_cases"]


def check(policy: BoundPolicy, reasons: ReasonCatalogue) -> None:
    """Raise `PolicyError` with the faults of a policy whose names and types are already known to be right."""
    findings = Findings()
    check_reasons(policy, reasons, findings)
    check_definitions(policy, findings)
    check_terms(policy, findings)
    for table in policy.tables:
        check_table(table, counting_order(table), findings)
    findings.close()
