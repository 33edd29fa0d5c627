"""A decision to be written, and which of its names it has from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.policies.interchange.markup import Tag, text_tag
from services.policies.interchange.vocabulary import Role
from shared.feel.syntax import parse_expression, parse_unary_tests
from shared.feel.walk import names_in


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: `needs` has the names of facts and decisions that its logic uses."""

    name: str
    role: Role
    logic: Tag
    needs: frozenset[str]
    type_ref: str | None = None
    label: str | Mapping[str, str] | None = None
    marks: Mapping[str, str] | None = None

    @property
    def labels(self) -> Mapping[str, str | None]:
        """The attributes for a label: tools show the one in English."""
        if self.label is None or isinstance(self.label, str):
            return {"label": self.label}
        return {"label": self.label["en"], "assay:label_zh": self.label["zh"]}


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that texts of a policy know: facts, definitions, and outputs of stages."""

    names: frozenset[str]

    def in_expression(self, text: str) -> frozenset[str]:
        """Return the known names that an expression uses."""
        return names_in(parse_expression(text)) & self.names

    def in_cell(self, text: str) -> frozenset[str]:
        """Return the known names that the unary tests of a cell use."""
        return names_in(parse_unary_tests(text)) & self.names

    def free(self, name: str) -> str:
        """Return `name` for a decision that no text names, with a number behind it where something is called so."""
        candidate, number = name, 1
        while candidate in self.names:
            number += 1
            candidate = f"{name}_{number}"
        return candidate


def literal(text: str, type_ref: str | None = None) -> Tag:
    """Return a literal expression."""
    return text_tag("literalExpression", text, {"typeRef": type_ref})
