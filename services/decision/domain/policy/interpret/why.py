"""Why something could not be told, as reason codes."""

from collections.abc import Iterable

from services.decision.domain.policy.bind import STAGE_OUTPUTS
from services.decision.domain.policy.interpret.tables import Slots
from services.decision.domain.policy.layout import Layout
from services.decision.domain.reasons import INFORMATION_INCOMPLETE, POLICY_UNRESOLVED, SCORE_UNAVAILABLE


def why_missing(layout: Layout, names: Iterable[str], slots: Slots) -> tuple[str, ...]:
    """Return why what reads `names` is missing: a fact, directly or behind a definition, or a result that is none.

    Empty where only the output of an earlier stage is missing, because that stage has said why.
    """
    pending, seen = list(names), set[str]()
    while pending:
        name = pending.pop()
        if name not in seen and slots[layout.slot_of[name]] is None:
            seen.add(name)
            pending.extend(layout.behind.get(name, ()))
    if seen & layout.scoring_facts:
        return (SCORE_UNAVAILABLE,)
    if any(fact.name in seen for fact in layout.facts):
        return (INFORMATION_INCOMPLETE,)
    return () if seen & set(STAGE_OUTPUTS) else (POLICY_UNRESOLVED,)
