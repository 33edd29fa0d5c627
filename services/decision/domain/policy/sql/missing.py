"""Why something could not be told, as a number: the rules are those of `interpret.why`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from services.decision.domain.policy.bind import BoundDefinition
from services.decision.domain.policy.layout import Layout
from services.decision.domain.policy.sql.draft import Draft, Names
from services.decision.domain.policy.sql.text import FALSE, all_of, any_of, chosen, negated
from services.decision.domain.reasons import INFORMATION_INCOMPLETE, POLICY_UNRESOLVED, SCORE_UNAVAILABLE

TOLD: Final = 0
UNRESOLVED: Final = 1
INCOMPLETE: Final = 2
UNSCORED: Final = 3

CODES: Final = {
    UNRESOLVED: POLICY_UNRESOLVED,
    INCOMPLETE: INFORMATION_INCOMPLETE,
    UNSCORED: SCORE_UNAVAILABLE,
}


@dataclass(slots=True)
class Causes:
    """Conditions for what stands behind something missing: a fact that scoring supplies, or any other fact."""

    draft: Draft
    layout: Layout
    _behind: dict[str, tuple[str, str]] = field(default_factory=dict)

    def define(self, definition: BoundDefinition, names: Names) -> None:
        """Make known what stands behind a definition, whose column is there."""
        name = definition.name
        unscored, incomplete = self._of(self.layout.behind[name], names)
        missing = f"{names[name].sql} IS NULL"
        layers = self.draft.layers
        self._behind[name] = (
            FALSE if unscored == FALSE else layers.add(f"unscored_{name}", all_of([missing, unscored])),
            FALSE if incomplete == FALSE else layers.add(f"incomplete_{name}", all_of([missing, incomplete])),
        )

    def tests(self, read: Iterable[str], names: Names) -> dict[int, str]:
        """Return a condition for each cause that there may be for something missing that reads these names."""
        unscored, incomplete = self._of(read, names)
        return {
            UNSCORED: unscored,
            INCOMPLETE: all_of([negated(unscored), incomplete]),
            UNRESOLVED: negated(any_of([unscored, incomplete])),
        }

    def number(self, read: Iterable[str], names: Names) -> str:
        """Return the cause of something missing that reads these names."""
        unscored, incomplete = self._of(read, names)
        return chosen([(unscored, str(UNSCORED)), (incomplete, str(INCOMPLETE))], str(UNRESOLVED))

    def _of(self, read: Iterable[str], names: Names) -> tuple[str, str]:
        unscored, incomplete = [], []
        facts = {fact.name for fact in self.layout.facts}
        for name in sorted(read):
            if name in self._behind:
                unscored.append(self._behind[name][0])
                incomplete.append(self._behind[name][1])
            elif name in self.layout.scoring_facts:
                unscored.append(f"{names[name].sql} IS NULL")
            elif name in facts:
                incomplete.append(f"{names[name].sql} IS NULL")
        return any_of(unscored), any_of(incomplete)
