"""Shadow runs: what another version would have answered to an application that was decided."""

from services.decision.domain.decision import Evaluation, decide
from services.decision.domain.record import Decision, Rulebook

_COMPARED = ("outcome", "grade", "approved_minor", "rate", "reasons", "queue", "conditions", "other_terms")


def shadowed(decision: Decision, book: Rulebook) -> Evaluation:
    """Return the answer of `book` to what `decision` was made on: the same facts, score and moment.

    A fact that does not fit the product of `book` counts as missing.
    """
    facts, _ = book.product.dictionary.parse(decision.question.facts)
    return decide(book.product, book.policy, facts, decision.score, decision.decided_at)


def differences(live: Evaluation, shadow: Evaluation) -> tuple[str, ...]:
    """Return the names of the parts of the answer that differ, the outcome first."""
    return tuple(name for name in _COMPARED if getattr(live, name) != getattr(shadow, name))
