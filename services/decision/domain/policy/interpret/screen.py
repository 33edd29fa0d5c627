"""What the rows of a screening table ask for, by their letters."""

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import RuleTable, names_of_rule
from services.decision.domain.policy.document import Finding, OnMissing
from services.decision.domain.policy.interpret.tables import Slots
from services.decision.domain.policy.interpret.why import why_missing
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.result import HIT, MISSING
from services.decision.domain.policy.verdicts import Verdict, verdict_of_finding


def screened(table: RuleTable[Finding], letters: str, layout: Layout, slots: Slots) -> list[Verdict]:
    """Return what each row asks for that hits, or that is missing and says what then."""
    verdicts: list[Verdict] = []
    for rule, letter in zip(table.rules, letters, strict=True):
        on_missing = rule.output.on_missing
        if letter == HIT:
            verdicts.append(verdict_of_finding(rule.output))
        elif letter == MISSING and on_missing is not OnMissing.IGNORE:
            verdicts.append((Outcome(on_missing), why_missing(layout, names_of_rule(rule), slots)))
    return verdicts
