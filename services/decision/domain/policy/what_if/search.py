"""The search for the nearest change of mutable facts that leads to a better answer.

Exact where the policy compares a fact with literals; elsewhere a grid, and bisection between the last point that does
not help and the first that does. Every proposal has been put to the policy. The same question gives the same advice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import reduce
from itertools import combinations
from math import isqrt
from typing import Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.document import FROM_SCORE
from services.decision.domain.policy.policy import Policy
from services.decision.domain.policy.result import Answer
from services.decision.domain.policy.what_if.advice import Advice, FactChange
from services.decision.domain.policy.what_if.candidates import breakpoints_by_fact, candidates
from services.decision.domain.policy.what_if.scale import Scale
from services.decision.domain.reasons import SCORE_UNAVAILABLE
from shared.facts import FactValue
from shared.feel.values import NUMBERS

MAX_ANSWERS: Final = 2_000
"""How often the policy is asked at most."""

MAX_FACTS: Final = 12
"""How many facts are varied at most, the first of the product."""

_PAIRED: Final = 24
"""How many values of a fact are tried in pairs at most."""

_REFINED: Final = 3
"""How many pairs that help are refined; the nearest of them is proposed."""

_RESERVED: Final = 500
"""Answers kept for refining what was found: a bisection takes 60 at most."""

Keys = tuple[int, ...]
"""A value for each fact that can be varied."""


def what_would_change(
    policy: Policy, facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime
) -> Advice | None:
    """Return the nearest change of mutable facts that leads to approval, or else to a milder outcome than now.

    One fact alone goes before two; among changes of as many facts the smallest relative change wins, then the order of
    the product. A fact that is missing is not changed. None where the answer is an approval already.
    """
    now = policy.answer(facts, score_reasons, as_of)
    if now.outcome is Outcome.APPROVE:
        return None
    reads_score = bool(policy.interpreter.layout.scoring_facts) or any(
        offer.reason == FROM_SCORE for offer in policy.bound.matrix.outputs
    )
    # While the score is missing a person decides, whatever else is there.
    if SCORE_UNAVAILABLE in now.reasons:
        return Advice((), None, reads_score, complete=True)
    search = _Search.of(policy, facts, score_reasons, as_of)
    found = search.run(now.outcome)
    if found is None:
        return Advice((), None, reads_score, search.complete)
    changes = tuple(
        FactChange(scale.fact, scale.value(before), scale.value(after))
        for scale, before, after in zip(search.scales, search.start, found, strict=True)
        if before != after
    )
    return Advice(changes, search.answer(found), reads_score, search.complete)


@dataclass(slots=True)
class _Search:
    """`ways` has for each fact, on each way to go, the keys to try; `complete` turns False where it is cut short."""

    policy: Policy
    facts: Mapping[str, FactValue]
    score_reasons: Sequence[str]
    as_of: datetime
    scales: tuple[Scale, ...]
    start: Keys
    ways: Sequence[Sequence[Sequence[int]]]
    complete: bool
    _answers: dict[Keys, Answer] = field(default_factory=dict)
    _pairs: list[Keys] | None = None

    @classmethod
    def of(
        cls, policy: Policy, facts: Mapping[str, FactValue], score_reasons: Sequence[str], as_of: datetime
    ) -> "_Search":
        layout = policy.interpreter.layout
        present = zip(layout.facts, layout.read(facts, as_of), strict=False)
        mutable = [(Scale(fact), value) for fact, value in present if fact.mutable is not None and value is not None]
        scales = tuple(scale for scale, _ in mutable[:MAX_FACTS])
        start = tuple(scale.key(value) for scale, value in mutable[:MAX_FACTS])
        literals = breakpoints_by_fact(policy.bound, [scale.fact.name for scale in scales])
        ways = [candidates(scale, key, literals[scale.fact.name]) for scale, key in zip(scales, start, strict=True)]
        return cls(policy, facts, score_reasons, as_of, scales, start, ways, complete=len(mutable) <= MAX_FACTS)

    def run(self, now: Outcome) -> Keys | None:
        """Return the nearest change that leads to the mildest outcome that any change was found to lead to."""
        for wanted in Outcome:
            if wanted.severity >= now.severity:
                break
            found = self._alone(wanted) or self._together(wanted)
            if found is not None:
                return found
        return None

    def answer(self, keys: Keys) -> Answer:
        """Return what the policy answers where the facts have these keys."""
        known = self._answers.get(keys)
        if known is None:
            changed = {
                scale.fact.name: scale.value(key)
                for scale, key, before in zip(self.scales, keys, self.start, strict=True)
                if key != before
            }
            known = self.policy.answer({**self.facts, **changed}, self.score_reasons, self.as_of)
            self._answers[keys] = known
        return known

    def _helps(self, keys: Keys, wanted: Outcome, reserved: int = _RESERVED) -> bool:
        if keys not in self._answers and len(self._answers) >= MAX_ANSWERS - reserved:
            self.complete = False
            return False
        return self.answer(keys).outcome.severity <= wanted.severity

    def _alone(self, wanted: Outcome) -> Keys | None:
        """Return the nearest change of one fact."""
        found = []
        for at, ways in enumerate(self.ways):
            for way in ways:
                last = self.start[at]
                for key in way:
                    if self._helps(_with(self.start, at, key), wanted):
                        found.append(self._refined(self.start, at, last, key, wanted))
                        break
                    last = key
        return min((self._rounded(keys, wanted) for keys in found), key=self._distance, default=None)

    def _together(self, wanted: Outcome) -> Keys | None:
        """Return the nearest change of two facts among those that are tried."""
        nearest: dict[Keys, Keys] = {}
        for keys in self._pairs_to_try():
            changed = tuple(at for at, key in enumerate(keys) if key != self.start[at])
            if changed not in nearest and self._helps(keys, wanted):
                nearest[changed] = keys
        found = []
        for changed, keys in list(nearest.items())[:_REFINED]:
            near = keys
            for at in changed:
                # Neither fact alone helps, so that the way from its present value leads past the turning point.
                near = self._refined(near, at, self.start[at], near[at], wanted)
            found.append(self._rounded(near, wanted))
        return min(found, key=self._distance, default=None)

    def _pairs_to_try(self) -> list[Keys]:
        if self._pairs is None:
            couples = list(combinations(range(len(self.scales)), 2))
            left = max(MAX_ANSWERS - _RESERVED - len(self._answers), 0)
            each = min(isqrt(left // len(couples)), _PAIRED) if couples else 0
            keys = [
                _spread([key for way in ways for key in way], each, self.start[at]) for at, ways in enumerate(self.ways)
            ]
            pairs = [
                _with(_with(self.start, one, first), other, second)
                for one, other in couples
                for first in keys[one]
                for second in keys[other]
            ]
            self._pairs = sorted(pairs, key=self._distance)
        return self._pairs

    def _refined(self, keys: Keys, at: int, useless: int, useful: int, wanted: Outcome) -> Keys:
        """Return `keys` with fact `at` brought as near to `useless`, which does not help, as still helps."""
        if self.scales[at].is_ordered:
            while abs(useful - useless) > 1:
                middle = (useless + useful) // 2
                if self._helps(_with(keys, at, middle), wanted, reserved=0):
                    useful = middle
                else:
                    useless = middle
        return _with(keys, at, useful)

    def _rounded(self, keys: Keys, wanted: Outcome) -> Keys:
        """Return `keys` with amounts rounded away from the present ones, where that helps as well."""
        for at, (scale, before) in enumerate(zip(self.scales, self.start, strict=True)):
            low, high = scale.reach(before)
            after = scale.rounded(before, keys[at]) if keys[at] != before else before
            if low <= after <= high and self._helps(_with(keys, at, after), wanted, reserved=0):
                keys = _with(keys, at, after)
        return keys

    def _distance(self, keys: Keys) -> Decimal:
        distances = [
            scale.distance(before, after) for scale, before, after in zip(self.scales, self.start, keys, strict=True)
        ]
        return reduce(NUMBERS.add, distances, Decimal(0))


def _with(keys: Keys, at: int, key: int) -> Keys:
    return (*keys[:at], key, *keys[at + 1 :])


def _spread(keys: Sequence[int], number: int, start: int) -> list[int]:
    """Return at most `number` of `keys`, from the nearest to the farthest."""
    ordered = sorted(keys, key=lambda key: (abs(key - start), key))
    if len(ordered) <= number:
        return ordered
    return [ordered[place * (len(ordered) - 1) // (number - 1)] for place in range(number)] if number > 1 else []
