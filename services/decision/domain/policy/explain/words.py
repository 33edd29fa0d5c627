"""Names and formulas of a policy in words, with the values that they have in one evaluation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.decision.domain.policy.bind import STAGE_OUTPUTS, Vocabulary
from services.decision.domain.policy.explain.phrases import Language, listing, say
from services.decision.domain.policy.explain.values import Values, unit_of
from services.decision.domain.policy.interpret import Slots
from services.decision.domain.policy.layout import Layout
from shared.facts import Fact
from shared.feel.typed import NOW, TODAY, Typed, interpret
from shared.feel.typed.nodes import Arithmetic, Brought, Constant, Function, ListOf, Variable

_SIGNS: Final = {"+": "+", "-": "−", "*": "×", "/": "÷", "**": "^"}
_BINDING: Final = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_ATOM: Final = 4
_PAUSES: Final = ",:;，：；、"


class Unsaid(Exception):
    """An expression that there are no words for: its text is quoted instead."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words over a vocabulary; the values are in `slots`."""

    language: Language
    layout: Layout
    slots: Slots
    vocabulary: Vocabulary
    values: Values

    def say(self, key: str, **parts: object) -> str:
        """Return a phrase."""
        return say(self.language, key, **parts)

    def listing(self, words: Sequence[str], link: str) -> str:
        """Return a list that ends with `link`."""
        return listing(self.language, words, link)

    def label(self, name: str) -> str:
        """Return what a name is called."""
        if name in STAGE_OUTPUTS or name in (TODAY, NOW):
            return self.say(f"name.{name}")
        return label_of(self.vocabulary.facts[name], self.language)

    def with_values(self, names: Iterable[str]) -> str:
        """Return each name with its value."""
        ordered = sorted(names, key=self.layout.slot_of.__getitem__)
        return self.listing(
            [self.say("operand", name=self.label(each), value=self._of_name(each)) for each in ordered], "and"
        )

    def value_of(self, typed: Typed) -> Any:
        """Return the value of an expression, None where it is missing."""
        return interpret(typed, self.layout.slot_of)(self.slots)

    def value(self, typed: Typed) -> str:
        """Return the value of an expression, in its unit."""
        return self.like(typed, self.value_of(typed))

    def like(self, typed: Typed, value: Any) -> str:
        """Return a value in the unit of an expression."""
        fact = self.vocabulary.facts.get(typed.name) if isinstance(typed, Variable) else None
        return self.values.of_type(typed.type, value, unit_of(fact))

    def expression(self, typed: Typed) -> str:
        """Return an expression with the labels of its operands; raises `Unsaid`."""
        match typed:
            case Constant(value):
                said = self.values.of_type(typed.type, value)
            case Variable(name):
                said = self.label(name)
            case Arithmetic():
                said = self._chain(typed)
            case Function(name, (only,)) if name.startswith("."):
                said = f"{self.expression(only)}{name}"
            case Function(name, arguments):
                said = f"{name}({', '.join(map(self.expression, arguments))})"
            case ListOf(items):
                said = f"[{', '.join(map(self.expression, items))}]"
            case Brought(operand):
                said = self.expression(operand)
            case _:
                raise Unsaid
        return said

    def _chain(self, typed: Arithmetic) -> str:
        """Return a chain of operations, which nests to the left, as deep as the text is long: without recursion."""
        chain = [typed]
        while (
            isinstance(left := chain[-1].left, Arithmetic) and _BINDING[left.operator] >= _BINDING[chain[-1].operator]
        ):
            chain.append(left)
        first = chain[-1]
        said = "" if _is_negation(first) else self._closed(first.left, _BINDING[first.operator])
        for link in reversed(chain):
            sign = "−" if link is first and _is_negation(first) else f" {_SIGNS[link.operator]} "
            said += sign + self._closed(link.right, _BINDING[link.operator] + 1)
        return said

    def _closed(self, typed: Typed, binding: int) -> str:
        own = _BINDING[typed.operator] if isinstance(typed, Arithmetic) else _ATOM
        words = self.expression(typed)
        return f"({words})" if own < binding else words

    def _of_name(self, name: str) -> str:
        value = self.slots[self.layout.slot_of[name]]
        return (
            self.values.day(value) if name in (TODAY, NOW) else self.values.of_fact(self.vocabulary.facts[name], value)
        )


def label_of(fact: Fact, language: Language) -> str:
    """Return what a fact is called, its name where the product or the policy gives it no label.

    In quotation marks where it would not stand out from the sentence around it: one with a pause of its own, or an
    English one in Chinese.
    """
    label = title_of(fact, language) or fact.name.replace("_", " ")
    foreign = language is Language.ZH and not fact.label_zh
    stands_out = not foreign and not any(mark in label for mark in _PAUSES)
    return label if stands_out else say(language, "label.quoted", label=label)


def title_of(fact: Fact, language: Language) -> str:
    """Return the label of a fact, the English one where it has none in Chinese; empty where it has none at all."""
    return (fact.label_zh if language is Language.ZH else "") or fact.label


def _is_negation(typed: Arithmetic) -> bool:
    """Tell whether the typed language reads `-x` as this: zero minus `x`."""
    return typed.operator == "-" and isinstance(typed.left, Constant) and typed.left.value == 0
