"""What an explanation is made from: one evaluation gone through again, and the words for its parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.decision.domain.policy.bind import RuleTable, Vocabulary
from services.decision.domain.policy.explain.phrases import Language, listing, say
from services.decision.domain.policy.explain.sentences import Sentences
from services.decision.domain.policy.explain.values import Values
from services.decision.domain.policy.explain.words import label_of
from services.decision.domain.policy.interpret import Course, Slots
from services.decision.domain.policy.policy import Policy
from services.decision.domain.policy.result import Evaluation
from services.decision.domain.reasons import ReasonCatalogue
from shared.facts import Fact


@dataclass(frozen=True, slots=True)
class Account:
    """A decision with everything that is said of it: `evaluation` is the answer given, `course` how it came about."""

    policy: Policy
    course: Course
    evaluation: Evaluation
    catalogue: ReasonCatalogue
    language: Language
    values: Values

    def say(self, key: str, **parts: object) -> str:
        """Return a phrase in the language of the account."""
        return say(self.language, key, **parts)

    def statement(self, key: str, **parts: object) -> str:
        """Return a phrase that stands alone: it starts with a capital letter."""
        words = self.say(key, **parts)
        return words[:1].upper() + words[1:]

    def sentences(self, vocabulary: Vocabulary, slots: Slots | None = None) -> Sentences:
        """Return the words for tests and formulas over `vocabulary`; `slots` are those at the end unless given."""
        slots = self.course.slots if slots is None else slots
        return Sentences(self.language, self.policy.interpreter.layout, slots, vocabulary, self.values)

    def wording(self, code: str) -> str:
        """Return what a code tells the consumer, the code itself where the catalogue has no words for it."""
        reason = self.catalogue.find(code, self.policy.product)
        return code if reason is None else reason.wording[self.language]

    def place(self, table: RuleTable[Any], row: int) -> str:
        """Return the words for row `row` of a table, counted from 0."""
        return self.say(f"place.{table.name}", row=row + 1)

    def because(self, table: RuleTable[Any], row: int) -> str:
        """Return why a row holds; the default row, because no other one does."""
        if row == len(table.rules):
            return self.say("otherwise")
        return self.sentences(table.vocabulary).because(table.rules[row])

    def missing_behind(self, names: Iterable[str]) -> list[Fact]:
        """Return the missing facts for which what reads `names` is missing, directly or through definitions."""
        layout = self.policy.interpreter.layout
        pending, seen = list(names), set[str]()
        while pending:
            name = pending.pop()
            if name not in seen and self.course.get(name) is None:
                seen.add(name)
                pending.extend(layout.behind.get(name, ()))
        return [fact for fact in layout.facts if fact.name in seen]

    def missing_words(self, names: Iterable[str]) -> str:
        """Return the labels of `missing_behind` as a list, empty if there are none."""
        return listing(self.language, [label_of(fact, self.language) for fact in self.missing_behind(names)], "and")

    def why(self, names: Iterable[str]) -> str:
        """Return the clause that says which facts are missing, empty if none is."""
        missing = self.missing_words(names)
        return self.say("why.missing", missing=missing) if missing else ""
