"""Conditions in the platform's policy language, over the figures of a check and the facts that a rule declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.limits.domain.account import Basis, Kind, Status
from services.limits.domain.checks.result import Checkpoint
from shared.facts import Fact, FactDictionary, FactType
from shared.feel.syntax import FeelSyntaxError, parse_expression
from shared.feel.typed import Type, TypeFaults, check_condition, interpret, names_in
from shared.feel.typed.nodes import Function, General, walk

MAX_CHARACTERS: Final = 1_000

CLOCK: Final[Mapping[str, Fact]] = {"today()": Fact("today", FactType.DATE)}
"""What a condition may read without naming a figure: the day of the check."""


class UnsoundError(ValueError):
    """A condition that can't be used; `code` is that of its first fault."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was checked against a vocabulary; `names` are those that it reads."""

    text: str
    names: tuple[str, ...]
    _reading: Callable[[list[Any]], Any] = field(compare=False, repr=False)

    def holds(self, values: Mapping[str, Any]) -> bool | None:
        """Tell whether the condition holds, None when that can't be told for want of a value."""
        found: bool | None = self._reading([values.get(name) for name in self.names])
        return found


def figures_of(currency: str | None) -> dict[str, Fact]:
    """Return the figures that conditions may name, described like facts; those in money only with a `currency`.

    `limit` to `available` are those of the account itself, before the amount that is asked about, and `headroom` is
    the least that any account above it leaves. Those of documents are of all accounts of the customer.
    """
    plain = [
        Fact("checkpoint", FactType.ENUM, values=tuple(Checkpoint)),
        Fact("account_kind", FactType.ENUM, values=tuple(Kind)),
        Fact("account_status", FactType.ENUM, values=tuple(Status)),
        Fact("limit_basis", FactType.ENUM, values=tuple(Basis)),
        Fact("review_due_on", FactType.DATE),
        Fact("utilization_percent", FactType.INTEGER),
        Fact("oldest_overdue_days", FactType.INTEGER),
        Fact("dunning_level", FactType.INTEGER),
        Fact("paid_items", FactType.INTEGER),
        Fact("average_days_late", FactType.DECIMAL, scale=2),
    ]
    amounts = [Fact(name, FactType.MONEY, currency=currency) for name in MONEY_FIGURES] if currency else []
    return {fact.name: fact for fact in (*plain, *amounts)}


MONEY_FIGURES: Final = (
    "amount",
    "limit",
    "cover",
    "posted",
    "reserved",
    "available",
    "headroom",
    "open_items",
    "overdue",
    "disputed",
)
"""The figures of `figures_of` that are amounts."""


def vocabulary(currency: str | None, facts: FactDictionary) -> dict[str, Type]:
    """Return the names that conditions of a rule may use: its own facts and the figures of a check."""
    return {name: Type.of_fact(fact) for name, fact in {**facts.facts, **figures_of(currency)}.items()}


def condition(text: str, names: Mapping[str, Type]) -> Condition:
    """Return the condition of a text over `names`; raises `UnsoundError` for what has unknown names or other types.

    Loops, functions of one's own and patterns are left out: they could take long, and a check is waited for.
    """
    try:
        typed = check_condition(parse_expression(text), names)
    except FeelSyntaxError as error:
        raise UnsoundError("syntax", f"does not parse: {error.message}") from None
    except TypeFaults as error:
        raise UnsoundError(error.faults[0].code, str(error.faults[0])) from None
    if any(
        isinstance(node, General) or (isinstance(node, Function) and node.name == "matches") for node in walk(typed)
    ):
        raise UnsoundError("unsupported", "loops, contexts and patterns can't be used here")
    read = tuple(sorted(names_in(typed)))
    return Condition(text, read, interpret(typed, {name: place for place, name in enumerate(read)}))
