"""The scorecards that are tried, each fitted on the training rows alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, Final

from services.scorecards.build.fit import Model, bin_all, fit, fit_binned
from services.scorecards.build.sample import Sample
from services.scorecards.build.spec import BuildError, BuildSpec, Force

MOST_LEFT_OUT: Final = 40
"""Characteristics that are left out one at a time: those that entered, in the order of the spec."""

MOST_TOGETHER: Final = 3
"""Characteristics that are left out together, at most."""

PENALTIES: Final = (Decimal(1), Decimal("0.1"), Decimal("0.01"))
BINNINGS: Final = ((3, 10), (4, 10), (5, 5))
"""Most bins of a characteristic, with the fewest rows of a bin in percent."""


class Kind(StrEnum):
    """How a scorecard differs from the one that the spec gives."""

    SPEC = "as the spec says"
    ONE_OUT = "one characteristic left out"
    SEVERAL_OUT = "several characteristics left out"
    BINNING = "coarser bins"
    PENALTY = "stronger penalty"


@dataclass(frozen=True, slots=True)
class Tried:
    """A fitted scorecard with what is different about it; `without` are the characteristics left out."""

    name: str
    kind: Kind
    model: Model
    without: tuple[str, ...] = ()


def try_out(
    train: Sample,
    spec: BuildSpec,
    fairer: Callable[[Model, Model], Any],
    on_fit: Callable[[int, int], None],
) -> list[Tried]:
    """Return the scorecard of the spec, and after it those tried in its place that can be fitted.

    Which characteristics are left out together is chosen on the training rows: those whose leaving out does most good
    there, `fairer(model, of the spec)` being how much, 0 or less for none. `on_fit` is called with the fits done and
    an upper bound of them. A characteristic that the analyst forced in is never left out. Raises `BuildError` when
    the spec itself gives no scorecard.
    """
    binned, empty = bin_all(train, spec)
    first = fit_binned(train, binned, empty, spec)
    fixed = replace(spec, penalties=(first.penalty,))
    entered = [each.candidate for each in first.characteristics if each.candidate.force is not Force.IN]
    facts = [each.fact for each in entered[:MOST_LEFT_OUT]]
    most = 1 + len(facts) + MOST_TOGETHER - 1 + len(BINNINGS) + len(PENALTIES)
    tried = [Tried(str(Kind.SPEC), Kind.SPEC, first)]

    def add(name: str, kind: Kind, fitted: Callable[[], Model], without: tuple[str, ...] = ()) -> None:
        on_fit(len(tried), most)
        try:
            tried.append(Tried(name, kind, fitted(), without))
        except BuildError:
            return

    def without(facts: Sequence[str]) -> Callable[[], Model]:
        kept = [each for each in binned if each.candidate.fact not in facts]
        return partial(fit_binned, train, kept, empty, fixed)

    for fact in facts:
        add(f"without {fact}", Kind.ONE_OUT, without([fact]), (fact,))
    for together in _together(tried[1:], first, fairer):
        add(f"without {', '.join(together)}", Kind.SEVERAL_OUT, without(together), together)
    for bins, percent in BINNINGS:
        name = f"at most {bins} bins of at least {percent} %"
        add(name, Kind.BINNING, partial(fit, train, _coarser(fixed, bins, percent)))
    for penalty in PENALTIES:
        if first.penalty is None or penalty < first.penalty:
            stronger = replace(spec, penalties=(penalty,))
            add(f"ridge penalty, C = {penalty}", Kind.PENALTY, partial(fit_binned, train, binned, empty, stronger))
    return tried


def _together(
    one_out: Sequence[Tried], first: Model, fairer: Callable[[Model, Model], Any]
) -> Iterator[tuple[str, ...]]:
    gains = [(fairer(each.model, first), each.without[0]) for each in one_out]
    ranked = [fact for gain, fact in sorted(gains, key=lambda pair: (-pair[0], pair[1])) if gain > 0]
    for count in range(2, min(MOST_TOGETHER, len(ranked)) + 1):
        yield tuple(ranked[:count])


def _coarser(spec: BuildSpec, bins: int, percent: int) -> BuildSpec:
    candidates = tuple(
        replace(
            each,
            maximum_bins=min(bins, each.maximum_bins),
            minimum_bin_percent=max(percent, each.minimum_bin_percent),
        )
        for each in spec.candidates
    )
    return replace(spec, candidates=candidates)
