"""Checks of what a policy names: that it is used, and that what is used is stated."""

from collections.abc import Iterator

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import (
    RATE,
    SHARE,
    BoundPolicy,
    names_of_definition,
    names_of_table,
)
from services.decision.domain.policy.document import Offer
from services.decision.domain.policy.faults import Findings


def check_definitions(policy: BoundPolicy, findings: Findings) -> None:
    """Note definitions that no stage uses, not even through other definitions."""
    own = {definition.name: definition for definition in policy.definitions}
    pending = [name for table in policy.stages for name in names_of_table(table)]
    pending += [name for term in policy.terms.values() for name in term.names]
    used: set[str] = set()
    while pending:
        name = pending.pop()
        if name in own and name not in used:
            used.add(name)
            pending.extend(names_of_definition(own[name]))
    for name, definition in own.items():
        if name not in used:
            words = f"definition `{name}` is not used"
            findings.add(definition.pointer, "unused_definition", words, of_key=True)


def check_terms(policy: BoundPolicy, findings: Findings) -> None:
    """Note outcomes without terms, terms without an outcome, and shares and rates that are missing or never used."""
    given = {offer.outcome for _, _, offer in _offers(policy)}
    for outcome in policy.terms:
        if outcome not in given:
            words = f"table matrix never gives {outcome}: its terms are not used"
            findings.add(f"/terms/{outcome}", "unused_terms", words, of_key=True)
    for place, pointer, offer in _offers(policy):
        if offer.outcome.grants_credit and offer.outcome not in policy.terms:
            words = f"table matrix, {place} gives {offer.outcome}, for which there is no limit"
            findings.add("/terms", "missing_terms", words)
            continue
        for name, value in ((SHARE, offer.share), (RATE, offer.rate)):
            if value is None:
                _check_stated(policy, offer.outcome, name, place, findings)
            elif not _is_read(policy, offer.outcome, name):
                words = f"table matrix, {place} states `{name}`, which nothing uses"
                findings.add(f"{pointer}/{name}", "unused_output", words, of_key=True)


def _offers(policy: BoundPolicy) -> Iterator[tuple[str, str, Offer]]:
    table = policy.matrix
    for number, rule in enumerate(table.rules):
        yield f"row {number + 1}", f"{table.pointer}/rows/{number}", rule.output
    if table.default is not None:
        yield "default row", f"{table.pointer}/default", table.default


def _check_stated(policy: BoundPolicy, outcome: Outcome, name: str, place: str, findings: Findings) -> None:
    term = policy.terms.get(outcome)
    for formula in term.formulas if term is not None else ():
        if name in formula.names:
            what = formula.pointer.rpartition("/")[2]
            words = f"the {what} of {outcome} needs `{name}`, which table matrix, {place} does not state"
            findings.add(formula.pointer, "missing_operand", words)
            return


def _is_read(policy: BoundPolicy, outcome: Outcome, name: str) -> bool:
    """Tell whether what the matrix states with an outcome is read later on; a rate is also an answer itself."""
    later = [policy.conditions] if outcome.grants_credit else [policy.routing]
    if any(name in names_of_table(table) for table in later if table is not None):
        return True
    term = policy.terms.get(outcome)
    if term is None:
        return False
    return name in term.names or (name == RATE and term.rate is None)
