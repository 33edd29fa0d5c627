"""What a document must come to: it is refused with faults that people can find, or it decides soundly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final, ParamSpec, TypeVar

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy import Policy, PolicyError, expand_trace, load_policy
from services.decision.domain.reasons import ReasonCatalogue
from shared.errors import Fault
from shared.facts import Fact, FactType, pointer_token
from shared.money import MAX_MINOR
from shared.products import Product
from tests.decision.fuzz.watch import bounded_time

AS_OF: Final = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SCORE_REASONS: Final = ("DEBT_HIGH",)
_ANY: Final = object()

P = ParamSpec("P")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Setting:
    """What a document is loaded against."""

    product: Product
    reasons: ReasonCatalogue

    def load(self, document: Any) -> Policy:
        return load_policy(document, self.product, self.reasons)


def tried(document: Any, setting: Setting, rng: Random) -> bool:
    """Load the document and ask it for a few decisions. Tell whether it loaded; raises AssertionError."""
    try:
        policy = _timely(setting.load, document)
    except PolicyError as refused:
        assert refused.faults, "refused for nothing"
        for fault in refused.faults:
            check_fault(fault, document)
        return False
    check_decision(policy, random_facts(rng, setting.product))
    for _ in range(2):
        unexplained = _timely(policy.answer, random_facts(rng, setting.product), (), AS_OF)
        assert (unexplained.outcome is Outcome.APPROVE) == (not unexplained.reasons), unexplained
    return True


def _timely(call: Callable[P, Result], *arguments: P.args, **named: P.kwargs) -> Result:
    with bounded_time():
        return call(*arguments, **named)


def check_fault(fault: Fault, document: Any) -> None:
    """Raise AssertionError unless the fault has words, and a place that is there, or whose parent is."""
    assert fault.code and fault.detail.strip(), fault
    fault.detail.encode()
    fault.pointer.encode()
    assert len(fault.detail) < 2_000, "nobody reads so much"
    value = at(document, fault.pointer)
    if value is _ANY:
        assert at(document, fault.pointer.rpartition("/")[0]) is not _ANY, fault
    span = getattr(fault, "span", None)
    if span is not None:
        assert isinstance(value, str), fault
        assert 0 <= span[0] <= span[1] <= len(value), fault


def at(document: Any, pointer: str) -> Any:
    """Return what stands at a pointer, whose tokens are cut to a length; `_ANY` where nothing does."""
    value = document
    for token in pointer.split("/")[1:]:
        if isinstance(value, Mapping):
            value = next((own for key, own in value.items() if pointer_token(str(key)) == token), _ANY)
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            return _ANY
    return value


def check_decision(policy: Policy, facts: Mapping[str, Any]) -> None:
    """Raise AssertionError unless the answer to facts is sound, and the same in every way of asking for it."""
    found = _timely(policy.evaluate, facts, SCORE_REASONS, AS_OF)
    assert isinstance(found.outcome, Outcome)
    assert (found.outcome is Outcome.APPROVE) == (not found.reasons), found
    assert (found.approved_minor is not None) == found.outcome.grants_credit, found
    assert found.approved_minor is None or 0 < found.approved_minor <= MAX_MINOR
    assert len(found.reasons) <= 4
    answered = _timely(policy.answer, facts, SCORE_REASONS, AS_OF)
    assert answered[:5] == (found.outcome, found.grade, found.approved_minor, found.rate, found.reasons)
    interpreted = _timely(policy.interpret, facts, SCORE_REASONS, AS_OF)
    assert interpreted.letters == tuple(found.trace["tables"].values())
    assert _timely(expand_trace, policy, facts, found.trace, AS_OF)


def random_facts(rng: Random, product: Product) -> dict[str, Any]:
    """Return facts of an application: some are missing, and one in a while has a value that is none of its own."""
    facts: dict[str, Any] = {}
    missing = rng.choice([0, 0, 0.1, 0.5])
    for name, fact in product.dictionary.facts.items():
        if rng.random() >= missing:
            facts[name] = _wrong_value(rng) if rng.random() < 0.05 else _value(rng, fact)
    return facts


def _value(rng: Random, fact: Fact) -> Any:
    low = -1_000 if fact.minimum is None else fact.minimum
    high = MAX_MINOR if fact.maximum is None else fact.maximum
    match fact.type:
        case FactType.INTEGER | FactType.MONEY:
            return rng.choice([low, high, rng.randint(low, min(high, low + 100)), rng.randint(low, min(high, 10**7))])
        case FactType.DECIMAL:
            return Decimal(rng.choice([0, 1, rng.randint(-(10**4), 10**9)])).scaleb(-fact.scale)
        case FactType.ENUM:
            return rng.choice(fact.values)
        case FactType.BOOLEAN:
            return rng.random() < 0.5
        case FactType.DATE:
            return rng.choice([date.min, date.max, date(rng.randint(1990, 2026), rng.randint(1, 12), 28)])


def _wrong_value(rng: Random) -> Any:
    return rng.choice(
        [
            None,
            True,
            -1,
            10**400,
            1.5,
            float("nan"),
            "",
            "nowhere",
            "\ud800",
            Decimal("NaN"),
            Decimal("sNaN"),
            Decimal("Infinity"),
            Decimal("1E+6144"),
            Decimal("0.00000000000000000001"),
            datetime(2026, 1, 1, tzinfo=UTC),
            [],
            {"amount_minor": 1, "currency": "USD"},
            object(),
        ]
    )
