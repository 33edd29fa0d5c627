"""An explanation as a value: items by section, each a sentence with what it is about, and the text of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.decision.domain.policy.explain.phrases import Language, say


class Audience(StrEnum):
    """For whom it is: a credit officer sees everything, a consumer the principal reasons and what would help."""

    OFFICER = "officer"
    CONSUMER = "consumer"


class Section(StrEnum):
    """What an item is about; a text has its sections in this order."""

    OUTCOME = "outcome"
    REASONS = "reasons"
    RULES = "rules"
    MISSING = "missing"
    GRADE = "grade"
    MATRIX = "matrix"
    TERMS = "terms"
    CONDITIONS = "conditions"
    ROUTING = "routing"
    NEAR_MISSES = "near_misses"
    WHAT_WOULD_CHANGE = "what_would_change"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class Item:
    """One statement. `table` and `row` (counted from 1, or `default`) say which rule it is about, `code` which reason.

    `code` is that of a reason or a condition.
    """

    section: Section
    text: str
    table: str | None = None
    row: int | str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a decision came out as it did, for one audience, in one language."""

    language: Language
    audience: Audience
    items: tuple[Item, ...]

    @property
    def text(self) -> str:
        """All items as plain text: the outcome first, then a paragraph for each section with its heading."""
        paragraphs = []
        for section in Section:
            lines = [item.text for item in self.items if item.section is section]
            if section is Section.OUTCOME:
                paragraphs.append("\n".join(lines))
            elif lines:
                heading = say(self.language, f"heading.{self.audience}.{section}")
                paragraphs.append("\n".join([heading, *(f"- {line}" for line in lines)]))
        return "\n\n".join(paragraphs)


def of_sections(language: Language, audience: Audience, *groups: Sequence[Item]) -> Explanation:
    """Return the explanation of groups of items."""
    return Explanation(language, audience, tuple(item for group in groups for item in group))
