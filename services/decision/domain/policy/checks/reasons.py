"""Checks that every reason and every condition is one that the catalogue words."""

from collections.abc import Iterator
from typing import Any

from services.decision.domain.policy.bind import BoundPolicy, RuleTable
from services.decision.domain.policy.document import FROM_SCORE
from services.decision.domain.policy.faults import Findings, did_you_mean, excerpt
from services.decision.domain.reasons import REQUIRED_REASONS, ReasonCatalogue


def check_reasons(policy: BoundPolicy, reasons: ReasonCatalogue, findings: Findings) -> None:
    """Note codes that the catalogue does not have for the product."""
    known = reasons.codes(policy.product.name)
    for pointer, place, code in _codes(policy):
        if code not in known and not (code == FROM_SCORE and pointer.startswith("/matrix/")):
            words = f"unknown reason code `{excerpt(code)}` {place}{did_you_mean(code, known)}"
            findings.add(pointer, "unknown_reason", words)
    if policy.conditions is None:
        return
    for number, rule in enumerate(policy.conditions.rules):
        code = rule.output.condition
        if code not in known:
            place = f"in table conditions, row {number + 1}"
            words = f"unknown condition code `{excerpt(code)}` {place}{did_you_mean(code, known)}"
            findings.add(f"/conditions/rows/{number}/condition", "unknown_condition", words)


def _codes(policy: BoundPolicy) -> Iterator[tuple[str, str, str]]:
    """Yield every reason code with its pointer and its place in words."""
    tables: tuple[RuleTable[Any], ...] = (policy.eligibility, policy.knock_outs, policy.matrix)
    for table in tables:
        for number, rule in enumerate(table.rules):
            if rule.output.reason is not None:
                place = f"in table {table.name}, row {number + 1}"
                yield f"/{table.name}/rows/{number}/reason", place, rule.output.reason
    default = policy.matrix.default
    if default is not None and default.reason is not None:
        yield "/matrix/default/reason", "in table matrix, default row", default.reason
    for outcome, term in policy.terms.items():
        if term.less_reason is not None:
            yield f"/terms/{outcome}/less_reason", f"in the terms of {outcome}", term.less_reason
    for code in REQUIRED_REASONS:
        yield "", "of the platform", code
    for number, case in enumerate(policy.written.cases):
        for at, code in enumerate(case.score_reasons):
            yield f"/cases/{number}/score_reasons/{at}", f"in case `{excerpt(case.name)}`", code
