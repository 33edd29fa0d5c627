"""What a check works on: a part of the text with its typed tree, and the ways in which a check ends early."""

from dataclasses import dataclass

from shared.feel.syntax import tree
from shared.feel.syntax.unparse import unparse
from shared.feel.typed.faults import TypeFault, clipped
from shared.feel.typed.nodes import Constant, Typed, Variable
from shared.feel.typed.types import Kind, Type, kind_words


class Refusal(Exception):
    """Something does not fit; noted as a fault of the whole expression."""

    def __init__(self, code: str, message: str, span: tree.Span, hint: str = "") -> None:
        super().__init__(message)
        self.fault = TypeFault(code, message, span, hint)


class Refused(Exception):
    """Something does not fit, and its fault is noted."""


class Exotic(Exception):
    """The expression has a part that only the general engine evaluates."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of an expression, as written and as understood."""

    node: tree.Node
    typed: Typed

    @property
    def type(self) -> Type:
        """The type of its value."""
        return self.typed.type

    @property
    def words(self) -> str:
        """The part as written, for messages."""
        return f"`{clipped(unparse(self.node))}`"

    @property
    def sentence(self) -> str:
        """What the part is: "`purpose` is an enum"."""
        of = Type(self.type.kind) if isinstance(self.typed, Constant) else self.type
        return f"{self.words} is {kind_words(of)}"

    @property
    def has_order(self) -> bool:
        """Tell whether `<` means something for it; for a text literal it does, although an enum may hold it too."""
        return self.type.is_ordered or (self.type.kind is Kind.TEXT and isinstance(self.typed, Constant))

    @property
    def is_simple(self) -> bool:
        """Tell whether it is a name or a literal, which may stand in several places of a typed tree."""
        return isinstance(self.typed, Constant | Variable)

    def refuse(self, code: str, message: str, hint: str = "") -> Refusal:
        """Return the refusal of this part."""
        return Refusal(code, message, self.node.span, hint)
